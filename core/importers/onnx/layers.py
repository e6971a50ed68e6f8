"""Operations with a stage of their own: dense layers, activations, normalisation, pooling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from core.activations import Array
from core.importers.onnx import axes as onnx_axes
from core.importers.onnx.axes import ONE, UNITS, Atom, Axes
from core.importers.onnx.functions import FUNCTIONS, function_of, softmax_axis
from core.importers.onnx.merges import factor_of, halved, merged
from core.importers.onnx.proto import Node, axis_of
from core.importers.onnx.reading import Reading, integer, needs, number
from core.importers.onnx.recurrent import ONNX_CELLS, recurrent
from core.importers.onnx.sizes import product
from core.importers.onnx.structure import Inputs, axes_given, axis_at
from core.importers.onnx.values import Const, Flow, Tips, Value, settled
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Flatten,
    GlobalAveragePooling,
    GlobalMaxPooling,
    LayerNormalization,
    Part,
)


def _gemm(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 2)
    if integer(node, "transA", 0):
        raise node.refuse("it multiplies from the other side (transA)")
    kernel = _weights(inputs[1], node)
    kernel = kernel.T if integer(node, "transB", 0) else kernel
    bias = _weights(inputs[2], node) if len(inputs) > 2 and inputs[2] is not None else None
    alpha, beta = number(node, "alpha", 1), number(node, "beta", 1)
    with np.errstate(invalid="ignore", over="ignore"):  # the model refuses what comes of it
        kernel = kernel if alpha == 1 else (kernel * alpha).astype(kernel.dtype)
        if bias is not None and beta != 1:
            bias = (bias * beta).astype(bias.dtype)
    return [_dense(settled(inputs[0], node), kernel, bias, node, reading)]


def _matmul(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 2)
    if isinstance(inputs[0], Const):
        raise node.refuse("it multiplies weights by what a layer gives, not the other way round")
    return [_dense(settled(inputs[0], node), _weights(inputs[1], node), None, node, reading)]


def _dense(flow: Flow, kernel: Array, bias: Array | None, node: Node, reading: Reading) -> Flow:
    if kernel.ndim != 2:
        raise node.refuse(f"its weights have {kernel.ndim} axes, not two")
    features, units = kernel.shape
    flow = _features_last(flow, node, reading)
    wide = product([atom.size for atom in flow.axes[-1]])
    if isinstance(wide, int) and wide != features:
        raise node.refuse(f"it reads {wide} features and has weights for {features}")
    name = reading.name_for(node, weights=node.inputs[1])
    row = None if bias is None else _row(bias, units, node)
    stage = Dense(name, np.ascontiguousarray(kernel), row)
    axes: Axes = (*flow.axes[:-1], (Atom(UNITS, units),))
    return replace(flow, stages=(*flow.stages, stage), axes=axes)


def _features_last(flow: Flow, node: Node, reading: Reading) -> Flow:
    """The flow with nothing but features along its last axis; all steps side by side are one."""
    if not flow.axes:
        raise node.refuse("what it reads has no axes")
    last = [atom for atom in flow.axes[-1] if atom.label != ONE]
    labels = [atom.label for atom in last if atom.size != 1]
    if reading.time in labels and labels[0] == reading.time and UNITS in labels[-1:]:
        steps = last[0].size
        if not isinstance(steps, int) or reading.time in flow.flipped or flow.padded:
            raise node.refuse(
                "it reads all steps of a text side by side, whose number is not fixed"
            )
        stage = Flatten(reading.name_for(replace(node, name="flatten")), steps)
        return replace(flow, stages=(*flow.stages, stage))
    if len(last) > 1 and any(atom.label != UNITS for atom in last if atom.size != 1):
        raise node.refuse("what it reads has something else than features along its last axis")
    if reading.time in labels or reading.batch in labels:
        raise node.refuse("it reads along time, or from one text to another")
    return flow


def _only_features(flow: Flow, axis: int) -> bool:
    """Whether one axis counts features, and nothing else."""
    group = flow.axes[axis] if -len(flow.axes) <= axis < len(flow.axes) else ()
    labels = [atom.label for atom in group if atom.label != ONE]
    return labels in ([UNITS], [axis_of(flow.source, 2)])


def _row(array: Array, units: int, node: Node) -> Array:
    """A bias as (units,), however it is broadcast."""
    if array.size not in (1, units) or (array.size == units and array.shape[-1:] != (units,)):
        raise node.refuse(f"what it adds has the shape {array.shape}, not ({units},)")
    return np.broadcast_to(array.reshape(-1), units).copy()


def _add(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Add and Sub: of two directions, or of numbers of the file, which are a bias or a shift."""
    needs(node, 2)
    one, other = inputs[0], inputs[1]
    if node.op == "Add" and isinstance(one, Tips) and isinstance(other, Tips):
        return [merged(one, other, "sum", node)]
    const, value = (one, other) if isinstance(one, Const) else (other, one)
    if not isinstance(const, Const):
        raise node.refuse("it is not the sum of two directions of one layer")
    flow = settled(value, node)
    shift, scale = _along_features(_weights(const, node), flow, node), 1.0
    with np.errstate(invalid="ignore", over="ignore"):
        if node.op == "Sub":
            shift, scale = (shift, -1.0) if const is one else (-shift, 1.0)
        return [_scaled(flow, scale, shift, node, reading)]


