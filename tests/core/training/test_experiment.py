from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import stats

from core.training.config import DataSettings, NetworkSettings, RunConfig
from core.training.errors import WrongSetting
from core.training.experiment import Interval, curves, differing, grid, matched_units, summary
from core.training.store import RunStore


@pytest.fixture
def base():
    return RunConfig(data=DataSettings(source="latch"), network=NetworkSettings(units=(16, 8)))


def test_a_grid_has_every_combination_once(base):
    vary = {"optimizer.learning_rate": [1e-3, 1e-2], "network.dropout": [0.0, 0.2, 0.4]}
    found = grid(base, cells=("lstm", "gru"), seeds=(0, 1, 2), vary=vary)
    seen = {(c.network.cell, c.seed, c.optimizer.learning_rate, c.network.dropout) for c in found}
    assert len(found) == len(seen) == 2 * 3 * 2 * 3
    assert len({c.experiment for c in found}) == 1
    assert found[0].experiment
    assert {c.network.units for c in found} == {(16, 8)}


def test_one_combination_is_no_experiment(base):
    assert grid(base) == [base]


def test_equal_parameters_mean_other_units(base):
    found = grid(base, cells=("lstm", "simple_rnn", "gru"), match="parameters")
    units = {c.network.cell: c.network.units for c in found}
    assert units["lstm"] == (16, 8)
    assert units["simple_rnn"] == matched_units(base, "simple_rnn")

    def count(cell, sizes):
        maps, biases = {"lstm": (4, 1), "simple_rnn": (1, 1), "gru": (3, 2)}[cell]
        total, width = 0, base.network.embedding
        for size in sizes:
            total += maps * size * (width + size + biases)
            width = size
        return total

    wanted = count("lstm", (16, 8))
    for cell, sizes in units.items():
        assert count(cell, sizes) == pytest.approx(wanted, rel=0.06), cell


def test_too_many_runs_are_refused(base):
    with pytest.raises(WrongSetting, match="201 runs"):
        grid(base, seeds=range(201))


def test_an_interval_is_student_s(base):
    values = [0.81, 0.86, 0.84, 0.79]
    found = Interval.of([*values, float("nan")])
    wanted = stats.t.interval(0.95, 3, loc=np.mean(values), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(wanted)
    assert found.count == 4
    assert np.isnan(Interval.of([0.5]).low)
    assert np.isnan(Interval.of([]).mean)


def test_runs_are_summed_up_over_their_seeds(base, tmp_path):
    store = RunStore(tmp_path)
    configs = grid(base, seeds=(0, 1, 2), vary={"network.units": [[8], [16]]})
    scores = {8: [0.5, 0.6, 0.7], 16: [0.8, 0.8, 0.9]}
    for config in configs:
        run = store.create(config)
        metric = scores[config.network.units[0]][config.seed]
        result = {"metric": metric, "loss": 1 - metric, "seconds": 10.0}
        run.file("result.json").write_text(json.dumps(result))
        lines = [{"epoch": e, "loss": 1 / e, "validation_loss": metric / e} for e in (1, 2)]
        run.file("epochs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    broken = store.create(base)
    broken.file("config.json").write_text("{")

    found = {tuple(s.settings["network.units"]): s for s in summary(store.runs())}
    assert set(found) == {(8,), (16,)}
    assert found[8,].metric.mean == pytest.approx(0.6)
    assert found[16,].loss.mean == pytest.approx(1 - 2.5 / 3)
    assert found[8,].metric.count == 3
    drawn = curves(found[8,].runs, "validation_loss").set_index("epoch")
    assert drawn.loc[2, "mean"] == pytest.approx(0.3)
    assert drawn.loc[2, "high"] > 0.3 > drawn.loc[2, "low"]
    assert differing(configs) == ["network.units", "seed"]
