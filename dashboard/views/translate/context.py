"""The context vector: what the attention brought from the source at each step, unit by unit."""

from __future__ import annotations

import streamlit as st

from core.analysis.alignment import Alignment
from core.analysis.expressions import show_number
from core.generate import Translation
from core.text import visible
from dashboard import figures, widgets
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.views.translate.said import about, told
from dashboard.widgets.opening import folded


def context(found: Translation, looks: Alignment, *, step: int) -> None:
    """Draw the vectors, and say of what the one of a step is mixed."""
    with folded(t("translate.context"), t("translate.context.see"), key="context") as wanted:
        if not wanted:
            return
        order = looks.weights[step].argsort()[::-1][:3]
        parts = ", ".join(
            f"{looks.weights[step, at]:.0%} “{told(found.source.tokens[at])}” ({at + FIRST})"
            for at in order
        )
        st.markdown(
            t(
                "translate.said.context",
                step=step + FIRST,
                token=told(found.tokens[step]),
                parts=parts,
                difference=show_number(looks.difference, 2),
            )
        )
        target = tuple(map(visible, found.tokens))
        picture = figures.context(looks, target=target, step=step, **widgets.look())
        widgets.show(picture, name="context", about=about(found, step=step), arrays=found.trace)
