"""Searches on Runs: what one found, who works, and beginning one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from core.scale.board import Board, Retry
from core.training.config import DataSettings, RunConfig
from core.training.sweep.config import SweepConfig
from core.training.sweep.findings import SweepFindings, SweepTrial
from core.training.sweep.folder import SweepStore
from dashboard.i18n import LANGUAGES, speak, t
from tests.dashboard.runs import write_run
from tests.dashboard.views.test_runs import at_tab
from tests.dashboard.views.test_train import said

SPACE = {"optimizer.learning_rate": "1e-4..1e-1 log", "network.cell": "lstm, gru"}


def searched(runs, *, best: float = 0.25):
    """A finished search of four trials, as its process leaves it."""
    store = SweepStore(runs)
    base = RunConfig(data=DataSettings(source="latch"))
    sweep = store.create(SweepConfig(base=base, space=SPACE, trials=4), name="rates")
    trials = []
    for number, value in enumerate((0.5, best, 0.75, None)):
        run = write_run(runs, "lstm", epochs=2, name=f"trial {number}")
        values = {"optimizer.learning_rate": 10.0 ** (-1 - number), "network.cell": "lstm"}
        state = "finished" if value is not None else "failed"
        trials.append(SweepTrial(number, run.id, values, state, value, 2))
    importance = {"optimizer.learning_rate": 0.9, "network.cell": 0.1}
    sweep.keep(SweepFindings(tuple(trials), 1, importance))
    sweep.tell(state="finished")
    board = Board(
        "processes", "", "core.training.sweep.trial:train", {"41": 1}, {}, {"41": 3, "40": 1},
        4, 0, 4, 1, 1, (Retry(2, "40", "SIGKILL", 0.0),), 0.0,
    )  # fmt: skip
    sweep.file("scale.json").write_text(json.dumps(board.to_json()))
    return sweep


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_says_what_it_found(open_app, runs, monkeypatch, language):
    at_tab(monkeypatch, "sweeps")
    sweep = searched(runs)
    app = open_app("runs", language=language)
    assert not app.exception
    with speak(language):
        standing = t("sweep.standing", state=t("sweep.state.finished"), begun=4, total=4,
                     finished=3, pruned=0, failed=1)  # fmt: skip
        assert standing in said(app)
        assert t("sweep.measure.validation_loss") + " 0.25" in said(app)
        seen = t("workers.seen", count=1, finished=4, total=4, retried=1)
        assert any(seen in box.label for box in app.expander)
    best = sweep.findings.trials[1].run
    assert any(button.key == f"open-gates-{best}" for button in app.button)
    trials = next(frame.value for frame in app.dataframe if len(frame.value) == 4
                  and frame.value.iloc[:, -1].tolist()[:3] == [0.5, 0.25, 0.75])  # fmt: skip
    assert trials.iloc[1, 1] == "0.01"


def test_what_is_said_follows_what_was_found(open_app, runs, monkeypatch):
    at_tab(monkeypatch, "sweeps")
    sweep = searched(runs)
    found = sweep.findings
    worse = replace(found.trials[1], value=0.9)
    sweep.keep(replace(found, trials=(found.trials[0], worse, *found.trials[2:]), best=0))
    with speak("en"):
        text = said(open_app("runs"))
        assert "validation loss 0.5:" in text
        assert "validation loss 0.25" not in text


def test_an_interrupted_search_can_go_on(open_app, runs, monkeypatch):
    at_tab(monkeypatch, "sweeps")
    sweep = searched(runs)
    sweep.tell(state="searching")
    app = open_app("runs")
    assert any(button.key == f"sweep-resume-{sweep.id}" for button in app.button)
    with speak("en"):
        assert t("sweep.state.died") in said(app)
