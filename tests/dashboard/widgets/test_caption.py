"""What is said under pictures and in the names of files that are taken away."""

from __future__ import annotations

import ast
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import i18n
from dashboard.i18n import labels
from dashboard.widgets.caption import MOST_NAME, About, file_part, named, shortened
from tests.sources import ROOT

LONG = "the movie was not boring but funny and warm and a little too long for what it had to say"


def names_of_charts() -> set[str]:
    """Every `name=` that is written where a chart or its menu is drawn."""
    names: set[str] = set()
    for file in (ROOT / "dashboard").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            called = node.func.id if isinstance(node.func, ast.Name) else called
            if called in ("show", "menu"):
                names |= {
                    word.value.value
                    for word in node.keywords
                    if word.arg == "name" and isinstance(word.value, ast.Constant)
                }
    return names - {"…"}


VARIABLE = {
    *("loss", "metric", "pacf", "attention", "translate-encoder", "translate-decoder"),
    *("critic_scores", "critic_strength"),
}
"""Charts whose name is no literal where they are shown."""


@pytest.mark.parametrize("language", list(i18n.LANGUAGES))
def test_every_chart_has_a_title(language: str) -> None:
    with i18n.speak(language):
        titles = labels("chart", "of")
    assert names_of_charts() | VARIABLE == set(titles)


def test_the_line_says_model_text_and_step() -> None:
    seen = About(model="Sentiment (LSTM)", text=LONG, step=4, token="boring", file="sentiment-lstm")
    with i18n.speak("en"):
        line = seen.line("gates")
    title, model, text, step = line.split(" · ")
    assert (title, model, step) == ("Gates and states", "Sentiment (LSTM)", "step 5 “boring”")
    assert text == LONG[:79].rstrip() + "…"
    assert seen.stem("gates") == "gates-sentiment-lstm-step-5"


def test_what_is_not_known_leaves_no_gap() -> None:
    with i18n.speak("ko"):
        assert About().line("loss") == "손실"
        assert named(["latch · LSTM", "둘째"]).line("loss") == "손실 · latch · LSTM, 둘째"
    assert About().stem("loss") == "loss"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("two\nlines\t and  blanks", "two lines and blanks"),
        ("가" * 81, "가" * 79 + "…"),
        ("👩‍👩‍👧‍👦" * 81, "👩‍👩‍👧‍👦" * 79 + "…"),  # one character to a reader, seven to Python
        ("a" * 80, "a" * 80),
    ],
)
def test_a_text_is_shortened_as_a_reader_counts(text: str, short: str) -> None:
    assert shortened(text) == short


@pytest.mark.parametrize(
    "name",
    [
        'a/b\\c:d*e?f"g<h>i|j',
        "trailing. ",
        "..",
        "한글 모델 (LSTM)",
        "e\u0301te\u0301",
        "\x00\x1f",
        "CON",
    ],
)
def test_the_names_of_files_are_taken_by_every_system(name: str) -> None:
    stem = About(file=file_part(name), step=2).stem("gates")
    assert re.fullmatch(r"gates(-[^\W_]+)*-step-3", stem)
    assert not set(stem) & set('<>:"/\\|?*. ')
    assert stem.isprintable()


def test_a_long_name_leaves_a_name_that_a_disk_can_hold() -> None:
    stem = named(["긴 이름 " * 80]).stem("learning-rate")
    assert len(stem) <= MOST_NAME + len("learning-rate-")


def page() -> None:
    from dashboard import state, widgets
    from dashboard.widgets.caption import about, about_cells

    state.restore()
    state.enter("gates")
    reading = widgets.reading()
    seen = about(reading, step=1)
    import streamlit as st

    st.code(seen.line("gates"))
    st.code(seen.stem("gates"))
    st.code(about_cells(["lstm", "gru"], text="a b").stem("compare"))


def run(**query: str) -> list[Any]:
    app = AppTest.from_function(page, default_timeout=60)
    app.context = {"locale": "en"}
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return [code.value for code in app.code]


def test_a_bundled_model_is_called_by_its_task_and_cell() -> None:
    line, stem, both = run(text="not a <b>good</b> film", cell="gru")
    assert (
        line == "Gates · Gates and states · Sentiment (GRU) · not a <b>good</b> film · step 2 “a”"
    )
    assert stem == "gates-sentiment-gru-step-2"
    assert both == "compare-sentiment-lstm-gru"
