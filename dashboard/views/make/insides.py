"""Gates and states of the recurrent layers while they make a sequence."""

from __future__ import annotations

import streamlit as st

from core.trace import Trace
from dashboard import cache, figures, i18n, state, widgets
from dashboard.components.heatmaps import Column, Picked, heatmaps, pack, themed
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.opening import folded
from dashboard.widgets.panels import panels

KEY = "make-insides"


def insides(trace: Trace, *, what: str) -> None:
    """Draw a layer's heatmaps on request; `what` says in words what it was making."""
    with folded(t("make.insides"), t("make.insides.seen", what=what), key="make-insides") as wanted:
        if not wanted:
            return
        names = [layer.name for layer in trace.layers]
        if len(names) > 1:
            st.segmented_control(
                t("make.layer"), range(len(names)), format_func=names.__getitem__,
                required=True, **state.bind(state.LAYER, showing=_layer(trace)),
            )  # fmt: skip
        _picture(trace)


def _layer(trace: Trace) -> int:
    return state.fit(state.LAYER, high=len(trace.layers) - 1)


def _picture(trace: Trace) -> None:
    at, mode = _layer(trace), state.mode()
    run = trace.layers[at]
    steps = tuple(str(step + FIRST) for step in range(run.inputs.shape[1]))

    def make() -> bytes:
        column = Column(key="steps", title="", tokens=steps, panels=panels(run, mode=mode))
        words = i18n.labels("heatmaps")
        return pack([column], key=KEY, palette=themed(mode), words=words, file_name="make")

    named = (
        trace.model_digest, *(cache.digest(each) for each in trace.inputs_by_name.values()),
        at, mode, i18n.language(),
    )  # fmt: skip
    twin = figures.gates(trace, layer=at, tokens=steps, **widgets.look())
    step = min(state.get(state.STEP), len(steps) - 1)
    unit = state.fit(state.UNIT, high=run.units - 1)
    with menu(twin, name="gates", key=KEY, arrays=trace, shown="canvas"):
        heatmaps(cache.picture(KEY, *named, make=make), key=KEY, step=step, unit=unit,
                 on_pick=_take)  # fmt: skip


def _take(picked: Picked) -> None:
    state.put(state.STEP, picked.step)
    if picked.unit is not None:
        state.put(state.UNIT, picked.unit)
