"""Which recurrent layer one looks at, by its number and its direction."""

from __future__ import annotations

import streamlit as st

from core.model import Model
from dashboard import state
from dashboard.figures.steps import FIRST
from dashboard.i18n import t


def layer_names(model: Model) -> list[str]:
    """Return the number of each layer, and its direction where there are two."""
    return [
        t("gates.layer.name", number=number)
        if len(stage.layers) == 1
        else t(f"gates.layer.{layer.direction}", number=number)
        for number, stage in enumerate(model.recurrent, start=FIRST)
        for layer in stage.layers
    ]


def pick_layer(model: Model) -> None:
    """Draw the picker; a model with one layer needs none."""
    names = layer_names(model)
    if len(names) < 2:
        return
    st.selectbox(
        t("gates.layer"),
        range(len(names)),
        format_func=names.__getitem__,
        help=t("gates.layer.help"),
        label_visibility="collapsed",
        width=190,
        **state.bind(state.LAYER),
    )
