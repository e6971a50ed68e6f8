"""All gates and states of a layer on the canvas, with everything that one may take away from it."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.analysis.order import By, layer_order
from dashboard import cache, figures, i18n, state
from dashboard.components.heatmaps import Column, Picked, heatmaps, pack, themed
from dashboard.fields import Choice
from dashboard.i18n import t
from dashboard.widgets.answers import classes_named
from dashboard.widgets.asking import PANEL
from dashboard.widgets.caption import about
from dashboard.widgets.chart import look
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.colouring import UNIT, colouring
from dashboard.widgets.panels import panels
from dashboard.widgets.reading import Reading
from dashboard.widgets.stepper import pause

KEY = "gates-picture"
ORDER = state.declare(
    Choice(
        name="order",
        default="index",
        options=("index", "activity", "similarity"),
        pages=("gates",),
    )
)


def pick_order() -> None:
    """Draw the picker of the order in which units stand."""
    st.segmented_control(
        t("gates.order"),
        ORDER.known(),
        format_func=lambda by: t(f"gates.order.{by}"),
        required=True,
        help=t("gates.order.help"),
        **state.bind(ORDER),
    )


def picture(reading: Reading, *, layer: int, colour: str, step: int, said: str) -> None:
    """Draw the canvas, the cursor at a step and the chosen unit, with its menu.

    `said` is what the page says of it.
    """
    run, mode = reading.trace.layers[layer], state.mode()
    unit = state.fit(state.UNIT, high=run.units - 1)
    by = cast(By, state.get(ORDER))
    whole = about(reading)  # the canvas knows the step

    def make() -> bytes:
        column = Column(
            key="text",
            title="",
            tokens=reading.tokens,
            panels=panels(run, mode=mode, order=layer_order(run, by=by)),
            strip=colouring(reading, run, colour, layer=layer, unit=unit).strip(mode),
            unknown=~reading.passage.encoded.known,
            masked=() if run.mask is None else ~run.mask[0],
        )
        return pack(
            [column],
            key=KEY,
            palette=themed(mode),
            words=i18n.labels("heatmaps"),
            file_name=whole.stem("gates"),
            caption=whole.line("gates"),
        )

    # Everything the bytes depend on; the unit only where the tokens are coloured by it, so that
    # picking one sends nothing anew.
    named = (
        *(reading.model.digest, cache.digest(reading.trace.inputs), reading.tokens),
        *(layer, colour, unit if colour == UNIT else None, by, mode, i18n.language(), whole),
        classes_named(reading.model),
    )
    twin = figures.gates(
        reading.trace,
        layer=layer,
        tokens=reading.tokens,
        order=layer_order(run, by=by).tolist(),
        **look(),
    )
    seen = about(reading, step=step)
    with menu(
        twin, name="gates", key=KEY, about=seen, arrays=reading.trace, shown="canvas", said=said
    ):
        heatmaps(cache.picture(*named, make=make), key=KEY, step=step, unit=unit, on_pick=_take)


def _take(picked: Picked) -> None:
    pause()
    state.put(state.STEP, picked.step)
    state.remember(PANEL, picked.panel)
    if picked.unit is not None:
        state.put(state.UNIT, picked.unit)
