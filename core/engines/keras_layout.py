"""How Keras lays the weights of a recurrent layer side by side: the one place that knows.

Keras keeps `kernel` (features, gates·units), `recurrent_kernel` (units, gates·units) and `bias`
(gates·units,), gates in the order that the cell's twin declares: LSTM i f c o, GRU z r h. A cell
with a recurrent bias (GRU, reset_after) has a bias of (2, gates·units): beside the input, then
beside the hidden state. A cell without a twin is run by a class that is built from its equations
(`keras_cell.py`), which keeps each kind of weight as one array, gates in the order of `maps`. Used
by the bridge to Keras, by the readers of Keras's files, and by the Keras engine; needs no Keras.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core import cells
from core.activations import Array, number_of
from core.cells import Cell, Weight
from core.errors import ShapeMismatch, UnsupportedModel
from core.nodes import (
    NODES,
    Activation,
    AdditiveAttention,
    Attention,
    AveragePooling1D,
    BatchNormalization,
    Conv1D,
    Dense,
    Embedding,
    Layer,
    LayerNormalization,
    Masking,
    MaxPooling1D,
    Node,
    Permute,
    RepeatVector,
    Reshape,
    UpSampling1D,
)

KERAS_CELLS = {cell.keras.layer: cell for cell in cells.CELLS.values() if cell.keras}
"""The name of Keras's layer → cell."""

OURS = "unrolled>EquationCell"
"""What the class of cells without a twin is registered as; its config says which cell it is."""

KERAS_NODES = {
    kind: node.title for kind, node in NODES.items() if kind not in ("input", "recurrent")
}
"""Kind of a node without a loop → the name of Keras's layer."""

_NUMBERED = {"leaky_relu": ("LeakyReLU", "negative_slope"), "elu": ("ELU", "alpha")}
"""Activation with a number of its own → Keras's layer, and what it calls the number."""

_VARIABLES = (
    "weights", "kernel", "bias", "scale", "concat_score_weight", "gamma", "beta", "moving_mean",
    "moving_variance",
)  # fmt: skip
"""Weights of nodes without a loop, in the order in which Keras's layers keep them."""


def keras_variables(cell: Cell, options: Mapping[str, bool], *, biased: bool) -> tuple[str, ...]:
    """The names of the variables of its Keras cell, in Keras's order."""
    if cell.keras is not None:
        return ("kernel", "recurrent_kernel", *(("bias",) if biased else ()))
    return tuple(w.name for w in cell.weights(options) if biased or not w.optional)


def gates_from_keras(
    cell: Cell, arrays: Mapping[str, Array], *, name: str, options: Mapping[str, bool]
) -> dict[str, dict[str, Array]]:
    """The weights of a Keras layer by gate and name, copied.

    `arrays` are its variables by name; `name` is the layer's, for the message. Raises
    ShapeMismatch where an array is not laid out as the cell's units ask for.
    """
    order = cell.keras.order if cell.keras else cell.maps
    declared = cell.weights(options)
    last = arrays["kernel"].shape[-1] if arrays["kernel"].ndim else 0
    units = last // len(order)
    recurrent = arrays.get("recurrent_kernel")
    if recurrent is not None:
        units = recurrent.shape[0] if recurrent.ndim == 2 else 0
    sizes = {"features": arrays["kernel"].shape[0] if last else 0, "units": units}
    stacked = dict(arrays)
    if cell.keras and "bias" in stacked and "recurrent_bias" in {w.name for w in declared}:
        _check(f"{name}/bias", stacked["bias"], (2, len(order) * units))
        stacked["bias"], stacked["recurrent_bias"] = stacked["bias"]
    for weight in declared:
        if weight.name in stacked:
            shape = tuple(sizes[axis] for axis in weight.shape)
            wide = (*shape[:-1], len(order) * shape[-1])
            _check(f"{name}/{weight.name}", stacked[weight.name], wide)
    return {
        gate: {
            weight: stacked[weight][..., at * units : (at + 1) * units].copy()
            for weight in cell.weights_of(gate, options)
            if weight in stacked
        }
        for at, gate in enumerate(order)
    }


