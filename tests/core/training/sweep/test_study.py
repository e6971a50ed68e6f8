"""What is tried next, and what is not worth going on, however often the study is opened again."""

from __future__ import annotations

import pytest

from core.training.config import DataSettings, RunConfig
from core.training.sweep.config import SweepConfig
from core.training.sweep.study import ENOUGH, Study

BASE = RunConfig(data=DataSettings(source="latch"))
SPACE = {"optimizer.learning_rate": "1e-4..1e-1 log", "network.cell": "lstm, gru"}


def config(**more):
    return SweepConfig(base=BASE, space=SPACE, **more)


def loss(values):
    return values["optimizer.learning_rate"] + (values["network.cell"] == "gru") * 0.001


@pytest.mark.parametrize("method", ["tpe", "random"])
def test_an_interrupted_search_draws_what_it_would_have_drawn(tmp_path, method):
    whole, parted = [], []
    study = Study(tmp_path / "whole", config(method=method))
    for _ in range(14):
        trial = study.next()
        whole.append(dict(trial.params))
        study.tell(trial.number, loss(trial.params))
    for _ in range(14):
        study = Study(tmp_path / "parted", config(method=method))
        trial = study.next()
        parted.append(dict(trial.params))
        study.tell(trial.number, loss(trial.params))
    assert whole == parted
    assert len({each["optimizer.learning_rate"] for each in whole}) == 14
    other = Study(tmp_path / "other", config(method=method, seed=1))
    assert dict(other.next().params) != whole[0]


def test_a_grid_tries_each_point_once_interrupted_or_not(tmp_path):
    found = []
    for _ in range(8):
        study = Study(tmp_path / "grid", config(method="grid"))
        trial = study.next()
        found.append(tuple(trial.params.values()))
        study.tell(trial.number, 1.0)
    assert study.begun == config(method="grid").count == 8
    assert len(set(found)) == 8


def test_tpe_comes_to_try_more_where_it_was_good(tmp_path):
    study = Study(tmp_path / "tpe", config(method="tpe"))
    cells = []
    for _ in range(40):
        trial = study.next()
        cells.append(trial.params["network.cell"])
        study.tell(trial.number, 1.0 if trial.params["network.cell"] == "gru" else 0.0)
    assert cells[20:].count("lstm") >= 14  # by chance 10
    importance = study.importance()
    assert next(iter(importance)) == "network.cell"
    assert sum(importance.values()) == pytest.approx(1)


def test_too_few_trials_say_nothing_of_what_mattered(tmp_path):
    study = Study(tmp_path / "few", config())
    for _ in range(ENOUGH - 1):
        study.tell(study.next().number, 1.0)
    assert study.importance() == {}


def test_a_curve_above_the_median_is_pruned_and_a_good_one_is_not(tmp_path):
    def curve(study, values):
        trial = study.next()
        pruned = []
        for epoch, value in enumerate(values, start=1):
            trial.report(value, epoch)
            pruned.append(trial.should_prune())
        study.tell(trial.number, values[-1])
        return pruned

    study = Study(tmp_path / "prune", config(warm_up=2))
    for level in (0.5, 0.6, 0.7, 0.8):
        assert curve(study, [1.0, level, level]) == [False] * 3
    assert curve(study, [9.0, 0.9, 0.9]) == [False, True, True]  # the first is warming up
    assert curve(study, [1.0, 0.4, 0.4]) == [False] * 3
    bold = Study(tmp_path / "prune", config(prune=False))
    assert curve(bold, [9.0, 9.0, 9.0]) == [False] * 3


def test_what_was_under_way_is_found_again(tmp_path):
    study = Study(tmp_path / "killed", config())
    first, second = study.next(), study.next()
    first.set_user_attr("run", "a-run")
    study.tell(second.number, 1.0)
    (left,) = Study(tmp_path / "killed", config()).unfinished()
    assert (left.number, dict(left.params), left.user_attrs) == (
        0, dict(first.params), {"run": "a-run"},
    )  # fmt: skip
