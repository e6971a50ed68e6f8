"""A source and what a model writes from it, token by token, linked to each other.

A token that was written, pointed at or reached with the arrow keys, shades what it looked at in the
source, moves the cursors of both heatmaps and the row of the attention matrix, and shows what else
the model weighed there; one of the source shades what looked at it. Only a press is told to Python:
a step that is chosen, or an alternative to go on with. Why a component of our own: what is pointed
at has to be answered at once, in four places of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st
from numpy.typing import NDArray

from dashboard import state
from dashboard.components.writing import Fork, Token, shade
from dashboard.figures import theme
from dashboard.figures.steps import FIRST
from dashboard.i18n import labels

HERE = Path(__file__).parent

_texts = st.components.v2.component(
    "unrolled_translating",
    css=(HERE / "translating.css").read_text(encoding="utf-8"),
    js=(HERE / "translating.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Linked:
    """What else on the page follows: keys of the heatmaps and of the matrix, "" for none."""

    encoder: str = ""
    decoder: str = ""
    matrix: str = ""


def translating(
    source: Sequence[str],
    target: Sequence[Token],
    *,
    key: str,
    looks: NDArray[Any] | None,
    step: int,
    forced: Sequence[int] = (),
    linked: Linked,
    on_step: Callable[[int], object],
    on_fork: Callable[[Fork], object],
) -> None:
    """Draw both texts with the cursor at a target step.

    `source` are its tokens, made visible, `looks` (target, source) the weights of the attention,
    None without one, and `forced` the steps at which the model had no choice. Callbacks are called
    before the run.
    """
    mode = state.mode()
    table = theme.table("answer", mode, kind="sequential")
    shades = [shade(token.bits, table) for token in target]
    data = {
        "source": list(source),
        "target": [
            [
                token.text,
                None if token.bits is None else round(token.bits, 2),
                colour,
                theme.readable(colour),
                [[other.text, round(other.probability, 4)] for other in token.alternatives],
            ]
            for token, colour in zip(target, shades, strict=True)
        ],
        "looks": None if looks is None else [[round(float(w), 4) for w in row] for row in looks],
        "step": step,
        "forced": list(forced),
        "first": FIRST,
        "table": table[::4],
        "inks": [theme.readable(colour) for colour in table[::4]],
        "linked": {
            "encoder": linked.encoder, "decoder": linked.decoder, "matrix": linked.matrix,
        },
        "words": labels("translate", "text"),
    }  # fmt: skip

    def picked() -> None:
        sent = state.sent(key, "picked")
        if sent is not None:
            on_step(int(sent["step"]))

    def forked() -> None:
        sent = state.sent(key, "forked")
        if sent is not None:
            on_fork(Fork(int(sent["at"]), str(sent["text"])))

    _texts(key=key, data=data, on_picked_change=picked, on_forked_change=forked)
