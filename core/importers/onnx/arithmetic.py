"""Sums and products: of the two directions of a layer, or with numbers that the file holds.

Numbers of the file are a bias, a scale or a shift. Where weights stand just before, they take them
over; by themselves they are what is left of a batch normalisation whose constants were folded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.activations import Array
from core.importers.onnx.axes import ONE, UNITS
from core.importers.onnx.merges import factor_of, halved, merged
from core.importers.onnx.proto import Node, axis_of
from core.importers.onnx.reading import Reading, needs
from core.importers.onnx.structure import Inputs
from core.importers.onnx.values import Const, Flow, Tips, Value, settled
from core.nodes import BatchNormalization, Dense, Part


def add(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Add and Sub: of two directions, or of numbers of the file, which are a bias or a shift."""
    needs(node, 2)
    one, other = inputs[0], inputs[1]
    if node.op == "Add" and isinstance(one, Tips) and isinstance(other, Tips):
        return [merged(one, other, "sum", node)]
    const, value = (one, other) if isinstance(one, Const) else (other, one)
    if not isinstance(const, Const):
        raise node.refuse("it is not the sum of two directions of one layer")
    flow = settled(value, node)
    shift, scale = _along_features(weights_of(const, node), flow, node), 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        if node.op == "Sub":
            shift, scale = (shift, -1.0) if const is one else (-shift, 1.0)
        return [scaled(flow, scale, shift, node, reading)]


def multiply(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Mul and Div: of two directions, or by numbers of the file, which are a scale."""
    needs(node, 2)
    one, other = inputs[0], inputs[1]
    if node.op == "Mul" and isinstance(one, Tips) and isinstance(other, Tips):
        return [merged(one, other, "mul", node)]
    const, value = (one, other) if isinstance(one, Const) else (other, one)
    if not isinstance(const, Const) or (const is one and node.op == "Div"):
        raise node.refuse("it is none of a sum, a product or a mean of two directions")
    factor = factor_of(const)
    if factor and isinstance(value, Flow):
        half = halved(value, 1 / factor if node.op == "Div" else factor)
        if half is not None:
            return [half]
    flow = settled(value, node)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        scale = _along_features(weights_of(const, node), flow, node)
        scale = 1 / scale if node.op == "Div" else scale
        return [scaled(flow, scale, 0.0, node, reading)]


def negate(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Neg."""
    needs(node, 1)
    return [scaled(settled(inputs[0], node), -1.0, 0.0, node, reading)]


def _along_features(array: Array, flow: Flow, node: Node) -> Array:
    """Numbers that are broadcast along nothing but features, as one for each or one for all."""
    if array.size == 1:
        return array.reshape(())
    rank = len(flow.axes)
    if array.ndim <= rank:
        shape = (1,) * (rank - array.ndim) + array.shape
        (at, *more) = [axis for axis, side in enumerate(shape) if side != 1]
        if not more and only_features(flow, at):
            return array.reshape(-1)
    raise node.refuse("it has numbers for another axis than that of the features")


def scaled(
    flow: Flow, scale: Array | float, shift: Array | float, node: Node, reading: Reading
) -> Flow:
    """The flow times `scale`, plus `shift`: in the weights just before it, else in a stage apart.

    By themselves they are what is left of a batch normalisation whose constants have been folded.
    """
    stage = flow.stages[-1] if flow.stages else None
    if isinstance(stage, Dense) and stage.activation == "linear":
        rows = [row_of(np.asarray(each), stage.outputs, node) for each in (scale, shift)]
        scale, shift = (each.astype(stage.kernel.dtype) for each in rows)
        bias = shift if stage.bias is None else stage.bias * scale + shift
        return with_last(flow, replace(stage, kernel=stage.kernel * scale, bias=bias))
    width = _width(flow, node)
    gamma, beta = (
        np.array(row_of(np.asarray(each, np.float32), width, node)) for each in (scale, shift)
    )
    if isinstance(stage, BatchNormalization) and _folded(stage):
        assert stage.gamma is not None
        assert stage.beta is not None
        beta = stage.beta * gamma + beta
        return with_last(flow, replace(stage, gamma=stage.gamma * gamma, beta=beta))
    zero, one = np.zeros_like(gamma), np.ones_like(gamma)
    name = reading.name_for(replace(node, name="normalisation"))
    folded = BatchNormalization(name, zero, one, gamma, beta, epsilon=0.0)
    return replace(flow, stages=(*flow.stages, folded))


def _folded(stage: BatchNormalization) -> bool:
    """Whether it is one that `scaled` made."""
    plain = not stage.moving_mean.any() and bool((stage.moving_variance == 1).all())
    return plain and stage.epsilon == 0 and stage.gamma is not None and stage.beta is not None


def _width(flow: Flow, node: Node) -> int:
    """How many features there are."""
    for atom in (atom for group in flow.axes for atom in group):
        if atom.label in (UNITS, axis_of(flow.source, 2)) and isinstance(atom.size, int):
            return atom.size
    raise node.refuse("the number of features of what it reads is not known")


def variadic(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Sum and Mean of two directions."""
    one, other = (*inputs, None, None)[:2]
    if len(inputs) != 2 or not isinstance(one, Tips) or not isinstance(other, Tips):
        raise node.refuse("it is none of a sum or a mean of two directions")
    return [merged(one, other, "sum" if node.op == "Sum" else "ave", node)]


def with_last(flow: Flow, stage: Part) -> Flow:
    """The flow with another last stage."""
    return replace(flow, stages=(*flow.stages[:-1], stage))


def only_features(flow: Flow, axis: int) -> bool:
    """Whether one axis counts features, and nothing else."""
    group = flow.axes[axis] if -len(flow.axes) <= axis < len(flow.axes) else ()
    labels = [atom.label for atom in group if atom.label != ONE]
    return labels in ([UNITS], [axis_of(flow.source, 2)])


def row_of(array: Array, units: int, node: Node) -> Array:
    """A bias as (units,), however it is broadcast."""
    if array.size not in (1, units) or (array.size == units and array.shape[-1:] != (units,)):
        raise node.refuse(f"what it adds has the shape {array.shape}, not ({units},)")
    return np.broadcast_to(array.reshape(-1), units).copy()


def weights_of(value: Value | None, node: Node) -> Array:
    """Numbers that the file holds. Raises UnsupportedModel for anything else."""
    if not isinstance(value, Const) or value.array.dtype.kind != "f":
        raise node.refuse("its weights are not numbers that the file holds")
    return value.array
