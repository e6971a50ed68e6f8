"""What the network computes with: paths through its state space, where it rests, and at what pace
changes of its state fade or grow.

The step one looks at names the token that is taken to be read for ever. What depends on it is one
fragment.
"""

from __future__ import annotations

import streamlit as st

from dashboard import state, widgets
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.views.dynamics.changes import changes, pace
from dashboard.views.dynamics.space import BESIDE, SAMPLES, SHOWN, SPACE, space
from dashboard.widgets import Reading
from dashboard.widgets.layers import pick_layer
from dashboard.widgets.model import choose_beside
from dashboard.widgets.opening import box, folded
from dashboard.widgets.stepper import clock, stepper, tick

PAGE = Page(key="dynamics", section="why", icon=":material/hub:", order=50)


def render() -> None:
    """Draw the pickers, the state space, a sentence, and what lies behind it."""
    with st.container():
        reading = widgets.reading()
    if not state.chosen(state.STEP):
        state.put(state.STEP, reading.trace.time - 1)
    every = clock()
    widgets.fragment(_explore, run_every=every)(reading, ticking=every is not None)


def _explore(reading: Reading, *, ticking: bool) -> None:
    tick(ticking=ticking, last=reading.trace.time - 1)
    layer = state.fit(state.LAYER, high=len(reading.trace.layers) - 1)
    with st.container(gap="xsmall", key="explored"):
        with st.container(horizontal=True, vertical_alignment="center", key="dynamics-controls"):
            step = stepper(reading.tokens)
            pick_layer(reading.model)
            with box(t("dynamics.view"), key="dynamics-view"):
                _pick()
        with widgets.guard():
            space(reading, layer=layer, step=step)
        for name, draw in (("changes", changes), ("pace", pace)):
            title, seen = _PARTS[name]()
            with folded(title, seen, key=f"dynamics-{name}") as wanted:
                if wanted:
                    with widgets.guard():
                        draw(reading, layer=layer, step=step)


_PARTS = {
    "changes": lambda: (t("dynamics.changes"), t("dynamics.changes.see")),
    "pace": lambda: (t("dynamics.pace"), t("dynamics.pace.see")),
}


def _pick() -> None:
    """Draw what of the state space is shown, and beside what."""
    st.segmented_control(
        t("dynamics.space"), SPACE.known(), format_func=_SPACES.__getitem__, required=True,
        **state.bind(SPACE),
    )  # fmt: skip
    st.pills(
        t("dynamics.shown"), SHOWN.known(), selection_mode="multi",
        format_func=lambda name: t(f"dynamics.shown.{name}"), **state.bind(SHOWN),
    )  # fmt: skip
    st.toggle(t("dynamics.samples"), help=t("dynamics.samples.help"), **state.bind(SAMPLES))
    choose_beside(BESIDE)


_SPACES = {"plane": "2-D", "space": "3-D"}
