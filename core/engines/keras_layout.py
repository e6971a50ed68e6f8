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
from core.activations import Array
from core.cells import Cell, Weight
from core.errors import ShapeMismatch
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    Layer,
    LayerNormalization,
    Masking,
    Plain,
)

KERAS_CELLS = {cell.keras.layer: cell for cell in cells.CELLS.values() if cell.keras}
"""The name of Keras's layer → cell."""

OURS = "unrolled>EquationCell"
"""What the class of cells without a twin is registered as; its config says which cell it is."""

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
            full = (f"{stage.name}/{variable}" for variable in _VARIABLES)
            return [own[name] for name in full if name in own]
    cell = cells.get(stage.cell)
    by_name = {}
    for weight in cell.weights(stage.options):
        if weight.optional and not stage.biased:
            continue
        order = cell.keras.order if cell.keras else cell.maps
        by_name[weight.name] = _row(stage, weight, order)
    if cell.keras and "recurrent_bias" in by_name:
        by_name["bias"] = np.stack([by_name["bias"], by_name["recurrent_bias"]])
    names = keras_variables(cell, stage.options, biased=stage.biased)
    return [by_name[name] for name in names]


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
        "use_bias": stage.biased,
    }
    cell = cells.get(stage.cell)
    if cell.gated:
        settings["recurrent_activation"] = stage.recurrent_activation
    if cell.keras is None:
        settings["cell"] = cell.name
    return {**settings, **stage.options}


def _row(layer: Layer, weight: Weight, order: tuple[str, ...]) -> Array:
    """The arrays of all gates side by side; zero where one has none."""
    sizes = {"features": layer.features, "units": layer.units}
    dtype = next(iter(layer.weights.values()))["kernel"].dtype
    zero = np.zeros([sizes[axis] for axis in weight.shape], dtype)
    return np.concatenate([layer.weights[gate].get(weight.name, zero) for gate in order], axis=-1)


def _check(what: str, array: Array, expected: tuple[int, ...]) -> None:
    if array.shape != expected:
        raise ShapeMismatch(what=what, found=array.shape, expected=expected)
