"""What Keras 1 means: other names of classes and settings, and the weights of each gate apart.

An LSTM or GRU of Keras 1 keeps W, U and b of each gate by itself (LSTM: i c f o; GRU: z r h), or
side by side as later versions do where it was made for the GPU (`consume_less`). Its gates are
hard sigmoids unless it says otherwise, as in Keras 2, whose reading (`keras/two.py`) does the rest.
CuDNN's layers of Keras 2 are read here as well: their kernels are transposed gate by gate, and
their two biases stand in one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core.activations import Array
from core.errors import UnsupportedModel
from core.importers.keras.config import Configured
from core.importers.keras.fields import KerasLayer

_SIDE_BY_SIDE = {"LSTM": "ifco", "GRU": "zrh"}
_NAMES = {
    "output_dim": "units",
    "inner_activation": "recurrent_activation",
    "bias": "use_bias",
    "pool_length": "pool_size",
    "stride": "strides",
    "border_mode": "padding",
    "subsample_length": "strides",
}
_SIGNS = {"inner_activation", "consume_less", "W_regularizer", "nb_filter", "dropout_W"}
_SIGNS_OF_2 = {"time_major", "implementation", "batch_input_shape"}
_SIGNS_OF_3 = {"zero_output_for_mask", "batch_shape"}


def generation(model: Configured, version: Any) -> int:
    """Which Keras wrote a model: 1, 2 or 3; by its settings where no version is said.

    Raises UnsupportedModel where they do not tell, and it matters.
    """
    if isinstance(version, str) and version[:2] in ("1.", "2."):
        return int(version[0])
    if isinstance(version, str):
        return 3
    settings = list(_settings(model))
    names = {name for name, _ in settings}
    for made, signs in ((1, _SIGNS), (3, _SIGNS_OF_3), (2, _SIGNS_OF_2)):
        if signs & names:
            return made
    if any(value == "hard_sigmoid" for _, value in settings):
        why = "its hard sigmoids are others in Keras 2 and 3, and no keras_version is said"
        raise UnsupportedModel(what=f"The model '{model.name}'", why=why)
    return 3


def _settings(layer: Configured) -> Any:
    yield from layer.config.items()
    for _, inner in layer.inner:
        yield from _settings(inner)


def renamed(layer: Configured) -> Configured:
    """A layer of Keras 1 under the names of Keras 2. Raises UnsupportedModel for a mode of old."""
    config = {_NAMES.get(name, name): value for name, value in layer.config.items()}
    if layer.kind in _SIDE_BY_SIDE and layer.config.get("consume_less") != "gpu":
        config["apart"] = True
    if layer.kind == "Convolution1D" or (layer.kind == "BatchNormalization" and config.get("mode")):
        why = "in Keras 1 it means something else than now"
        raise UnsupportedModel(what=f"The layer '{layer.name}' ({layer.kind})", why=why)
    inner = tuple((group, renamed(inside)) for group, inside in layer.inner)
    return replace(layer, config=config, inner=inner)


def side_by_side(layer: KerasLayer) -> KerasLayer:
    """The layer with the weights of all gates side by side, as Keras 3 has them."""
    weights: Mapping[str, Array] = layer.weights
    if layer.config.get("apart") and weights:
        weights = {
            name: np.concatenate(parts, axis=-1)
            for name in ("kernel", "recurrent_kernel", "bias")
            if (parts := [weights[f"{name}_{g}"] for g in _SIDE_BY_SIDE[layer.kind]])
        }
    if layer.config.get("cudnn") and weights:
        weights = _from_cudnn(layer)
    return replace(layer, weights=weights, inner=tuple(map(side_by_side, layer.inner)))


def _from_cudnn(layer: KerasLayer) -> dict[str, Array]:
    kernel, recurrent, bias = (
        np.asarray(layer.weights.get(name, np.zeros(())))
        for name in ("kernel", "recurrent_kernel", "bias")
    )
    gates = len(_SIDE_BY_SIDE[layer.kind])
    units = len(recurrent) if recurrent.ndim else 0
    sizes = kernel.ndim == 2 and kernel.shape[1] == gates * units
    if not sizes or recurrent.shape != (units, gates * units) or bias.shape != (2 * gates * units,):
        why = "its weights are not laid out as those of CuDNN"
        raise UnsupportedModel(what=f"The layer '{layer.name}' (CuDNN{layer.kind})", why=why)
    turned = [k.T.reshape(k.shape, order="F") for k in np.hsplit(kernel, gates)]
    both = bias.reshape(2, -1)
    return {
        "kernel": np.hstack(turned),
        "recurrent_kernel": np.hstack([k.T for k in np.hsplit(recurrent, gates)]),
        "bias": both.sum(axis=0) if layer.kind == "LSTM" else both,
    }
