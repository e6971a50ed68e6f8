"""What if: the list is run, said, kept and taken away; sentences and pictures are those of it."""

from __future__ import annotations

import json

import numpy as np
import pytest

import core
from core.analysis.ablation import ALL, ablations
from core.analysis.changes import difference
from core.analysis.expressions import show_number
from core.interventions import Intervention, load_interventions, save_interventions
from dashboard import state
from dashboard.components.heatmaps import Painted
from dashboard.figures.theme import QUANTITY
from dashboard.i18n import speak, t
from dashboard.views.intervene import canvas
from tests.dashboard.conftest import unfold

TEXT = "the movie was not good"
SHUT = Intervention(quantity="forget", value=0.0, steps=(3, 4))
OPEN = Intervention(quantity="input", value=1.0, units=(0, 1, 2, 5), steps=(1,))


def opened(open_app, *several, **query):
    written = {"changes": save_interventions(several)} if several else {}
    return open_app("intervene", **({"text": TEXT, "cell": "lstm"} | written | query))


def labels(app):
    return [each.label for each in app.button if str(each.key).startswith("change-")]


def said(app):
    return " ".join(each.value for each in app.markdown)


def runs(*several):
    model = core.bundled_model("sentiment-lstm")
    before = core.record(model, TEXT)
    return model, before, core.record(model, TEXT, interventions=several)


@pytest.mark.parametrize("changes", [(SHUT,), (OPEN,), (SHUT, OPEN)])
def test_the_sentence_is_that_of_what_was_changed(open_app, changes):
    app = opened(open_app, *changes)
    assert not app.exception
    assert not app.warning
    _, before, after = runs(*changes)
    found = difference(before, after)
    words = said(app)
    for run in (before, after):
        likely = float(max(run.outputs[0, 0], 1 - run.outputs[0, 0]))
        assert f"{likely:.1%}" in words
    assert f"step {found.furthest + 1}" in words
    assert f"{found.left:.0%} of that is left" in words
    assert show_number(float(found.off("hidden").max()), 3) in words
    assert len(labels(app)) == len(changes)


def test_what_is_listed_is_taken_away_one_by_one_or_all(open_app):
    app = opened(open_app, SHUT, OPEN)
    assert labels(app) == [
        "Forget gate · every unit · steps 4–5 → **0**",
        "Input gate · units 0–2, 5 · step 2 → **1**",
    ]
    app.button(key="change-0").click().run()
    assert load_interventions(app.session_state["field.changes"]) == (OPEN,)
    app = opened(open_app, SHUT, OPEN, language="ko")
    app.button(key="changes-clear").click().run()
    assert "field.changes" not in app.session_state
    assert labels(app) == []


def test_what_cannot_be_done_here_says_why_and_the_rest_is_done(open_app):
    beyond = Intervention(quantity="forget", value=1.0, steps=(2, 30))
    gate = Intervention(quantity="forget", value="before")
    other = Intervention(quantity="reset", value=0.0)
    short = Intervention(quantity="hidden", source="bad", steps=(4,))
    app = opened(open_app, beyond, gate, SHUT, other, short)
    assert not app.exception
    reasons = [each.value for each in app.warning]
    assert len(reasons) == 4
    assert "step is 31; it should be from 1 to 5" in reasons[0]
    assert "a gate has none" in reasons[1]
    assert "reset" in reasons[2]
    assert "source step is 5; it should be from 1 to 1" in reasons[3]
    _, _, after = runs(SHUT)
    assert f"{max(float(after.outputs[0, 0]), 1 - float(after.outputs[0, 0])):.1%}" in said(app)


