"""How Keras lays the weights of a recurrent layer side by side: the one place that knows.

Keras keeps `kernel` (features, gates·units), `recurrent_kernel` (units, gates·units) and `bias`
(gates·units,), gates in the order below: LSTM i f c o, GRU z r h. A GRU with reset_after has a
bias of (2, gates·units): beside the input, then beside the hidden state. Used by the bridge to
Keras, by the readers of Keras's files, and by the Keras engine; needs no Keras itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.activations import Array
from core.errors import ShapeMismatch
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    GateWeights,
    Layer,
    LayerNormalization,
    Masking,
    Plain,
)

GATE_ORDER = {
    "simple_rnn": ("hidden",),
    "lstm": ("input", "forget", "candidate", "output"),
    "gru": ("update", "reset", "candidate"),
}
"""Cell → its affine maps in the order of Keras's columns."""

KERAS_CLASSES = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
"""Cell → the name of Keras's layer; its cell is called so too, with Cell at the end."""

KERAS_PLAIN = {
    "dense": "Dense",
    "activation": "Activation",
    "layer_normalization": "LayerNormalization",
    "batch_normalization": "BatchNormalization",
    "global_max_pooling": "GlobalMaxPooling1D",
    "global_average_pooling": "GlobalAveragePooling1D",
    "flatten": "Flatten",
    "masking": "Masking",
}
"""Kind of a plain stage → the name of Keras's layer."""

_VARIABLES = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")
"""Weights of plain stages, in the order in which Keras's layers keep them."""


def gates_from_keras(
    cell: str,
    *,
    name: str,
    kernel: Array,
    recurrent_kernel: Array,
    bias: Array | None,
    reset_after: bool,
) -> dict[str, GateWeights]:
    """The weights of a Keras layer by gate name, copied.

    `name` is the layer's, for the message. Raises ShapeMismatch where an array is not laid out
    as the cell's units ask for.
    """
    maps = GATE_ORDER[cell]
    units = recurrent_kernel.shape[0] if recurrent_kernel.ndim == 2 else 0
    wide = len(maps) * units
    separate = cell == "gru" and reset_after
    _check(f"{name}/recurrent_kernel", recurrent_kernel, (units, wide))
    _check(f"{name}/kernel", kernel, (kernel.shape[0], wide))
    if bias is not None:
        _check(f"{name}/bias", bias, (2, wide) if separate else (wide,))
    weights = {}
    for at, gate in enumerate(maps):
        columns = slice(at * units, (at + 1) * units)
        own = None if bias is None else (bias[0] if separate else bias)[columns].copy()
        after = bias[1, columns].copy() if bias is not None and separate else None
        weights[gate] = GateWeights(
            kernel[:, columns].copy(), recurrent_kernel[:, columns].copy(), own, after
        )
    return weights


def keras_weights(stage: Layer | Plain | Embedding) -> list[Array]:
    """What the `set_weights` of the Keras layer (or cell) takes.

    For a recurrent layer kernel, recurrent kernel, and bias if there is any; where only some
    gates have a bias, the others get zeros: to Keras it is one array.
    """
    match stage:
        case Embedding():
            return [stage.weights]
        case Plain():
            own = stage.parameters()
            names = (f"{stage.name}/{variable}" for variable in _VARIABLES)
            return [own[name] for name in names if name in own]
    gates = [stage.weights[gate] for gate in GATE_ORDER[stage.cell]]
    arrays = [
        np.concatenate([gate.kernel for gate in gates], axis=1),
        np.concatenate([gate.recurrent_kernel for gate in gates], axis=1),
    ]
    if not _has_bias(stage):
        return arrays
    bias = _row(stage, [gate.bias for gate in gates])
    if stage.cell == "gru" and stage.reset_after:
        bias = np.stack([bias, _row(stage, [gate.recurrent_bias for gate in gates])])
    return [*arrays, bias]


def keras_settings(stage: Layer | Plain | Embedding) -> dict[str, Any]:
    """What the constructor of the Keras layer (or cell) takes, but for directions and names."""
    match stage:
        case Embedding():
            rows, features = stage.weights.shape
            return {"input_dim": rows, "output_dim": features, "mask_zero": stage.mask_zero}
        case Dense():
            use_bias = stage.bias is not None
            return {"units": stage.outputs, "activation": stage.activation, "use_bias": use_bias}
        case Activation():
            return {"activation": stage.activation}
        case LayerNormalization() | BatchNormalization():
            parts = {"center": stage.beta is not None, "scale": stage.gamma is not None}
            return {"epsilon": stage.epsilon, **parts}
        case Masking():
            return {"mask_value": stage.value}
        case Plain():
            return {}
    settings: dict[str, Any] = {
        "units": stage.units,
        "activation": stage.activation,
        "use_bias": _has_bias(stage),
    }
    if stage.cell != "simple_rnn":
        settings["recurrent_activation"] = stage.recurrent_activation
    if stage.cell == "gru":
        settings["reset_after"] = stage.reset_after
    return settings


def _has_bias(layer: Layer) -> bool:
    gates = layer.weights.values()
    return any(gate.bias is not None or gate.recurrent_bias is not None for gate in gates)


def _row(layer: Layer, biases: list[Array | None]) -> Array:
    dtype = next(iter(layer.weights.values())).kernel.dtype
    zero = np.zeros(layer.units, dtype)
    return np.concatenate([zero if bias is None else bias for bias in biases])


def _check(what: str, array: Array, expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ShapeMismatch(what=what, found=array.shape, expected=expected)
