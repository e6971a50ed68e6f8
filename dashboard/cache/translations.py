"""What encoders and decoders made of a source."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

import core
from core.bundled import models_apart
from core.generate import Translation
from core.model import Model

TRANSLATOR = "translator"
"""What the cards of such models say of their kind."""


def translators() -> tuple[str, ...]:
    """Return the ids of the models that ship and write a text from another."""
    return tuple(card["id"] for card in models_apart() if card.get("kind") == TRANSLATOR)


def translated(
    model: Model,
    source: str,
    *,
    beams: int = 1,
    forced: Mapping[int, str] | None = None,
    teacher: str | None = None,
) -> Translation:
    """Return what a model makes of a source. Raises as `core.translate` does."""
    steps = tuple(sorted((forced or {}).items()))
    return _translated(model.digest, source, beams, steps, teacher, model)


@st.cache_resource(max_entries=48, show_spinner=False)
def _translated(
    key: str,
    source: str,
    beams: int,
    forced: tuple[tuple[int, str], ...],
    teacher: str | None,
    _model: Model,
) -> Translation:
    del key
    return core.translate(_model, source, beams=beams, forced=dict(forced), teacher=teacher)
