from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import state
from dashboard.fields import Choice, Flag


def two_pages() -> None:
    """A step on one page, and nothing but a button on the other."""
    import streamlit as st

    from dashboard import state

    state.restore()
    if not st.toggle("away", key="away"):
        last = state.fit(state.STEP, high=int(st.query_params.get("last", "50")))
        st.slider("step", 0, 50, **state.bind(state.STEP))
        st.number_input("again", 0, 50, **state.bind(state.STEP, at="again"))
        st.segmented_control("cell", state.CELLS, **state.bind(state.CELL))
        st.multiselect("cells", state.CELLS, **state.bind(state.COMPARED))
        st.text_area("text", **state.bind(state.TEXT, showing=state.get(state.TEXT) or "sample"))
        del last
    st.button("next", on_click=lambda: state.put(state.STEP, state.get(state.STEP) + 1))
    st.button("forgive", on_click=state.forgive)
    st.json(
        {
            "step": state.get(state.STEP),
            "cell": state.get(state.CELL),
            "cells": state.get(state.COMPARED),
            "text": state.get(state.TEXT),
            "ignored": state.ignored(),
            "link": state.link("gates").url,
            "left_out": [field.name for field in state.link("gates").left_out],
            "mode": state.mode(),
            "language": state.language(),
        }
    )


def run(**query: str) -> AppTest:
    app = AppTest.from_function(two_pages, default_timeout=60)
    app.query_params.update(query)
    return app.run()


def seen(app: AppTest) -> dict[str, object]:
    assert not app.exception
    return json.loads(app.json[0].value)


def test_a_choice_outlives_its_widget():
    app = run()
    app.slider[0].set_value(7).run()
    assert seen(app)["step"] == 7
    app.toggle[0].set_value(True).run()
    app.run()
    assert seen(app)["step"] == 7
    app.toggle[0].set_value(False).run()
    assert app.slider[0].value == 7


def test_two_widgets_of_one_choice_follow_each_other():
    app = run()
    app.slider[0].set_value(7).run()
    assert app.number_input[0].value == 7
    app.number_input[0].set_value(9).run()
    assert app.slider[0].value == 9


def test_what_a_callback_puts_reaches_the_widget():
    app = run()
    app.button[0].click().run()
    app.button[0].click().run()
    assert app.slider[0].value == 2


def test_an_emptied_widget_falls_back_to_the_last_value():
    app = run()
    app.multiselect[0].set_value([]).run()
    assert seen(app)["cells"] == ["simple_rnn", "lstm", "gru"]
    assert app.multiselect[0].value == ["simple_rnn", "lstm", "gru"]


def test_the_order_of_names_is_the_order_of_choosing():
    app = run()
    app.multiselect[0].set_value(["gru", "simple_rnn"]).run()
    assert seen(app)["cells"] == ["gru", "simple_rnn"]


def test_a_link_is_taken_once_and_the_session_goes_its_own_way():
    app = run(step="20", cell="gru")
    assert (seen(app)["step"], seen(app)["cell"]) == (20, "gru")
    app.slider[0].set_value(3).run()
    app.run()
    assert (seen(app)["step"], seen(app)["cell"]) == (3, "gru")
    app.query_params["step"] = "21"  # another link in the same tab
    app.run()
    assert seen(app)["step"] == 21


def test_a_value_beyond_the_page_is_moved_to_its_bounds():
    app = run(step="40", last="9")
    assert seen(app)["step"] == 9
    assert app.slider[0].value == 9


def test_nonsense_in_a_link_is_listed_and_the_rest_taken():
    app = run(step="-1", cell="<b>", nothing="x", lang="de", text="kept", seed="1e9")
    found = seen(app)
    assert found["ignored"] == [
        ["step", "-1"],
        ["cell", "<b>"],
        ["nothing", "x"],
        ["lang", "de"],
        ["seed", "1e9"],
    ]
    assert (found["step"], found["cell"], found["text"]) == (0, "lstm", "kept")
    app.run()
    assert len(seen(app)["ignored"]) == 5
    app.button[1].click().run()
    assert seen(app)["ignored"] == []


