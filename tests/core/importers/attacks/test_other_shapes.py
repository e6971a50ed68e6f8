"""Sound files with sound numbers, of which one array has another shape than its layer wants."""

from __future__ import annotations

import math

import numpy as np
import pytest
from safetensors.numpy import load, save

from core.errors import CoreError
from core.importers.limits import Limits
from core.importers.load import read_model
from tests.core.importers.attacks import models
from tests.fuzz.seeds import deep_arrays, deep_layers

LIMITS = Limits()
SHAPES = [(), (0,), (5,), (1, 1), (2, 2, 2), (0, 3)]
DEEP = deep_arrays()


def other(shape: tuple[int, ...]) -> np.ndarray:
    return np.arange(math.prod(shape), dtype=np.float32).reshape(shape)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("changed", sorted(DEEP))
def test_an_array_of_another_shape_in_a_keras_file_is_refused_in_words(changed, shape):
    whole = models.hdf5(arrays={**DEEP, changed: other(shape)})
    with pytest.raises(CoreError):
        read_model(
            models.keras(models.config(deep_layers()), whole), name="m.keras", limits=Limits()
        )


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_an_array_of_another_shape_in_safetensors_is_refused_in_words(shape):
    whole = load(models.safetensors())
    for changed in whole:
        with pytest.raises(CoreError):
            read_model(
                save({**whole, changed: other(shape)}), name="m.safetensors", limits=Limits()
            )
