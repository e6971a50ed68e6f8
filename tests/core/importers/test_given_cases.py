"""Files that people really have, each with the values that its own framework gives for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import core

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "models"
TOLERANCE = 1e-5

CASES = (
    "01_windows_backslash.keras",
    "02_keras1_lstm_cpu.h5",
    "04_keras1_gru_cpu.h5",
    "08_zero_output_for_mask.keras",
    "09_tf2onnx_bidirectional.onnx",
    "10_tf2onnx_batchnorm.onnx",
    "11_onnx_hardsigmoid_default.onnx",
    "12_cudnnlstm.h5",
    "24_repeat_vector.keras",
    "25_reshape_first.keras",
    "26_conv1d_first.keras",
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


def test_weights_beside_a_configuration_of_no_version_are_right() -> None:
    path = FOLDER / "07_keras2_lstm_weights_and_config.weights.h5"
    if not path.exists():
        pytest.skip(f"{path.name} is not in ../shared/data/models")
    name = path.name.removesuffix(".weights.h5")
    known = np.load(path.with_name(f"{name}.expected.npz"))
    config = path.with_name(f"{name}.config.json").read_bytes()
    model = core.load_model(path, config=config, trusted=True)
    found = core.record(model, known["x"]).outputs
    np.testing.assert_allclose(found, known["y"], atol=TOLERANCE)


def test_the_states_of_an_encoder_are_right() -> None:
    path = FOLDER / "27_encoder_states.keras"
    if not path.exists():
        pytest.skip(f"{path.name} is not in ../shared/data/models")
    known = np.load(FOLDER / "27_encoder_states.expected.npz")
    flows = core.record(core.load_model(path, trusted=True), known["x"]).outputs_by_port
    found = [flow.values for flow in flows.values()]
    np.testing.assert_allclose(found, known["y"], atol=TOLERANCE)


def test_a_text_padded_to_the_length_of_a_file_is_right() -> None:
    path = FOLDER / "17_padded_texts.h5"
    if not path.exists():
        pytest.skip(f"{path.name} is not in ../shared/data/models")
    known = np.load(FOLDER / "17_padded_texts.expected.npz")
    model = core.load_model(path, trusted=True)
    assert model.card["length"] == known["padded"].shape[1]
    found = core.record(model, known["padded"]).outputs
    np.testing.assert_allclose(found, known["y"], atol=TOLERANCE)
