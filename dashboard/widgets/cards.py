"""A number that one can quote, large, in the colour of what it belongs to; several in a row.

Not chosen: `st.metric`, which has no colour of its own and takes a third of a telephone for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from dashboard.figures.theme import Surface

_CSS = """<style>
.unrolled-cards { display: grid; gap: 0.6rem; margin: 0;
  grid-template-columns: repeat(auto-fit, minmax(min(var(--least), 100%), 1fr)); }
.unrolled-card { border: 1px solid var(--line); border-left: 4px solid var(--own);
  border-radius: 0.5rem; padding: 0.45rem 0.7rem 0.5rem; background: var(--card);
  overflow-wrap: anywhere; line-height: 1.35; }
.unrolled-card .name { color: var(--own); font-weight: 600; font-size: 0.88rem; }
.unrolled-card .number { color: var(--ink); font-size: 1.45rem; font-weight: 600;
  white-space: nowrap; font-variant-numeric: tabular-nums; }
.unrolled-card .note { color: var(--muted); font-size: 0.8rem; }
@media (max-width: 640px) {
  .unrolled-cards { gap: 0.35rem; }
  .unrolled-card { padding: 0.35rem 0.45rem; border-left-width: 3px; }
  .unrolled-card .number { font-size: 0.96rem; white-space: normal; }
  .unrolled-card .note { font-size: 0.75rem; }
}
</style>"""


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
        st.html(f'{_CSS}<div class="unrolled-cards" style="{look}">{drawn}</div>')


def _card(card: Card) -> str:
    above = f'<div class="note">{escape(card.above)}</div>' if card.above else ""
    below = "".join(f'<div class="note">{escape(line)}</div>' for line in card.below)
    return (
        f'<div class="unrolled-card" style="--own:{card.colour}">'
        f'<div class="name">{escape(card.name)}</div>{above}'
        f'<div class="number">{escape(card.number)}</div>{below}</div>'
    )
