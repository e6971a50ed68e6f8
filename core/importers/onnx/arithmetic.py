"""Sums and products: of branches of the graph, or with numbers that the file holds.

Numbers of the file are a bias, a scale or a shift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.activations import Array
from core.importers.onnx.axes import ONE, UNITS
from core.importers.onnx.merges import merged, settled
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading, needs
from core.importers.onnx.structure import Inputs
from core.importers.onnx.values import Const, Filled, Flow, Value
from core.nodes import Add, Average, BatchNormalization, Multiply


def add(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Add and Sub: of branches, or of numbers of the file, which are a bias or a shift."""
    needs(node, 2)
    one, other = map(_with_number, inputs[:2])
    const, value = (one, other) if isinstance(one, Const) else (other, one)
    if not isinstance(const, Const):
        if node.op == "Sub":
            other = scaled(settled(other, node, reading), -1.0, 0.0, node, reading)
        return [merged(Add, (one, other), node, reading)]
    flow = settled(value, node, reading)
    shift, scale = _along_features(weights_of(const, node), flow, node, reading), 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        if node.op == "Sub":
            shift, scale = (shift, -1.0) if const is one else (-shift, 1.0)
        return [scaled(flow, scale, shift, node, reading)]


def multiply(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Mul and Div: of branches, or by numbers of the file, which are a scale."""
    needs(node, 2)
    one, other = map(_with_number, inputs[:2])
    const, value = (one, other) if isinstance(one, Const) else (other, one)
    if node.op == "Mul" and not isinstance(const, Const):
        return [merged(Multiply, (one, other), node, reading)]
    if not isinstance(const, Const) or (const is one and node.op == "Div"):
        raise node.refuse("it divides by what a layer gives: none of a sum, a product or a mean")
    flow = settled(value, node, reading)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        scale = _along_features(weights_of(const, node), flow, node, reading)
        scale = 1 / scale if node.op == "Div" else scale
        return [scaled(flow, scale, 0.0, node, reading)]


def variadic(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Sum and Mean of branches."""
    needs(node, 1)
    if len(inputs) == 1:
        return [settled(inputs[0], node, reading)]
    return [merged(Add if node.op == "Sum" else Average, inputs, node, reading)]


def _with_number(value: Value | None) -> Value | None:
    """An array of one number as that number, which does the same."""
    return Const(np.array([value.number], np.float32)) if isinstance(value, Filled) else value


def negate(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Neg."""
    needs(node, 1)
    return [scaled(settled(inputs[0], node, reading), -1.0, 0.0, node, reading)]


def _along_features(array: Array, flow: Flow, node: Node, reading: Reading) -> Array:
    """Numbers that are broadcast along nothing but features, as one for each or one for all."""
    rank = len(flow.axes)
    if array.ndim <= rank:
        if array.size == 1:
            return array.reshape(())
        shape = (1,) * (rank - array.ndim) + array.shape
        (at, *more) = [axis for axis, side in enumerate(shape) if side != 1]
        if not more and only_features(flow, at, reading):
            return array.reshape(-1)
    raise node.refuse("it has numbers for another axis than that of the features")


def scaled(
    flow: Flow, scale: Array | float, shift: Array | float, node: Node, reading: Reading
) -> Flow:
    """The flow times `scale`, plus `shift`, as a normalisation whose moments are 0 and 1.

    It is what is left of one whose constants were folded; `fused` gives the numbers to weights
    that stand before it, if there are any.
    """
    width = _width(flow, node, reading)
    gamma, beta = (row_of(np.asarray(each, np.float32), width, node) for each in (scale, shift))
    zero, one = np.zeros_like(gamma), np.ones_like(gamma)
    name = reading.name_for(replace(node, name="normalisation"))
    return reading.through(flow, BatchNormalization(name, zero, one, gamma, beta, epsilon=0.0))


def _width(flow: Flow, node: Node, reading: Reading) -> int:
    """How many features there are."""
    for atom in (atom for group in flow.axes for atom in group):
        if _counts_features(atom.label, flow, reading) and isinstance(atom.size, int):
            return atom.size
    raise node.refuse("the number of features of what it reads is not known")


def only_features(flow: Flow, axis: int, reading: Reading) -> bool:
    """Whether one axis counts features, and nothing else."""
    group = flow.axes[axis] if -len(flow.axes) <= axis < len(flow.axes) else ()
    labels = [atom.label for atom in group if atom.label != ONE]
    return len(labels) == 1 and _counts_features(labels[0], flow, reading)


def _counts_features(label: str, flow: Flow, reading: Reading) -> bool:
    """Whether it is the axis of features: that of units, if the flow has come through any."""
    if any(atom.label == UNITS for group in flow.axes for atom in group):
        return label == UNITS
    return reading.is_features(label, flow.source)


def row_of(array: Array, units: int, node: Node) -> Array:
    """A bias as (units,), however it is broadcast."""
    whole = array.size == units and array.shape[-1:] == (units,)
    if not whole and array.size != 1:
        raise node.refuse(f"what it adds has the shape {array.shape}, not ({units},)")
    return np.broadcast_to(array.reshape(-1), units).copy()


def weights_of(value: Value | None, node: Node) -> Array:
    """Numbers that the file holds. Raises UnsupportedModel for anything else."""
    if not isinstance(value, Const) or value.array.dtype.kind != "f":
        raise node.refuse("its weights are not numbers that the file holds")
    return value.array
