"""Questions that an experiment answers as cards: one press starts all its runs."""

from __future__ import annotations

import streamlit as st

from core.errors import CoreError
from core.training.comparisons import COMPARISONS, Comparison
from core.training.label import Label
from dashboard import cache
from dashboard.i18n import t
from dashboard.origins.run_name import layers_said
from dashboard.views.train.plan import start
from dashboard.widgets.problem import problem


def comparisons() -> str | None:
    """Draw the cards; return the id of the first of the runs that were started."""
    st.subheader(t("train.comparisons"), anchor=False)
    st.markdown(t("train.comparisons.why"))
    started: str | None = None
    columns = st.columns(len(COMPARISONS), gap="small")
    for column, known in zip(columns, COMPARISONS.values(), strict=True):
        with column, st.container(border=True, key=f"comparison-{known.name}"):
            started = _card(known) or started
    return started


def _card(known: Comparison) -> str | None:
    name = t(f"train.comparison.{known.name}")
    st.markdown(f"**{name}**")
    network = layers_said(known.base)
    source = t(f"source.{known.base.data.source}")
    st.caption(t(f"train.comparison.{known.name}.why", source=source, network=network))
    pressed = st.button(
        t("train.comparison.start", count=known.count),
        icon=":material/play_arrow:",
        key=f"comparison-start-{known.name}",
        help=t("train.comparison.help", at_once=cache.store().at_once),
    )
    if not pressed:
        return None
    try:
        runs = start(known.configs(), files={}, label=Label(named=False, experiment=name))
    except CoreError as error:
        problem(error)
        return None
    return runs[0].id
