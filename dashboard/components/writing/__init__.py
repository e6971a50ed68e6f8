"""A text that a model writes or reads, each token in the colour of its surprise.

A token that is pointed at, tapped or reached with the arrow keys shows its surprise and what else
the model weighed; an alternative that is pressed is told to Python, which goes on from there. Why a
component of our own: Streamlit's markdown knows no token under the pointer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.generate.writing import Alternative
from dashboard import state
from dashboard.figures import theme
from dashboard.figures.steps import FIRST
from dashboard.i18n import labels

HERE = Path(__file__).parent
HIGHEST = 8.0
"""Bits from which on a token has the strongest colour: one in 256."""

_text = st.components.v2.component(
    "unrolled_writing",
    css=(HERE / "writing.css").read_text(encoding="utf-8"),
    js=(HERE / "writing.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Token:
    """A token of the text.

    `text` is the token itself, `bits` its surprise, None for the first, which nothing expected;
    `written` whether the model wrote it; `alternatives` what it weighed, likeliest first.
    """

    text: str
    bits: float | None
    written: bool
    alternatives: Sequence[Alternative] = ()


@dataclass(frozen=True)
class Fork:
    """What the reader wants to stand at a place instead: the place's index and the token."""

    at: int
    text: str


def writing(
    tokens: Sequence[Token],
    *,
    key: str,
    words: bool,
    start: int = 0,
    on_fork: Callable[[Fork], object] | None = None,
) -> None:
    """Draw a text, or what stands in it from `start` on.

    `words` puts blanks between its tokens; `on_fork` is called before the run.
    """
    mode = state.mode()
    table = theme.table("answer", mode, kind="sequential")

    shades = [shade(token.bits, table) for token in tokens]
    surface = theme.SURFACE[mode]
    data = {
        "tokens": [
            [
                token.text,
                None if token.bits is None else round(token.bits, 2),
                int(token.written),
                colour,
                theme.readable(colour),
                [[other.text, round(other.probability, 4)] for other in token.alternatives],
            ]
            for token, colour in zip(tokens, shades, strict=True)
        ],
        "gap": words,
        "first": FIRST + start,
        "forks": on_fork is not None,
        "scale": [table[0], table[-1], f"{HIGHEST:g}"],
        "palette": {"ink": surface.ink, "muted": surface.muted, "line": surface.line},
        "words": labels("write", "text"),
    }

    def forked() -> None:
        sent = state.sent(key, "forked")
        if on_fork is not None and sent is not None:
            on_fork(Fork(start + int(sent["at"]), str(sent["text"])))

    _text(key=key, data=data, on_forked_change=forked)


def shade(bits: float | None, table: Sequence[str]) -> str:
    """Return the colour of a surprise, of a table from none to the strongest."""
    share = 0.0 if bits is None else min(max(bits, 0.0) / HIGHEST, 1.0)
    return table[round(share * (len(table) - 1))]
