"""Gates: the picture, the step and its numbers, in both languages, for every cell and text."""

from __future__ import annotations

import json
import re
import struct

import numpy as np
import pytest
from streamlit.runtime.scriptrunner_utils.script_run_context import ScriptRunContext

import core
from core.analysis.answers import answers
from core.analysis.equations import equations
from core.analysis.gates import unit_means
from core.analysis.order import order_units
from dashboard import state
from dashboard.i18n import LANGUAGES, speak, t
from tests.dashboard.conftest import unfold

GATES = {
    "simple_rnn": [],
    "lstm": ["input", "forget", "candidate", "output"],
    "gru": ["update", "reset", "candidate"],
}
STATES = {"simple_rnn": ["hidden"], "lstm": ["cell", "hidden"], "gru": ["hidden"]}
TEXT = "the movie was not good, but the music was wonderful"
KOREAN = "이 영화는 지루하지 않았지만 결말이 아쉬웠다"


class Picture:
    """What the canvas was sent: its header, and the numbers behind it."""

    def __init__(self, app) -> None:
        [found] = [
            e for e in app.get("bidi_component") if e.proto.component_name.endswith("heatmaps")
        ]
        raw = found.proto.bytes
        (length,) = struct.unpack("<I", raw[:4])
        self.header = json.loads(raw[4 : 4 + length])
        self.body = raw[4 + length :]
        [self.column] = self.header["columns"]

    def numbers(self, quantity, count: int) -> np.ndarray:
        counts = np.frombuffer(self.body, "<u2", count, quantity["at"])
        return quantity["origin"] + (counts + 0.5) * quantity["step"]

    def strip(self) -> np.ndarray:
        return self.numbers(self.column["strip"]["values"], len(self.column["tokens"]))

    def panel(self, key: str) -> dict:
        [found] = [panel for panel in self.column["panels"] if panel["key"] == key]
        return found


def cursor(app) -> dict:
    [found] = [e for e in app.get("bidi_component") if e.proto.component_name.endswith("cursor")]
    return json.loads(found.proto.json)


def recorded(text: str = TEXT, cell: str = "lstm"):
    model = core.bundled_model(f"sentiment-{cell}")
    return model, core.record(model, text)


def charts(app) -> dict[str, dict]:
    return {
        e.proto.id.rpartition("chart-")[2]: json.loads(e.proto.spec)
        for e in app.get("plotly_chart")
    }


@pytest.mark.parametrize(
    ("language", "cell", "text"),
    [
        ("en", "simple_rnn", None),
        ("ko", "simple_rnn", TEXT),
        ("en", "lstm", KOREAN),
        ("ko", "lstm", None),
        ("en", "gru", TEXT),
        ("ko", "gru", KOREAN),
    ],
)
def test_it_opens_with_a_picture(open_app, language, cell, text):
    query = {} if text is None else {"text": text}
    app = open_app("gates", language=language, cell=cell, **query)
    assert not app.exception
    assert not app.error
    assert [p["key"] for p in Picture(app).column["panels"]] == GATES[cell] + STATES[cell]
    assert set(charts(app)) == {"cell"}
    with speak(language):
        assert [each.value for each in app.subheader] == [t("gates.equations")]
        folded = [each.label for each in app.expander]
        for at, part in enumerate(("answers", "means", "saturation")):
            assert folded[at] == f"**{t(f'gates.{part}')}** · {t(f'gates.{part}.see')}"
        unfold(app, "answers", "means", "saturation")
    assert not app.exception
    assert set(charts(app)) == {"cell", "answers", "means", "saturation"}


def test_a_link_says_step_and_unit_even_the_first_ones(open_app):
    app = open_app("gates", text=TEXT, step="0", unit="0")
    assert (cursor(app)["step"], cursor(app)["unit"]) == (0, 0)


