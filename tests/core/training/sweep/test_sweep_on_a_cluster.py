"""A search on a real scheduler's workers finds, to the last bit, what it finds here."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager

from core.scale import workers
from core.training.store import RunStore
from core.training.sweep import search
from core.training.sweep.config import SweepConfig
from core.training.sweep.folder import SweepStore
from tests.core.scale.test_cluster import process_at, started
from tests.core.training.sweep.test_search import TINY


def test_trials_are_the_same_wherever_they_are_trained(tmp_path, monkeypatch):
    monkeypatch.delenv("UNROLLED_SCHEDULER", raising=False)
    space = {"optimizer.learning_rate": "1e-3, 0.1"}
    config = SweepConfig(base=TINY, space=space, method="grid", prune=False)
    found = {}
    with started(2) as (address, _):
        for where in ("", address):
            store = SweepStore(RunStore(tmp_path / ("there" if where else "here")))
            sweep = store.create(config)
            search.work(sweep, scheduler=where)
            found[sweep.board.engine] = [
                (trial.state, trial.values, trial.value, trial.epoch)
                for trial in sweep.findings.trials
            ]
    assert found["dask"] == found["processes"]
    assert [state for state, *_ in found["dask"]] == ["finished"] * 2
    assert len({value for _, _, value, _ in found["dask"]}) == 2


def test_a_worker_killed_in_the_middle_of_a_run_loses_nothing(tmp_path, monkeypatch):
    """The run goes on from its checkpoint on another worker, and ends where it would have."""
    monkeypatch.delenv("UNROLLED_SCHEDULER", raising=False)
    base = TINY.with_setting("fit.epochs", 40)
    space = {"optimizer.learning_rate": "1e-3, 0.1"}
    config = SweepConfig(base=base, space=space, method="grid", prune=False)
    quiet = SweepStore(RunStore(tmp_path / "here")).create(config)
    search.work(quiet, scheduler="", at_once=2)
    store = SweepStore(RunStore(tmp_path / "there"))
    sweep, killed = store.create(config), []

    @contextmanager
    def watched(*given, **more):
        with workers(*given, **more) as own:
            going = own.map

            def mapped(*asked, idle, **rest):
                def look():
                    idle()
                    for worker, place in own.board.doing.items():
                        trials = sweep.findings.trials
                        done = len(store.runs.run(trials[place].run).epochs)
                        if not killed and 3 <= done <= 30:
                            os.kill(process_at(worker), signal.SIGKILL)
                            killed.append((worker, place))

                return going(*asked, idle=look, **rest)

            own.map = mapped
            yield own

    monkeypatch.setattr(search.scale, "workers", watched)
    with started(2) as (address, _):
        search.work(sweep, scheduler=address)
    assert len(killed) == 1
    board = sweep.board
    assert board.retried >= 1
    assert (killed[0][1], killed[0][0]) in {(each.place, each.worker) for each in board.retries}
    found, expected = sweep.findings, quiet.findings
    assert [(t.state, t.value, t.epoch) for t in found.trials] == [
        (t.state, t.value, t.epoch) for t in expected.trials
    ]
    assert (found.best, found.trials[0].epoch) == (expected.best, 40)
    again, plain = (
        [each.runs.run(trial.run).epochs["loss"].tolist() for trial in each.findings.trials]
        for each in (sweep, quiet)
    )
    assert again == plain
