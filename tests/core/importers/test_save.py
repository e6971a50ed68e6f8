"""Models saved: loaded again, here and by Keras itself, they say what they said."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.engines.keras_process import KerasProcess
from core.errors import UnknownName, UnsupportedModel
from core.importers.load import load_model
from core.importers.save import ENDINGS, model_bytes, save_model
from core.messages import Kind
from core.text import Vocabulary
from tests.core.networks import randomised

VOCABULARY = Vocabulary(("나", "b", "c"), "word", "strip")
IDS = np.array([[3, 1, 4, 1, 2], [2, 4, 0, 0, 0]])

# Keras's own way from tensors to arrays, when it saves.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras")


def model(cell: str = "lstm", **settings: Any) -> core.Model:
    own = core.new_model(cell, vocabulary=VOCABULARY, embedding=3, units=[4, 3], **settings)
    return randomised(own, seed=5)


MODELS = {
    "lstm": model,
    "masked gru in pairs": lambda: model("gru", bidirectional=True, mask_zero=True, outputs=2),
    "simple rnn, every step": lambda: model("simple_rnn", readout="every"),
    "gru, reset before": lambda: model("gru", reset_after=False, bidirectional=True, merge="mul"),
}


@pytest.mark.parametrize("name", MODELS)
def test_keras_loads_what_is_saved_and_says_the_same(name: str, tmp_path: Path) -> None:
    import keras

    saved, path = MODELS[name](), tmp_path / "model.keras"
    save_model(saved, path)
    loaded = keras.saving.load_model(path)
    outputs = core.record(saved, IDS).outputs
    np.testing.assert_allclose(np.asarray(loaded(IDS)), outputs, atol=1e-5)
    ours = load_model(path, trusted=True)
    assert ours.parameters.keys() == saved.parameters.keys()
    assert ours.digest == saved.digest, "weights, settings and vocabulary"


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_format_comes_back(ending: str, tmp_path: Path) -> None:
    saved, path = MODELS["lstm"](), tmp_path / f"model{ending.upper()}"
    save_model(saved, path)
    loaded = load_model(path)
    assert loaded.vocabulary == VOCABULARY
    np.testing.assert_allclose(
        core.record(loaded, IDS).outputs, core.record(saved, IDS).outputs, atol=1e-6
    )


def test_a_layer_read_backwards_is_loaded_again(tmp_path: Path) -> None:
    """Its file holds a layer of ours, which Keras knows once `to_keras` has been called."""
    import keras

    built = keras.Sequential(
        [keras.Input((None, 2)), keras.layers.GRU(3, go_backwards=True, return_sequences=True)]
    )
    saved, path = randomised(core.from_keras(built), seed=2), tmp_path / "model.keras"
    save_model(saved, path)
    assert load_model(path, trusted=True).digest == saved.digest


def test_cards_stay_as_far_as_they_are_plain(tmp_path: Path) -> None:
    saved = replace(MODELS["lstm"](), card={"task": "글", "score": 0.5, "rows": [1, 2]})
    loaded = load_model(model_bytes(saved, ".keras"), trusted=True)
    assert loaded.card == {"task": "글", "score": 0.5, "format": ".keras"}


def test_another_ending_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match=r"'\.pt'.*\.keras, \.safetensors, \.npz"):
        save_model(MODELS["lstm"](), tmp_path / "model.pt")
    assert not list(tmp_path.iterdir())


def test_what_a_format_cannot_hold_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"before")
    with pytest.raises(UnsupportedModel):
        save_model(MODELS["gru, reset before"](), path)
    assert path.read_bytes() == b"before"


def test_a_process_that_is_there_is_asked(tmp_path: Path) -> None:
    """A stand-in for the child: what it answers is what is written."""

    class Asked(KerasProcess):
        def ask(self, kind: Kind, request: bytes) -> bytes:
            assert kind is Kind.SAVE
            assert core.Model.load(io.BytesIO(request)).digest == MODELS["lstm"]().digest
            return b"written by the child"

    save_model(MODELS["lstm"](), tmp_path / "model.keras", process=Asked())
    assert (tmp_path / "model.keras").read_bytes() == b"written by the child"
