from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    from contextlib import nullcontext

    import streamlit as st

    from dashboard import state
    from dashboard.unseen import unseen

    with unseen() if st.query_params.get("closed") == "yes" else nullcontext():
        for field in (state.UNITS, state.SEED):
            st.slider(field.name, field.low, 300, **state.bind(field))


def sent(app: AppTest) -> list[bool]:
    """Which of the two are told what to show."""
    return [slider.proto.set_value for slider in app.slider]


@pytest.mark.parametrize(("closed", "told"), [("yes", True), ("no", False)])
def test_what_may_not_be_seen_is_sent_its_value_in_each_run(closed, told):
    app = AppTest.from_function(page)
    app.query_params["closed"] = closed
    app.session_state["field.units"] = 24
    app.run()
    assert sent(app) == [True, True]
    app.run()
    assert sent(app) == [told, told]
    assert app.slider[0].value == 24


def test_what_the_reader_moves_is_left_to_the_reader():
    app = AppTest.from_function(page)
    app.query_params["closed"] = "yes"
    app.run()
    app.slider[0].set_value(8).run()
    assert sent(app) == [False, True]
    assert app.session_state["field.units"] == 8
