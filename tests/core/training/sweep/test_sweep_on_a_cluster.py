"""A search on a real scheduler's workers finds, to the last bit, what it finds here."""

from __future__ import annotations

from core.training.store import RunStore
from core.training.sweep import search
from core.training.sweep.config import SweepConfig
from core.training.sweep.folder import SweepStore
from tests.core.scale.test_cluster import started
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
