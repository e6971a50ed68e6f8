"""The badge, with a stand-in for Keras: the real one is tested in tests/core/engines."""

from __future__ import annotations

from concurrent.futures import Future
from importlib import import_module

import pytest
from streamlit.testing.v1 import AppTest

from core.analysis.parity import Difference
from core.engines.keras_process import KerasTooSlow
from dashboard import cache

ASKED: list[tuple[str, bool]] = []


def page() -> None:
    import numpy as np
    import streamlit as st

    import core
    from dashboard import cache, widgets

    seed = st.number_input("seed", 0, 9)
    model = core.new_model("lstm", features=2, units=[3], seed=seed)
    widgets.parity(model, cache.trace(model, np.ones((1, 4, 2), np.float32)))


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch):
    ASKED.clear()
    answer: Future[Difference] = Future()

    def asked(model, run, *, again=False):
        ASKED.append((model.digest, again))
        return answer

    monkeypatch.setattr(cache, "parity", asked)
    # The package has a function of the module's name; the module itself is asked for by import.
    monkeypatch.setattr(import_module("dashboard.widgets.parity"), "REST", 0.0)
    return AppTest.from_function(page, default_timeout=60), answer


def badge(app: AppTest) -> str:
    [found] = [element.value for element in app.markdown]
    return found


def test_nothing_is_asked_before_the_reader_wants_to_know(app):
    page, _ = app
    page.run()
    page.run()
    assert not page.exception
    assert ASKED == []


def test_the_page_does_not_wait_and_then_says_the_difference(app):
    page, answer = app
    page.run().button(key="parity").click().run()
    assert "Keras is reading" in badge(page)
    answer.set_result(Difference(3.2e-8, "lstm", "states/cell", 0, 2, 1))
    page.run()
    assert "NumPy = Keras to 3e-08" in badge(page)
    assert "green" in badge(page)


def test_a_difference_that_is_too_large_is_not_green(app):
    page, answer = app
    answer.set_result(Difference(2e-3, "lstm", "states/cell", 0, 2, 1))
    page.run().button(key="parity").click().run()
    page.run()
    assert "red" in badge(page)
    assert "2e-03" in badge(page)


def test_another_picture_is_another_question(app):
    page, answer = app
    answer.set_result(Difference(0.0, "lstm", "states/cell", 0, 2, 1))
    page.run().button(key="parity").click().run()
    page.run()
    page.number_input[0].set_value(1).run()
    page.run()
    assert len({digest for digest, _ in ASKED}) == 2


def test_a_keras_that_fails_is_said_and_can_be_asked_again(app):
    page, answer = app
    answer.set_exception(KerasTooSlow(seconds=120))
    page.run().button(key="parity").click().run()
    page.run()
    assert not page.exception
    assert "120 seconds" in page.error[0].value
    page.button(key="parity again").click().run()
    assert (ASKED[0][0], True) in ASKED


def test_the_badge_says_which_engine_recorded_and_why_not_the_faster_one(app, monkeypatch):
    from core.engines import fast_engine

    page, _ = app
    assert "NumPy recorded this text; compiled" in page.run().button(key="parity").help
    monkeypatch.setattr(fast_engine, "state", lambda: ("failed", "no room on the disk"))
    assert "cannot be had here: no room on the disk." in page.run().button(key="parity").help
