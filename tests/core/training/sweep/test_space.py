"""What a search may try: read as it is written, within what is declared, or refused by its name."""

from __future__ import annotations

import numpy as np
import pytest

from core.training.config import DataSettings, NetworkSettings, RunConfig
from core.training.errors import UnknownSetting, WrongSetting
from core.training.sweep.config import SweepConfig
from core.training.sweep.errors import NothingToMeasure, NothingToSearch, TooManyTrials
from core.training.sweep.space import applied, dimensions, grid_points

BASE = RunConfig(data=DataSettings(source="latch"), network=NetworkSettings(units=(5, 5)))


def only(path, written):
    (found,) = dimensions({path: written}, BASE)
    return found


def test_values_are_of_the_settings_kind():
    assert only("network.cell", "lstm, gru, lstm").values == ("lstm", "gru")
    assert only("fit.batch", "16;32").values == (16, 32)
    assert only("optimizer.clip", "none, 0.5").values == (None, 0.5)
    assert only("network.bidirectional", "true, false").values == (True, False)
    assert only("data.options.symbols", "4, 8").values == (4, 8)


def test_a_range_is_spread_evenly_in_what_it_is_drawn_in():
    rates = only("optimizer.learning_rate", "1e-4..1e-1 log").points
    np.testing.assert_allclose(np.diff(np.log10(rates)), 1.0)
    assert (rates[0], rates[-1]) == (1e-4, 1e-1)
    assert only("network.dropout", "0..0.6").points == pytest.approx((0, 0.2, 0.4, 0.6))
    assert only("network.units", "4..6").points == (4, 5, 6)


def test_width_and_number_of_layers_stand_for_the_list():
    assert applied(BASE, {"network.units": 7}).network.units == (7, 7)
    assert applied(BASE, {"network.layers": 3}).network.units == (5, 5, 5)
    both = applied(BASE, {"network.layers": 1, "network.units": 9, "seed": 4})
    assert (both.network.units, both.seed) == ((9,), 4)
    assert BASE.network.units == (5, 5)


def test_a_grid_crosses_all_values():
    found = dimensions({"network.cell": "lstm, gru", "seed": "0, 1, 2"}, BASE)
    points = grid_points(found)
    assert len(points) == 6
    assert {tuple(point.values()) for point in points} == {
        (cell, seed) for cell in ("lstm", "gru") for seed in (0, 1, 2)
    }


@pytest.mark.parametrize(
    ("path", "written", "kind", "words"),
    [
        ("network.cells", "lstm", UnknownSetting, "no setting 'network.cells'"),
        ("data.source", "latch, adding", UnknownSetting, "no setting 'data.source'"),
        ("network.cell", "lstm, gruu", WrongSetting, "'gruu'; it has to be 'simple_rnn' or"),
        ("network.cell", "a..b", WrongSetting, "it has to be low..high"),
        ("fit.batch", "", WrongSetting, "it has to be low..high"),
        ("fit.batch", "8..x", WrongSetting, "it has to be low..high"),
        ("fit.batch", "8..16 lg", WrongSetting, "it has to be low..high"),
        ("fit.batch", "16..8", WrongSetting, "a smaller number, two dots and a larger one"),
        ("fit.batch", "8..100000", WrongSetting, "from 1 to 4,096"),
        ("network.dropout", "0..0.5 log", WrongSetting, "more than 0 where"),
        ("network.layers", "1..99", WrongSetting, "network.units"),
        ("fit.batch", "16", NothingToSearch, "There is nothing to search"),
    ],
)  # fmt: skip
def test_what_cannot_be_searched_is_refused(path, written, kind, words):
    with pytest.raises(kind, match=words.replace(".", r"\.")):
        dimensions({path: written}, BASE)


def test_a_search_is_refused_before_it_begins():
    space = {"seed": "0, 1"}
    with pytest.raises(NothingToSearch):
        SweepConfig(base=BASE, space={}).check()
    with pytest.raises(WrongSetting, match="'measure' is 'accuracy'; it has to be 'validation_l"):
        SweepConfig(base=BASE, space=space, measure="accuracy")
    bare = BASE.with_setting("data.validation", 0.0)
    with pytest.raises(NothingToMeasure, match="no validation_loss"):
        SweepConfig(base=bare, space=space).check()
    SweepConfig(base=bare, space=space, measure="loss").check()
    wide = {"seed": ", ".join(map(str, range(40))), "fit.batch": ", ".join(map(str, range(1, 31)))}
    with pytest.raises(TooManyTrials, match="1,200 points; at most 1,000"):
        SweepConfig(base=BASE, space=wide, method="grid").check()


def test_a_search_is_a_file_and_back():
    config = SweepConfig(base=BASE, space={"seed": "0..9"}, method="random", trials=3)
    assert SweepConfig.read(config.to_json()) == config
    assert config.count == 3
