"""Keras models built from lists of layers, every weight drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

FEATURES = 3

Build = Callable[[Any], list[Any]]


def built(build: Build, *, ids: bool = False, mask_zero: bool = False) -> Any:
    """The Keras model with every weight and bias drawn anew."""
    import keras

    first = [keras.Input((None, FEATURES))]
    if ids:
        embedding = keras.layers.Embedding(9, FEATURES, mask_zero=mask_zero)
        first = [keras.Input((None,), dtype="int32"), embedding]
    model = keras.Sequential([*first, *build(keras.layers)])
    randomise(model)
    return model


def randomise(keras_model: Any) -> None:
    """Draws every weight and bias anew, no two alike."""
    generator = np.random.default_rng(3)
    keras_model.set_weights([generator.normal(0, 0.5, w.shape) for w in keras_model.weights])


def features(batch: int = 2, time: int = 6) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(batch, time, FEATURES)).astype(np.float32)
