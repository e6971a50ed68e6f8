"""Corpus: places that hold what stands out, a sentence of their numbers, and a recording."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest

import core
from core.analysis.expressions import show_number
from core.corpus import drawn, record
from core.corpus.chance import by_chance
from core.corpus.contexts import contexts, whole
from core.corpus.pattern import find
from core.corpus.store import BOARD, Corpora
from core.corpus.stretch import standing_out, telling_threshold
from core.scale import Board, Retry
from dashboard.cache import corpora
from dashboard.i18n import t
from dashboard.views.corpus import SHOWN
from dashboard.widgets.report import plain_text
from tests.dashboard.conftest import unfold

TEXT = "the movie was not good, but the music was wonderful"
STEP = 3


@pytest.fixture
def expected(tmp_path):
    """The corpus of the first look at the chosen model, and what is to be found in it."""
    model = core.bundled_model("sentiment-lstm")
    kept = record(model, drawn("sentiment", count=corpora.FEW), tmp_path / "c")
    state = core.record(model, TEXT).layers[0].states["hidden"][0]
    values = {"lstm/states/hidden": state.astype(np.float16).astype(np.float32)}
    level = telling_threshold(values, start=STEP, stop=STEP + 1)
    wanted = standing_out(values, start=STEP, stop=STEP + 1, threshold=level)
    return kept, find(kept, wanted, most=corpora.MOST), wanted


@pytest.mark.parametrize("language", ["en", "ko"])
def test_picture_and_sentence_are_those_of_the_places(open_app, expected, language):
    kept, found, wanted = expected
    app = open_app("corpus", language=language, cell="lstm", text=TEXT, step=str(STEP))
    assert not app.exception
    assert not app.error
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-places")]
    heatmap = json.loads(chart.proto.spec)["data"][0]
    around = contexts(kept, [(p.start, p.start + 1) for p in found.places[:SHOWN]])
    rows = heatmap["text"]
    assert len(rows) == 1 + len(around)
    assert rows[0][5] == "not"
    assert [row[5] for row in rows[1:]] == [context.tokens[0][:11] for context in around]
    told = by_chance(kept, wanted, units=found.places[0].units, times=corpora.TIMES)
    sentence = next(each.value for each in app.markdown if "“not”" in each.value)
    for number in (len(wanted.columns), told.found, show_number(told.expected, 2), kept.steps):
        assert (f"{number:,}" if isinstance(number, int) else number) in sentence
    app.button(key="chart-places-report").click().run()
    [taken] = app.session_state["kept.report"]
    assert taken.said == plain_text(sentence)


def test_a_place_opens_in_gates(open_app, expected, monkeypatch):
    kept, found, _ = expected
    opened: list[str] = []
    monkeypatch.setattr("dashboard.views.corpus.open_page", opened.append)
    app = open_app("corpus", cell="lstm", text=TEXT, step=str(STEP))
    app.button(key="corpus-open-2").click().run()
    [place] = contexts(kept, [(found.places[1].start, found.places[1].stop)])
    assert opened == ["gates"]
    assert app.session_state["field.text"] == whole(kept, place.text)
    assert app.session_state["field.step"] == place.position


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_is_folded_can_be_asked(open_app, language):
    app = open_app("corpus", language=language, cell="gru", text=TEXT, step=str(STEP))
    parts = ("over", "near", "query", "unit", "record")
    app = unfold(app, *(f"corpus-{part}" for part in parts))
    assert not app.exception
    assert not app.error
    assert "read_parquet" in app.code[0].value or "*.parquet" in app.code[0].value
    assert any("KB" in each.value or "MB" in each.value for each in app.markdown)


def test_a_threshold_that_nothing_passes_is_a_sentence(open_app):
    app = open_app("corpus", cell="lstm", text=TEXT, step=str(STEP), threshold="8.5")
    assert not app.exception
    assert len(app.error) == 1


def test_a_corpus_is_recorded_and_then_searched(open_app, tmp_path, monkeypatch):
    app = open_app("corpus", cell="lstm", text=TEXT, step=str(STEP), corpus_texts="40")
    app = unfold(app, "corpus-record")
    app.button(key="corpus-start").click().run()
    assert not app.exception
    [kept] = Corpora().all()
    until = time.monotonic() + 120
    while not (kept.progress and kept.progress.state == "finished") and time.monotonic() < until:
        time.sleep(0.1)
    app.run()
    assert not app.exception
    assert not app.error
    assert app.session_state["field.corpus"] == kept.id
    assert f"{kept.corpus().steps:,}" in next(e.value for e in app.markdown if "“not”" in e.value)
    while kept.is_at_work:
        time.sleep(0.1)
    assert not any(t("workers.title") in box.label for box in app.expander)
    retries = (Retry(2, "40", "SIGKILL", 0.0), Retry(1, "40", "its worker is gone", 0.0))
    board = Board(
        "processes", "", "core.corpus.sharing:record_stretch", {"41": 1}, {}, {"41": 3, "40": 1},
        4, 0, 4, 1, 2, retries, 0.0,
    )  # fmt: skip
    (kept.folder / BOARD).write_text(json.dumps(board.to_json()), encoding="utf-8")
    app = unfold(app, f"corpus-{kept.id}-workers")
    assert not app.exception
    seen = t("workers.seen", count=1, finished=4, total=4, retried=2)
    assert any(seen in box.label for box in app.expander)
    tables = [frame.value.to_numpy().tolist() for frame in app.dataframe]
    assert [["41", "yes", None, 3], ["40", "gone", None, 1]] in tables
    assert [[3, "40", "SIGKILL"], [2, "40", "its worker is gone"]] in tables
    app.button(key=f"corpus-delete-{kept.id}").click().run()
    assert Corpora().all() == []
    assert app.session_state["field.corpus"] == "first"


@pytest.mark.parametrize("task", ["brackets", "latch", "flip-flop", "characters", "untrained"])
def test_every_origin_begins_with_a_picture(open_app, task):
    app = open_app("corpus", task=task)
    assert not app.exception
    assert [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-places")], app.error


def labelled(app, table):
    """Bring a table of labels."""
    [at] = [box for box in app.file_uploader if (box.key or "").startswith("corpus-notes-")]
    at.upload("mine.tsv", table.encode(), "text/tab-separated-values").run()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_labels_of_ones_own_are_brought_and_asked_for(open_app, language):
    app = open_app("corpus", language=language, cell="gru", text=TEXT, step=str(STEP))
    app = unfold(app, "corpus-query")
    table = "text\ttoken\tlabel\n0\tnowhere\tx\n"
    labelled(app, table)
    assert not app.exception
    [said] = app.error
    assert "nowhere" in said.value
    table = "text\tposition\tlabel\n2\t0\tverb\n4\t1\tnoun\n"
    labelled(app, table)
    assert not app.exception
    assert not app.error
    app.run()
    [notes] = [box for box in app.selectbox if "mine" in box.options]
    notes.select("mine").run()
    rows = next(each.value for each in app.dataframe if "annotation" in each.value.columns)
    assert rows[["text", "position", "annotation"]].values.tolist() == [
        [2, 0, "verb"],
        [4, 1, "noun"],
    ]


def test_a_unit_s_values_are_those_of_the_chosen_gate(open_app):
    app = open_app("corpus", cell="gru", text=TEXT, step=str(STEP), unit="3")
    app = unfold(app, "corpus-unit")
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-distribution")]
    hidden = json.loads(chart.proto.spec)["data"][0]
    [chosen] = [box for box in app.selectbox if box.key and "followed" in box.key]
    chosen.select("gates/update").run()
    assert not app.exception
    [chart] = [e for e in app.get("plotly_chart") if e.proto.id.endswith("chart-distribution")]
    gate = json.loads(chart.proto.spec)["data"][0]
    assert gate != hidden
    assert any("0." in each.value for each in app.caption)


@pytest.mark.parametrize("source", ["imdb", "reuters"])
def test_what_is_downloaded_is_said_before_it_is(open_app, source, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    app = open_app("corpus", cell="gru", text=TEXT, corpus_of=source)
    app = unfold(app, "corpus-record")
    assert not app.exception
    assert any(f"{source}.npz" in each.value and "MB" in each.value for each in app.caption)
    assert any(each.value.startswith("https://") for each in app.code)
    assert not list(tmp_path.rglob("*.npz"))
