"""Files that Keras 2 wrote, and what it meant by words that Keras 3 uses otherwise.

`files/keras_2.h5` and `.keras` were written by tf_keras 2.21, which is not installed here: with
hard sigmoids (steeper in Keras 2), a nested model of which one layer was not trained (which
changes the order of weights), a GRU that resets before, and a functional chain.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnsupportedModel
from core.importers.errors import BrokenFile, MissingEntry
from core.importers.keras.archive import read_keras
from core.importers.keras.config import Configured
from core.importers.keras.fields import KerasLayer
from core.importers.keras.h5 import KerasModel, read_h5, read_weights_h5
from core.importers.keras.layers import model_from
from core.importers.keras.one import generation
from core.importers.keras.two import as_keras_3
from tests.core.importers.keras.cases import CASES, IDS, known
from tests.core.importers.keras.two import legacy_config, legacy_h5, legacy_weights

FILES = Path(__file__).parents[1] / "files"

# What Keras 2 predicted for IDS.
NESTED = [[0.42577547, 0.90221751], [0.41359243, 0.90180188], [0.41314259, 0.90188026]]
CHAIN = [[0.71799409, 0.28200588], [0.5512051, 0.4487949], [0.65304232, 0.34695765]]


def model_of(found: KerasModel) -> core.Model:
    return model_from(found.layers, name=found.name)


def test_a_whole_model_of_keras_2_says_what_it_said() -> None:
    model = model_of(read_h5((FILES / "keras_2.h5").read_bytes()))
    np.testing.assert_allclose(core.record(model, IDS).outputs, NESTED, atol=1e-5)
    assert model.name == "reader"


def test_an_archive_of_keras_2_says_what_it_said() -> None:
    model = model_of(read_keras((FILES / "keras_2.keras").read_bytes()))
    np.testing.assert_allclose(core.record(model, IDS).outputs, CHAIN, atol=1e-5)
    gru = [layer.options["reset_after"] for layer in model.layers if layer.cell == "gru"]
    assert gru == [False]


def test_what_the_tests_write_by_hand_is_what_keras_2_writes() -> None:
    """The layout of `legacy_h5`, held to that of a real file: attributes, lists, settings."""
    import h5py

    case = next(c for c in CASES if c.cell == "gru" and c.direction == "concat" and c.depth == 1)
    with (
        h5py.File(FILES / "keras_2.h5") as real,
        h5py.File(io.BytesIO(legacy_h5(known(case).model))) as ours,
    ):
        assert set(real.attrs) - {"training_config"} == set(ours.attrs)
        models = [json.loads(file.attrs["model_config"])["config"] for file in (real, ours)]
        by_kind = [{layer["class_name"]: layer for layer in each["layers"]} for each in models]
        for kind in ("Embedding", "Bidirectional", "Dense"):
            theirs, own = (kinds[kind]["config"] for kinds in by_kind)
            assert own.keys() - theirs.keys() <= {"batch_input_shape"}
        gru = [kinds["Bidirectional"]["config"]["layer"]["config"] for kinds in by_kind]
        assert gru[1].keys() == gru[0].keys()
        names = [
            [str(name) for name in real["model_weights/both"].attrs["weight_names"]],
            [name.decode() for name in ours["model_weights/layer_0"].attrs["weight_names"]],
        ]
        # Keras counts the layers that a process has made: _12 is the thirteenth GRU.
        assert [n.replace("both/", "") for n in names[0]] == [
            re.sub(r"_\d+/gru_cell", "/gru_cell", n.replace("layer_0/", "")) for n in names[1]
        ]


def other_names(config: dict[str, Any]) -> bytes:
    """The configuration with every layer called otherwise, as in a twin of the model."""
    for at, layer in enumerate(config["config"]["layers"]):
        layer["config"]["name"] = f"twin_{at}"
    return json.dumps(config).encode()


def test_weights_of_a_twin_are_taken_in_their_order() -> None:
    case = next(c for c in CASES if c.cell == "lstm" and c.depth == 2 and c.direction == "sum")
    keras_model = known(case).model
    config = other_names(legacy_config(keras_model))
    model = model_of(read_weights_h5(legacy_weights(keras_model), config))
    np.testing.assert_allclose(core.record(model, IDS).outputs, known(case).answer, atol=1e-5)
    assert model.parts[0].name == "twin_0"


def test_weights_of_another_model_are_refused() -> None:
    one, two = (
        next(c for c in CASES if (c.cell, c.direction, c.depth) == ("gru", "forward", depth))
        for depth in (1, 2)
    )
    config = other_names(legacy_config(known(two).model))
    with pytest.raises(BrokenFile, match="weights of 3 layers, and the model has 4"):
        read_weights_h5(legacy_weights(known(one).model), config)


def test_weights_in_another_order_are_refused() -> None:
    """Two arrays of one shape, swapped in the list: only their names tell."""
    import h5py

    case = next(c for c in CASES if (c.cell, c.direction) == ("simple_rnn", "concat"))
    file = io.BytesIO(legacy_h5(known(case).model))
    with h5py.File(file, "r+") as root:
        group = root["model_weights/layer_0"]
        names = list(group.attrs["weight_names"])
        names[0], names[1] = names[1], names[0]
        group.attrs["weight_names"] = np.array(names)
    with pytest.raises(BrokenFile, match="stands where the kernel of"):
        read_h5(file.getvalue())


@pytest.mark.parametrize("gone", ["model_weights/dense", "model_weights/layer_0/layer_0"])
def test_weights_that_are_listed_and_not_there_are_named(gone: str) -> None:
    import h5py

    case = next(c for c in CASES if (c.cell, c.direction) == ("lstm", "forward"))
    file = io.BytesIO(legacy_h5(known(case).model))
    with h5py.File(file, "r+") as root:
        del root[gone]
    with pytest.raises(MissingEntry, match=gone.rpartition("/")[2]):
        read_h5(file.getvalue())


def layer(kind: str, **config: Any) -> KerasLayer:
    weights = {"kernel": np.ones((2, 6), np.float32), "bias": np.ones((2, 6), np.float32)}
    return KerasLayer(kind, "odd", config, weights)


def test_a_gate_is_made_steeper_and_the_candidate_is_not() -> None:
    """GRU's columns are z, r and the candidate."""
    read = as_keras_3(layer("GRU", recurrent_activation="hard_sigmoid", reset_after=True))
    for name in ("kernel", "bias"):
        np.testing.assert_allclose(read.weights[name], [[1.2] * 4 + [1] * 2] * 2, rtol=1e-6)


