"""Operations that move numbers and change none: what torch.onnx and tf2onnx put between layers.

Transpose, Reshape, Squeeze, Unsqueeze, Flatten, Slice, Gather, Split, Concat, and those that do
nothing once a model is trained. Each says what has become of the axes (`onnx/axes.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from core.importers.onnx import axes as onnx_axes
from core.importers.onnx.axes import UNITS, Atom, Axes
from core.importers.onnx.cuts import chosen, dropped, position, take
from core.importers.onnx.merges import concatenated
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading, integer, needs, whole_numbers
from core.importers.onnx.sizes import Dim, Size, UnknownSize, product
from core.importers.onnx.values import Aside, Const, Flow, Tips, Value
from core.nodes import Embedding

Moved = Flow | Tips
Inputs = Sequence[Value | None]


def integers(value: Value | None, node: Node) -> list[Dim]:
    """Whole numbers that the file holds, or sizes."""
    if not isinstance(value, Const) or value.array.dtype.kind not in "iuO":
        raise node.refuse("one of its inputs is not made of whole numbers that the file holds")
    return [each if isinstance(each, Size) else int(each) for each in value.array.flat]


def axes_given(node: Node, inputs: Inputs, at: int, name: str = "axes") -> list[int] | None:
    """Axes as an attribute, as they were, or as input number `at`, as they are by now."""
    if len(inputs) > at and inputs[at] is not None:
        return [each for each in integers(inputs[at], node) if isinstance(each, int)]
    return whole_numbers(node, name)


def axis_at(node: Node, at: int, rank: int) -> int:
    """An axis counted from the front. Raises UnsupportedModel for one that is not there."""
    if not -rank <= at < rank:
        raise node.refuse(f"there is no axis {at} in what it reads")
    return at % rank


def _moved(node: Node, inputs: Inputs) -> Moved:
    needs(node, 1)
    value = inputs[0]
    if not isinstance(value, Flow | Tips):
        found = value.what if isinstance(value, Aside) else "numbers of the file"
        raise node.refuse(f"it reads {found}")
    return value


def _transpose(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    value = _moved(node, inputs)
    rank = len(value.axes)
    order = whole_numbers(node, "perm")
    order = list(range(rank))[::-1] if order is None else order
    if sorted(order) != list(range(rank)):
        raise node.refuse(f"its perm {order} is no order of {rank} axes")
    return [replace(value, axes=tuple(value.axes[at] for at in order))]


def _reshape(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    value = _moved(node, inputs)
    needs(node, 2)
    before = onnx_axes.sizes(value.axes)
    zero = bool(integer(node, "allowzero", 0))
    target = onnx_axes.completed(integers(inputs[1], node), before, zero_is_zero=zero)
    return [_with_axes(value, onnx_axes.regrouped(value.axes, target))]


def _flatten(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    value = _moved(node, inputs)
    shape = onnx_axes.sizes(value.axes)
    at = integer(node, "axis", 1)
    at = at + len(shape) if at < 0 else at
    target = [product(shape[:at]), product(shape[at:])]
    return [_with_axes(value, onnx_axes.regrouped(value.axes, target))]


def _with_axes(value: Moved, axes: Axes) -> Moved:
    """With other axes, in which parts may have been split."""
    if isinstance(value, Tips):
        return value.with_parts(value.parts, axes)
    return replace(value, axes=axes)


def _squeeze(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    value = _moved(node, inputs)
    given = axes_given(node, inputs, 1)
    shape = onnx_axes.sizes(value.axes)
    if given is None:
        given = [at for at, size in enumerate(shape) if size == 1]
    for at in sorted({axis_at(node, at, len(shape)) for at in given}, reverse=True):
        value = dropped(value, at)
    return [value]


def _unsqueeze(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    value = _moved(node, inputs)
    given = axes_given(node, inputs, 1) or []
    rank = len(value.axes) + len(given)
    for at in sorted({axis_at(node, at, rank) for at in given}):
        value = replace(value, axes=onnx_axes.new_axis(at, value.axes))
    return [value]


def slices(node: Node, inputs: Inputs) -> list[tuple[int, Dim, Dim, Dim]]:
    """What a Slice cuts: axis, start, stop and step; as attributes before version 10."""
    starts: list[Dim]
    stops: list[Dim]
    if "starts" in node.attributes:
        starts = [*(whole_numbers(node, "starts") or [])]
        stops = [*(whole_numbers(node, "ends") or [])]
    else:
        needs(node, 3)
        starts, stops = integers(inputs[1], node), integers(inputs[2], node)
    given = axes_given(node, inputs, 3)
    axes = list(range(len(starts))) if given is None else given
    steps: list[Dim] = [1] * len(starts)
    if len(inputs) > 4 and inputs[4] is not None:
        steps = integers(inputs[4], node)
    if not len(axes) == len(starts) == len(stops) == len(steps):
        raise node.refuse("its starts, ends, axes and steps are not as many")
    return list(zip(axes, starts, stops, steps, strict=True))


def _slice(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    result: Value = _moved(node, inputs)
    for axis, start, stop, step in slices(node, inputs):
        if not isinstance(result, Flow | Tips):
            break
        axis = axis_at(node, axis, len(result.axes))
        size = product([atom.size for atom in result.axes[axis]])
        what = chosen(size, start=start, stop=stop, step=step)
        result = take(result, axis, what, node, reading)
    return [result]


def _gather(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 2)
    table, ids = inputs[0], inputs[1]
    axis = integer(node, "axis", 0)
    if isinstance(table, Const) and isinstance(ids, Flow):
        return [_embedded(table, ids, axis, node, reading)]
    value = _moved(node, inputs)
    axis = axis_at(node, axis, len(value.axes))
    wanted = integers(ids, node)
    if len(wanted) != 1 or not isinstance(ids, Const) or ids.array.ndim > 1:
        raise node.refuse("it takes several positions of an axis")
    size = product([atom.size for atom in value.axes[axis]])
    taken = take(value, axis, position(size, wanted[0]), node, reading)
    if isinstance(taken, Aside) or ids.array.ndim == 1:
        return [taken]
    return [dropped(taken, axis)]


def _embedded(table: Const, ids: Flow, axis: int, node: Node, reading: Reading) -> Flow:
    """Rows of a table by the ids that a text is made of."""
    weights = table.array
    if not ids.bare or axis != 0 or weights.ndim != 2 or weights.dtype.kind != "f":
        raise node.refuse("it looks up something else than rows of a table by ids of tokens")
    name = reading.name_for(node, weights=node.inputs[0])
    table_of = Embedding(name, np.array(weights))
    return reading.through(ids, table_of, (*ids.axes, (Atom(UNITS, weights.shape[1]),)))


def _split(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    value = _moved(node, inputs)
    axis = axis_at(node, integer(node, "axis", 0), len(value.axes))
    size = product([atom.size for atom in value.axes[axis]])
    wide = axes_given(node, inputs, 1, "split")
    if not isinstance(size, int):
        raise UnknownSize
    if wide is None:
        each = -(-size // len(node.outputs))
        wide = [min(each, size - each * at) for at in range(len(node.outputs))]
    if sum(wide) != size or min(wide) < 1 or len(wide) != len(node.outputs):
        raise node.refuse(f"it splits {size} into {wide}")
    ends = np.cumsum(wide).tolist()
    starts = [end - own for end, own in zip(ends, wide, strict=True)]
    cuts = [chosen(size, start=a, stop=b, step=1) for a, b in zip(starts, ends, strict=True)]
    return [take(value, axis, what, node, reading) for what in cuts]


def _concat(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    values = [each for each in inputs if each is not None]
    if len(values) == 1:
        return values
    moved = [each for each in values if isinstance(each, Flow | Tips)]
    rank = len(moved[0].axes) if moved else 1
    return [concatenated(values, axis_at(node, integer(node, "axis", 0), rank), node, reading)]


def _same(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    return [_moved(node, inputs)]


def _dropout(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    if len(inputs) > 2 and isinstance(inputs[2], Const) and inputs[2].array.any():
        raise node.refuse("it drops out while it answers (training_mode)")
    # The second output is the mask of what was kept; nobody asks for it.
    return [_moved(node, inputs), Aside("the mask of a Dropout")][: len(node.outputs)]


def _cast(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    value = _moved(node, inputs)
    floats = integer(node, "to", 1) in (1, 10, 11, 16)
    if not floats and (isinstance(value, Tips) or not value.bare):
        raise node.refuse("it makes whole numbers of what a layer gives")
    return [value]


STRUCTURE: dict[str, Callable[[Node, Inputs, Reading], Sequence[Value]]] = {
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Slice": _slice,
    "Gather": _gather,
    "Split": _split,
    "Concat": _concat,
    "Identity": _same,
    "Dropout": _dropout,
    "Cast": _cast,
}
"""Operation → what it makes of what it reads."""
