"""Compare with models that the reader names: two sizes, a file of one's own, other tokens."""

from __future__ import annotations

import json
import struct
from urllib.parse import urlencode

import numpy as np
import pytest

import core
from core.training.shelf import Shelf
from dashboard import state
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.widgets.share import _brought as brought_in
from tests.dashboard.brought import network, numeric
from tests.dashboard.runs import write_run
from tests.dashboard.views.test_compare import said

TEXT = "the movie was not good, but the music was wonderful"


def columns(app) -> list[dict]:
    """What the canvases hold, in their order on the page."""
    found = []
    for each in app.get("bidi_component"):
        if each.proto.component_name.endswith("heatmaps"):
            raw = each.proto.bytes
            (length,) = struct.unpack("<I", raw[:4])
            found.append(json.loads(raw[4 : 4 + length])["columns"])
    return found


def test_two_sizes_stand_on_one_canvas_with_one_step(open_app):
    app = open_app(
        "compare", models="untrained/lstm/8,untrained/lstm/32", text=TEXT, split="word", step="3"
    )
    assert not app.exception
    [canvas] = columns(app)
    assert [each["title"] for each in canvas] == [
        "Untrained LSTM(8) · 8 units", "Untrained LSTM(32) · 32 units"
    ]  # fmt: skip
    assert [each["panels"][0]["units"] for each in canvas] == [8, 32]
    assert canvas[0]["tokens"] == canvas[1]["tokens"]
    assert app.select_slider[0].value == 3


def test_a_model_of_ones_own_beside_one_that_ships(open_app, runs):
    kept = Shelf().keep(network(), name="mine")
    name = state.MODEL + kept.id
    app = open_app("compare", models=f"sentiment/gru,{name}", text="the film was not good")
    assert not app.exception
    [canvas] = columns(app)
    assert [each["title"].partition(" ·")[0] for each in canvas] == [
        "Sentiment (GRU)",
        "Model: mine",
    ]
    assert app.multiselect[0].value == ["sentiment/gru", name]
    # One probability of two classes, and two probabilities: other questions, and both answers.
    mine = core.record(network(), "the film was not good").outputs[0]
    theirs = core.record(core.bundled_model("sentiment-gru"), "the film was not good").outputs[0, 0]
    sentence = said(app)
    assert "answer different questions" in sentence
    assert f"{max(theirs, 1 - theirs):.2f}" in sentence
    assert all(f"{value:.2f}" in sentence or f"{value:.3g}" in sentence for value in [mine.max()])
    assert "chart-compare-answers" not in [each.proto.id for each in app.get("plotly_chart")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_models_that_split_otherwise_have_columns_of_their_own(open_app, language):
    app = open_app("compare", language=language, models="sentiment/lstm,characters/lstm", text=TEXT)
    assert not app.exception
    words, letters = (canvas[0]["tokens"] for canvas in columns(app))
    assert len(words) == 11
    assert len(letters) == len(TEXT)
    assert not app.select_slider  # no step of both
    with speak(language):
        counts = (
            ", ".join(
                t("compare.apart.count", title=title, count=count)
                for title, count in (
                    (t("chart.about.model", name=t("reading.task.sentiment"), cell="LSTM"), 11),
                    (
                        t("chart.about.model", name=t("reading.task.characters"), cell="LSTM"),
                        len(TEXT),
                    ),
                )
            )
            .replace("(", "&#40;")
            .replace(")", "&#41;")
        )
        start = t("compare.apart", counts=counts)
    assert start in said(app)


def test_an_untrained_model_splits_the_text_as_the_one_beside_it(open_app):
    app = open_app("compare", models="untrained/gru/8,characters/lstm", text="good film")
    [canvas] = columns(app)
    assert canvas[0]["tokens"] == canvas[1]["tokens"] == list("good␣film")


def test_a_model_that_cannot_read_the_text_says_so_and_the_others_are_drawn(open_app, runs):
    kept = Shelf().keep(numeric(), name="sensors")
    app = open_app("compare", models=f"sentiment/lstm,{state.MODEL}{kept.id}", text="good film")
    assert not app.exception
    [canvas] = columns(app)
    assert [each["key"] for each in canvas] == ["lstm"]
    [warning] = app.warning
    assert "sensors" in warning.value


def test_a_link_brings_them_back_and_what_was_deleted_is_left_out(open_app, runs):
    run = write_run(runs, name="Reviews")
    name = state.RUN + run.id
    app = open_app("compare", models=f"{name},untrained/lstm/8")
    assert app.multiselect[0].value == [name, "untrained/lstm/8"]
    runs.delete(run)
    app.run()
    assert not app.exception
    assert app.multiselect[0].value == ["untrained/lstm/8"]


def test_the_first_choice_is_seen_beside_what_was_there_and_an_empty_list_goes_back(open_app):
    app = open_app("compare", task="latch", cell="gru")
    [before] = columns(app)
    app.multiselect[0].select("untrained/lstm/16").run()
    assert app.multiselect[0].value == ["latch/gru", "untrained/lstm/16"]
    [canvas] = columns(app)
    assert canvas[0]["tokens"] == before[0]["tokens"]
    app.multiselect[0].set_value([]).run()
    assert not app.exception
    assert [each["key"] for each in columns(app)[0]] == ["simple_rnn", "lstm", "gru"]


def test_models_that_ship_answer_what_core_says(open_app):
    app = open_app("compare", models="sentiment/gru,sentiment/simple_rnn", text=TEXT)
    lines = [
        core.record(core.bundled_model(f"sentiment-{cell}").with_readout("every"), TEXT).outputs
        for cell in ("gru", "simple_rnn")
    ]
    widest = int(np.argmax(np.abs(lines[0] - lines[1])[0, :, 0]))
    assert f"step {widest + 1}," in said(app)


def test_a_link_to_a_model_of_ones_own_is_known_to_carry_no_weights(runs):
    names = [state.MODEL + Shelf().keep(network(), name=name).id for name in ("a", "b")]
    link = f"http://x/compare?{urlencode({'models': ','.join(['sentiment/lstm', *names])})}"
    assert brought_in(link, "compare") == tuple(names)
    assert brought_in("http://x/compare?models=sentiment%2Flstm", "compare") == ()
    # A text that speaks of a model is none.
    assert brought_in("http://x/gates?text=model%3A+a", "gates") == ()
