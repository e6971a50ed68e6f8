"""Compare: the same text through the cells, and the numbers on the page against the core."""

from __future__ import annotations

import json
import re
import struct

import numpy as np
import pytest

import core
from core.analysis.parameters import count_parameters
from core.bundled import bundled_models
from dashboard import state
from dashboard.cache import ROWS
from dashboard.i18n import LANGUAGES, speak, t
from tests.dashboard.conftest import unfold

NAMES = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}
UNTRAINED = {"task": "untrained", "split": "character", "text": "abcabd", "units": "8"}


def picture(app) -> dict:
    """The header of the canvas's bytes: what its columns hold."""
    [found] = [e for e in app.get("bidi_component") if e.proto.component_name.endswith("heatmaps")]
    raw = found.proto.bytes
    (length,) = struct.unpack("<I", raw[:4])
    return json.loads(raw[4 : 4 + length])


def said(app) -> str:
    return "\n".join(each.value for each in app.markdown)


def cards(app) -> str:
    return "\n".join(str(each.proto.body) for each in app.get("html"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", sorted({card["task"] for card in bundled_models()}))
def test_every_task_opens_with_a_picture(open_app, task, language):
    app = open_app("compare", language=language, task=task)
    assert not app.exception
    assert not app.error
    columns = picture(app)["columns"]
    assert [column["key"] for column in columns] == list(NAMES)
    assert {panel["key"] for panel in columns[1]["panels"]} >= {"hidden", "cell", "forget"}


def test_the_same_quantity_has_the_same_scale_in_every_column(open_app):
    app = open_app("compare", **UNTRAINED, act="relu", scale="2")
    scales: dict[str, set] = {}
    for column in picture(app)["columns"]:
        for panel in column["panels"]:
            scales.setdefault(panel["key"], set()).add((panel["low"], panel["high"]))
    assert all(len(found) == 1 for found in scales.values())
    ((low, high),) = scales["hidden"]
    assert low == -high
    reach = max(
        np.abs(core.record(untrained(cell), ids()).layers[0].states["hidden"]).max()
        for cell in NAMES
    )
    assert high == pytest.approx(reach, rel=1e-5)


def untrained(cell: str) -> core.Model:
    settings = {"activation": "relu", "scale": 2.0, "spread": state.SPREAD.default}
    return core.new_model(cell, vocabulary=ROWS, units=[8], **settings)


def ids() -> np.ndarray:
    return np.array([[2, 3, 4, 2, 3, 5]])


def test_the_sentence_names_the_step_where_the_answers_part(open_app):
    text = "the movie was not good, but the music was wonderful"
    app = open_app("compare", task="sentiment", text=text)
    answers = {}
    for cell in NAMES:
        model = core.bundled_model(f"sentiment-{cell}").with_readout("every")
        answers[cell] = core.record(model, text).outputs[0, :, 0]
    stacked = np.array(list(answers.values()))
    widest = int(np.argmax(stacked.max(axis=0) - stacked.min(axis=0)))
    sentence = next(line for line in said(app).split("\n") if "part most" in line)
    assert f"step {widest + 1}," in sentence
    for cell, name in NAMES.items():
        share = answers[cell][widest]
        assert re.search(rf"{name} answers “\w+” {max(share, 1 - share):.2f}", sentence)


def test_counts_come_with_their_formula(open_app):
    app = unfold(open_app("compare", **UNTRAINED, layers="2"), "counts")
    drawn = cards(app)
    assert "LSTM(8) on 32 features: 4·(32·8 + 8·8 + 8) = 1,312" in drawn
    assert "GRU(8) on 8 features: 3·(8·8 + 8·8 + 2·8) = 432" in drawn


def test_matched_by_parameters_the_lstm_stays_and_the_others_come_near(open_app):
    app = unfold(open_app("compare", **UNTRAINED, match="parameters"), "counts")
    titles = [column["title"] for column in picture(app)["columns"]]
    units = [int(re.search(r"(\d+) units", title)[1]) for title in titles]
    assert units[1] == 8
    models = [
        core.new_model(cell, features=32, units=[size], outputs=None)
        for cell, size in zip(NAMES, units, strict=True)
    ]
    counts = [count_parameters(model).count for model in models]
    assert counts == pytest.approx([counts[1]] * 3, rel=0.05)
    assert f"{counts[0]:,} parameters" in cards(app)


def test_one_cell_alone_asks_for_another(open_app):
    app = open_app("compare", **UNTRAINED, cells="gru")
    assert not app.exception
    assert t("compare.notice.one") in said(app)
    assert [column["key"] for column in picture(app)["columns"]] == ["gru"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_cannot_be_read_leaves_the_last_picture(open_app, language):
    app = open_app("compare", language=language, **UNTRAINED)
    before = picture(app)["columns"][0]["tokens"]
    app.text_area[0].set_value("   ").run()
    assert not app.exception
    assert len(app.error) == 1
    assert picture(app)["columns"][0]["tokens"] == before
    with speak(language):
        assert any(t("compare.count") in each.label for each in app.expander)


def test_markup_in_the_text_stays_text(open_app):
    app = open_app("compare", task="untrained", split="word", text="<b>x</b> :smile: **a**")
    assert not app.exception
    assert "<b>" not in said(app)
    assert ":smile:" not in said(app)


def test_what_each_cell_keeps_at_the_step_is_said(open_app):
    text = "the movie was not good"
    app = open_app("compare", task="sentiment", text=text, step="3")
    kept = "".join(each.value for each in app.caption)
    for cell, gate in (("lstm", "forget"), ("gru", "update")):
        run = core.record(core.bundled_model(f"sentiment-{cell}"), text).layers[0]
        assert f"{NAMES[cell]} {run.gates[gate][0, 3].mean():.2f} (" in kept