def test_what_is_painted_is_put_in_place_with_what_the_brush_holds(open_app, monkeypatch):
    sent = []
    monkeypatch.setattr(canvas, "heatmaps", lambda *_, on_paint, **__: sent.append(on_paint))
    app = opened(open_app, put="mean")
    kept = []
    monkeypatch.setattr(canvas, "add", kept.append)
    monkeypatch.setattr(canvas, "brush", lambda: {"value": "mean"})
    sent[-1](Painted(steps=(1, 2), units=(3,), panel="output", column="less"))
    sent[-1](Painted(steps=tuple(range(5)), units=tuple(range(16)), panel="cell", column="less"))
    assert not app.exception
    assert kept == [
        Intervention(quantity="output", value="mean", units=(3,), steps=(1, 2)),
        Intervention(quantity="cell", value="mean"),
    ]


def test_places_can_be_written_and_a_token_replaced(open_app):
    app = opened(open_app, put="number", amount="0.25", step="2", unit="4")
    app.text_input(key="intervene-units-4").set_value("1-3, 7")
    app.button(key="intervene-add").click().run()
    app.text_input(key="intervene-token").set_value("bad")
    app.button(key="intervene-token-add").click().run()
    assert not app.exception
    quantity = app.selectbox(key="intervene-quantity").value
    assert load_interventions(app.session_state["field.changes"]) == (
        Intervention(quantity=quantity, value=0.25, units=(1, 2, 3, 7), steps=(2,)),
        Intervention(quantity="token", value="bad", steps=(2,)),
    )
    assert "step 3: “was” → **“bad”**" in labels(app)
    app.text_input(key="intervene-units-4").set_value("some")
    app.button(key="intervene-add").click().run()
    assert len(load_interventions(app.session_state["field.changes"])) == 2
    assert any("3–5, 8" in each.value for each in app.warning)


def test_units_are_ranked_as_the_analysis_does_and_the_check_is_told(open_app):
    app = unfold(opened(open_app), "ablation")
    assert not app.exception
    model, before, _ = runs()
    found = ablations(model, before)
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-ablation")]
    order = found.order(0)
    spec = json.loads(chart.proto.spec)
    assert spec["layout"]["xaxis"]["ticktext"] == [str(unit) for unit in order]
    assert f"unit {order[0]} (hidden state)" in said(app)
    assert show_number(float(np.abs(found.raw_effects(0)).max()), 3) in said(app)
    assert any("differs by" in each.value for each in app.caption)


def test_all_gates_and_states_are_ranked_at_once_and_a_press_puts_the_first_out(open_app):
    app = unfold(opened(open_app, ablated="all"), "ablation")
    assert not app.exception
    model, before, _ = runs()
    found = ablations(model, before, quantity=ALL)
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-ablation")]
    ticks = json.loads(chart.proto.spec)["layout"]["xaxis"]["ticktext"]
    order = found.order(0)
    assert ticks == [f"{QUANTITY[found.who[at][0]].symbol} {found.who[at][1]}" for at in order[:24]]
    quantity, unit = found.who[order[0]]
    with speak("en"):
        assert f"{t(f'quantity.{quantity}').lower()} of unit {unit}" in said(app)
    assert f"Of {len(found.who)} gates and states" in said(app)


@pytest.mark.parametrize(
    "query",
    [
        {"text": "good"},
        {"task": "characters", "cell": "gru", "text": "the king", "step": "3"},
        {"task": "untrained", "text": "a b c", "layers": "2", "both": "1", "layer": "3"},
        {"task": "flip-flop", "cell": "simple_rnn", "text": "..."},
        {"language": "ko", "mode": "dark"},
    ],
)
def test_any_text_any_model_and_layer(open_app, query):
    hidden = Intervention(
        quantity="hidden", value=0.5, steps=(0,), layer=int(query.get("layer", 0))
    )
    app = unfold(opened(open_app, hidden, **query), "ablation")
    assert not app.exception
    assert not app.error


def test_a_link_that_holds_no_list_is_refused(open_app):
    for written in ("[", "[[[[" * 500, '[{"quantity": "cell", "value": 1e39}]', "{}"):
        app = open_app("intervene", changes=written, text=TEXT)
        assert not app.exception
        assert f"field.{state.CHANGES.name}" not in app.session_state
