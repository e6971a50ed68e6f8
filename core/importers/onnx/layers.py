"""Operations with a node of their own: dense layers, activations, normalisation, pooling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from core.activations import Array
from core.importers.onnx import axes as onnx_axes
from core.importers.onnx.arithmetic import (
    add,
    multiply,
    negate,
    only_features,
    row_of,
    scaled,
    variadic,
    weights_of,
)
from core.importers.onnx.axes import ONE, UNITS, Atom, Axes
from core.importers.onnx.functions import FUNCTIONS, function_of, softmax_axis
from core.importers.onnx.merges import settled
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading, integer, needs, number
from core.importers.onnx.recurrent import ONNX_CELLS, recurrent
from core.importers.onnx.sizes import product
from core.importers.onnx.structure import Inputs, axes_given, axis_at
from core.importers.onnx.values import Const, Flow, Value
from core.importers.onnx.windows import convolve, pool
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Flatten,
    GlobalAveragePooling,
    GlobalMaxPooling,
    LayerNormalization,
)


def _gemm(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 2)
    if integer(node, "transA", 0):
        raise node.refuse("it multiplies from the other side (transA)")
    kernel = weights_of(inputs[1], node)
    kernel = kernel.T if integer(node, "transB", 0) else kernel
    bias = weights_of(inputs[2], node) if len(inputs) > 2 and inputs[2] is not None else None
    alpha, beta = number(node, "alpha", 1), number(node, "beta", 1)
    with np.errstate(invalid="ignore", over="ignore"):  # the model refuses what comes of it
        kernel = kernel if alpha == 1 else (kernel * alpha).astype(kernel.dtype)
        if bias is not None and beta != 1:
            bias = (bias * beta).astype(bias.dtype)
    return [_dense(settled(inputs[0], node, reading), kernel, bias, node, reading)]


def _matmul(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 2)
    if isinstance(inputs[0], Const):
        raise node.refuse("it multiplies weights by what a layer gives, not the other way round")
    return [
        _dense(settled(inputs[0], node, reading), weights_of(inputs[1], node), None, node, reading)
    ]


def _dense(flow: Flow, kernel: Array, bias: Array | None, node: Node, reading: Reading) -> Flow:
    if kernel.ndim != 2:
        raise node.refuse(f"its weights have {kernel.ndim} axes, not two")
    features, units = kernel.shape
    flow = _features_last(flow, node, reading)
    wide = product([atom.size for atom in flow.axes[-1]])
    if isinstance(wide, int) and wide != features:
        raise node.refuse(f"it reads {wide} features and has weights for {features}")
    name = reading.name_for(node, weights=node.inputs[1])
    row = None if bias is None else row_of(bias, units, node)
    axes: Axes = (*flow.axes[:-1], (Atom(UNITS, units),))
    return reading.through(flow, Dense(name, np.ascontiguousarray(kernel), row), axes)


def _features_last(flow: Flow, node: Node, reading: Reading) -> Flow:
    """The flow with nothing but features along its last axis; all steps side by side are one."""
    if not flow.axes:
        raise node.refuse("what it reads has no axes")
    last = [atom for atom in flow.axes[-1] if atom.label != ONE]
    labels = [atom.label for atom in last if atom.size != 1]
    times = [label for label in labels if reading.is_time(label)]
    if times and labels[0] == times[0] and UNITS in labels[-1:]:
        steps = last[0].size
        flipped = reading.axis(times[0]) in flow.flipped
        if not isinstance(steps, int) or flipped or flow.padded or flow.step:
            raise node.refuse(
                "it reads all steps of a text side by side, whose number is not fixed"
            )
        return reading.through(
            flow, Flatten(reading.name_for(replace(node, name="flatten")), steps)
        )
    if len(last) > 1 and any(atom.label != UNITS for atom in last if atom.size != 1):
        raise node.refuse("what it reads has something else than features along its last axis")
    if times or any(reading.is_batch(label) for label in labels):
        raise node.refuse("it reads along time, or from one text to another")
    return flow


def _activation(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 1)
    flow = settled(inputs[0], node, reading)
    fitted = function_of(node)
    axis = softmax_axis(node, len(flow.axes), reading.version)
    if axis is not None and (axis != len(flow.axes) - 1 or not only_features(flow, -1, reading)):
        raise node.refuse("it adds up to one along another axis than that of the features")
    if not fitted.as_it_is:
        flow = scaled(flow, fitted.slope, fitted.shift, node, reading)
    return [reading.through(flow, Activation(reading.name_for(node), fitted.name))]


def _clip(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 1)
    bounds = [
        node.attributes.get(name, factor_of(inputs[at]) if len(inputs) > at else None)
        for at, name in ((1, "min"), (2, "max"))
    ]
    name = {(0, 6): "relu6", (-1, 1): "hard_tanh", (0, None): "relu"}.get(tuple(bounds))
    if name is None:
        raise node.refuse(f"it keeps numbers between {bounds[0]} and {bounds[1]}")
    flow = settled(inputs[0], node, reading)
    return [reading.through(flow, Activation(reading.name_for(node), name))]


def _layer_normalization(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 2)
    flow = _features_last(settled(inputs[0], node, reading), node, reading)
    if axis_at(node, integer(node, "axis", -1), len(flow.axes)) != len(flow.axes) - 1:
        raise node.refuse("it normalises over more than the features")
    beta = weights_of(inputs[2], node) if len(inputs) > 2 and inputs[2] is not None else None
    gamma = weights_of(inputs[1], node)
    epsilon = number(node, "epsilon", 1e-5)
    name = reading.name_for(node, weights=node.inputs[1])
    return [reading.through(flow, LayerNormalization(name, gamma, beta, epsilon))]


def _batch_normalization(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    needs(node, 5)
    flow = settled(inputs[0], node, reading)
    if integer(node, "training_mode", 0):
        raise node.refuse("it normalises by what it is given (training_mode)")
    if not only_features(flow, 1, reading):
        raise node.refuse("it normalises along another axis than that of the features")
    gamma, beta, mean, variance = (weights_of(value, node) for value in inputs[1:5])
    name = reading.name_for(node, weights=node.inputs[1])
    epsilon = number(node, "epsilon", 1e-5)
    normalised = BatchNormalization(name, mean, variance, gamma, beta, epsilon)
    return [reading.through(flow, normalised)]


def _reduce(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """The greatest of all steps, or their mean."""
    needs(node, 1)
    flow = settled(inputs[0], node, reading)
    if node.op.startswith("Global"):
        given, keep = list(range(2, len(flow.axes))), True
    else:
        given = axes_given(node, inputs, 1) or []
        keep = bool(integer(node, "keepdims", 1))
    axes = {axis_at(node, at, len(flow.axes)) for at in given}
    over = [atom.label for at in axes for atom in flow.axes[at]]
    if (
        len(axes) != 1
        or len(over) != 1
        or not reading.is_time(over[0])
        or not flow.unrolls
        or flow.step is not None
    ):
        raise node.refuse("it goes over something else than the steps of a text")
    if flow.padded:
        raise node.refuse("it goes over texts of several lengths, and past the end of each")
    pooling = GlobalMaxPooling if node.op.endswith(("Max", "MaxPool")) else GlobalAveragePooling
    (at,) = axes
    rest = (*flow.axes[:at], *flow.axes[at + 1 :])
    if keep:
        rest = onnx_axes.new_axis(at, rest)
    return [reading.through(flow, pooling(reading.name_for(node)), rest)]


def factor_of(value: Value | None) -> float | None:
    """The one number of a constant, None for anything else."""
    if isinstance(value, Const) and value.array.size == 1 and value.array.dtype.kind in "fi":
        return float(value.array.item())
    return None


_Run = Callable[[Node, Inputs, Reading], Sequence[Value]]

LAYERS: dict[str, _Run] = {
    **dict.fromkeys(ONNX_CELLS, recurrent),
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": add,
    "Sub": add,
    "Neg": negate,
    "Mul": multiply,
    "Div": multiply,
    "Sum": variadic,
    "Mean": variadic,
    "Clip": _clip,
    "LayerNormalization": _layer_normalization,
    "BatchNormalization": _batch_normalization,
    "ReduceMax": _reduce,
    "ReduceMean": _reduce,
    "Conv": convolve,
    "MaxPool": pool,
    "AveragePool": pool,
    "GlobalMaxPool": _reduce,
    "GlobalAveragePool": _reduce,
    **dict.fromkeys(FUNCTIONS, _activation),
}
"""Operation → what it makes of what it reads."""


def named(operations: Sequence[str]) -> str:
    """Operations in a sentence."""
    return ", ".join(sorted(operations))
