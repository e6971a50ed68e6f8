"""Choosing where the model comes from: the same from whichever page one does it."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from core.data import TASKS
from dashboard import state
from tests.dashboard.runs import config, write_run

MINE = "not good"
SAMPLES = {"one": "the film was good", "other": "not boring and not bad"}
BELONG = ("epoch", "layer", "unit")
"""Fields of the model that was left: they mean nothing in another."""
PLACE = ("start", "step")


def every_way() -> None:
    """The controls of all pages that choose a model, on one page."""
    import streamlit as st

    from dashboard import cache, state
    from dashboard.origins import choose
    from dashboard.views import film
    from dashboard.views.gradients import knobs
    from dashboard.widgets.model import pick_task
    from dashboard.widgets.run_actions import choose_model

    state.restore()
    pick_task()
    film._pick_run(film._offered())
    knobs.pick_weights()
    for run in cache.store().runs():
        st.button(run.id, key=run.id, on_click=choose_model, args=(run, None))
    st.button("choose", key="choose", on_click=choose, args=(state.get(state.TASK),),
              kwargs={"text": "new"})  # fmt: skip
    names = ("task", "epoch", "layer", "unit", "start", "step", "text")
    st.json({name: state.get(state.FIELDS[name]) for name in names})


def opened(**query: str) -> AppTest:
    app = AppTest.from_function(every_way, default_timeout=60)
    app.query_params.update(query)
    return app.run()


def seen(app: AppTest) -> dict[str, object]:
    assert not app.exception
    return json.loads(app.json[0].value)


def two(runs):
    return (write_run(runs, configured=config(probes=(probe,))).id for probe in SAMPLES.values())


@pytest.mark.parametrize("way", ["widget.task.", "widget.task.film", "widget.weights.", "button"])
@pytest.mark.parametrize("text", [MINE, SAMPLES["one"]])
def test_every_way_leaves_the_same(runs, way, text):
    one, other = two(runs)
    there = {"epoch": "1", "layer": "0", "unit": "3", "start": "2", "step": "1"}
    app = opened(task=state.RUN + one, weights=state.RUN + one, text=text, **there)
    assert seen(app) == {"task": state.RUN + one, "text": text} | {
        name: int(value) for name, value in there.items()
    }
    if way == "button":
        app.button(key=other).click().run()
    else:
        app.selectbox(key=way).set_value(state.RUN + other).run()
    left = seen(app)
    assert left["task"] == state.RUN + other
    assert {name: left[name] for name in BELONG} == {
        name: state.FIELDS[name].default for name in BELONG
    }
    if text == MINE:  # the reader's own words stay, and the place in them
        assert (left["text"], left["start"], left["step"]) == (MINE, 2, 1)
    else:
        assert (left["text"], left["start"], left["step"]) == (None, 1, 0)


def test_a_text_that_is_given_is_read_from_its_beginning(runs):
    one, _ = two(runs)
    app = opened(task=state.RUN + one, text=MINE, start="2", step="1", epoch="1")
    left = seen(app.button(key="choose").click().run())
    expected = {"task": state.RUN + one, "text": "new", "start": 1, "step": 0, "epoch": state.FINAL}
    assert {name: left[name] for name in expected} == expected


def test_another_is_chosen_although_the_one_before_is_gone(runs):
    one, other = two(runs)
    app = opened(task=state.RUN + one, text=MINE)
    runs.delete(runs.run(one))
    left = seen(app.button(key=other).click().run())
    assert (left["task"], left["text"]) == (state.RUN + other, MINE)


def test_samples_go_in_every_language(runs):
    for language in TASKS["sentiment"].samples_by_language.values():
        app = opened(text=language[0])
        app.selectbox(key="widget.task.").set_value("latch").run()
        assert seen(app)["text"] is None
