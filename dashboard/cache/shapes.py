"""What the page of shapes shows that costs a run of a network."""

from __future__ import annotations

import streamlit as st

import core
from core.analysis.masking import Batch, batch
from core.generate import Written
from core.model import Model
from core.text import Padding


def written(model: Model, beginning: str, *, steps: int) -> Written:
    """Return how a language model goes on, always with the likeliest. Raises as `generate` does."""
    return _written(model.digest, beginning, steps, model)


def masked_batch(model: Model, texts: tuple[str, ...], *, padding: Padding) -> Batch:
    """Return uneven texts read with and without a mask. Raises as `core.analysis.masking` does."""
    return _masked_batch(model.digest, texts, padding, model)


@st.cache_resource(max_entries=16, show_spinner=False)
def _written(key: str, beginning: str, steps: int, _model: Model) -> Written:
    del key
    return core.generate(_model, beginning, steps=steps, strategy="greedy")


@st.cache_resource(max_entries=8, show_spinner=False)
def _masked_batch(key: str, texts: tuple[str, ...], padding: Padding, _model: Model) -> Batch:
    del key
    return batch(_model, [_model.encode(text).ids for text in texts], padding=padding)
