"""Dynamics: the state space of this text, points of rest of the chosen token, spectra, checks."""

from __future__ import annotations

import json

import numpy as np
import pytest

import core
from core.analysis.expressions import show_exponential, show_number
from core.analysis.fixed_points import visited
from core.analysis.spectra import spectra
from core.analysis.trajectories import Plane
from core.training.shelf import Shelf
from dashboard import state
from tests.dashboard.conftest import unfold
from tests.dashboard.views.test_memory import TEXTS, numbers

PULSES = "..A....B...C....a.....b....c...."


def drawn(app, name="state-space") -> list[dict]:
    charts = [e for e in app.get("plotly_chart") if f"chart-{name}" in e.proto.id]
    return [series for chart in charts for series in json.loads(chart.proto.spec)["data"]]


def said(app) -> str:
    return next(each.value for each in app.markdown if "|λ|" in each.value)


@pytest.mark.parametrize(("language", "cell"), [("en", "simple_rnn"), ("ko", "lstm")])
def test_path_and_points_are_those_of_this_text_and_token(open_app, language, cell):
    app = open_app(
        "dynamics", language=language, task="flip-flop", cell=cell, text=PULSES, samples="1"
    )
    assert not app.exception
    assert not app.error
    run = core.record(core.bundled_model(f"flip-flop-{cell}"), PULSES).layers[0]
    flow, path, *others = drawn(app)
    shown = np.stack([numbers(path["x"]), numbers(path["y"])], axis=1)
    apart = np.linalg.norm(shown[:, None] - shown[None], axis=-1)
    states = visited(run)
    whole = np.linalg.norm(states[:, None] - states[None], axis=-1)
    assert (apart <= whole + 1e-3).all()
    assert np.corrcoef(apart.ravel(), whole.ravel())[0, 1] > 0.7
    assert len(others) >= 3
    assert ("8 stable" if language == "en" else "안정점 8개") in said(app)
    assert not np.isnan(numbers(flow["x"])[0])


def test_the_sentence_changes_with_the_token_that_is_read_for_ever(open_app):
    sentences = {said(open_app("dynamics", text=TEXTS[0], step=str(step))) for step in (3, 8)}
    assert len(sentences) == 2


def test_a_path_alone_is_the_plane_of_its_states(open_app):
    app = open_app("dynamics", text=TEXTS[0], cell="gru", shown="")
    run = core.record(core.bundled_model("sentiment-gru"), TEXTS[0]).layers[0]
    plane = Plane.of(visited(run))
    [path] = drawn(app)
    np.testing.assert_allclose(numbers(path["x"]), plane.seen(visited(run))[:, 0], atol=1e-5)
    assert any(
        show_number(100 * float(plane.shares.sum()), 3) in each.value for each in app.markdown
    )


def test_in_space_and_beside_another_cell(open_app):
    app = open_app("dynamics", text=TEXTS[0], space="space", beside="gru,simple_rnn")
    assert not app.exception
    charts = [e for e in app.get("plotly_chart") if "chart-state-space" in e.proto.id]
    assert len(charts) == 3
    assert {series["type"] for series in drawn(app)} == {"scatter3d"}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"text": "good"}, "one state"),
        ({"task": "untrained", "both": "1", "layers": "2", "layer": "3"}, "within reach"),
        ({"task": "untrained", "cell": "simple_rnn", "scale": "0.05", "act": "relu"}, "“"),
    ],
    ids=["one token", "both ways", "a weak network"],
)
def test_other_models_and_the_shortest_text(open_app, query, expected):
    app = open_app("dynamics", **query)
    assert not app.exception
    assert not app.error
    assert any(expected in each.value for each in app.markdown)


def test_what_is_left_and_the_pace_are_those_of_the_core(open_app):
    app = open_app("dynamics", text=TEXTS[0], cell="lstm", step="8")
    unfold(app, "dynamics-changes", "dynamics-pace")
    assert not app.exception
    run = core.record(core.bundled_model("sentiment-lstm"), TEXTS[0]).layers[0]
    computed = spectra(run, 8)
    texts = [each.value for each in app.markdown]
    left = show_exponential(float(computed.log_singular[0, 0]), 2)
    assert any(f"**{left} times**" in each for each in texts)
    largest = show_number(float(computed.exponents[0]), 3)
    assert any(f"**{largest}** per step" in each for each in texts)
    lines = drawn(app, "spectra")
    np.testing.assert_allclose(
        numbers(lines[0]["y"]), computed.log_singular[:, 0] / np.log(10), atol=1e-6
    )
    assert len(drawn(app, "lyapunov")) == computed.exponents.size


@pytest.mark.parametrize("cell", ["lstm", "simple_rnn"])
def test_states_that_never_move_and_singular_jacobians_have_their_sentences(open_app, cell):
    """All weights are 0: a state without a path, and steps that hand nothing on."""
    words = core.bundled_model("latch-gru").vocabulary
    dead = core.new_model(cell, vocabulary=words, embedding=4, units=[5], outputs=2)
    dead = dead.with_parameters({n: np.zeros_like(a) for n, a in dead.parameters.items()})
    query = {"task": state.MODEL + Shelf().keep(dead, name="Mine").id, "text": "ABCA"}
    app = open_app("dynamics", **query)
    unfold(app, "dynamics-changes", "dynamics-pace")
    assert not app.exception
    assert not app.error
    texts = [each.value for each in app.markdown]
    assert any(each.startswith("The state is the same at every step") for each in texts)
    assert not any("inf" in each or "nan" in each.lower() for each in texts)
    if cell == "simple_rnn":
        assert any("nothing at all is left" in each for each in texts)
        assert any("forgets some direction altogether" in each for each in texts)
    lost = open_app("paths", **query)
    assert not lost.exception
    assert any("has no gradient here" in each.value for each in lost.markdown)
