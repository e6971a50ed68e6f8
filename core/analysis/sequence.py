"""Which layer, and which sequence of a batch, a question is about.

Every analysis takes `batch`, the index of one sequence; those that can also answer for all of
them together take None. Not chosen: negative indices, because a page that asks for sequence −1
has made a mistake.
"""

from __future__ import annotations

from core.activations import Array
from core.errors import OutOfRange, UnknownName
from core.nodes import LayerTrace, Mask
from core.trace import Trace


def check_index(what: str, found: int, *, length: int) -> int:
    """`found`, if it is an index from 0 to `length` − 1. Raises OutOfRange."""
    if not 0 <= found < length:
        raise OutOfRange(what=what, found=found, expected=f"from 0 to {length - 1}")
    return int(found)


def chosen(array: Array, batch: int | None) -> Array:
    """(batch, …) cut to one sequence, still (1, …); all of it for None. Raises OutOfRange."""
    if batch is None:
        return array
    at = check_index("batch", batch, length=array.shape[0])
    return array[at : at + 1]


def valid_steps(mask: Mask | None, *, batch: int) -> Mask | None:
    """The steps of one sequence that count, (time,); None where all do. Raises OutOfRange."""
    return None if mask is None else chosen(mask, batch)[0]


def layer_of(trace: Trace, layer: int | str) -> LayerTrace:
    """Return a layer by its place or its name. Raises UnknownName."""
    named = {each.name: each for each in trace.layers}
    if isinstance(layer, str) and layer in named:
        return named[layer]
    if isinstance(layer, int) and -len(named) <= layer < len(named):
        return trace.layers[layer]
    raise UnknownName(kind="layer", found=layer, known=", ".join(named))
