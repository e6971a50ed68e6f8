"""What the network did while it read and wrote: gates, states, and its surprise along the text."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from core.analysis.surprise import Surprise
from core.nodes import LayerTrace
from dashboard import cache, figures, i18n, state, widgets
from dashboard.components.heatmaps import Column, Panel, Picked, Strip, heatmaps, pack, themed
from dashboard.figures import theme
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.views.write.draft import Draft
from dashboard.views.write.settings import WRITER
from dashboard.widgets.caption import about_cells
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.layers import pick_layer
from dashboard.widgets.panels import panels

KEY = "write-picture"
MOST = 1_000
"""Steps that are drawn: the end of a longer text."""


def insides(draft: Draft, *, tokens: tuple[str, ...], along: Surprise | None) -> None:
    """Draw the heatmaps of a layer on what was read last, and the line of surprise."""
    trace = cache.trace(draft.model, draft.inputs)
    st.subheader(t("write.insides"), anchor=False, help=t("write.insides.help"))
    pick_layer(draft.model)
    layer = state.fit(state.LAYER, high=len(trace.layers) - 1)
    start = max(0, trace.time - MOST)
    if start:
        st.caption(t("write.last", count=MOST, total=trace.time))
    run = trace.layers[layer]
    _picture(draft, run, layer=layer, tokens=tokens, along=along, start=start)
    if along is not None:
        st.subheader(t("write.surprise"), anchor=False, help=t("write.surprise.help"))
        picture = figures.surprise(along, tokens=tokens, **widgets.look())
        seen = about_cells([run.cell], task=state.get(WRITER), text=draft.text)
        widgets.show(picture, name="surprise", about=seen, arrays=trace)


def _picture(
    draft: Draft,
    run: LayerTrace,
    *,
    layer: int,
    tokens: tuple[str, ...],
    along: Surprise | None,
    start: int,
) -> None:
    mode = state.mode()
    about = partial(about_cells, [run.cell], task=state.get(WRITER), text=draft.text)
    whole = about()  # the canvas knows the step

    def make() -> bytes:
        shown = panels(run, mode=mode)
        strip = None
        if along is not None:
            strip = Strip(
                t("figures.surprise.bits"),
                along.bits[start:],
                0.0,
                8.0,
                theme.table("answer", mode, kind="sequential"),
                theme.colour("answer", mode),
            )
        column = Column(
            key="text",
            title="",
            tokens=tokens[start:],
            panels=[_from(start, panel) for panel in shown],
            strip=strip,
        )
        return pack(
            [column], key=KEY, palette=themed(mode), words=i18n.labels("heatmaps"),
            file_name=whole.stem("gates"), caption=whole.line("gates"), first=FIRST + start,
        )  # fmt: skip

    named = (draft.model.digest, cache.digest(draft.inputs), layer, mode, i18n.language(), whole)
    step = min(max(state.get(state.STEP) - start, 0), len(tokens) - 1 - start)
    unit = state.fit(state.UNIT, high=run.units - 1)
    trace = cache.trace(draft.model, draft.inputs)
    twin = figures.gates(trace, layer=layer, tokens=tokens, **widgets.look())
    seen = about(tokens=tokens, step=start + step)
    with menu(twin, name="gates", key=KEY, about=seen, arrays=trace, shown="canvas"):
        heatmaps(
            cache.picture(KEY, *named, make=make),
            key=KEY,
            step=step,
            unit=unit,
            on_pick=partial(_take, start),
        )


def _from(start: int, panel: Panel) -> Panel:
    before = panel.preactivations
    return replace(
        panel,
        values=panel.values[start:],
        preactivations=None if before is None else before[start:],
    )


def _take(start: int, picked: Picked) -> None:
    state.put(state.STEP, start + picked.step)
    if picked.unit is not None:
        state.put(state.UNIT, picked.unit)
