"""The page of the reader's own model: every format, every refusal, and what one can do with it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import core
from core.training.shelf import Shelf
from dashboard import state
from dashboard.i18n import LANGUAGES, speak, t
from dashboard.origins.upload import Brought
from dashboard.widgets.problem import plain
from tests.core.importers.attacks import torch_files
from tests.core.importers.onnx.cases import ids, last_of, one
from tests.core.importers.onnx.graphs import UNITS, Graph
from tests.dashboard.brought import drop, file_of, network, numeric, onnx_file
from tests.dashboard.conftest import go_to

KERAS = Path(__file__).parents[2] / "core" / "importers" / "files"


def shown(app: AppTest) -> list[str]:
    return [each.value for each in app.markdown if each.value.startswith("### ")]


def said(app: AppTest) -> list[str]:
    return [each.value for each in app.error]


def held(app: AppTest) -> dict:
    found: dict = app.session_state["kept.brought"]
    return found


def only(app: AppTest) -> core.Model:
    [found] = held(app).values()
    model: core.Model = found.model
    return model


def keras_2(name: str) -> bytes:
    with zipfile.ZipFile(KERAS / "keras_2.keras") as archive:
        return archive.read(name)


def alternating(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each name in one language, both languages in turn: a child a file takes half a second."""
    return list(zip(names, cycle(LANGUAGES)))


FILES = {
    "a.npz": lambda: file_of(network()),
    "a.safetensors": lambda: file_of(network("gru"), ".safetensors"),
    "a.pt": torch_files.checkpoint,
    "a.onnx": onnx_file,
    "a.keras": (KERAS / "keras_2.keras").read_bytes,
    "a.h5": (KERAS / "keras_2.h5").read_bytes,
}


@pytest.mark.parametrize(("name", "language"), alternating(FILES))
def test_a_file_of_every_format_has_its_card(open_app, name, language):
    data = FILES[name]()
    app = drop(open_app("model", language=language), name, data)
    assert not app.exception
    assert not app.error
    assert shown(app) == ["### a"]
    model = only(app)
    assert model.digest == core.load_model(data).digest
    rows = app.dataframe[0].value
    assert list(rows.iloc[:, 0]) == [stage.name for stage in model.parts]
    assert rows.iloc[:, 4].sum() == model.parameter_count
    assert f"{model.parameter_count:,}" in "".join(each.proto.body for each in app.get("html"))


BROKEN = {
    "cut.npz": lambda: file_of(network())[:-40],
    "words.keras": lambda: b"this is no model",
    "empty.h5": lambda: b"",
    "cut.safetensors": lambda: file_of(network(), ".safetensors")[:-9],
    "cut.onnx": lambda: onnx_file()[:-30],
}


@pytest.mark.parametrize(("name", "language"), alternating(BROKEN))
def test_a_broken_file_gives_one_sentence(open_app, name, language):
    app = drop(open_app("model", language=language), name, BROKEN[name]())
    assert not app.exception
    assert len(said(app)) == 1
    assert shown(app) == []
    assert not app.success  # no verdict about another model
    assert not app.get("plotly_chart")
    if name == "empty.h5":
        app.run()  # what was refused is still said, and no child asked again
        assert len(said(app)) == 1


def test_weights_alone_ask_for_their_configuration(open_app):
    app = drop(open_app("model", language="ko"), "a.weights.h5", keras_2("model.weights.h5"))
    with speak("ko"):
        assert said(app) == [t("errors.WeightsAlone", entry=plain("model_config"))]
    # As model.to_json() has it, which says the version.
    config = json.loads(keras_2("config.json")) | {"keras_version": "2.15.0"}
    app = drop(app, "config.json", json.dumps(config).encode(), at=1)
    assert not app.error
    assert only(app).digest == core.load_model(KERAS / "keras_2.keras").digest


def test_a_tail_can_be_left_out(open_app):
    graph = Graph()
    every, *_ = graph.recurrent("LSTM", ids(graph))
    answer = graph.dense(last_of(graph, one(graph, every)), UNITS, 2)
    odd = graph.node("Einsum", answer, equation="bi,bj->bij")
    app = drop(open_app("model"), "a.onnx", graph.data(odd))
    assert len(said(app)) == 1
    app.button(key="model-without-tail").click().run()
    assert not app.error
    assert not app.exception
    assert only(app).layers[0].cell == "lstm"


def test_questions_have_defaults_and_other_answers(open_app):
    data = file_of(network("gru", words=False, outputs=3), ".safetensors")
    app = drop(open_app("model"), "a.safetensors", data)
    asked = t("model.question.activation", about="dense")
    [after] = [box for box in app.selectbox if box.label == asked]
    before = only(app)
    after.set_value(after.options.index("tanh")).run()
    assert not app.exception
    assert not app.error
    assert only(app).activation == "tanh"
    assert before.activation != "tanh"
    np.testing.assert_array_equal(only(app).parts[-1].kernel, before.parts[-1].kernel)
    go_to(go_to(app, "gates"), "model")  # answers are there when one comes back
    [after] = [box for box in app.selectbox if box.label == asked]
    assert after.options[after.value] == "tanh"
    assert only(app).activation == "tanh"


