"""One table: every cell, direction, depth, mask and readout, through every file of Keras's.

What is imported says what Keras says, and its states are those that Keras shows, step by step.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import core
from core.importers.keras.archive import read_keras
from core.importers.keras.h5 import KerasModel, read_h5, read_weights_h5
from core.importers.keras.layers import model_from
from tests.core.importers.keras.cases import CASES, CELLS, IDS, UNITS, Case, known
from tests.core.importers.keras.two import legacy_config, legacy_h5, legacy_weights

TOLERANCE = 1e-5

pytestmark = [
    # Keras's own way from tensors to arrays, and what it says of its older format, when it saves.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras"),
]


@cache
def saved(case: Case, name: str) -> bytes:
    """The model of a case as a file that Keras 3 writes, by the ending of its name."""
    model = known(case).model
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        if name.endswith(".weights.h5"):
            model.save_weights(path)
        else:
            model.save(path)
        return path.read_bytes()


def config_of(archive: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(archive)).read("config.json")


READERS: dict[str, Callable[[Case], KerasModel]] = {
    ".keras": lambda case: read_keras(saved(case, "m.keras")),
    ".h5": lambda case: read_h5(saved(case, "m.h5")),
    ".weights.h5": lambda case: read_weights_h5(
        saved(case, "m.weights.h5"), config_of(saved(case, "m.keras"))
    ),
    "legacy .h5": lambda case: read_h5(legacy_h5(known(case).model)),
    "legacy .weights.h5": lambda case: read_weights_h5(
        legacy_weights(known(case).model, pieces=2),
        json.dumps(legacy_config(known(case).model)).encode(),
    ),
}


def check(model: core.Model, case: Case) -> None:
    """The answer and every state of a model are those of the case's Keras model."""
    trace, expected = core.record(model, IDS), known(case)
    backward = case.direction == "backward"
    # A Keras model that ends in a reversed sequence answers from the last step to the first.
    turned = backward and case.every and case.depth == 1
    answer = trace.outputs[:, ::-1] if turned else trace.outputs
    np.testing.assert_allclose(answer, expected.answer, atol=TOLERANCE)
    for at, hidden in enumerate(expected.hidden):
        if hidden.ndim == 2:
            continue
        kept = np.ones(IDS.shape, bool) if trace.mask is None else trace.mask
        if case.direction == "concat":
            parts = [(trace.layers[2 * at], hidden[..., :UNITS])]
            parts += [(trace.layers[2 * at + 1], hidden[..., UNITS:])]
        elif case.direction in ("forward", "backward"):
            reversed_by_now = backward and at % 2 == 0
            parts = [(trace.layers[at], hidden[:, ::-1] if reversed_by_now else hidden)]
        else:
            continue  # merged: Keras shows no state by itself
        for layer, shown in parts:
            found = layer.states["hidden"]
            if not backward or trace.mask is None:
                np.testing.assert_allclose(found[kept], shown[kept], atol=TOLERANCE)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_format_says_what_keras_says(case: Case) -> None:
    digests = set()
    for read in READERS.values():
        found = read(case)
        model = model_from(found.layers, name=found.name)
        check(model, case)
        digests.add(model.digest)
    assert len(digests) == 1, "the same weights and settings, to the last bit"


@pytest.mark.parametrize("cell", CELLS)
def test_predict_says_the_same(cell: str) -> None:
    case = next(case for case in CASES if (case.cell, case.direction) == (cell, "concat"))
    found = read_keras(saved(case, "m.keras"))
    outputs = core.record(model_from(found.layers, name=found.name), IDS).outputs
    predicted = known(case).model.predict(IDS, verbose=0)
    np.testing.assert_allclose(outputs, predicted, atol=TOLERANCE)
