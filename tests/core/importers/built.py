"""Keras models built from lists of layers, every weight drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

FEATURES = 3

Build = Callable[[Any], list[Any]]


def built(
    build: Build, *, ids: bool = False, mask_zero: bool = False, time: int | None = None
) -> Any:
    """The Keras model with every weight and bias drawn anew."""
    import keras

    first = [keras.Input((time, FEATURES))]
    if ids:
        embedding = keras.layers.Embedding(9, FEATURES, mask_zero=mask_zero)
        first = [keras.Input((time,), dtype="int32"), embedding]
    model = keras.Sequential([*first, *build(keras.layers)])
    randomise(model)
    return model


def randomise(keras_model: Any) -> None:
    """Draws every weight and bias anew, no two alike; a variance is positive."""
    generator = np.random.default_rng(3)
    drawn = [generator.normal(0, 0.5, w.shape) for w in keras_model.weights]
    for at, weight in enumerate(keras_model.weights):
        if weight.name == "moving_variance":
            drawn[at] = 0.3 + np.abs(drawn[at])
    keras_model.set_weights(drawn)


def features(batch: int = 2, time: int = 6) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(batch, time, FEATURES)).astype(np.float32)