@pytest.mark.parametrize("cell", GATES)
def test_the_equations_are_those_of_the_chosen_unit_and_step(open_app, cell):
    app = open_app("gates", text=TEXT, cell=cell, step="4", unit="3")
    lines = equations(recorded(cell=cell)[1].layers[0], step=4, unit=3).equations
    shown = " ".join(each.value for each in app.latex).replace("{", "").replace("}", "")
    plain = re.sub(r"\\textcolor#[0-9a-f]{6}", "", shown)
    for line in lines:
        for operand in (line.result, *line.operands):
            # Without its sign, which may have become a minus between two terms.
            assert operand.shown.removeprefix("−").partition("×")[0] in plain, line.text
    # And of no other step: there the result of the last line differs.
    other = equations(recorded(cell=cell)[1].layers[0], step=8, unit=3).of("states/hidden")
    assert other.result.shown != lines[-1].result.shown


def test_a_step_on_moves_everything_that_shows_a_step(open_app):
    app = open_app("gates", text=TEXT, step="4", unit="3")
    before = [each.value for each in app.latex]
    app.button(key="step-on").click().run()
    assert cursor(app)["step"] == 5
    assert [each.value for each in app.latex] != before
    assert any("**6** · **" in each.value for each in app.markdown)
    app.button(key="step-back").click().run()
    app.button(key="step-back").click().run()
    assert cursor(app)["step"] == 3


def test_the_ends_of_the_text_end_the_walk(open_app):
    app = open_app("gates", text=TEXT, step="0")
    assert app.button(key="step-back").disabled
    last = len(recorded()[1].inputs[0]) - 1
    app = open_app("gates", text=TEXT, step=str(last))
    assert app.button(key="step-on").disabled
    app = open_app("gates", text=TEXT, step="900")
    assert cursor(app)["step"] == last


def test_tokens_are_coloured_by_what_was_chosen(open_app):
    model, run = recorded()
    layer = run.layers[0]
    expected = {
        "answer": answers(model, run)[:, 0],
        "forget": unit_means(layer.gates["forget"])[0],
        "norm": np.sqrt((layer.states["hidden"][0].astype(float) ** 2).sum(axis=1)),
        "unit": layer.states["cell"][0, :, 3],
    }
    for colour, values in expected.items():
        app = open_app("gates", text=TEXT, colour=colour, unit="3")
        assert not app.exception
        np.testing.assert_allclose(Picture(app).strip(), values, atol=1e-3, err_msg=colour)


def test_a_gradient_colours_tokens_by_how_much_of_it_arrives(open_app):
    model, run = recorded()
    target = np.round(run.outputs)
    d = core.backprop(model, run, target).layers[0].states["hidden"][0].astype(float)
    app = open_app("gates", text=TEXT, colour="gradient")
    expected = np.linalg.norm(d, axis=1)
    np.testing.assert_allclose(Picture(app).strip(), expected, atol=1e-3 * expected.max())


def test_a_colour_that_this_cell_does_not_have_falls_back(open_app):
    app = open_app("gates", text=TEXT, cell="gru", colour="forget")
    assert not app.exception
    answered = answers(*recorded(cell="gru"))[:, 0]
    np.testing.assert_allclose(Picture(app).strip(), answered, atol=1e-3)


@pytest.mark.parametrize("by", ["index", "activity", "similarity"])
def test_all_heatmaps_share_the_order_that_was_chosen(open_app, by):
    app = open_app("gates", text=TEXT, order=by)
    expected = order_units(recorded()[1].layers[0].states["cell"][0], by=by).tolist()
    assert {tuple(p["order"]) for p in Picture(app).column["panels"]} == {tuple(expected)}


def test_scales_do_not_depend_on_the_text(open_app):
    picture = Picture(open_app("gates", text=TEXT))
    for gate in ("input", "forget", "output"):
        assert (picture.panel(gate)["low"], picture.panel(gate)["high"]) == (0, 1)
    for name in ("candidate", "hidden"):
        assert (picture.panel(name)["low"], picture.panel(name)["high"]) == (-1, 1)
    assert picture.panel("cell")["low"] == -picture.panel("cell")["high"]


