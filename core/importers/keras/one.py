"""What Keras 1 means: other names of classes and settings, and the weights of each gate apart.

An LSTM or GRU of Keras 1 keeps W, U and b of each gate by itself (LSTM: i c f o; GRU: z r h), or
side by side as later versions do where it was made for the GPU (`consume_less`). Its gates are
hard sigmoids unless it says otherwise, as in Keras 2, whose reading (`keras/two.py`) does the rest.
What its settings mean is said of their later names, in `keras/settings.py`.
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
    "inner_activation": "recurrent_activation",
    "bias": "use_bias",
    "pool_length": "pool_size",
    "stride": "strides",
    "border_mode": "padding",
    "subsample_length": "strides",
    "nb_filter": "filters",
    "filter_length": "kernel_size",
    "length": "size",
    "p": "rate",
    "sigma": "stddev",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "forget_bias_init": "unit_forget_bias",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "consume_less": "implementation",
    **{f"{old}_{what}": f"{new}_{what}"
       for old, new in (("W", "kernel"), ("U", "recurrent"), ("b", "bias"))
       for what in ("regularizer", "constraint")},
}  # fmt: skip
"""Settings of Keras 1 → what they are called since."""
_OF_WORDS = {name: new.replace("kernel", "embeddings") for name, new in _NAMES.items()}
_CLASSES = {"Convolution1D": "Conv1D", "TimeDistributedDense": "Dense"}
_MERGES = {"sum": "Add", "mul": "Multiply", "ave": "Average", "concat": "Concatenate"}
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
    """A layer of Keras 1 under the names of Keras 2."""
    inner = tuple((group, renamed(inside)) for group, inside in layer.inner)
    if layer.kind == "Merge":
        return _merge(replace(layer, inner=inner))
    words = layer.kind == "Embedding"
    names = _OF_WORDS if words else {**_NAMES, "output_dim": "units"}
    config = {names.get(name, name): value for name, value in layer.config.items()}
    if layer.kind in _SIDE_BY_SIDE and layer.config.get("consume_less") != "gpu":
        config["apart"] = True
    return replace(layer, kind=_CLASSES.get(layer.kind, layer.kind), config=config, inner=inner)


def _merge(layer: Configured) -> Configured:
    """A Merge by one of the modes that are layers now; of any other kind it stays what it was."""
    config = dict(layer.config)
    mode = config.get("mode")
    plain = not any(config.get(name) for name in ("output_shape", "output_mask", "arguments"))
    if not isinstance(mode, str) or mode not in _MERGES or not plain or layer.inner:
        return layer
    axis = {"axis": config.get("concat_axis", -1)} if mode == "concat" else {}
    return replace(layer, kind=_MERGES[mode], config={"name": layer.name, **axis})


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
    if layer.kind == "Conv1D" and "kernel" in weights:
        weights = {**weights, "kernel": _of_one_dimension(weights["kernel"])}
    return replace(layer, weights=weights, inner=tuple(map(side_by_side, layer.inner)))


def _of_one_dimension(kernel: Array) -> Array:
    """A kernel (steps, features, filters): Keras 1 kept a second dimension, of length 1."""
    if kernel.ndim != 4:
        return kernel
    if kernel.shape[1] != 1 and kernel.shape[3] == 1:  # before 1.1, (filters, features, steps, 1)
        kernel = kernel.transpose(2, 3, 1, 0)
    return kernel[:, 0] if kernel.shape[1] == 1 else kernel


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
