"""Automaton: sentences of the numbers, and the page with and without a true automaton."""

from __future__ import annotations

from dataclasses import replace

import pytest

import core
from core.analysis.automaton import automaton, likeness
from core.data import OPTIONS
from core.data.machines import machine
from dashboard import cache
from dashboard.i18n import speak, t
from dashboard.views.automaton import beside, fidelity, graph_of, walked
from tests.core.analysis.test_automaton import BITS, parity_network
from tests.dashboard.conftest import go_to, unfold


@pytest.mark.parametrize("language", ["en", "ko"])
def test_sentences_follow_the_numbers(language):
    model = parity_network()
    found = automaton(model, BITS)
    ids = model.encode("0110").ids
    graph = graph_of(found, ("even", "odd"))
    walk = found.walk(ids)
    with speak(language):
        said = [
            walked(graph, own=walk, walk=walk, tokens=tuple("0110"), step=step) for step in range(4)
        ]
        assert "1&#58; odd" in said[1]
        assert len(set(said)) == 4
        other = walked(graph, own=[1 - at for at in walk], walk=walk, tokens=tuple("0110"), step=1)
        assert other != said[1]
        assert "**100%**" in fidelity(found)
        assert "**75%**" in fidelity(replace(found, fidelity=0.75))
        silent = fidelity(replace(found, fidelity=float("nan"), follows=0.5))
        assert "**50%**" in silent
        true = machine("parity")
        assert true is not None
        assert beside(likeness(found, true), true) == t(
            "automaton.alike", share="100", states=2, found=2
        )


@pytest.mark.parametrize(("language", "task"), [("en", "flip-flop"), ("ko", "latch")])
def test_the_page_walks_along_with_the_text(open_app, language, task):
    app = open_app("automaton", language=language, task=task, cell="gru", step="3")
    assert not app.exception
    assert not app.error
    drawn = [chart.proto.id for chart in app.get("plotly_chart")]
    assert any(name.endswith("chart-automaton") for name in drawn)
    said = " ".join(each.value for each in app.markdown)
    model = core.bundled_model(f"{task}-gru")
    with speak(language):
        assert fidelity(automaton(model, cache.task_texts(task, {}))) in said


def test_the_page_begins_with_networks_that_are_the_true_automaton_and_gives_back(open_app):
    app = open_app("automaton")
    assert not app.exception
    assert app.selectbox(key="widget.task.").value == "dyck1"
    found = automaton(core.bundled_model("dyck1-lstm"), cache.task_texts("dyck1", {}))
    true = machine("dyck1", OPTIONS["dyck1"])
    assert found.fidelity > 0.99
    assert (len(found), likeness(found, true).missing) == (len(true), ())
    unfold(app, "automaton-true")
    with speak("en"):
        assert beside(likeness(found, true), true) in [each.value for each in app.markdown]
    go_to(app, "gates")
    assert app.selectbox(key="widget.task.").value == "sentiment"
    # What was chosen stays.
    app = open_app("automaton", task="sentiment")
    assert app.selectbox(key="widget.task.").value == "sentiment"
