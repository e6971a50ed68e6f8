"""Memory: one computed sentence, the shares it is about, and their sum beside the state."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest

import core
from core.analysis.expressions import show_number
from core.analysis.ledger import ledger
from dashboard.i18n import speak, t

TEXTS = ("the movie was not good, but the music was wonderful", "it was wonderful, never dull")


def shares_drawn(app) -> np.ndarray:
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-memory")]
    up, down = (series["y"] for series in json.loads(chart.proto.spec)["data"][:2])
    return np.nan_to_num(numbers(up)) + np.nan_to_num(numbers(down))


def numbers(sent) -> np.ndarray:
    if isinstance(sent, dict):
        return np.frombuffer(base64.b64decode(sent["bdata"]), sent["dtype"])
    return np.array([np.nan if value is None else value for value in sent], dtype=float)


@pytest.mark.parametrize(
    ("language", "cell", "gate"),
    [("en", "lstm", "forget gate"), ("ko", "gru", "업데이트 게이트")],
)
def test_the_sentence_and_the_picture_are_those_of_this_text(open_app, language, cell, gate):
    sentences = []
    for text in TEXTS:
        app = open_app("memory", language=language, cell=cell, text=text, unit="3", step="7")
        assert not app.exception
        assert not app.error
        layer = core.record(core.bundled_model(f"sentiment-{cell}"), text).layers[0]
        step = min(7, layer.outputs.shape[1] - 1)
        book = ledger(layer, step)
        np.testing.assert_allclose(shares_drawn(app), book.shares[:, 3], rtol=1e-5)
        wrote = next(at for at in book.largest(3, most=2) if at != step)
        [said] = [each.value for each in app.markdown if "%" in each.value]
        assert gate in said
        assert show_number(100 * float(np.exp(book.log_kept[wrote, 3])), 3) in said
        assert show_number(float(book.total[3]), 3) in said
        check = app.caption[-1].value
        assert show_number(float(book.state[3]), 6) in check
        assert show_number(book.difference, 2) in check
        sentences.append(said)
    assert sentences[0] != sentences[1]


def test_a_cell_that_keeps_nothing_is_told_so_and_the_page_stays(open_app):
    app = open_app("memory", language="ko", cell="simple_rnn", text=TEXTS[0])
    assert not app.exception
    with speak("ko"):
        assert [each.value for each in app.error] == [t("errors.NoMemory", cell="simple&#95;rnn")]
    assert app.number_input(key="widget.unit.").label == "유닛"
    assert not app.get("plotly_chart")
