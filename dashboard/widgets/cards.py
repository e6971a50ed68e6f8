"""A number that one can quote, large, in the colour of what it belongs to; several in a row.

Not chosen: `st.metric`, which has no colour of its own and takes a third of a telephone for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboard.figures.theme import Surface


@dataclass(frozen=True)
class Card:
    """One number: whose, what, and what to add; `colour` is hex."""

    name: str
    number: str
    above: str
    below: tuple[str, ...]
    colour: str


def cards(shown: Sequence[Card], *, key: str, surface: Surface, least: int = 100) -> None:
    """Draw the cards side by side where each has `least` pixels, else beneath one another."""
    look = (
        f"--least:{least}px;--line:{surface.line};--card:{surface.card};"
        f"--ink:{surface.ink};--muted:{surface.muted}"
    )
    drawn = "".join(_card(card) for card in shown)
    with st.container(key=key):
        st.html(f'<div class="unrolled-cards" style="{look}">{drawn}</div>')


def _card(card: Card) -> str:
    above = f'<div class="note">{escape(card.above)}</div>' if card.above else ""
    below = "".join(f'<div class="note">{escape(line)}</div>' for line in card.below)
    return (
        f'<div class="unrolled-card" style="--own:{card.colour}">'
        f'<div class="name">{escape(card.name)}</div>{above}'
        f'<div class="number">{escape(card.number)}</div>{below}</div>'
    )
