"""Every setting of every layer of Keras's: looked at, and read as Keras means it, or refused."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.errors import UnsupportedModel
from core.importers.keras.config import Configured
from core.importers.keras.fields import Fields, KerasLayer
from core.importers.keras.one import renamed
from core.importers.keras.plain import ADMITTED, IDENTITY
from core.importers.keras.settings import EVERY, HONOURED, SETTINGS, check_settings, verdict_of
from tests.core.importers.built import randomise
from tests.core.importers.keras.drawn import SPACES, Drawn

pytestmark = [
    pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning:keras"),
    pytest.mark.filterwarnings("ignore:You passed `rms_scaling:UserWarning"),
]

KERAS = [kind for kind in SETTINGS if ">" not in kind and kind not in ("Functional", "Model")]
UNSAVED = {"self", "kwargs", "args", "weights", "input_tensor", "input_shape", "layers"}
"""What a constructor takes that no file says as a setting."""
UNSAVED |= {"shape", "optional_shape", "rnn_cells", "batch_size"}
DRAWS = 5


def _looked_at(kind: str, names: set[str]) -> None:
    unknown = {name for name in names if verdict_of(kind, name) is None}
    assert not unknown, f"{kind}: {sorted(unknown)}"


@pytest.mark.parametrize("kind", KERAS)
def test_every_setting_of_the_installed_keras_has_been_looked_at(kind: str) -> None:
    import keras

    taken = set(inspect.signature(getattr(keras.layers, kind, keras.Sequential)).parameters)
    _looked_at(kind, taken - UNSAVED)
    if kind in SPACES:
        drawn = Drawn(kind, seed=0)
        _looked_at(kind, set(drawn.layer.get_config()))


@pytest.mark.parametrize("kind", KERAS)
def test_every_setting_of_keras_1_and_2_has_been_looked_at(kind: str) -> None:
    older = (Path(__file__).parents[1] / "files" / "keras_settings.txt").read_text()
    for line in older.splitlines():
        version, named, *names = line.split()
        if named == kind and version == "2":
            _looked_at(kind, set(names))
        if version == "1":
            now = renamed(Configured(named, "layer", "", dict.fromkeys(names)))
            if now.kind == kind:
                _looked_at(kind, set(now.config))


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_setting_that_nobody_has_looked_at_refuses_the_layer(kind: str) -> None:
    layer = KerasLayer(kind, "odd", {"name": "odd", "speculate": False})
    with pytest.raises(UnsupportedModel, match=r"'odd' .*'speculate' is not known"):
        check_settings(Fields(layer, layer, at=1, total=2))
    outer = KerasLayer("TimeDistributed", "outer", {}, inner=(layer,))
    with pytest.raises(UnsupportedModel, match=r"'outer' .*'speculate'.* is not known"):
        check_settings(Fields(outer, outer, at=1, total=2))


@pytest.mark.parametrize(
    ("kind", "setting", "value"),
    [
        (kind, setting, "something else")
        for kind, table in SETTINGS.items()
        for setting, verdict in {**EVERY, **table}.items()
        if verdict.values
    ],
)
def test_a_value_that_is_not_run_here_refuses_the_layer(
    kind: str, setting: str, value: Any
) -> None:
    layer = KerasLayer(kind, "odd", {setting: value})
    with pytest.raises(UnsupportedModel, match=rf"'odd' .*'{setting}' is something else"):
        check_settings(Fields(layer, layer, at=1, total=2))
    admitted = verdict_of(kind, setting)
    assert admitted is not None
    for each in admitted.values:
        known = KerasLayer(kind, "odd", {setting: each})
        check_settings(Fields(known, known, at=1, total=2))


def test_every_class_that_is_read_has_a_table() -> None:
    named = set(ADMITTED.replace(" and dropout", "").split(", ")) | set(IDENTITY)
    assert named <= set(SETTINGS)


@pytest.mark.parametrize("kind", SPACES)
def test_every_setting_that_is_honoured_is_drawn(kind: str) -> None:
    honoured = {name for name, verdict in SETTINGS[kind].items() if verdict is HONOURED}
    held = {"layer", "backward_layer", "cell", "cells", "causal"}
    held |= {"alpha"} if kind == "LeakyReLU" else set()  # as Keras 2 calls it
    assert honoured - held <= set(SPACES[kind])


@pytest.mark.parametrize("seed", range(DRAWS))
@pytest.mark.parametrize("kind", SPACES)
def test_a_layer_of_any_settings_does_what_keras_does(kind: str, seed: int, tmp_path: Path) -> None:
    drawn = Drawn(kind, seed=seed)
    randomise(drawn.model)
    path = tmp_path / "drawn.keras"
    drawn.model.save(path)
    refusal = ""
    try:
        model = core.load_model(path, trusted=True)
    except UnsupportedModel as error:
        refusal = str(error)
    if refusal:
        assert any(name in refusal for name in drawn.settings), drawn.settings
        return
    flows = core.record(model, drawn.inputs).outputs_by_port
    answers = [flow.values for flow in flows.values()]
    for answer, known in zip(answers, drawn.answers(), strict=True):
        np.testing.assert_allclose(answer, known, atol=1e-5, err_msg=str(drawn.settings))
