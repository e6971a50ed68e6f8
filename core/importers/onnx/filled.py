"""Arrays that hold one number over and over: described, and not made.

A few bytes may ask for terabytes of zeros, such as the states that a layer starts from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.activations import Array
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading, needs
from core.importers.onnx.sizes import product
from core.importers.onnx.structure import Inputs, integers
from core.importers.onnx.values import Aside, Const, Filled, Value

_SHORT = 64
"""As many numbers as a shape, or a list of axes, may have: so much is really made."""

_MOVES = {
    "Identity", "Cast", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Slice", "Gather", "Split",
    "Expand", "Tile", "Flatten",
}  # fmt: skip
_ONE_EACH: dict[str, Callable[[Array, Array], Array]] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": np.divide,
}


def of_one_number(node: Node, inputs: Inputs, filled: Filled) -> Filled:
    """What an operation makes of arrays of which one holds a single number, of whatever shape."""
    if node.op in _MOVES:
        return filled
    numbers = [_only_number(value) for value in inputs]
    if node.op in _ONE_EACH and len(numbers) == 2:
        one, other = numbers
        if one is not None and other is not None:
            with np.errstate(all="ignore"):
                return Filled(float(_ONE_EACH[node.op](np.asarray(one), np.asarray(other))))
    if node.op != "Concat" or None in numbers or len(set(numbers)) > 1:
        raise node.refuse("it calculates with an array of one number")
    return filled


def _only_number(value: Value | None) -> float | None:
    """The one number that an array holds over and over; None where it holds several."""
    if isinstance(value, Filled):
        return value.number
    if not isinstance(value, Const) or value.array.dtype.kind not in "iuf" or not value.array.size:
        return None
    first = value.array.flat[0]
    return float(first) if (value.array == first).all() else None


def of_shape(node: Node, inputs: Inputs) -> Value:
    """ConstantOfShape."""
    needs(node, 1)
    value = node.attributes.get("value", np.zeros(1, np.float32))
    if not isinstance(value, np.ndarray) or value.size != 1:
        raise node.refuse("its value is not one number")
    shape = integers(inputs[0], node)
    return _filled(value.reshape(()), shape)


def _filled(number: Array, shape: Sequence[Any]) -> Value:
    """The array if it is no longer than a shape, else what it is filled with."""
    if all(isinstance(side, int) and side >= 0 for side in shape) and math.prod(shape) <= _SHORT:
        return Const(np.full(list(shape), number))
    return Filled(float(number))


def expand(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    """Expand."""
    what, shape = two_of(node, arrays)
    target = integers(Const(shape), node)
    if what.size and (what == what.flat[0]).all():
        number = what.reshape(-1)[:1].reshape(())
        known = all(isinstance(side, int) and side >= 0 for side in target)
        if known:
            target = list(np.broadcast_shapes(what.shape, tuple(target)))  # type: ignore[arg-type]
        return [_filled(number, target)]
    # Different numbers: there is only one place for them, the states that a layer starts from.
    return [Aside("numbers repeated for each example", what)]


def tile(node: Node, arrays: Sequence[Array | None], reading: Reading) -> Sequence[Value]:
    """Tile."""
    what, times = two_of(node, arrays)
    if what.size and (what == what.flat[0]).all():
        many = integers(Const(times), node)
        sides = [product([side, time]) for side, time in zip(what.shape, many, strict=True)]
        return [_filled(what.reshape(-1)[:1].reshape(()), sides)]
    beside = np.delete(times, what.ndim - 2) if times.size == what.ndim > 1 else np.zeros(1)
    once = all(each == 1 for each in beside)  # along the examples alone
    return [Aside("numbers repeated for each example", what if once else None)]


def two_of(node: Node, arrays: Sequence[Array | None]) -> tuple[Array, Array]:
    """The two arrays that an operation needs. Raises UnsupportedModel where one is missing."""
    if len(arrays) < 2 or arrays[0] is None or arrays[1] is None:
        raise node.refuse("it needs two inputs")
    return arrays[0], arrays[1]
