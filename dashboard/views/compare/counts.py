"""What each model costs in parameters, with the formula that gives the number."""

from __future__ import annotations

import streamlit as st

from core.analysis.parameters import TITLES, StageCount, count_parameters
from core.model import Model
from dashboard import figures, state
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.views.compare.comparing import REFERENCE, Comparison
from dashboard.widgets.cards import Card, cards
from dashboard.widgets.chart import look, show


def counts(comparison: Comparison) -> None:
    """Draw a card for each model with the count of its recurrent layers, and a bar of its parts.

    Embedding and readout are left out: they are the same for all, or nearly, and drown the rest.
    """
    bare = [(each, _bare(each.reading.model, each.key)) for each in comparison.entries]
    st.markdown(_why(comparison))
    mode = state.mode()
    cards(
        [
            Card(
                name=each.title,
                number=t("compare.count.number", count=model.parameter_count),
                above="",
                below=tuple(_formula(stage) for stage in count_parameters(model).stages),
                colour=theme.colour(each.cell, mode),
            )
            for each, model in bare
        ],
        key="counts",
        surface=theme.SURFACE[mode],
        least=280,
    )
    titled = {each.title: model for each, model in bare}
    show(figures.parameters(titled, **look()), name="parameters", about=comparison.about())


def _bare(model: Model, name: str) -> Model:
    """The recurrent layers alone."""
    return Model(tuple(node for group in model.recurrent for node in group.nodes), name=name)


def _formula(stage: StageCount) -> str:
    first = stage.layers[0]
    return t(
        "compare.count.layer",
        title=f"{TITLES[first.kind]}({first.units})",
        features=first.features,
        formula=stage.formula,
        count=stage.count,
    )


def _why(comparison: Comparison) -> str:
    if comparison.named:
        return t("compare.count.models")
    if state.get(state.TASK).startswith(state.ALONE):
        return t("compare.count.run")
    if state.get(state.TASK) != state.UNTRAINED:
        return t("compare.count.trained")
    if state.get(state.MATCH) == "units":
        return t("compare.count.units")
    units = state.get(state.UNITS)
    return t("compare.count.parameters", cell=t(f"quantity.{REFERENCE}"), units=units)