def _mul(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
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
        scale = _along_features(_weights(const, node), flow, node)
        scale = 1 / scale if node.op == "Div" else scale
        return [_scaled(flow, scale, 0.0, node, reading)]


def _neg(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 1)
    return [_scaled(settled(inputs[0], node), -1.0, 0.0, node, reading)]


def _along_features(array: Array, flow: Flow, node: Node) -> Array:
    """Numbers that are broadcast along nothing but features, as one for each or one for all."""
    if array.size == 1:
        return array.reshape(())
    rank = len(flow.axes)
    if array.ndim <= rank:
        shape = (1,) * (rank - array.ndim) + array.shape
        (at, *more) = [axis for axis, side in enumerate(shape) if side != 1]
        if not more and _only_features(flow, at):
            return array.reshape(-1)
    raise node.refuse("it has numbers for another axis than that of the features")


def _scaled(
    flow: Flow, scale: Array | float, shift: Array | float, node: Node, reading: Reading
) -> Flow:
    """The flow times `scale`, plus `shift`: in the weights just before it, else in a stage apart.

    By themselves they are what is left of a batch normalisation whose constants have been folded.
    """
    stage = flow.stages[-1] if flow.stages else None
    if isinstance(stage, Dense) and stage.activation == "linear":
        rows = [_row(np.asarray(each), stage.outputs, node) for each in (scale, shift)]
        scale, shift = (each.astype(stage.kernel.dtype) for each in rows)
        bias = shift if stage.bias is None else stage.bias * scale + shift
        return _with_last(flow, replace(stage, kernel=stage.kernel * scale, bias=bias))
    width = _width(flow, node)
    gamma, beta = (
        np.array(_row(np.asarray(each, np.float32), width, node)) for each in (scale, shift)
    )
    if isinstance(stage, BatchNormalization) and _folded(stage):
        assert stage.gamma is not None
        assert stage.beta is not None
        beta = stage.beta * gamma + beta
        return _with_last(flow, replace(stage, gamma=stage.gamma * gamma, beta=beta))
    zero, one = np.zeros_like(gamma), np.ones_like(gamma)
    name = reading.name_for(replace(node, name="normalisation"))
    return _normalised(flow, BatchNormalization(name, zero, one, gamma, beta, epsilon=0.0))


def _folded(stage: BatchNormalization) -> bool:
    """Whether it is one that `_scaled` made."""
    plain = not stage.moving_mean.any() and bool((stage.moving_variance == 1).all())
    return plain and stage.epsilon == 0 and stage.gamma is not None and stage.beta is not None


def _width(flow: Flow, node: Node) -> int:
    """How many features there are."""
    for atom in (atom for group in flow.axes for atom in group):
        if atom.label in (UNITS, axis_of(flow.source, 2)) and isinstance(atom.size, int):
            return atom.size
    raise node.refuse("the number of features of what it reads is not known")


def _variadic(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Sum and Mean of two directions."""
    one, other = (*inputs, None, None)[:2]
    if len(inputs) != 2 or not isinstance(one, Tips) or not isinstance(other, Tips):
        raise node.refuse("it is none of a sum or a mean of two directions")
    return [merged(one, other, "sum" if node.op == "Sum" else "ave", node)]


def _activation(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 1)
    flow = settled(inputs[0], node)
    fitted = function_of(node)
    axis = softmax_axis(node, len(flow.axes), reading.version)
    if axis is not None and (axis != len(flow.axes) - 1 or not _only_features(flow, -1)):
        raise node.refuse("it adds up to one along another axis than that of the features")
    if not fitted.as_it_is:
        flow = _scaled(flow, fitted.slope, fitted.shift, node, reading)
    return [_activated(flow, fitted.name, node, reading)]


def _clip(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 1)
    bounds = [
        node.attributes.get(name, factor_of(inputs[at]) if len(inputs) > at else None)
        for at, name in ((1, "min"), (2, "max"))
    ]
    name = {(0, 6): "relu6", (-1, 1): "hard_tanh", (0, None): "relu"}.get(tuple(bounds))
    if name is None:
        raise node.refuse(f"it keeps numbers between {bounds[0]} and {bounds[1]}")
    return [_activated(settled(inputs[0], node), name, node, reading)]


def _activated(flow: Flow, name: str, node: Node, reading: Reading) -> Flow:
    """With an activation: that of the dense stage just before, or one of its own."""
    stage = flow.stages[-1] if flow.stages else None
    if isinstance(stage, Dense) and stage.activation == "linear":
        return _with_last(flow, replace(stage, activation=name))
    own = Activation(reading.name_for(node), name)
    return replace(flow, stages=(*flow.stages, own))


def _with_last(flow: Flow, stage: Part) -> Flow:
    return replace(flow, stages=(*flow.stages[:-1], stage))


def _layer_normalization(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 2)
    flow = _features_last(settled(inputs[0], node), node, reading)
    if axis_at(node, integer(node, "axis", -1), len(flow.axes)) != len(flow.axes) - 1:
        raise node.refuse("it normalises over more than the features")
    beta = _weights(inputs[2], node) if len(inputs) > 2 and inputs[2] is not None else None
    gamma = _weights(inputs[1], node)
    epsilon = number(node, "epsilon", 1e-5)
    name = reading.name_for(node, weights=node.inputs[1])
    return [_normalised(flow, LayerNormalization(name, gamma, beta, epsilon))]


def _batch_normalization(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 5)
    flow = settled(inputs[0], node)
    if integer(node, "training_mode", 0):
        raise node.refuse("it normalises by what it is given (training_mode)")
    if not _only_features(flow, 1):
        raise node.refuse("it normalises along another axis than that of the features")
    gamma, beta, mean, variance = (_weights(value, node) for value in inputs[1:5])
    name = reading.name_for(node, weights=node.inputs[1])
    epsilon = number(node, "epsilon", 1e-5)
    return [_normalised(flow, BatchNormalization(name, mean, variance, gamma, beta, epsilon))]


def _normalised(flow: Flow, stage: LayerNormalization | BatchNormalization) -> Flow:
    return replace(flow, stages=(*flow.stages, stage))


def _reduce(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """The greatest of all steps, or their mean."""
    needs(node, 1)
    flow = settled(inputs[0], node)
    if node.op.startswith("Global"):
        given, keep = list(range(2, len(flow.axes))), True
    else:
        given = axes_given(node, inputs, 1) or []
        keep = bool(integer(node, "keepdims", 1))
    axes = {axis_at(node, at, len(flow.axes)) for at in given}
    labels = [[atom.label for atom in flow.axes[at]] for at in axes]
    if labels != [[reading.time]] or not flow.unrolls or flow.step is not None:
        raise node.refuse("it goes over something else than the steps of a text")
    if flow.padded:
        raise node.refuse("it goes over texts of several lengths, and past the end of each")
    pooling = GlobalMaxPooling if node.op.endswith(("Max", "MaxPool")) else GlobalAveragePooling
    stage = pooling(reading.name_for(node))
    (at,) = axes
    rest = (*flow.axes[:at], *flow.axes[at + 1 :])
    if keep:
        rest = onnx_axes.new_axis(at, rest)
    return [replace(flow, stages=(*flow.stages, stage), axes=rest)]


def _weights(value: Value | None, node: Node) -> Array:
    if not isinstance(value, Const) or value.array.dtype.kind != "f":
        raise node.refuse("its weights are not numbers that the file holds")
    return value.array


_Run = Callable[[Node, Inputs, Reading], Sequence[Value]]

LAYERS: dict[str, _Run] = {
    **dict.fromkeys(ONNX_CELLS, recurrent),
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": _add,
    "Sub": _add,
    "Neg": _neg,
    "Mul": _mul,
    "Div": _mul,
    "Sum": _variadic,
    "Mean": _variadic,
    "Clip": _clip,
    "LayerNormalization": _layer_normalization,
    "BatchNormalization": _batch_normalization,
    "ReduceMax": _reduce,
    "ReduceMean": _reduce,
    "GlobalMaxPool": _reduce,
    "GlobalAveragePool": _reduce,
    **dict.fromkeys(FUNCTIONS, _activation),
}
"""Operation → what it makes of what it reads."""


def named(operations: Sequence[str]) -> str:
    """Operations in a sentence."""
    return ", ".join(sorted(operations))