def keras_weights(node: Node) -> list[Array]:
    """What the `set_weights` of the Keras layer (or cell) takes.

    For a recurrent layer kernel, recurrent kernel, and bias if there is any; where only some
    gates have a bias, the others get zeros: to Keras it is one array.
    """
    if not isinstance(node, Layer):
        weights = node.parameters()
        full = (f"{node.name}/{variable}" for variable in _VARIABLES)
        return [weights[name] for name in full if name in weights]
    cell = cells.get(node.cell)
    by_name = {}
    for weight in cell.weights(node.options):
        if weight.optional and not node.biased:
            continue
        order = cell.keras.order if cell.keras else cell.maps
        by_name[weight.name] = _row(node, weight, order)
    if cell.keras and "recurrent_bias" in by_name:
        by_name["bias"] = np.stack([by_name["bias"], by_name["recurrent_bias"]])
    names = keras_variables(cell, node.options, biased=node.biased)
    return [by_name[name] for name in names]


def keras_settings(node: Node) -> dict[str, Any]:
    """What the constructor of the Keras layer (or cell) takes, but for directions and names."""
    match node:
        case Embedding():
            rows, features = node.weights.shape
            return {"input_dim": rows, "output_dim": features, "mask_zero": node.mask_zero}
        case Dense():
            use_bias = node.bias is not None
            return {"units": node.outputs, "activation": _by_name(node), "use_bias": use_bias}
        case Activation():
            if (own := number_of(node.activation)) is not None:
                return {_NUMBERED[own[0]][1]: own[1]}
            return {"activation": node.activation}
        case LayerNormalization() | BatchNormalization():
            parts = {"center": node.beta is not None, "scale": node.gamma is not None}
            return {"epsilon": node.epsilon, **parts}
        case Masking():
            return {"mask_value": node.value}
        case Conv1D():
            return {
                "filters": node.outputs,
                "kernel_size": len(node.kernel),
                "strides": node.stride,
                "dilation_rate": node.dilation,
                "padding": node.padding,
                "activation": _by_name(node),
                "use_bias": node.bias is not None,
            }
        case MaxPooling1D() | AveragePooling1D():
            return {"pool_size": node.size, "strides": node.stride, "padding": node.padding}
        case UpSampling1D():
            return {"size": node.size}
        case RepeatVector():
            return {"n": node.steps}
        case Reshape():
            return {"target_shape": node.shape}
        case Permute():
            return {"dims": (2, 1)}
        case Attention():
            return {"use_scale": node.scale is not None, "score_mode": node.score_mode}
        case AdditiveAttention():
            return {"use_scale": node.scale is not None}
        case Layer():
            return _layer_settings(node)
    return {}


def keras_class(node: Node) -> str:
    """The name of the Keras layer of a node without a loop."""
    if isinstance(node, Activation) and (own := number_of(node.activation)) is not None:
        return _NUMBERED[own[0]][0]
    return KERAS_NODES[node.kind]


def _by_name(node: Dense | Conv1D | Layer) -> str:
    """An activation as a setting. Raises UnsupportedModel where Keras has it as a layer only."""
    if number_of(node.activation) is not None:
        why = "Keras has that activation with its own number as a layer only, not as a setting"
        raise UnsupportedModel(what=f"{node.name} with {node.activation}", why=why)
    return node.activation


def keras_call(node: Node) -> dict[str, bool]:
    """What the call of that layer takes besides what it reads."""
    causal = isinstance(node, Attention | AdditiveAttention) and node.causal
    return {"use_causal_mask": True} if causal else {}


def _layer_settings(node: Layer) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "units": node.units,
        "activation": _by_name(node),
        "use_bias": node.biased,
    }
    cell = cells.get(node.cell)
    if cell.gated:
        settings["recurrent_activation"] = node.recurrent_activation
    if cell.keras is None:
        settings["cell"] = cell.name
    return {**settings, **node.options}


def _row(layer: Layer, weight: Weight, order: tuple[str, ...]) -> Array:
    """The arrays of all gates side by side; zero where one has none."""
    sizes = {"features": layer.features, "units": layer.units}
    dtype = next(iter(layer.weights.values()))["kernel"].dtype
    zero = np.zeros([sizes[axis] for axis in weight.shape], dtype)
    return np.concatenate([layer.weights[gate].get(weight.name, zero) for gate in order], axis=-1)


def _check(what: str, array: Array, expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ShapeMismatch(what=what, found=array.shape, expected=expected)
