"""The report: what is taken stays as it was, in the order one gives it, and is text in its file."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import core
from dashboard import figures
from dashboard.i18n import speak
from dashboard.widgets import report
from dashboard.widgets.report_page import MOST_ROWS, Entry, page, table_of
from tests.dashboard.conftest import go_to
from tests.dashboard.figures import samples

HOSTILE = '</script><script>window.broken = 1</script><img src=x onerror="window.broken = 1">'


def entry(**changes: object) -> Entry:
    picture = figures.means(samples.trace("gru"), tokens=samples.TOKENS)
    given = {
        "title": HOSTILE, "words": HOSTILE, "said": HOSTILE, "link": "http://h/?text=" + HOSTILE,
        "figure": picture.draw.to_json(), "table": table_of(picture.table),
        "settings": (("text", HOSTILE), (HOSTILE, "1")),
    }  # fmt: skip
    return Entry(**(given | changes))


def written(*entries: Entry, title: str = "Title", language: str = "en") -> str:
    with speak(language):
        return page(entries, title=title, made="today", language=language, mode="light").decode()


def test_what_readers_wrote_is_text_in_the_file():
    html = written(entry(), title=HOSTILE)
    assert "<img" not in html.replace("<image", "").partition("</head>")[2]
    body = html.partition("</head>")[2]
    assert "window.broken = 1</script>" not in body
    # What opens a script are the drawings alone.
    assert len(re.findall(r"<script", body)) == len(re.findall(r"Plotly\.newPlot", body)) == 1
    assert "&lt;/script&gt;&lt;script&gt;window.broken" in body


def test_the_script_of_plotly_stands_in_it_once_and_nothing_is_fetched():
    one, three = written(entry()), written(entry(), entry(), entry(figure=""))
    assert len(three) - len(one) < 200_000
    assert three.count("Plotly.newPlot(") - one.count("Plotly.newPlot(") == 1
    tags = re.sub(r"<script.*?</script>", "", three.partition("</head>")[2], flags=re.DOTALL)
    assert not re.findall(r"<\w+[^<>]*(?:src|href)=['\"](?!#)", tags)
    assert "default-src 'none'" in three


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_long_table_is_cut_and_says_so(language):
    frame = pd.DataFrame({"<b>": np.arange(MOST_ROWS + 7), "text": ["<i>&"] * (MOST_ROWS + 7)})
    with speak(language):
        html = table_of(frame)
    assert f"{MOST_ROWS + 7:,}" in html
    assert html.count("<tr") == MOST_ROWS + 1
    assert "<b>" not in html
    assert "&lt;i&gt;&amp;" in html


def test_a_sentence_of_the_page_loses_its_marks_and_keeps_what_was_read():
    assert report.plain_text("**for**: “a&#42;&#42;b &lt;i&gt;” 93%") == "for: “a**b <i>” 93%"


def taken(app) -> list[Entry]:
    return list(app.session_state["kept.report"]) if "kept.report" in app.session_state else []


def test_pictures_are_taken_from_their_menus_kept_over_pages_moved_and_removed(open_app):
    app = open_app("memory", cell="lstm", text="the movie was not good", unit="3", step="4")
    assert "kept.report" not in app.session_state
    app.button(key="chart-memory-report").click().run()
    assert not app.exception
    [first] = taken(app)
    [said] = [each.value for each in app.markdown if "unit 3" in each.value.lower()][:1]
    assert first.said == report.plain_text(said)
    assert ("text", "the movie was not good") in first.settings
    assert "<td>not</td>" in first.table
    assert '"data"' in first.figure
    go_to(app, "gates")
    app.button(key="equations-report").click().run()
    app.button(key="gates-picture-report").click().run()
    titles = [one.title for one in taken(app)]
    assert [bool(one.figure) for one in taken(app)] == [True, False, True]
    assert len(set(titles)) == 3
    app.button(key="report-up-2").click().run()
    assert [one.title for one in taken(app)] == [titles[0], titles[2], titles[1]]
    app.button(key="report-remove-0").click().run()
    assert [one.title for one in taken(app)] == [titles[2], titles[1]]
    assert not app.exception


SAYING = {
    "memory": ("chart-memory", {}),
    "attribution": ("chart-attribution", {}),
    "intervene": (
        "intervene-picture", {"changes": '[{"quantity":"cell","value":0,"steps":[3]}]'},
    ),
    "paths": ("chart-triangle", {}),
    "dynamics": ("chart-state-space-lstm", {}),
    "units": ("chart-contexts", {}),
    "automaton": ("chart-automaton", {"task": "flip-flop"}),
    "gates": ("gates-picture", {}),
    "gradients": ("chart-gradients", {"weights": "sentiment", "cells": "lstm"}),
}  # fmt: skip
"""Page → the chart of it that is taken, and what is chosen beside."""


@pytest.mark.parametrize("page", SAYING)
def test_each_analysis_hands_over_its_own_sentence_and_the_model_s_digest(open_app, page):
    key, chosen = SAYING[page]
    text = "A..b.C" if "task" in chosen else "the movie was not good"
    app = open_app(page, cell="lstm", text=text, step="3", unit="2", **chosen)
    app.button(key=f"{key}-report").click().run()
    assert not app.exception
    [first] = taken(app)
    shown = [report.plain_text(each.value) for each in app.markdown]
    assert first.said in shown
    assert any(mark.isdigit() for mark in first.said)
    assert first.said != first.words
    [digest] = first.digests
    assert digest == core.bundled_model(f"{chosen.get('task', 'sentiment')}-lstm").digest
    assert f"<td>{digest}</td>" in written(first)


def test_a_full_report_says_so_and_takes_no_more(open_app, monkeypatch):
    monkeypatch.setattr(report, "MOST", 1)
    app = open_app("memory", text="the movie was not good")
    app.button(key="chart-memory-report").click().run()
    assert [each.value for each in app.toast] == ["The picture is in the report."]
    app.button(key="chart-memory-report").click().run()
    assert len(taken(app)) == 1
    assert any("full" in each.value for each in app.toast)
