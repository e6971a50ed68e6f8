"""Files of the kinds that people publish are read, and give what their Keras gave."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.core.importers.keras.people import (
    BEYOND,
    KINDS,
    RIGHT,
    Make,
    answered,
    files,
    outcome,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras"),
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
]


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_every_kind_is_right_in_every_format_or_refused(make: Make, tmp_path: Path) -> None:
    import keras

    rng = np.random.default_rng(7)
    model = make(keras, rng)
    x, y = answered(model, rng)
    for form, path, how in files(keras, model, tmp_path):
        found = outcome(path, how, x, y)
        if make.__name__ in BEYOND:
            assert found.startswith("refused: Unsupported"), form
        else:
            assert found == RIGHT, form
