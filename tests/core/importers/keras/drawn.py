"""Layers of Keras's with settings drawn from all that they may have, in a model around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

BATCH, TIME, WIDTH = 3, 6, 4
MASKED = 0.25
BOTH = (False, True)

_AFFINE: dict[str, Sequence[Any]] = {
    "activation": ("linear", "relu", "tanh", "softmax", "gelu", None),
    "use_bias": BOTH,
}
_CELL: dict[str, Sequence[Any]] = {
    "units": (2, 3),
    "activation": ("tanh", "relu", "softsign", None),
    "use_bias": BOTH,
    "dropout": (0.0, 0.5),
    "recurrent_dropout": (0.0, 0.5),
}
_GATED = {**_CELL, "recurrent_activation": ("sigmoid", "hard_sigmoid", "tanh")}
_LOOP: dict[str, Sequence[Any]] = {
    "return_sequences": BOTH,
    "return_state": BOTH,
    "go_backwards": BOTH,
    "zero_output_for_mask": BOTH,
    "unroll": BOTH,
}
_POOL: dict[str, Sequence[Any]] = {
    "pool_size": (2, 3),
    "strides": (None, 1, 2),
    "padding": ("valid", "same"),
    "data_format": ("channels_last", "channels_last", "channels_first"),
}
_GLOBAL: dict[str, Sequence[Any]] = {
    "data_format": ("channels_last", "channels_last", "channels_first"),
    "keepdims": BOTH,
}
_NORM: dict[str, Sequence[Any]] = {
    "axis": (-1, 2, 1),
    "epsilon": (1e-3, 0.1),
    "center": BOTH,
    "scale": BOTH,
}
_RATE: dict[str, Sequence[Any]] = {"rate": (0.1, 0.5), "seed": (None, 1)}

SPACES: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "Embedding": {"input_dim": (9,), "output_dim": (3,), "mask_zero": BOTH},
    "SimpleRNN": {**_CELL, **_LOOP},
    "LSTM": {**_GATED, **_LOOP, "unit_forget_bias": BOTH},
    "GRU": {**_GATED, **_LOOP, "reset_after": BOTH},
    "RNN": _LOOP,
    "Bidirectional": {"merge_mode": ("concat", "sum", "mul", "ave", None)},
    "TimeDistributed": {},
    "Dense": {"units": (2,), **_AFFINE},
    "Conv1D": {
        "filters": (2, 4),
        "kernel_size": (1, 2, 3),
        **_AFFINE,
        "strides": (1, 1, 2),
        "dilation_rate": (1, 1, 2),
        "padding": ("valid", "same", "causal"),
        "groups": (1, 1, 2),
        "data_format": ("channels_last", "channels_last", "channels_first"),
    },
    "Activation": {"activation": ("relu", "softmax", "elu", "hard_sigmoid", "mish")},
    "ReLU": {
        "max_value": (None, None, 6.0),
        "negative_slope": (0.0, 0.1),
        "threshold": (0.0, 0.0, 0.5),
    },
    "LeakyReLU": {"negative_slope": (0.2, 0.3, 0.01, 1e-9, 1.5)},
    "ELU": {"alpha": (1.0, 0.5, 2.25)},
    "Softmax": {"axis": (-1, 1)},
    "LayerNormalization": {**_NORM, "rms_scaling": (False, False, True)},
    "BatchNormalization": {**_NORM, "momentum": (0.9, 0.5)},
    "MaxPooling1D": _POOL,
    "AveragePooling1D": _POOL,
    "GlobalMaxPooling1D": _GLOBAL,
    "GlobalAveragePooling1D": _GLOBAL,
    "Flatten": {"data_format": ("channels_last", "channels_first")},
    "Masking": {"mask_value": (0.0, MASKED)},
    "UpSampling1D": {"size": (2, 3)},
    "RepeatVector": {"n": (2, 3)},
    "Reshape": {"target_shape": ((3, -1), (4, 6), (-1, 2), (2, 3, 4))},
    "Permute": {"dims": ((2, 1), (1, 2))},
    "Attention": {"use_scale": BOTH, "score_mode": ("dot", "concat"), "dropout": (0.0, 0.5)},
    "AdditiveAttention": {"use_scale": BOTH, "dropout": (0.0, 0.5)},
    "Concatenate": {"axis": (-1, 2, 1)},
    "Add": {},
    "Multiply": {},
    "Average": {},
    "Dropout": {**_RATE, "noise_shape": (None, (None, 1, WIDTH))},
    "AlphaDropout": {**_RATE, "noise_shape": (None, (None, 1, WIDTH))},
    "GaussianDropout": _RATE,
    "SpatialDropout1D": _RATE,
    "GaussianNoise": {"stddev": (0.1, 1.0), "seed": (None, 1)},
    "ActivityRegularization": {"l1": (0.0, 0.1), "l2": (0.0, 0.1)},
    "Identity": {},
}
"""Class → its settings, with values to draw from."""

_OF_SEVERAL = ("Attention", "AdditiveAttention", "Concatenate", "Add", "Multiply", "Average")


class Drawn:
    """A layer of a class with drawn settings, in a model that reads steps, perhaps masked.

    `model` reads `inputs`; below the layer, and above an Embedding, stands a GRU, so that there
    is a sequence with a past to make something of.
    """

    def __init__(self, kind: str, *, seed: int) -> None:
        import keras

        k = keras.layers
        rng = np.random.default_rng([seed, sum(map(ord, kind))])
        space = SPACES[kind]
        self.settings = {name: values[rng.integers(len(values))] for name, values in space.items()}
        if self.settings.get("dilation_rate", 1) > 1:
            self.settings["strides"] = 1  # Keras has no layer with both
        self.layer = self._made(kind, k, rng)
        ids = kind == "Embedding"
        shape = (BATCH, TIME) if ids else (BATCH, TIME, WIDTH)
        numbers = rng.integers(0, 9, shape) if ids else rng.normal(size=shape)
        self.inputs = numbers.astype(np.int32 if ids else np.float32)
        x = entrance = keras.Input(shape[1:], dtype="int32" if ids else "float32")
        if not ids and rng.integers(2):
            self.inputs[1, 4:] = self.inputs[2, :2] = MASKED
            x = k.Masking(MASKED)(x)
        if kind in ("RepeatVector", "Softmax"):
            x = self.layer(k.GRU(WIDTH)(x))
        elif ids:
            x = k.GRU(WIDTH)(self.layer(x))
        elif kind in _OF_SEVERAL:
            x = self.layer([x, k.GRU(WIDTH, return_sequences=True)(x)])
        elif kind in ("SimpleRNN", "LSTM", "GRU", "RNN", "Bidirectional", "Masking"):
            x = self.layer(x)
            x = k.GRU(2)(x) if kind == "Masking" else x
        else:
            x = self.layer(k.GRU(WIDTH, return_sequences=True)(x))
        self.model = keras.Model(entrance, x)

    def _made(self, kind: str, k: Any, rng: np.random.Generator) -> Any:
        if kind == "RNN":
            cells = [k.LSTMCell(3), k.GRUCell(2)] if rng.integers(2) else k.SimpleRNNCell(3)
            return k.RNN(cells, **self.settings)
        if kind == "Bidirectional":
            every = bool(rng.integers(2))
            return k.Bidirectional(k.LSTM(3, return_sequences=every), **self.settings)
        if kind == "TimeDistributed":
            inner = (k.Dense(2), k.LayerNormalization(), k.Activation("tanh"))
            return k.TimeDistributed(inner[rng.integers(3)])
        return getattr(k, kind)(**self.settings)

    def answers(self) -> list[np.ndarray]:
        """What Keras gives, in the order of the text."""
        given = self.model(self.inputs)
        several = [
            np.asarray(one) for one in (given if isinstance(given, list | tuple) else [given])
        ]
        turned = self.settings.get("go_backwards") and self.settings.get("return_sequences")
        return [several[0][:, ::-1], *several[1:]] if turned else several
