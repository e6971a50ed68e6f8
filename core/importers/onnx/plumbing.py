"""Operations on what the file holds: weights laid out anew, shapes put together from shapes.

Exporters leave such work in the graph: gates cut apart and joined again, the shape of zeros that an
LSTM starts from. It is done here with NumPy, on numbers of the file and on `Size`s alone; an array
that a graph would make out of nothing (ConstantOfShape, Expand) is not made, only described.
What is made is counted against the bounds on the file beforehand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.activations import Array
from core.errors import CoreError
from core.importers.onnx import axes as onnx_axes
from core.importers.onnx.filled import expand, of_one_number, of_shape, tile, two_of
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading, integer, needs
from core.importers.onnx.sizes import Dim, Size, UnknownSize, product
from core.importers.onnx.structure import Inputs, axes_given, axis_at, integers, slices
from core.importers.onnx.values import Const, Filled, Flow, Tips, Value

# ONNX's number of a type → NumPy's.
_CASTS: dict[int, Any] = {
    1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float32, 11: np.float64,
    16: np.float32,
}  # fmt: skip


def plumbed(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value] | None:
    """What the operation makes of numbers of the file; None if it is not about them alone.

    Raises UnsupportedModel naming an operation that is not read.
    """
    if node.op == "Shape":
        return [_shape(node, inputs)]
    if any(not isinstance(value, Const | Filled | None) for value in inputs):
        return None
    if node.op == "Constant":
        return [_constant(node)]
    if node.op == "ConstantOfShape":
        return [of_shape(node, inputs)]
    filled = next((value for value in inputs if isinstance(value, Filled)), None)
    if filled is not None:
        return [of_one_number(node, inputs, filled)] * len(node.outputs)
    if node.op not in _ARRAYS:
        return None
    arrays = [None if value is None else _array(value) for value in inputs]
    try:
        with np.errstate(all="ignore"):
            made = _ARRAYS[node.op](node, arrays, reading)
    except (CoreError, UnknownSize):
        raise
    except (ValueError, IndexError, TypeError, OverflowError) as error:
        raise node.refuse("what it reads does not fit together") from error
    return made


def _array(value: Value) -> Array:
    assert isinstance(value, Const)
    return value.array


def _shape(node: Node, inputs: Inputs) -> Const:
    needs(node, 1)
    match inputs[0]:
        case Flow(axes=axes) | Tips(axes=axes):
            found = onnx_axes.sizes(axes)
        case Const(array=array):
            found = list(array.shape)
        case _:
            raise node.refuse("the shape that it asks for is not known")
    end = integer(node, "end", len(found))
    return Const(_sizes(found[integer(node, "start", 0) : end]))


def _sizes(found: Sequence[Any]) -> Array:
    if any(isinstance(each, Size) for each in found):
        array = np.empty(len(found), object)
        array[:] = found
        return array
    return np.array(found, np.int64)


def _constant(node: Node) -> Const:
    found = node.attributes
    for name, kind in (("value_int", np.int64), ("value_float", np.float32)):
        for key in (name, f"{name}s"):
            if key in found:
                return Const(np.array(found[key], kind))
    if not isinstance(found.get("value"), np.ndarray):
        raise node.refuse("its value is not made of numbers")
    return Const(found["value"])


def _one(node: Node, arrays: Sequence[Array | None]) -> Array:
    if not arrays or arrays[0] is None:
        raise node.refuse("it needs an input")
    return arrays[0]


def _pairwise(function: Callable[[Array, Array], Array]) -> Any:
    def run(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
        one, other = two_of(node, arrays)
        shape = np.broadcast_shapes(one.shape, other.shape)
        reading.graph.tally.add(list(shape), entry=node.name)
        return [Const(np.asarray(function(one, other)))]

    return run


def _quotient(one: Array, other: Array) -> Array:
    """Whole numbers are divided as in ONNX: towards zero."""
    if one.dtype.kind in "iu" and other.dtype.kind in "iu":
        if not other.all():
            raise ValueError
        return (np.sign(one) * np.sign(other) * (abs(one) // abs(other))).astype(one.dtype)
    return one // other if "O" in (one.dtype.kind, other.dtype.kind) else one / other


def _cast(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    array, to = _one(node, arrays), integer(node, "to", 1)
    if to not in _CASTS:
        raise node.refuse(f"it asks for numbers of the type {to}")
    if array.dtype.kind == "O":
        return [Const(array)]
    reading.graph.tally.add(list(array.shape), entry=node.name)
    return [Const(array.astype(_CASTS[to]))]


def _transpose(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    order = node.attributes.get("perm")
    return [Const(_one(node, arrays).transpose(order))]


def _reshape(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    array, shape = two_of(node, arrays)
    zero = bool(integer(node, "allowzero", 0))
    before: list[Dim] = list(array.shape)
    target = onnx_axes.completed(integers(Const(shape), node), before, zero_is_zero=zero)
    return [Const(array.reshape([side for side in target if isinstance(side, int)]))]


def _squeeze(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    array = _one(node, arrays)
    given = _axes(node, arrays, 1)
    return [Const(array.squeeze(None if given is None else tuple(given)))]


def _unsqueeze(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    return [Const(np.expand_dims(_one(node, arrays), tuple(_axes(node, arrays, 1) or ())))]


def _axes(node: Node, arrays: Sequence[Array | None], at: int) -> list[int] | None:
    values = [None if array is None else Const(array) for array in arrays]
    return axes_given(node, values, at)


def _slice(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    array = _one(node, arrays)
    bounds = slices(node, [None if each is None else Const(each) for each in arrays])
    cuts = [slice(None)] * array.ndim
    for axis, start, stop, step in bounds:
        if isinstance(start, Size) or isinstance(stop, Size) or isinstance(step, Size):
            raise UnknownSize
        # With a step back, a bound far below zero means: to the very first.
        end = None if step < 0 and stop < -array.shape[axis] else stop
        cuts[axis] = slice(start, end, step)
    return [Const(array[tuple(cuts)])]


def _gather(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    array, wanted = two_of(node, arrays)
    axis = axis_at(node, integer(node, "axis", 0), array.ndim)
    shape = (*array.shape[:axis], *wanted.shape, *array.shape[axis + 1 :])
    reading.graph.tally.add(list(shape), entry=node.name)
    taken = np.take(array, wanted.astype(np.int64), axis=axis)
    if array.dtype.kind == "O" and wanted.ndim == 0 and array.ndim == 1:
        taken = np.array(taken, object)
    return [Const(taken)]


def _concat(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    given = [array for array in arrays if array is not None]
    axis = axis_at(node, integer(node, "axis", 0), given[0].ndim)
    shape = list(given[0].shape)
    shape[axis] = sum(array.shape[axis] for array in given)
    reading.graph.tally.add(shape, entry=node.name)
    return [Const(np.concatenate(given, axis=axis))]


def _split(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    array = _one(node, arrays)
    axis = axis_at(node, integer(node, "axis", 0), array.ndim)
    wide = _axes(node, arrays, 1) or node.attributes.get("split")
    if wide is None:
        # All parts alike but the last, which may be smaller.
        each = -(-array.shape[axis] // len(node.outputs))
        ends = [each * at for at in range(1, len(node.outputs))]
        return [Const(part) for part in np.split(array, ends, axis=axis)]
    if sum(wide) != array.shape[axis] or min(wide) < 0 or len(wide) != len(node.outputs):
        raise ValueError
    return [Const(each) for each in np.split(array, np.cumsum(wide)[:-1], axis=axis)]


def _where(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    which, *rest = arrays
    one, other = two_of(node, rest)
    if which is None:
        raise ValueError
    shape = np.broadcast_shapes(which.shape, one.shape, other.shape)
    reading.graph.tally.add(list(shape), entry=node.name)
    return [Const(np.where(which.astype(bool), one, other))]


def _product(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    """Of all sizes in a row, as tf2onnx joins axes."""
    array = _one(node, arrays)
    axes = _axes(node, arrays, 1)
    if array.ndim != 1 or array.dtype.kind not in "iO" or (axes or [0])[0] not in (0, -1):
        raise node.refuse("it multiplies something else than the sizes of a shape")
    found = _sizes([product(integers(Const(array), node))])
    return [Const(found if integer(node, "keepdims", 1) else found.reshape(()))]


def _dequantise(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    """(x − zero) · scale: weights that are kept in eight bits, as they are counted on."""
    array, scale = two_of(node, arrays)
    zero = arrays[2] if len(arrays) > 2 and arrays[2] is not None else np.zeros_like(scale)
    if array.dtype.kind not in "iu" or scale.dtype.kind != "f" or zero.shape != scale.shape:
        raise node.refuse("its numbers are not whole ones with a scale")
    sides = [1] * array.ndim
    if scale.ndim:
        sides[axis_at(node, integer(node, "axis", 1), array.ndim)] = scale.size
    reading.graph.tally.add(list(array.shape), entry=node.name)
    whole = array.astype(np.int64) - zero.astype(np.int64).reshape(sides)
    return [Const((whole * scale.reshape(sides)).astype(scale.dtype))]


def _identity(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    return [Const(_one(node, arrays))]


_Run = Callable[[Node, Sequence[Array | None], Reading], Sequence[Value]]

_ARRAYS: dict[str, _Run] = {
    "Identity": _identity,
    "DequantizeLinear": _dequantise,
    "Cast": _cast,
    "Transpose": _transpose,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Slice": _slice,
    "Gather": _gather,
    "Concat": _concat,
    "Split": _split,
    "Expand": expand,
    "Tile": tile,
    "Where": _where,
    "Add": _pairwise(np.add),
    "Sub": _pairwise(np.subtract),
    "Mul": _pairwise(np.multiply),
    "Div": _pairwise(_quotient),
    "Equal": _pairwise(np.equal),
    "ReduceProd": _product,
}