def test_layers_and_directions_can_be_chosen(open_app):
    query = {"task": "untrained", "layers": "2", "both": "1", "units": "8", "text": TEXT}
    first, last = open_app("gates", **query), open_app("gates", **query, layer="3", lang="ko")
    assert Picture(first).header["digest"] != Picture(last).header["digest"]
    assert first.selectbox(key="widget.layer.").options == [
        "Layer 1, forward →", "Layer 1, backward ←", "Layer 2, forward →", "Layer 2, backward ←"
    ]  # fmt: skip
    assert last.selectbox(key="widget.layer.").value == 3
    assert last.selectbox(key="widget.layer.").options[3] == "2층, 역방향 ←"
    assert not last.exception


def test_the_answers_along_the_text_are_those_of_its_beginnings(open_app):
    app = unfold(open_app("gates", text=TEXT), "answers")
    line = charts(app)["answers"]["data"][0]
    model, run = recorded()
    found = [core.record(model, run.inputs[:, : at + 1]).outputs[0, 0] for at in range(run.time)]
    drawn = line["y"]
    if isinstance(drawn, dict):
        import base64

        drawn = np.frombuffer(base64.b64decode(drawn["bdata"]), drawn["dtype"])
    np.testing.assert_allclose(drawn, found, atol=1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_cannot_be_read_leaves_the_last_picture(open_app, language):
    app = open_app("gates", language=language, text=TEXT, step="4")
    good = Picture(app).column["tokens"]
    with speak(language):  # AppTest asks for the words of options outside of the session
        app.text_area[0].set_value("   ").run()
        assert len(app.error) == 1
        assert app.error[0].value == t("errors.BlankText", count=3)
    assert Picture(app).column["tokens"] == good
    assert not app.exception


def test_markup_in_a_text_is_shown_as_it_is(open_app):
    app = open_app("gates", text="<script>alert(1)</script> **bold** :smile:")
    assert not app.exception
    assert any("script" in token for token in Picture(app).column["tokens"])
    inspected = [each.value for each in app.markdown if each.value.startswith("Step")]
    assert inspected
    assert not any("<script" in each or ":smile:" in each for each in inspected)


def test_one_token_is_enough(open_app):
    app = open_app("gates", text="good")
    assert not app.exception
    assert app.button(key="step-on").disabled
    assert app.button(key="step-play").disabled


def test_play_begins_at_the_first_step_when_it_stands_at_the_last(open_app):
    app = open_app("gates", text=TEXT, step=str(len(recorded()[1].inputs[0]) - 1))
    app.button(key="step-play").click().run()
    assert cursor(app)["step"] == 0
    app.button(key="step-play").click().run()
    assert cursor(app)["step"] == 0
    assert not app.exception


def test_the_page_has_fields_of_its_own_in_links():
    for name in ("colour", "order"):
        assert state.FIELDS[name].pages == ("gates",)


@pytest.mark.parametrize("page", ["home", "gates", "compare"])
def test_states_that_overflow_are_said(open_app, page):
    settings = {"task": "untrained", "act": "linear", "scale": "4", "spread": "3"}
    app = open_app(page, cell="simple_rnn", text="a b c " * 300, **settings)
    said = " ".join(each.value for kind in (app.error, app.warning, app.info) for each in kind)
    assert "larger than any number" in said


def test_half_a_character_in_a_link_is_not_taken(open_app):
    app = open_app("gates", text="~eNpLz89PUXi7oEEhLTMnFwAnyQWf")
    assert "text" in app.warning[0].value


def test_the_inspector_says_which_unit_of_how_many_it_shows(open_app):
    app = open_app("gates", text=TEXT, step="4", unit="3")
    [inspected] = [each.value for each in app.markdown if each.value.startswith("Step")]
    assert "Step **5** · **good**" in inspected
    assert "This is unit 3 of 16, counted from 0." in inspected


def test_the_picture_goes_ahead_of_all_that_stands_around_it(open_app, monkeypatch):
    said, enqueue = [], ScriptRunContext.enqueue

    def heard(context, message):
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        said.append(element.bidi_component.component_name if kind == "bidi_component" else kind)
        enqueue(context, message)

    app = open_app("gates", text=TEXT)
    monkeypatch.setattr(ScriptRunContext, "enqueue", heard)
    app.text_area[0].set_value("the music was not good").run()
    place = said.index("unrolled_heatmaps")
    for later in ("text_area", "slider", "markdown", "plotly_chart"):
        assert place < said.index(later), later
