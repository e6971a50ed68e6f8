"""Which units the answer needs: each put out in turn, ranked by what that does to the answer."""

from __future__ import annotations

from typing import cast

import streamlit as st

from core.analysis.ablation import ALL, PUTS, Ablations, Put
from core.analysis.expressions import show_number
from dashboard import cache, figures, state, widgets
from dashboard.fields import Choice
from dashboard.figures.recorded import quantities
from dashboard.figures.theme import QUANTITY
from dashboard.i18n import labels, t
from dashboard.views.intervene.changes import add
from dashboard.widgets import Reading, plain
from dashboard.widgets.caption import about
from dashboard.widgets.outputs import output_name, pick_output

ABLATED = state.declare(
    Choice(name="ablated", default="hidden", options=(ALL, *QUANTITY), pages=("intervene",))
)
BY = state.declare(Choice(name="ablated_to", default="zero", options=PUTS, pages=("intervene",)))


def units(reading: Reading, *, layer: int, step: int) -> None:
    """Draw the choices, a sentence, the ranking and its check; a press on a bar puts it out."""
    run = reading.trace.layers[layer]
    known = (*quantities(run), ALL)
    named = {**labels("quantity"), ALL: t("intervene.units.all")}
    with st.container(horizontal=True, vertical_alignment="center", key="ablation-controls"):
        quantity = state.get(ABLATED) if state.get(ABLATED) in known else known[-2]
        st.selectbox(
            t("intervene.quantity"), known, format_func=named.__getitem__, width=220,
            label_visibility="collapsed", **state.bind(ABLATED, showing=quantity),
        )  # fmt: skip
        st.segmented_control(
            t("intervene.units.put"), PUTS,
            format_func=labels("intervene", "units.put").__getitem__, required=True,
            label_visibility="collapsed", **state.bind(BY),
        )  # fmt: skip
        output = pick_output(reading, step)
    put = cast(Put, state.get(BY))
    with st.spinner(t("intervene.units.busy")):
        found, off = cache.ablations(
            reading.model, reading.trace, layer=layer, quantity=quantity, put=put, step=step
        )
    answer = output_name(reading, output)
    told = said(found, output=output, answer=answer)
    st.markdown(told)
    widgets.show(
        figures.ablation(found, output=output, answer=answer, **widgets.look()),
        name="ablation",
        about=about(reading, step=step),
        said=told,
        on_pick=lambda place: add(found.intervention(found.order(output)[place])),
    )
    st.caption(
        f"{t('intervene.units.lead')} {t('intervene.units.check', difference=show_number(off, 2))} "
        f"{t('intervene.units.cost', units=len(found.who))}"
    )


def said(found: Ablations, *, output: int, answer: str) -> str:
    """Say which unit's loss moves the answer most, and how many have hardly any effect."""
    raw = found.raw_effects(output)
    first = found.order(output)[0]
    quantity, unit = found.who[first]
    if not raw.any():
        return t("intervene.units.none", answer=plain(answer, most=40))
    small = int((abs(raw) < 0.1 * abs(raw[first])).sum())
    way = "up" if raw[first] > 0 else "down"
    return t(
        f"intervene.units.{way}.all" if found.quantity == ALL else f"intervene.units.{way}",
        unit=unit,
        quantity=t(f"quantity.{quantity}").lower(),
        answer=plain(answer, most=40),
        effect=show_number(abs(float(raw[first])), 3),
        before=show_number(float(found.answer[output]), 3),
        after=show_number(float(found.answers[first, output]), 3),
        small=small,
        units=len(raw),
    )
