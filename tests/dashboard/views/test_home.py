"""Home: the picture and its sentence against the core, the play, and where the examples lead."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

import core
from core.analysis.answers import answers
from core.analysis.expressions import show_number
from core.analysis.highlights import highlight
from core.data import TASKS
from core.data.brackets import open_brackets
from dashboard import figures, state
from dashboard.figures.unrolled import MOST
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.views import home
from dashboard.views.home import player
from dashboard.views.home.veil import share

LONG = "the movie was not good, but the music was wonderful. " * 3


def played(app) -> dict:
    """What the play in the browser was given."""
    [found] = [e for e in app.get("bidi_component") if e.proto.id.endswith(player.KEY)]
    return json.loads(found.proto.json)


def sentences(app) -> list[str]:
    """What is said after each step in the picture, bold words in stars as in Markdown."""
    return [
        "".join(f"**{text}**" if bold else text for text, bold in parts)
        for parts in played(app)["sentences"]
    ]


def said(app) -> str:
    """The sentence that stands beside the button as long as nothing is played: of all of it."""
    return sentences(app)[-1]


def picture(app) -> dict:
    [found] = app.get("plotly_chart")
    return json.loads(found.proto.spec)


def numbers(packed: dict) -> np.ndarray:
    """An array as Plotly packs it for the browser."""
    shape = [int(size) for size in packed["shape"].split(",")]
    return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"]).reshape(shape)


def tokens(app) -> list[str]:
    notes = picture(app)["layout"]["annotations"]
    return [re.sub("<.*?>", "", note["text"]) for note in notes if note.get("name") == "token"]


def line(app):
    [found] = app.text_input
    return found


def button(app, key: str):
    [found] = [each for each in app.button if each.key == key]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_with_a_trained_model_reading_in_the_readers_language(open_app, language):
    app = open_app(language=language)
    assert not app.exception
    assert not app.error
    sample = TASKS["sentiment"].samples_by_language[language][0]
    assert line(app).value == sample
    model = core.bundled_model("sentiment-lstm")
    trace = core.record(model, sample)
    hidden = trace.layers[0].states["hidden"][0]
    [heatmap] = [each for each in picture(app)["data"] if each["type"] == "heatmap"]
    drawn = numbers(heatmap["z"])
    assert len(drawn) == hidden.shape[1]
    np.testing.assert_allclose(drawn[:, ::2], hidden.T, rtol=1e-5)
    share = float(answers(model, trace)[-1, 0])
    with speak(language):
        name = t(f"reading.answer.{'for' if share > 0.5 else 'against'}")
    assert f"**{name}**" in said(app)
    assert f"{max(share, 1 - share):.2f}" in said(app)


def test_the_picture_follows_what_is_typed(open_app):
    app = open_app()
    before = said(app)
    line(app).set_value("the food was awful").run()
    assert tokens(app) == ["the", "food", "was", "awful"]
    assert said(app) != before
    assert "**awful** (4 of 4)" in said(app)
    assert "**against**" in said(app)


def test_a_text_that_cannot_be_read_keeps_the_last_picture(open_app):
    app = open_app()
    line(app).set_value("the food was awful").run()
    line(app).set_value("   ").run()
    assert not app.exception
    assert len(app.error) == 1
    assert tokens(app) == ["the", "food", "was", "awful"]
    assert line(app).value == "   "
    line(app).set_value("the food was good").run()
    assert not app.error
    assert tokens(app)[-1] == "good"


def test_markup_in_a_sentence_is_shown_as_text(open_app):
    app = open_app(text="<b>good</b> *not* :smile:")
    assert not app.exception
    assert "<b>" not in said(app)
    assert all("<b>good" not in note["text"] for note in picture(app)["layout"]["annotations"])


def test_a_text_of_several_lines_has_the_box_of_the_other_pages(open_app):
    app = open_app(text="the movie was good\nand the music too")
    assert not app.text_input
    assert app.text_area[0].value == "the movie was good\nand the music too"


def test_a_language_model_says_what_it_expects_next(open_app):
    app = open_app(task="brackets", text="([")
    values = answers(core.bundled_model("brackets-lstm"), core.record(
        core.bundled_model("brackets-lstm"), "(["
    ))[-1]  # fmt: skip
    assert "next" in said(app)
    assert f"{values.max():.2f}" in said(app)


def test_the_play_has_all_it_needs_so_that_a_step_asks_nobody(open_app):
    app = open_app(text="the food was awful")
    found = played(app)
    assert (found["start"], found["total"], found["at"]) == (0, 4, None)
    model = core.bundled_model("sentiment-lstm")
    for end in range(1, 5):
        share_of = float(
            core.record(model, " ".join(["the", "food", "was", "awful"][:end])).outputs[0, 0]
        )
        assert f"({end} of 4)" in sentences(app)[end - 1]
        assert f"{max(share_of, 1 - share_of):.2f}" in sentences(app)[end - 1]
    assert found["ends"] == sorted(found["ends"])
    assert 0 < found["ends"][0] < found["ends"][-1] <= 1
    assert found["words"] == {"play": t("home.play"), "pause": t("home.pause")}


def test_a_text_in_a_sentence_is_sent_as_text(open_app):
    app = open_app(text="good **x** <b>not</b> &amp;")
    texts = [text for parts in played(app)["sentences"] for text, bold in parts if bold]
    assert {"*", "<", "&"} <= {text for text in texts if not text.isalnum()}


def turned(app, step: int | None) -> None:
    """What the browser does where the play leaves the part of the text that is in the picture."""
    app.session_state[f"kept.{player._KEPT}"] = (played(app)["of"], step)
    app.run()


def test_the_play_of_a_long_text_turns_the_page(open_app):
    app = open_app(text=LONG)
    words = re.findall(r"\w+|[,.]", LONG)
    total = len(words)
    for step, start in ((0, 0), (MOST, total - MOST), (None, total - MOST)):
        turned(app, step)
        assert not app.exception
        assert tokens(app) == words[start : start + MOST]
        found = played(app)
        assert (found["at"], found["start"]) == (step, start)
        assert f"({start + 1} of {total})" in sentences(app)[0]
        assert len(sentences(app)) == len(found["ends"]) == MOST
    line(app).set_value(LONG + " good").run()  # of another text the whole is shown
    assert played(app)["at"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_picture_ends_where_the_sentence_beside_it_does(open_app, language):
    app = open_app(text=LONG, language=language)
    words = re.findall(r"\w+|[,.]", LONG)
    total = len(words)
    assert tokens(app) == words[-MOST:]
    assert f"{total}" in said(app)
    captions = " ".join(each.value for each in app.caption)
    facts = {"first": total - MOST + 1, "last": total, "total": total}
    with speak(language):
        assert t("home.part", **facts) in captions


def test_a_line_stays_a_line_however_long(open_app):
    for count in (299, 300, 301, 2_000):
        app = open_app(text=("good " * 400)[:count])
        assert line(app).value == ("good " * 400)[:count]
        assert not app.text_area


@pytest.mark.parametrize("count", [1, 4, 20])
def test_the_veil_begins_between_two_cells(count):
    model = core.new_model("gru", vocabulary=9, units=[3], seed=4)
    ids = np.arange(count)[None] % 9
    figure = figures.unrolled(core.record(model, ids), tokens=["a"] * count).draw
    low, high = figure.layout.xaxis.range
    for place in range(count):
        edge = low + share(figure, place) * (high - low)
        assert edge == pytest.approx(min(place + 0.5, high))


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_read_words_that_their_models_know(language):
    with speak(language):
        shown = home.examples_of_all_pages()
    assert {example.page for example in shown} == {"gates", "compare", "gradients"}
    for example in shown:
        if example.text is None:
            continue
        model = core.bundled_model(f"{example.choices.get(state.TASK, 'sentiment')}-lstm")
        encoded = model.vocabulary.encode(example.text)
        assert encoded.known.all(), example.name
        if example.at is not None:
            assert list(encoded.tokens).count(example.at) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_gates_do_what_the_example_says(language):
    with speak(language):
        text, at = t("home.example.contrast.text"), t("home.example.contrast.at")
    model = core.bundled_model("sentiment-lstm")
    words = model.vocabulary.encode(text).tokens
    forget = core.record(model, text).layers[0].gates["forget"][0].mean(axis=1)
    step = words.index(at)
    assert forget[step] < forget[step - 1] - 0.3
    after = [core.record(model, " ".join(words[:end])).outputs[0, 0] for end in (step, step + 1)]
    assert after[1] < 0.5 < after[0]  # it turns at that very word
    ends = core.record(model, text).outputs[0, 0]
    assert ends > 0.5 if language == "en" else ends < 0.5  # what comes last decides


def test_the_unit_of_the_brackets_counts_them():
    [example] = [each for each in home.examples_of_all_pages() if each.name == "brackets"]
    texts = [example.text, *(each.text for each in TASKS["brackets"].generate(3, seed=3))]
    for text in texts:
        depth = [len(open_brackets(text[: at + 1])) for at in range(len(text))]
        trace = core.record(core.bundled_model("brackets-lstm"), text)
        counted = trace.layers[0].states["cell"][0, :, example.choices[state.UNIT]]
        assert np.corrcoef(counted, depth)[0, 1] > 0.9, text
    depths = [len(open_brackets(example.text[: at + 1])) for at in range(len(example.text))]
    assert example.choices[state.STEP] == np.argmax(depths)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_opens_its_page_whatever_was_chosen_before(open_app, language):
    app = open_app(language=language, cell="gru", task="untrained", units="3", lang=language)
    button(app, "open-contrast").click().run()
    assert not app.exception
    assert not app.error
    with speak(language):
        assert app.title[0].value == t("gates.title")
        text, at = t("home.example.contrast.text"), t("home.example.contrast.at")
    assert app.text_area[0].value == text
    [step] = app.select_slider
    model = core.bundled_model("sentiment-lstm")
    assert model.vocabulary.encode(text).tokens[step.value] == at
    # And at the unit that loses most of what it held there, which the page's sentence tells.
    run = core.record(model, text).layers[0]
    before, forget = run.previous["cell"][0, step.value], run.gates["forget"][0, step.value]
    unit = int(np.argmax((1 - forget) * np.abs(before)))
    with speak(language):
        assert t("gates.unit") in [each.label for each in app.number_input]
        [shown] = [each for each in app.number_input if each.label == t("gates.unit")]
    assert shown.value == unit
    best = highlight(run)  # of the moment that is the best anyway, the page tells what is left
    share = best.left if (best.step, best.unit) == (step.value, unit) else forget[unit]
    kept = show_number(100 * float(share), 2)
    assert any(f"{kept} %" in each.value or f"{kept}%" in each.value for each in app.markdown)


@pytest.mark.parametrize("name", ["latch", "characters"])
def test_a_story_about_the_end_of_a_text_lands_there(open_app, name):
    [example] = [each for each in home.examples_of_all_pages() if each.name == name]
    app = open_app()
    button(app, f"open-{name}").click().run()
    assert app.select_slider[0].value == len(example.text) - 1


@pytest.mark.parametrize("name", ["brackets", "latch", "vanishing", "three"])
def test_every_example_opens(open_app, name):
    app = open_app()
    button(app, f"open-{name}").click().run()
    assert not app.exception
    assert not app.error
    assert app.title[0].value != t("home.title")