def test_a_link_leads_back_to_what_it_was_made_from():
    text = "좋지 않다 = 1 & 2\n" * 30
    app = run(step="20", cell="gru", cells="gru,lstm", text=text)
    link = urlsplit(str(seen(app)["link"]))
    assert link.path == "/gates"
    query = {key: values[0] for key, values in parse_qs(link.query).items()}
    assert set(query) == {"step", "cell", "text"}  # of this page, and not the default
    again = seen(run(**query))
    assert (again["step"], again["cell"], again["text"]) == (20, "gru", text)
    assert again["ignored"] == []


def test_a_text_that_no_link_can_carry_is_left_out_and_named():
    app = run()
    noise = "".join(chr(0xAC00 + at * 7_919 % 11_172) for at in range(4_000))
    app.text_area[0].set_value(noise).run()
    assert seen(app)["left_out"] == ["text"]
    assert "text=" not in str(seen(app)["link"])
    assert seen(app)["text"] == noise


def test_the_language_is_chosen_by_link_then_browser_then_english():
    for locale, query, expected in (
        ("ko-KR", {}, "ko"),
        ("ko-KR", {"lang": "en"}, "en"),
        ("fr-FR", {}, "en"),
        ("fr-FR", {"lang": "ko"}, "ko"),
    ):
        app = AppTest.from_function(two_pages, default_timeout=60)
        app.context = {"locale": locale}
        app.query_params.update(query)
        assert seen(app.run())["language"] == expected


def test_the_mode_is_the_browsers():
    for theme in ("light", "dark"):
        app = AppTest.from_function(two_pages, default_timeout=60)
        app.context = {"theme": theme}
        assert seen(app.run())["mode"] == theme


def test_putting_what_is_not_allowed_is_a_mistake_of_the_page():
    def page() -> None:
        from dashboard import state

        state.put(state.STEP, -1)

    app = AppTest.from_function(page, default_timeout=60).run()
    assert "Refused" in app.exception[0].stack_trace[-1] or "-1 is not" in app.exception[0].message


@pytest.mark.parametrize("field", state.FIELDS.values(), ids=lambda field: field.name)
def test_every_default_is_allowed_and_survives_a_link(field):
    if field.default is None:
        return
    assert field.accept(field.default) == field.default
    assert field.read(field.write(field.default)) == field.default


def test_no_two_fields_share_a_name_or_a_key():
    keys = [field.key for field in state.FIELDS.values() if field.key is not None]
    assert len(keys) == len(set(keys))
    taken = state.STEP
    with pytest.raises(ValueError, match="clashes"):
        state.declare(Flag(name="steps taken", default=False, url=taken.name))
    with pytest.raises(ValueError, match="clashes"):
        state.declare(Flag(name=taken.name, default=False, pages=("elsewhere",)))
    assert "steps taken" not in state.FIELDS
    assert state.FIELDS[taken.name] is taken


def test_a_page_can_declare_the_same_field_again():
    # A page that is loaded anew, as in development, declares its fields once more.
    field = Choice(name="a test's", default="a", options=("a", "b"), pages=("tests",))
    try:
        assert state.declare(field) is field
        state.declare(Choice(name="a test's", default="b", options=("a", "b"), pages=("tests",)))
        assert state.FIELDS["a test's"].default == "b"
    finally:
        del state.FIELDS["a test's"]


def test_outside_of_a_session_the_language_is_english():
    assert state.language() == "en"


def test_a_browser_that_has_not_heard_of_a_step_does_not_undo_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(state, "ECHO", 60.0)  # however slow the machine that tests
    app = run()
    app.slider[0].set_value(7).run()
    app.button[0].click().run()
    # What the slider held when the button moved on may still be under way.
    app.slider[0].set_value(7).run()
    assert seen(app)["step"] == 8
    assert app.slider[0].value == 8
    # A moment later the same number is a reader's own choice.
    monkeypatch.setattr(state, "ECHO", 0.0)
    app.slider[0].set_value(7).run()
    assert seen(app)["step"] == 7