def test_a_gru_older_than_the_setting_resets_before() -> None:
    assert as_keras_3(layer("GRU")).config["reset_after"] is False
    assert as_keras_3(layer("GRU", reset_after=True)).config["reset_after"] is True
    assert as_keras_3(layer("GRUCell")).config["reset_after"] is False
    assert "reset_after" not in as_keras_3(layer("LSTM")).config


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"activation": "hard_sigmoid"}, "hard sigmoid of Keras 2"),
        ({"time_major": True}, "time_major"),
    ],
)
def test_what_cannot_be_said_in_keras_3_is_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UnsupportedModel, match=rf"'odd' \(LSTM\).*{words}"):
        as_keras_3(layer("LSTM", **settings))


@pytest.mark.parametrize(
    ("version", "settings", "made"),
    [
        ("1.2.2", {}, 1),
        ("2.15.0-tf", {}, 2),
        ("3.15.1", {"time_major": False}, 3),
        (None, {"inner_activation": "hard_sigmoid"}, 1),
        (None, {"implementation": 2, "recurrent_activation": "hard_sigmoid"}, 2),
        (None, {"zero_output_for_mask": False, "recurrent_activation": "hard_sigmoid"}, 3),
        (None, {}, 3),
    ],
)
def test_who_wrote_a_file_is_told_by_its_version_or_its_settings(
    version: str | None, settings: dict[str, Any], made: int
) -> None:
    assert generation(Configured("LSTM", "odd", "lstm", settings), version) == made


def test_where_nothing_tells_it_is_asked() -> None:
    odd = Configured("LSTM", "odd", "lstm", {"recurrent_activation": "hard_sigmoid"})
    with pytest.raises(UnsupportedModel, match="no keras_version"):
        generation(odd, None)
