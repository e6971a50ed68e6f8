"""What each model costs in parameters, with the formula that gives the number."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from core.analysis.parameters import TITLES, StageCount, count_parameters
from core.model import Model
from dashboard import figures, state
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.views.compare.comparing import REFERENCE
from dashboard.widgets.caption import about_cells
from dashboard.widgets.cards import Card, cards
from dashboard.widgets.chart import look, show


def counts(models: Mapping[str, Model]) -> None:
    """Draw a card for each model with the count of its recurrent layers, and a bar of its parts.

    Embedding and readout are left out: they are the same for all, or nearly, and drown the rest.
    """
    bare = {cell: _bare(model, cell) for cell, model in models.items()}
    st.markdown(_why(models))
    mode = state.mode()
    cards(
        [
            Card(
                name=t(f"quantity.{cell}"),
                number=t("compare.count.number", count=model.parameter_count),
                above="",
                below=tuple(_formula(stage) for stage in count_parameters(model).stages),
                colour=theme.colour(cell, mode),
            )
            for cell, model in bare.items()
        ],
        key="counts",
        surface=theme.SURFACE[mode],
        least=280,
    )
    titled = {t(f"quantity.{cell}"): model for cell, model in bare.items()}
    show(figures.parameters(titled, **look()), name="parameters", about=about_cells(models))


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


def _why(models: Mapping[str, Model]) -> str:
    if state.get(state.TASK).startswith((state.RUN, state.MODEL)):
        return t("compare.count.run")
    if state.get(state.TASK) != state.UNTRAINED:
        return t("compare.count.trained")
    if state.get(state.MATCH) == "units":
        return t("compare.count.units")
    units = state.get(state.UNITS)
    return t("compare.count.parameters", cell=t(f"quantity.{REFERENCE}"), units=units)
