"""Model and text together, as a page has them: what is typed, picked or uploaded is read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.data import TASKS
from core.text import visible
from dashboard import cache, state
from dashboard.widgets.text import AREA

KOREAN = "이 영화는 좋지 않지만 지루하지도 않다."


def page() -> None:
    import streamlit as st

    from dashboard import state, widgets

    state.restore()
    found = widgets.reading()
    st.json(
        {
            "text": found.passage.text[:200],
            "tokens": found.tokens,
            "ids": found.trace.inputs.tolist(),
            "start": found.passage.window.start,
            "total": found.passage.window.total,
            "hidden": found.trace.layers[0].states["hidden"][0, -1].tolist(),
            "cell": found.trace.layers[0].cell,
            "layers": [layer.name for layer in found.trace.layers],
        }
    )


def opened(**query: str) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params.update({"task": "untrained", "units": "3", **query})
    return app.run()


def seen(app: AppTest) -> dict:
    assert not app.exception
    return json.loads(app.json[0].value)


def sentences(app: AppTest) -> list[str]:
    return [error.value for error in app.error]


def test_what_is_typed_is_what_is_read():
    app = opened(split="word")
    app.text_area[0].set_value("not good, but not bad").run()
    found = seen(app)
    assert found["tokens"] == ["not", "good", ",", "but", "not", "bad"]
    assert found["ids"] == [[2, 3, 4, 5, 2, 6]]  # by first appearance, after padding and unknown


def test_the_numbers_are_those_of_core():
    found = seen(opened(text="a b a", split="character", cell="gru", seed="7", scale="1.5"))
    drawn = {"seed": 7, "scale": 1.5, "spread": state.SPREAD.default}
    model = core.new_model("gru", vocabulary=cache.ROWS, units=[3], **drawn)
    trace = core.record(model, np.array(found["ids"]))
    np.testing.assert_allclose(found["hidden"], trace.layers[0].states["hidden"][0, -1])


def test_a_new_word_changes_no_number_before_it():
    app = opened(text="the film was", split="word")
    before = seen(app)
    app.text_area[0].set_value("the film was magnificent").run()
    after = seen(app)
    assert after["ids"][0][:3] == before["ids"][0]
    assert after["hidden"] != before["hidden"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "The text is empty"), ("  \n\t", "nothing but blanks"), ("a" * 6_000_001, "6,000,001")],
    ids=["empty", "blank", "too long"],
)
def test_a_text_that_cannot_be_read_gives_a_sentence_and_the_last_picture_stays(text, sentence):
    app = opened(text="a b a", split="character")
    good = seen(app)
    app.text_area[0].set_value(text).run()
    [said] = sentences(app)
    assert sentence in said.replace("&#44;", ",")
    assert seen(app)["hidden"] == good["hidden"]
    if len(text) < AREA:
        assert app.text_area[0].value == text  # nothing lost of what the reader had
        app.text_area[0].set_value("b").run()
        assert not app.error
        assert seen(app)["tokens"] == ["b"]


def test_a_link_with_a_blank_text_still_opens_on_a_picture():
    app = opened(text=" ")
    assert len(sentences(app)) == 1
    assert seen(app)["text"] == TASKS["sentiment"].samples_by_language["en"][0]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_first_text_is_a_sample_in_the_readers_language(language):
    app = AppTest.from_function(page, default_timeout=60)
    app.context = {"locale": language}
    app.query_params["task"] = "untrained"
    assert seen(app.run())["text"] == TASKS["sentiment"].samples_by_language[language][0]


def test_a_sample_is_one_press_away():
    app = opened(text="mine")
    sample = TASKS["sentiment"].samples_by_language["en"][1]
    app.button(key="sample-1").click().run()
    assert seen(app)["text"] == sample
    assert app.text_area[0].value == sample


def test_a_text_of_ones_own_stays_when_the_model_changes():
    app = opened(text=KOREAN, split="word")
    app.button_group(key="widget.cell.").set_value("simple_rnn").run()
    found = seen(app)
    assert (found["text"], found["cell"]) == (KOREAN, "simple_rnn")


def test_settings_of_an_untrained_model_act():
    app = opened(text="a b", split="character")
    app.slider(key="widget.layers.").set_value(2).run()
    app.toggle(key="widget.both.").set_value(True).run()
    assert seen(app)["layers"] == [
        "lstm/forward",
        "lstm/backward",
        "lstm_1/forward",
        "lstm_1/backward",
    ]
    before = seen(app)["hidden"]
    app.number_input(key="widget.seed.").set_value(1).run()
    assert seen(app)["hidden"] != before


def test_awkward_text_is_read_and_shown():
    text = "a\u202eb 👩‍👩‍👧\x00<script>"
    found = seen(opened(text=text, split="character"))
    assert found["tokens"] == [
        visible(token) for token in ("a", "\u202e", "b", " ", "👩‍👩‍👧", "\0")
    ] + list("<script>")


def test_a_long_text_is_shown_through_a_window_that_moves():
    text = " ".join(f"w{at}" for at in range(95))
    app = opened(text=text, split="word", limit="20")
    assert (seen(app)["start"], seen(app)["total"], len(seen(app)["tokens"])) == (0, 95, 20)
    assert app.slider(key="widget.start.").label == "Tokens 1–20 of 95 are shown"
    app.button(key="window-on").click().run()
    assert seen(app)["tokens"][0] == "w20"
    app.slider(key="widget.start.").set_value(76).run()
    assert seen(app)["tokens"][-1] == "w94"
    assert app.button(key="window-on").disabled
    app.button(key="window-back").click().run()
    assert (seen(app)["tokens"][0], seen(app)["tokens"][-1]) == ("w55", "w74")
    app.number_input(key="widget.limit.").set_value(200).run()
    assert len(seen(app)["tokens"]) == 95
    app.number_input(key="widget.limit.").set_value(50).run()
    assert len(seen(app)["tokens"]) == 50


def test_another_text_is_read_from_its_beginning():
    app = opened(text=" ".join(f"w{at}" for at in range(95)), split="word", limit="20", start="40")
    assert seen(app)["start"] == 39
    app.text_area[0].set_value(" ".join(f"v{at}" for at in range(95))).run()
    assert seen(app)["tokens"][0] == "v0"


def test_a_very_long_text_is_named_and_can_be_put_away():
    app = opened(split="character", text="x")
    app.text_area[0].set_value("ab*" * AREA).run()
    assert not app.text_area
    assert "60,000" in app.markdown[0].value
    assert "*" not in app.markdown[0].value.replace("**60,000**", "")
    [drop] = [button for button in app.button if button.label == "Write another"]
    drop.click().run()
    assert app.text_area[0].value == TASKS["sentiment"].samples_by_language["en"][0]


def test_words_that_a_model_does_not_know_are_named(monkeypatch):
    model = core.new_model(
        "lstm", vocabulary=core.text.Vocabulary(("good",), "word"), units=[2], seed=1
    )
    monkeypatch.setattr(cache, "bundled", lambda _: model)
    app = opened(task="sentiment", text="good *bad* good")
    [said] = [caption.value for caption in app.caption if "unknown" in caption.value]
    assert said.startswith("3 of 5 tokens are unknown")
    assert "&#42;, bad" in said


@pytest.mark.parametrize("language", ["en", "ko"])
def test_padding_is_shown_said_and_chosen_where_answers_depend_on_it(monkeypatch, language):
    model = core.new_model(
        "lstm", vocabulary=core.text.Vocabulary(("good", "bad"), "word"), units=[2], seed=1
    )
    made = replace(model, card={"length": 5})
    monkeypatch.setattr(cache, "bundled", lambda _: made)
    app = opened(task="sentiment", text="good bad", lang=language)
    assert seen(app)["tokens"] == ["<pad>", "<pad>", "<pad>", "good", "bad"]
    assert seen(app)["ids"] == [[0, 0, 0, 2, 3]]
    app.selectbox(key="widget.padding.").set_value("after").run()
    assert seen(app)["ids"] == [[2, 3, 0, 0, 0]]
    assert any("5" in caption.value and "3" in caption.value for caption in app.caption)
    app.selectbox(key="widget.padding.").set_value("none").run()
    assert seen(app)["ids"] == [[2, 3]]
    monkeypatch.setattr(cache, "bundled", lambda _: model)
    app.run()
    assert not [box for box in app.selectbox if box.key == "widget.padding."]


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.get("file_uploader")[0].upload(name, data, "text/plain").run()


def test_an_upload_is_decoded_and_its_encoding_can_be_changed(shared_data: Path):
    data = (shared_data / "encodings" / "derived_nsmc2000_cp949.txt").read_bytes()
    app = upload(opened(split="character"), "nsmc.txt", data)
    text = data.decode("cp949")
    assert seen(app)["text"] == text[:200]
    assert any("CP949" in caption.value for caption in app.caption)
    [encoding] = [box for box in app.selectbox if box.label == "Encoding"]
    encoding.set_value("utf-8").run()
    [said] = sentences(app)
    assert "Read as utf" in said
    assert seen(app)["text"] == text[:200]  # the last that could be read


def test_other_encodings_are_offered_with_a_line_of_each():
    data = "Größe und Höhe: très élevé, déjà vu.".encode("mac-roman")
    app = upload(opened(split="word"), "a.txt", data)
    assert seen(app)["text"] == data.decode("mac-roman")
    [which] = app.radio
    assert which.options[0] == "MAC-ROMAN"
    assert 1 < len(which.options) <= 3
    second = which.options[1].lower()
    which.set_value(second).run()
    assert seen(app)["text"] == data.decode(second)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_bytes_that_cannot_be_read_are_told_with_their_place(language: str):
    lines = ["오늘 본 영화는 좋았다.", "음악도 좋았다.", "배우들의 연기도 훌륭했다."]
    data = b"\n".join(line.encode() for line in lines)
    for damaged, place in ((data.replace(b".", b"\xff", 1), "0xFF"), (data + b"\xea\xb0", "2")):
        app = upload(opened(split="word", lang=language), "a.txt", damaged)
        [said] = [warning.value for warning in app.warning]
        assert place in said
        assert "UTF-8" in said
        assert seen(app)["text"].startswith("오늘 본 영화는 좋았다")


def test_a_cell_of_a_table_is_chosen():
    table = b'id,review\n1,"good, really"\n2,=bad\n'
    app = upload(opened(split="word"), "reviews.csv", table)
    assert seen(app)["text"] == "good, really"
    [row] = [box for box in app.number_input if box.label.startswith("Row")]
    row.set_value(2).run()
    assert seen(app)["text"] == "=bad"
    [column] = [box for box in app.selectbox if box.label == "Column"]
    column.set_value("id").run()
    assert seen(app)["text"] == "2"


def test_typing_after_an_upload_is_not_undone_by_it():
    app = upload(opened(split="word"), "a.txt", b"from the file")
    app.text_area[0].set_value("typed").run()
    app.run()
    assert seen(app)["text"] == "typed"


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("a.txt", b"", "file is empty"),
        ("a.txt", bytes(range(256)) * 50, "not a text"),
        ("a.csv", b"a,b\n1,2\n3\n", "line 3"),
        ("a.txt", "가".encode() * 6_000_100, "6,000,100"),
    ],
    ids=["empty", "bytes", "ragged", "too long"],
)
def test_a_file_that_cannot_be_read_gives_a_sentence_and_the_text_stays(name, data, sentence):
    app = opened(text="mine", split="word")
    upload(app, name, data)
    assert sentence in sentences(app)[0]
    assert seen(app)["text"] == "mine"


def test_fields_of_the_reading_are_in_its_link():
    fields = (state.TASK, state.CELL, state.TEXT, state.SPLIT, state.LIMIT, state.START, state.SEED)
    assert all(field.key and not field.pages for field in fields)
