"""How fast a run is said to be: not before it is known."""

from __future__ import annotations

from typing import Any

import pytest

from core.training.loop import SETTLED
from core.training.run_writer import RunWriter
from core.training.store import RunStore
from tests.core.training import runs


def test_no_estimate_comes_from_batches_that_were_being_compiled(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    tell = RunWriter.tell

    def heard(writer: RunWriter, **facts: Any) -> None:
        told.append(facts)
        tell(writer, **facts)

    monkeypatch.setattr(RunWriter, "tell", heard)
    run = runs.train(RunStore(tmp_path), runs.config(fit__epochs=2))
    batches = [facts for facts in told if "memory" in facts and facts.get("batch")]
    assert ["seconds_left" in facts for facts in batches[: SETTLED + 1]] == [False] * SETTLED + [
        True
    ]
    estimates = [facts["seconds_left"] for facts in batches if "seconds_left" in facts]
    assert 0 <= max(estimates) < 4 * run.status.seconds + 1
