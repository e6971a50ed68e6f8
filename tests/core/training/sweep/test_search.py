"""A search over real runs: its best is the best, and a killed one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from core.scale import Board
from core.scale.errors import NoScheduler
from core.training.config import RunConfig
from core.training.given_files import given_files
from core.training.store import RunStore
from core.training.sweep import search
from core.training.sweep.config import SweepConfig
from core.training.sweep.errors import AllTrialsFailed, NoSuchSweep
from core.training.sweep.folder import SweepStore
from tests.sources import ROOT

TINY = RunConfig.read(
    {
        "data": {
            "source": "latch",
            "options": {
                "train_examples": 60,
                "test_examples": 20,
                "shortest": 3,
                "longest": 5,
                "test_shortest": 4,
            },
        },
        "network": {"units": [3], "embedding": 3},
        "fit": {"epochs": 3, "batch": 20, "jit": False},
    }
)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.delenv("UNROLLED_SCHEDULER", raising=False)
    return SweepStore(RunStore(tmp_path))


def validation(run, epoch):
    frame = run.epochs.set_index("epoch")
    return float(frame["validation_loss"][epoch])


def test_a_killed_search_goes_on_and_finds_the_best(store, tmp_path):
    config = SweepConfig(
        base=TINY, space={"optimizer.learning_rate": "1e-3, 1e-2, 0.1"}, method="grid"
    )
    sweep = store.create(config, name="rates")
    command = [sys.executable, "-m", "core.training.sweep", "resume", sweep.id]
    environment = os.environ | {"RNN_RUNS_DIR": str(tmp_path)}
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        while not any(trial.epoch for trial in sweep.findings.trials):
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    assert sweep.state == "died"
    begun = [trial.run for trial in sweep.findings.trials]
    search.work(sweep)

    found = sweep.findings
    assert sweep.state == "finished"
    assert [trial.values["optimizer.learning_rate"] for trial in found.trials] == [1e-3, 1e-2, 0.1]
    assert [trial.run for trial in found.trials][: len(begun)] == begun
    assert len(store.runs.runs()) == 3
    for trial in found.trials:
        run = store.runs.run(trial.run)
        assert run.config.optimizer.learning_rate == trial.values["optimizer.learning_rate"]
        assert run.config.experiment == sweep.id
        if trial.state == "finished":
            assert trial.value == validation(run, run.final_epoch)
            assert run.status.state == "finished"
    ended = {trial.number: trial.value for trial in found.trials if trial.state == "finished"}
    assert found.best == min(ended, key=ended.__getitem__)
    assert isinstance(sweep.board, Board)
    assert sweep.board.engine == "processes"


def test_trials_that_fall_below_the_median_are_cancelled_by_their_curve(store):
    """A real search by TPE: whoever is pruned deserved it, and the best is not among them."""
    base = TINY.with_setting("fit.epochs", 40)
    config = SweepConfig(
        base=base, space={"optimizer.learning_rate": "1e-6..0.3 log"}, trials=10, warm_up=3
    )
    sweep = store.create(config)
    search.work(sweep, scheduler="", at_once=1)
    found = sweep.findings
    curves = {
        trial.number: store.runs.run(trial.run).epochs["validation_loss"].tolist()
        for trial in found.trials
    }
    pruned = [trial for trial in found.trials if trial.state == "pruned"]
    assert pruned
    assert {trial.state for trial in found.trials} == {"pruned", "finished"}
    assert all(len(curves[t.number]) == 40 for t in found.trials if t.state == "finished")
    for trial in pruned:
        run, own = store.runs.run(trial.run), curves[trial.number]
        assert run.status.state == "cancelled"
        assert 3 < len(own) < 40
        assert trial.value == own[(run.final_epoch or 0) - 1]
        # At some epoch after its warming up its best was worse than the median of those before it.
        before = [curves[n] for n in range(trial.number)]
        assert sum(len(curve) == 40 for curve in before) >= 4
        assert any(
            min(own[:epoch]) > np.median([c[epoch - 1] for c in before if len(c) >= epoch])
            for epoch in range(4, len(own) + 1)
        )
    ended = {t.number: t.value for t in found.trials if t.state == "finished"}
    assert found.best == min(ended, key=ended.__getitem__)
    assert found.trials[found.best].value < min(trial.value for trial in pruned)


def test_a_search_around_a_run_with_data_of_its_own_gives_each_trial_the_data(store):
    rows = [
        f"{'good' if at % 2 else 'bad'} film {at},{'yes' if at % 2 else 'no'}" for at in range(30)
    ]
    files = {"texts.csv": "\n".join(["text,label", *rows]).encode()}
    options = {"file": "texts.csv", "text_column": "text", "label_column": "label"}
    own = TINY.with_settings({"data.source": "table", "data.options": options})
    base = store.runs.create(own, files=files)
    assert given_files(base.config, base.folder) == files
    config = SweepConfig(base=own, space={"seed": "0, 1"}, method="grid")
    sweep = store.create(config, files=given_files(base.config, base.folder))
    search.work(sweep)
    assert [trial.state for trial in sweep.findings.trials] == ["finished"] * 2
    for trial in sweep.findings.trials:
        assert given_files(own, store.runs.run(trial.run).folder) == files


def test_where_all_fail_the_search_stops_in_a_sentence(store):
    missing = TINY.with_settings({"data.source": "imdb", "data.options": {"folder": "nowhere"}})
    config = SweepConfig(base=missing, space={"seed": "0..99"}, method="random", trials=50)
    sweep = store.create(config)
    with pytest.raises(AllTrialsFailed, match=r"All 5 trials failed.*nowhere"):
        search.work(sweep)
    assert sweep.state == "failed"
    assert sweep.error.error().facts["count"] == 5
    assert [trial.state for trial in sweep.findings.trials] == ["failed"] * 5


def test_without_its_scheduler_a_search_is_a_sentence(store):
    sweep = store.create(SweepConfig(base=TINY, space={"seed": "0, 1"}))
    with pytest.raises(NoScheduler):
        search.work(sweep, scheduler="nowhere")
    assert sweep.state == "failed"
    assert store.runs.runs() == []


def test_what_is_not_there_is_a_sentence(store):
    with pytest.raises(NoSuchSweep, match=r"no search '\.\./latch' here"):
        store.sweep("../latch")
