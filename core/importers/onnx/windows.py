"""Conv, MaxPool and AveragePool along the text, where they are exactly what a node here does.

    X (batch, features, time), W (filters, features, size)

Padding is none, all before (causal), or as much on both sides as keeps the number of steps; where
it is one short, that one stands before, as in TensorFlow. Anything else is refused by its name.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.importers.onnx.arithmetic import weights_of
from core.importers.onnx.axes import ONE, UNITS, Atom, Axes, Group
from core.importers.onnx.merges import settled
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading, needs, text, whole_numbers
from core.importers.onnx.sizes import Size
from core.importers.onnx.structure import Inputs
from core.importers.onnx.values import Flow, Value
from core.nodes import AveragePooling1D, Conv1D, MaxPooling1D


def convolve(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Conv of one axis."""
    needs(node, 2)
    flow = _turned(node, inputs, reading)
    weights = weights_of(inputs[1], node)
    if weights.ndim != 3:
        raise node.refuse(f"its weights have {weights.ndim} axes, not three")
    filters, features, size = weights.shape
    if whole_numbers(node, "kernel_shape") not in (None, [size]):
        raise node.refuse("its kernel_shape is not that of its weights")
    bias = weights_of(inputs[2], node) if len(inputs) > 2 and inputs[2] is not None else None
    if bias is not None and bias.shape != (filters,):
        raise node.refuse(f"its bias has the shape {bias.shape}, not ({filters},)")
    stride, dilation = _one(node, "strides"), _one(node, "dilations")
    reach = dilation * (size - 1) + 1
    padding = _padding(node, reach, stride)
    name = reading.name_for(node, weights=node.inputs[1])
    kernel = np.ascontiguousarray(weights.transpose(2, 1, 0))
    made = Conv1D(name, kernel, bias, "linear", stride, dilation, padding)
    same = stride == 1 and padding != "valid"
    axes = _axes(flow, node, reading, wide=(Atom(UNITS, filters),), same=same)
    wide = [atom.size for atom in flow.axes[1]]
    if wide != [features] and not any(isinstance(each, Size) for each in wide):
        raise node.refuse(f"it reads {wide} features and has weights for {features}")
    return [reading.through(flow, made, axes)]


def pool(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """MaxPool and AveragePool of one axis."""
    needs(node, 1)
    flow = _turned(node, inputs, reading)
    size = _one(node, "kernel_shape")
    stride = _one(node, "strides")
    padding = _padding(node, size, stride)
    if padding == "causal":
        raise node.refuse("it pads before the text alone")
    if len(node.outputs) > 1 and any(node.outputs[1:]):
        raise node.refuse("it is asked where the greatest stood (Indices)")
    kind = MaxPooling1D if node.op == "MaxPool" else AveragePooling1D
    made = kind(reading.name_for(node), size, stride, padding)
    same = stride == 1 and padding != "valid"
    axes = _axes(flow, node, reading, wide=flow.axes[1], same=same)
    return [reading.through(flow, made, axes)]


def _turned(node: Node, inputs: Inputs, reading: Reading) -> Flow:
    """What it reads, (batch, features, time), and that these are so."""
    flow = settled(inputs[0], node, reading)
    if len(flow.axes) != 3:
        raise node.refuse(f"it goes over an array of {len(flow.axes)} axes, not of three")
    batch, features, time = ([a for a in group if a.label != ONE] for group in flow.axes)
    if len(features) != 1 or len(time) != 1 or len(batch) > 1 or flow.step or flow.flipped:
        raise node.refuse("what it goes over is not the steps of a text")
    if flow.padded:
        raise node.refuse("it goes over texts of several lengths, and past the end of each")
    if not reading.is_features(features[0].label, flow.source):
        raise node.refuse("its channels are not the features of each step")
    reading.settle_axes(tuple(time), tuple(batch) or flow.axes[0], node)
    return flow


def _axes(flow: Flow, node: Node, reading: Reading, *, wide: Group, same: bool) -> Axes:
    """The axes of what comes out; the steps are others unless there is one out for each."""
    steps = flow.axes[2]
    if not same:
        label = f"steps of {node.at}"
        reading.times.add(label)
        steps = (Atom(label, Size(1, (label,))),)
    return (flow.axes[0], wide, steps)


def _one(node: Node, name: str) -> int:
    """A setting of one axis; 1 where it is not given."""
    value = whole_numbers(node, name) or [1]
    if len(value) != 1 or value[0] < 1:
        raise node.refuse(f"its {name} is not one number from 1")
    return value[0]


def _padding(node: Node, reach: int, stride: int) -> str:
    """The padding by its name here."""
    how = text(node, "auto_pad", "NOTSET")
    if how == "SAME_UPPER":
        return "same"
    if how not in ("NOTSET", "VALID", ""):
        raise node.refuse(f"it pads by {how} (auto_pad)")
    pads = [0, 0] if how == "VALID" else whole_numbers(node, "pads") or [0, 0]
    known: dict[tuple[int, ...], str] = {(0, 0): "valid", (reach - 1, 0): "causal"}
    if stride == 1:
        known[(reach - 1) // 2, reach - 1 - (reach - 1) // 2] = "same"
    if (padding := known.get(tuple(pads))) is None:
        raise node.refuse(f"it pads by {pads} (pads)")
    return "valid" if reach == 1 else padding
