"""Files that people really have, each with the values that its own framework gives for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import core

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "models"
TOLERANCE = 1e-5

CASES = (
    "09_tf2onnx_bidirectional.onnx",
    "10_tf2onnx_batchnorm.onnx",
    "11_onnx_hardsigmoid_default.onnx",
)
"""Files that are read alone, with one input and one answer."""


@pytest.mark.parametrize("file", CASES)
def test_answers_are_right(file: str) -> None:
    path = FOLDER / file
    if not path.exists():
        pytest.skip(f"{path.name} is not in ../shared/data/models")
    known = np.load(path.with_suffix("").with_suffix(".expected.npz"))
    model = core.load_model(path, trusted=True)
    found = core.record(model, known["x"]).outputs
    np.testing.assert_allclose(found, known["y"], atol=TOLERANCE)
