"""Which sequence of a batch a question is about.

Every analysis takes `batch`, the index of one sequence; those that can also answer for all of
them together take None. Not chosen: negative indices, because a page that asks for sequence −1
has made a mistake.
"""

from __future__ import annotations

from core.activations import Array
from core.errors import OutOfRange
from core.nodes import Mask


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
