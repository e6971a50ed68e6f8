"""Train, alive: when the page follows a run, and when it stands still."""

from __future__ import annotations

import importlib

import pytest

from tests.dashboard.runs import at_work, config, write_run
from tests.dashboard.views.test_train import press

# In its package the name is that of its function.
live = importlib.import_module("dashboard.views.train.live")


@pytest.fixture
def clocks(monkeypatch) -> list[float | None]:
    """How often the page looks again, each time it is drawn."""
    seen: list[float | None] = []
    fragment = live.fragment

    def noted(draw, *, run_every=None):
        seen.append(run_every)
        return fragment(draw, run_every=run_every)

    monkeypatch.setattr(live, "fragment", noted)
    return seen


def test_a_page_that_stands_still_follows_a_run_that_is_asked_to_stop(open_app, runs, clocks):
    run = write_run(runs, state="training", epochs=2, configured=config(epochs=8))
    with at_work(run):
        app = open_app("train")
        assert clocks[-1] == live.POLL
        [held] = [toggle for toggle in app.toggle if str(toggle.key).startswith("widget.held")]
        app = held.set_value(True).run()
        assert clocks[-1] is None
        press(app, f"cancel-{run.id}")
        assert clocks[-1] == live.POLL
