"""What is put in place: chosen once, painted with or put in by numbers; and other tokens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.interventions import BEFORE, MEAN, TOKEN, Intervention
from dashboard import state
from dashboard.fields import Choice, Number, Text
from dashboard.figures.recorded import quantities
from dashboard.figures.steps import FIRST
from dashboard.i18n import labels, t
from dashboard.views.intervene.changes import add
from dashboard.widgets import Reading
from dashboard.widgets.opening import box

PAGES = ("intervene",)
PUT = state.declare(
    Choice(
        name="put",
        default="zero",
        options=("zero", "one", "number", "mean", "before", "text"),
        pages=PAGES,
    )
)
AMOUNT = state.declare(Number(name="amount", default=0.5, low=-1000.0, high=1000.0, pages=PAGES))
OTHER = state.declare(Text(name="other", default=None, limit=20_000, pages=PAGES))


def brush() -> Mapping[str, Any] | None:
    """Return what an intervention puts in place, by its names; None without a second text."""
    put = state.get(PUT)
    if put == "text":
        text = state.get(OTHER)
        return {"source": text} if text else None
    fixed: dict[str, Any] = {"zero": 0.0, "one": 1.0, "mean": MEAN, "before": BEFORE}
    return {"value": fixed.get(put, state.get(AMOUNT))}


def pick_brush(reading: Reading) -> None:
    """Draw what to paint with, and what it needs to be told."""
    names = labels("intervene", "put")
    offered = [put for put in PUT.known() if put != "text" or reading.model.vocabulary is not None]
    shown = state.get(PUT) if state.get(PUT) in offered else offered[0]
    st.selectbox(
        t("intervene.put"),
        offered,
        format_func=names.__getitem__,
        label_visibility="collapsed",
        width=210,
        help=t("intervene.put.help"),
        **state.bind(PUT, showing=shown),
    )
    if shown == "number":
        st.number_input(
            t("intervene.amount"), AMOUNT.low, AMOUNT.high, step=0.1, width=130,
            label_visibility="collapsed", **state.bind(AMOUNT),
        )  # fmt: skip
    if shown == "text":
        st.text_input(
            t("intervene.other"), placeholder=t("intervene.other"), width=260,
            label_visibility="collapsed",
            **state.bind(OTHER, showing=state.get(OTHER) or ""),
        )  # fmt: skip


def by_numbers(reading: Reading, *, layer: int, step: int, unit: int) -> None:
    """Draw the box in which a place is written, and the one for a token."""
    with box(t("intervene.write"), key="intervene-write", icon=":material/edit:"):
        _place(reading, layer=layer, step=step, unit=unit)
        st.divider()
        _token(reading, step=step)


def _place(reading: Reading, *, layer: int, step: int, unit: int) -> None:
    run = reading.trace.layers[layer]
    names = labels("quantity")
    quantity = st.selectbox(
        t("intervene.quantity"), quantities(run), format_func=names.__getitem__,
        key="intervene-quantity",
    )  # fmt: skip
    units = st.text_input(
        t("intervene.units"), str(unit), help=t("intervene.units.help", last=run.units - 1),
        key=f"intervene-units-{unit}",
    )  # fmt: skip
    steps = st.text_input(
        t("intervene.steps"), str(step + FIRST),
        help=t("intervene.steps.help", last=reading.trace.time),
        key=f"intervene-steps-{step}",
    )  # fmt: skip
    if not st.button(t("intervene.add"), key="intervene-add", icon=":material/add:"):
        return
    held, places = brush(), (_numbers(units), _numbers(steps))
    if held is None:
        st.warning(t("intervene.other.first"))
        return
    if () in places:
        st.warning(t("intervene.numbers.wrong"))
        return
    at, when = places
    add(
        Intervention(
            quantity=quantity,
            layer=layer,
            units=at,
            steps=None if when is None else tuple(place - FIRST for place in when),
            **held,
        )
    )
    st.rerun()


def _token(reading: Reading, *, step: int) -> None:
    numbers = reading.model.embedding is None
    at = st.number_input(
        t("intervene.token.step"), FIRST, reading.trace.time, step + FIRST,
        key=f"intervene-token-step-{step}-{reading.trace.time}",
    )  # fmt: skip
    written = st.text_input(
        t("intervene.token.numbers" if numbers else "intervene.token.text"),
        key="intervene-token",
        help=t("intervene.token.help"),
    )
    if not st.button(t("intervene.token.add"), key="intervene-token-add", icon=":material/edit:"):
        return
    value: str | tuple[float, ...] = written
    if numbers:
        try:
            value = tuple(float(part) for part in written.replace(",", " ").split())
        except ValueError:
            value = ()
    if not value:
        st.warning(t("intervene.token.wrong"))
        return
    add(Intervention(quantity=TOKEN, value=value, steps=(int(at) - FIRST,)))
    st.rerun()


MOST_PLACES = 5_000


def _numbers(written: str) -> tuple[int, ...] | None:
    """Whole numbers as a reader writes them, 3–5, 8; None for nothing, () for what is no number."""
    if not written.strip():
        return None
    found: list[int] = []
    for part in re.split(r"[,\s]+", re.sub(r"\s*[-–~]\s*", "-", written.strip()).strip(",")):
        ends = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", part)
        if ends is None:
            return ()
        first, last = int(ends[1]), int(ends[2] or ends[1])
        found += range(first, last + 1)
        if last < first or len(found) > MOST_PLACES:
            return ()
    return tuple(dict.fromkeys(found))
