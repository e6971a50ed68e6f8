from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.training.config import DataSettings, FitSettings, NetworkSettings, RunConfig
from core.training.errors import UnknownSetting, WrongSetting
from core.training.experiment import flattened
from core.training.presets import PRESETS, reference_of
from core.training.sources import source_named


@pytest.mark.parametrize("form", ["config", "quick"])
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_json_and_its_source_takes_its_options(name, form):
    config = getattr(PRESETS[name], form)
    again = RunConfig.from_json(json.loads(json.dumps(config.to_json())))
    assert again == config
    assert again.digest == config.digest
    options = source_named(config.data.source).options.read(config.data.options)
    assert all(getattr(options, key) == value for key, value in config.data.options.items())


def test_the_digest_names_what_is_computed_and_nothing_else():
    one = RunConfig(data=DataSettings(source="latch"))
    assert replace(one, probes=("a text",), experiment="x", preset="y").digest == one.digest
    assert replace(one, seed=1).digest != one.digest
    assert one.with_setting("network.units", [31]).digest != one.digest
    assert one.with_setting("data.options.symbols", 4).digest != one.digest


def test_one_setting_is_changed_by_its_path():
    one = RunConfig(data=DataSettings(source="latch", options={"symbols": 4}))
    other = one.with_setting("network.units", (8, 4)).with_setting("fit.patience", 2)
    assert other.network.units == (8, 4)
    assert other.fit.patience == 2
    assert {p for p, v in flattened(other).items() if v != flattened(one)[p]} == {
        "network.units",
        "fit.patience",
    }


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("network.cell", "transformer", "cell"),
        ("network.units", [], "units"),
        ("network.units", [0], "units"),
        ("network.units", [8.5], "network.units"),
        ("network.dropout", 1.0, "dropout"),
        ("network.bidirectional", "yes", "network.bidirectional"),
        ("optimizer.learning_rate", 0, "learning_rate"),
        ("optimizer.learning_rate", True, "optimizer.learning_rate"),
        ("optimizer.clip", -1.0, "clip"),
        ("fit.epochs", 0, "epochs"),
        ("fit.epochs", "ten", "fit.epochs"),
        ("fit.truncate", 0, "truncate"),
        ("data.validation", 1.0, "validation"),
        ("seed", -1, "seed"),
        ("seed", 2**40, "seed"),
        ("probes", ["x"] * 9, "probes"),
        ("fit", [], "fit"),
    ],
)
def test_a_wrong_value_is_named_with_its_setting(path, value, named):
    with pytest.raises(WrongSetting) as caught:
        RunConfig(data=DataSettings(source="latch")).with_setting(path, value)
    assert caught.value.facts["setting"] == named


def test_an_unknown_setting_is_named_and_the_known_ones_listed():
    one = RunConfig(data=DataSettings(source="latch"))
    with pytest.raises(UnknownSetting) as caught:
        one.with_setting("network.layers", 3)
    assert caught.value.facts["setting"] == "network.layers"
    assert "units" in caught.value.facts["known"]
    with pytest.raises(UnknownSetting):
        one.with_setting("nothing.at.all", 3)


def test_a_configuration_without_its_data_says_so():
    with pytest.raises(WrongSetting, match="data"):
        RunConfig.from_json({"seed": 1})


def test_a_reference_belongs_to_the_whole_preset_only():
    known = PRESETS["imdb-lstm-32"]
    elsewhere = known.config.with_setting("data.options.folder", "/data").with_setting("seed", 5)
    assert reference_of(elsewhere) == {"metric": 0.867, "loss": 0.442}
    assert reference_of(known.quick) is None
    assert reference_of(known.config.with_setting("fit.batch", 64)) is None
    assert reference_of(replace(known.config, preset=None)) is None


def test_settings_of_networks_and_fits_have_the_defaults_that_their_words_say():
    assert NetworkSettings().forget_bias == 1.0
    assert FitSettings().jit