@pytest.mark.parametrize("page", ["home", "gates", "compare", "gradients", "paths", "dynamics"])
@pytest.mark.parametrize("kind", ["text", "ids", "numbers"])
def test_every_page_reads_with_it(open_app, page, kind):
    model = {"text": network(), "ids": network(words=False), "numbers": numeric()}[kind]
    kept = Shelf().keep(model, name="Mine")
    app = open_app(page, task=state.MODEL + kept.id)
    assert not app.exception
    assert not app.error
    assert not app.warning
    typed = {"text": "the film was good", "ids": "3 7 11 2", "numbers": "0.5, 1\n0.25, -1"}[kind]
    wrong = {"text": " ", "ids": "3 x", "numbers": "1 2 3"}[kind]
    if page == "gates":
        app.text_area[0].set_value(typed).run()
        assert not app.exception
        assert not app.error
        app.text_area[0].set_value(wrong).run()
        assert not app.exception
        assert len(app.error) == 1


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_number_is_no_answer_in_classes(open_app, outputs):
    kept = Shelf().keep(numeric(outputs=outputs, output_activation="linear"), name="Mine")
    app = open_app("gates", task=state.MODEL + kept.id)
    assert not app.exception
    [picture] = [e for e in app.get("bidi_component") if b'"strip"' in e.proto.bytes]
    assert b"Answer so far" not in picture.proto.bytes
    wanted = b"Its number, if the text" if outputs == 1 else b"of its answer, if the text ended"
    assert wanted in picture.proto.bytes


def test_an_example_is_one_click_away(open_app):
    app = open_app("model")
    app.button(key="model-try").click().run()
    assert not app.exception
    assert shown(app) == [f"### {plain('sentiment-lstm')}"]
    expected = core.bundled_model("sentiment-lstm")
    text = "the film was not good"
    np.testing.assert_allclose(
        core.record(only(app), text).outputs, core.record(expected, text).outputs, atol=1e-6
    )


def test_another_session_does_not_see_it(open_app):
    one, other = open_app("model"), open_app("model")
    one = drop(one, "secret.npz", file_of(network()))
    [identifier] = held(one)
    other.run()
    assert shown(other) == []
    assert "kept.brought" not in other.session_state
    visitor = open_app("gates", task=state.MODEL + identifier)
    assert visitor.warning[0].value == t("frame.gone.model", models=plain(identifier))
    assert visitor.selectbox(key="widget.task.").value == state.TASK.default
    assert not any(identifier in option for option in visitor.selectbox[0].options)
    assert len(identifier) == 32  # 128 bits: nobody guesses them


def test_a_session_holds_only_so_many(open_app, monkeypatch):
    monkeypatch.setenv("UNROLLED_MODELS_EACH", "3")
    app = open_app("model")
    for at in range(3):
        app.session_state["kept.brought"] = {
            **(held(app) if at else {}),
            str(at): Brought(str(at), f"m{at}", "", b"", network()),
        }
    app = drop(app, "new.npz", file_of(network()))
    assert [each.name for each in held(app).values()] == [
        *(f"m{at}" for at in range(1, 3)),
        "new",
    ]
    assert shown(app) == ["### new"]


def test_a_session_holds_only_so_much(open_app, monkeypatch):
    monkeypatch.setenv("UNROLLED_MEGABYTES_EACH", "2")
    app = drop(open_app("model"), "a.npz", file_of(network()))
    before = held(app)
    [first] = before.values()
    app.session_state["kept.brought"] = {
        "large": replace(first, id="large", data=bytes(2 << 20)),
        **before,
    }
    app = drop(app, "new.npz", file_of(network()))
    assert [each.name for each in held(app).values()] == ["a", "new"]  # the oldest was too much


def test_kept_renamed_deleted_and_undone(open_app):
    app = drop(open_app("model"), "a.npz", file_of(network()))
    assert Shelf().models() == []
    app.button(key="model-keep").click().run()
    assert not app.exception
    [kept] = Shelf().models()
    assert (kept.name, kept.source, held(app)) == ("a", "a.npz", {})
    assert kept.model().digest == network().digest
    name = next(each for each in app.text_input if each.label == t("model.name"))
    name.set_value("Film *critic*")
    next(each for each in app.button if each.label == t("model.rename.save")).click().run()
    assert shown(app) == [f"### {plain('Film *critic*')}"]
    other = open_app("gates", task=state.MODEL + kept.id)
    assert t("reading.task.model", name="Film *critic*") in other.selectbox[0].options
    app.button(key="model-delete").click().run()
    assert not app.exception
    assert Shelf().models() == []
    app.button(key="model-undo").click().run()
    assert [each.id for each in Shelf().models()] == [kept.id]
    assert shown(app) == [f"### {plain('Film *critic*')}"]


def test_what_names_itself_answers_must_be_answers(open_app):
    odd = replace(network(), card={"answers": [{"a": 1}, 2]})
    app = drop(open_app("model"), "a.npz", file_of(odd))
    assert not app.exception
    assert "answers" not in only(app).card
    named = replace(network(), card={"answers": ["no", "yes"]})
    app = drop(open_app("model"), "b.npz", file_of(named))
    assert only(app).card["answers"] == ("no", "yes")


def test_markup_in_a_name_is_shown_as_it_is(open_app):
    app = drop(open_app("model"), "<b> *x* :smile:.npz", file_of(network()))
    assert not app.exception
    assert not any("<b>" in each or ":smile:" in each for each in shown(app))


def test_a_kept_model_that_is_broken_is_said_and_can_be_deleted(open_app):
    kept = Shelf().keep(network(), name="Mine")
    kept.file.write_bytes(b"no model")
    app = open_app("model")
    assert not app.exception
    assert len(said(app)) == 1
    app.button(key="model-delete").click().run()
    assert not app.error
    assert Shelf().models() == []
