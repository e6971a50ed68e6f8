"""Uneven texts in one batch: what padding does to states and gradients, and what a mask undoes."""

from __future__ import annotations

from typing import cast

import numpy as np
import streamlit as st

from core.analysis.expressions import show_number
from core.analysis.masking import Batch, Read
from core.errors import EmptyText
from core.text import Padding, visible
from core.text.lines import lines_of
from dashboard import cache, figures, state, widgets
from dashboard.i18n import t
from dashboard.views.shapes.settings import BATCH, SIDE, cell, given, pick_batch
from dashboard.widgets.answers import classes_of
from dashboard.widgets.caption import about_cells
from dashboard.widgets.opening import box
from dashboard.widgets.problem import plain


def batch() -> None:
    """Draw the states and the gradients of the batch, and the sentence about them."""
    with st.container(horizontal=True, vertical_alignment="center", key="shapes-batch"):
        st.subheader(t("shapes.padding"), anchor=False, help=t("shapes.padding.help"))
        with box(t("shapes.padding.texts"), key="shapes-batch-box", icon=":material/edit:"):
            pick_batch()
    with widgets.guard():
        _batch()


def _batch() -> None:
    model = cache.bundled(f"sentiment-{cell()}")
    texts = tuple(line for line in lines_of(given(BATCH)) if line.strip())
    if not texts:
        raise EmptyText
    found = cache.masked_batch(model, texts, padding=cast(Padding, state.get(SIDE)))
    st.markdown(_sentence(found, texts, classes_of(model)))
    tokens = [tuple(map(visible, model.encode(text).tokens)) for text in texts]
    whose = about_cells([cell()], task="sentiment", text=" / ".join(texts), of_epoch=False)
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{t('shapes.states')}**")
        picture = figures.masking(found, tokens=tokens, of="states", **widgets.look())
        widgets.show(picture, name="masking-states", about=whose)
    with right:
        st.markdown(f"**{t('shapes.gradients')}**")
        picture = figures.masking(found, tokens=tokens, of="gradients", **widgets.look())
        widgets.show(picture, name="masking-gradients", about=whose)


def _sentence(found: Batch, texts: tuple[str, ...], classes: tuple[str, ...]) -> str:
    """Say what the padding did to the text that it moved most."""
    if not found.padded.any():
        return t("shapes.said.even", count=len(texts))
    moved = found.moved(found.plain)
    at = int(np.argmax(moved))
    facts = {
        "text": plain(texts[at], most=40),
        "count": int(found.padded[at]),
        "lost": f"{found.on_padding(found.plain)[at]:.0%}",
        "alone": _answer(found.alone[at], classes),
        "plain": _answer(found.plain.outputs[at], classes),
    }
    apart = float(found.moved(found.masked).max())
    masked = {
        "masked": _answer(found.masked.outputs[at], classes),
        "left": show_number(_on_padding(found, found.masked), 2),
        "apart": show_number(apart, 1),
    }
    undone = t("shapes.said.mask.apart" if apart else "shapes.said.mask", **masked)
    return f"{t('shapes.said.padding', **facts)} {undone}"


def _on_padding(found: Batch, read: Read) -> float:
    """The gradient on all padded steps together."""
    return float(np.where(found.real, 0, read.sizes).sum())


def _answer(outputs: np.ndarray, classes: tuple[str, ...]) -> str:
    right = int(outputs[0] > 0.5)
    share = float(outputs[0]) if right else 1 - float(outputs[0])
    return f"{classes[right]} {share:.0%}"
