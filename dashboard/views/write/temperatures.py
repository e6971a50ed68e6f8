"""The same beginning at three temperatures, side by side: from sure to bold."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard import state
from dashboard.i18n import t
from dashboard.views.write.draft import Draft
from dashboard.views.write.settings import sampling
from dashboard.views.write.text import draw

TEMPERATURES = (0.4, 0.8, 1.3)
MOST = 300
"""Tokens that each writes at most: three texts are made in one go."""


def temperatures(draft: Draft) -> None:
    """Draw three texts with the seed of the one above, on request."""
    with st.expander(
        t("write.temperatures"),
        icon=":material/device_thermostat:",
        key="write-temperatures",
        on_change="rerun",
    ) as box:
        if not box.open:
            return
        st.caption(t("write.temperatures.help"))
        columns = st.columns(len(TEMPERATURES), gap="medium")
        for column, temperature in zip(columns, TEMPERATURES, strict=True):
            with column:
                st.markdown(t("write.temperatures.one", temperature=temperature))
                draw(_draft(draft, temperature), key=f"writing-{temperature:g}", most=MOST)


def _draft(draft: Draft, temperature: float) -> Draft:
    order = replace(
        draft.order,
        steps=min(draft.order.steps, MOST),
        sampling=replace(sampling(temperature=temperature), strategy="sample"),
    )
    kept: dict[float, Draft] = state.recall("drafts", {})
    if temperature not in kept or kept[temperature].order != order:
        made = Draft(order, draft.model, draft.read)
        made.advance(seconds=float("inf"))
        kept = kept | {temperature: made}
        state.remember("drafts", kept)
    return kept[temperature]
