"""What a tab comes back to: whose it is, how much, how long; and what a link or a reload takes."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from dashboard import tabs
from dashboard.tabs import Tabs, told


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_session_goes_on_with_a_copy_under_a_name_of_its_own():
    held = Tabs()
    first = held.begin()
    first.values["text"] = "typed"
    reloaded, duplicate = held.begin(first.id), held.begin(first.id)
    assert reloaded.values == duplicate.values == {"text": "typed"}
    reloaded.values["text"] = "typed on"
    assert duplicate.values == first.values == {"text": "typed"}
    assert len({first.id, reloaded.id, duplicate.id}) == 3
    assert min(map(len, (first.id, reloaded.id))) >= 32


@pytest.mark.parametrize("name", ["", "guessed", "../..", "0" * 10_000])
def test_who_knows_no_name_is_given_nothing(name):
    held = Tabs()
    held.begin().values["text"] = "typed"
    assert held.begin(name).values == {}


def test_the_tab_seen_longest_ago_goes_when_there_are_too_many():
    held = Tabs(most=3)
    one, two, three = (held.begin() for _ in range(3))
    for number, tab in enumerate((one, two, three)):
        tab.values["number"] = number
    held.touch(one)
    held.begin()
    assert held.begin(two.id).values == {}
    assert held.begin(one.id).values == {"number": 0}


def test_what_takes_too_much_memory_goes_but_never_what_is_in_use():
    held = Tabs(nbytes=1_000)
    one, two = held.begin(), held.begin()
    one.values["kept.brought"] = {"a": SimpleNamespace(nbytes=600)}
    held.touch(one)
    two.values["kept.brought"] = {"b": SimpleNamespace(nbytes=600)}
    held.touch(two)
    assert held.begin(one.id).values == {}
    two.values["text"] = "x" * 500
    held.touch(two)
    assert held.begin(two.id).values["text"] == "x" * 500


def test_nothing_is_held_for_longer_than_was_said():
    clock = Clock()
    held = Tabs(seconds=60, clock=clock)
    tab = held.begin()
    tab.values["text"] = "typed"
    clock.now = 59
    held.touch(tab)
    clock.now = 118
    assert held.begin(tab.id).values == {"text": "typed"}
    clock.now = 1_000
    assert held.begin(tab.id).values == {}


def test_a_cookie_tells_how_and_who():
    assert told("reload.a-b_c") == ("reload", "a-b_c")
    assert told("back_forward.x.y") == ("back_forward", "x.y")
    assert told("reload.") == told("") == told("reload") == ("", "")


def page() -> None:
    import streamlit as st

    from dashboard import state

    state.begin()
    state.restore()
    st.text_area("text", **state.bind(state.TEXT, showing=state.get(state.TEXT) or ""))
    st.slider("step", 0, 50, **state.bind(state.STEP))
    st.button("bring", on_click=lambda: state.remember("brought", {"a": 1}))
    st.button("forget the text", on_click=lambda: state.reset(state.TEXT))
    st.json(
        {
            "tab": state.recall("tab").id,
            "text": state.get(state.TEXT),
            "step": state.get(state.STEP),
            "brought": state.brought(),
        }
    )


def load(cookie: str = "", **query: str) -> AppTest:
    """A session that begins, as if its page was loaded with this cookie."""
    app = AppTest.from_function(page, default_timeout=60)
    app.query_params.update(query)
    with pytest.MonkeyPatch.context() as patch:
        # What AppTest's client sends: nothing. The session asks for it in its first run alone.
        patch.setattr(ContextProxy, "cookies", {tabs.COOKIE: cookie})
        return app.run()


def seen(app: AppTest) -> dict[str, object]:
    assert not app.exception
    return json.loads(app.json[0].value)


@pytest.fixture
def left() -> str:
    """The name of a tab that opened a link, typed, moved on and brought a model."""
    app = load(text="of the link", step="3")
    app.text_area[0].set_value("typed").run()
    app.slider[0].set_value(7).run()
    app.button[0].click().run()
    return str(seen(app)["tab"])


@pytest.mark.parametrize(
    ("how", "query", "text", "step", "brought"),
    [
        ("reload", {"text": "of the link", "step": "3"}, "typed", 7, {"a": 1}),
        ("reconnect", {"text": "of the link", "step": "3"}, "typed", 7, {"a": 1}),
        ("back_forward", {"text": "of the link", "step": "3"}, "typed", 7, {"a": 1}),
        ("reload", {}, "typed", 7, {"a": 1}),
        ("navigate", {}, "typed", 7, {"a": 1}),
        # A link that is opened says itself what to show; where it says nothing, nothing is chosen.
        ("navigate", {"text": "of the link", "step": "3"}, "of the link", 3, {"a": 1}),
        ("navigate", {"step": "4"}, None, 4, {"a": 1}),
        ("back_forward", {"text": "of another"}, "of another", 7, {"a": 1}),
    ],
)
def test_what_is_there_after_each_way_of_loading(left, how, query, text, step, brought):
    found = seen(load(f"{how}.{left}", **query))
    assert (found["text"], found["step"], found["brought"]) == (text, step, brought)
    assert found["tab"] != left


def test_another_visitor_sees_what_the_link_says_and_no_more(left):
    del left
    found = seen(load(text="of the link"))
    assert (found["text"], found["step"], found["brought"]) == ("of the link", 0, {})


def test_what_was_given_up_does_not_come_back(left):
    app = load(f"reload.{left}")
    app.button[1].click().run()
    again = load(f"reload.{seen(app)['tab']}")
    assert seen(again)["text"] is None
