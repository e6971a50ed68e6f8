"""How several models are told apart in one picture: by the colour and dash of their cells.

Two models of one cell, such as the trained and the untrained, share its colour: the second is
paler and dashed otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import OutOfRange
from dashboard.figures.theme import QUANTITY, Mode

MOST = 3
_AGAIN = ("longdashdot", "longdash")


@dataclass(frozen=True)
class Look:
    """How the line of one model is drawn."""

    colour: str
    dash: str
    opacity: float


def looks(cells: Sequence[str], mode: Mode) -> list[Look]:
    """Return the look of each model, given their cells. Raises OutOfRange for more than three."""
    if not 1 <= len(cells) <= MOST:
        raise OutOfRange(what="models", found=len(cells), expected=f"from 1 to {MOST}")
    found = []
    for at, cell in enumerate(cells):
        before = list(cells[:at]).count(cell)
        quantity = QUANTITY[cell]
        dash = quantity.dash if before == 0 else _AGAIN[before - 1]
        found.append(Look(quantity.colour(mode), dash, 1.0 if before == 0 else 0.7))
    return found
