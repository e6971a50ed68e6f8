from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from core.training.config import DataSettings, FitSettings, NetworkSettings, RunConfig
from core.training.errors import UnknownSetting, WrongSetting
from core.training.experiment import flattened
from core.training.presets import PRESETS, reference_of
from core.training.settings import declared
from core.training.sources import source_named


@pytest.mark.parametrize("form", ["config", "quick"])
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_survives_json_and_its_source_takes_its_options(name, form):
    config = getattr(PRESETS[name], form)
    again = RunConfig.read(json.loads(json.dumps(config.to_json())))
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
        ("network.cell", "transformer", "network.cell"),
        ("network.units", [], "network.units"),
        ("network.units", [0], "network.units"),
        ("network.units", [8.5], "network.units"),
        ("network.dropout", 1.0, "network.dropout"),
        ("network.bidirectional", "yes", "network.bidirectional"),
        ("optimizer.learning_rate", 0, "optimizer.learning_rate"),
        ("optimizer.learning_rate", True, "optimizer.learning_rate"),
        ("optimizer.clip", -1.0, "optimizer.clip"),
        ("fit.epochs", 0, "fit.epochs"),
        ("fit.epochs", "ten", "fit.epochs"),
        ("fit.truncate", 0, "fit.truncate"),
        ("data.validation", 1.0, "data.validation"),
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
        RunConfig.read({"seed": 1})


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


def test_a_configuration_of_an_earlier_version_is_still_read():
    """As a run folder of the first version holds it."""
    written = {
        "data": {"source": "latch", "options": {"symbols": 4}, "validation": 0.2},
        "network": {
            "cell": "gru", "units": [8, 4], "embedding": 16, "bidirectional": False,
            "dropout": 0.3, "recurrent_dropout": 0.0, "normalise": True, "forget_bias": 1.0,
            "reset_after": True,
        },
        "optimizer": {"name": "rmsprop", "learning_rate": 1e-4, "schedule": "constant",
                      "warm_up": 0.0, "clip": None},
        "fit": {"epochs": 100, "batch": 64, "patience": 3, "restore_best": True,
                "truncate": None, "stateful": False, "jit": True},
        "seed": 0, "probes": ["one"], "preset": None, "experiment": None,
    }  # fmt: skip
    config = RunConfig.read(written)
    assert config.digest == "1ce1d8434a5e25dd"  # what that version called it
    written["network"]["normalise"] = "layer"
    assert config.to_json() == written
    assert config.network.units == (8, 4)
    assert config.optimizer.clip is None
    assert config.data.options == {"symbols": 4}


PATHS = declared(RunConfig)


def test_each_setting_has_a_type_a_default_and_its_help():
    assert len(PATHS) > 25
    for path, each in PATHS.items():
        assert each.help, path
        assert each.kind in (bool, int, float, str), path
        if path != "data.source":
            value = list(each.default) if each.most is not None else each.default
            assert flattened_value(RunConfig(data=DataSettings(source="latch")), path) == value


def flattened_value(config, path):
    place = asdict(config)
    for name in path.split("."):
        place = place[name]
    return list(place) if isinstance(place, tuple) else place


@pytest.mark.parametrize("path", [path for path, each in PATHS.items() if each.low is not None])
def test_bounds_are_what_is_accepted_and_what_is_said(path):
    each, config = PATHS[path], RunConfig(data=DataSettings(source="latch"))
    wrap = (lambda value: [value]) if each.most is not None else (lambda value: value)
    step = 1 if each.kind is int else abs(each.low) / 2 + 1e-9
    for value in (each.low, each.high):
        changed = config.with_setting(path, wrap(each.kind(value)))
        assert flattened_value(changed, path) == wrap(each.kind(value))
    for value in (each.low - step, each.high + step + each.high / 2):
        with pytest.raises(WrongSetting) as caught:
            config.with_setting(path, wrap(each.kind(value)))
        assert caught.value.facts["setting"] == path
        assert f"{each.low:,}" in caught.value.facts["expected"]


def test_what_is_made_in_code_is_checked_as_what_is_read():
    with pytest.raises(WrongSetting, match="'units' is 0"):
        NetworkSettings(units=(0,))
    with pytest.raises(WrongSetting, match="epochs"):
        replace(FitSettings(), epochs=True)
    with pytest.raises(UnknownSetting, match=r"epoch'.*epochs, batch"):
        FitSettings(epoch=3)


@pytest.mark.parametrize(
    ("path", "written", "value"),
    [
        ("network.units", "32", [32]),
        ("network.units", "64, 32", [64, 32]),
        ("network.bidirectional", "true", True),
        ("optimizer.clip", "none", None),
        ("optimizer.clip", "0.5", 0.5),
        ("optimizer.learning_rate", "1e-3", 1e-3),
        ("fit.patience", "3", 3),
        ("probes", "not good\nnot bad", ["not good", "not bad"]),
        ("network.cell", "gru", "gru"),
        ("fit.epochs", "ten", "ten"),
    ],
)
def test_a_setting_is_read_from_a_text(path, written, value):
    assert PATHS[path].read(written) == value
