"""What the diagram of a cell is made of, as data; `dashboard/figures/cell.py` draws it.

Places are units of a sheet, x to the right and y up, for text of 11 to 16 pixels at about 400
pixels of width. What stands on the sheet is an expression over the quantities of the cell, and a
line is as wide as what it carries is large, so that a shut gate can be seen to cut a line short.
Not chosen: a layout found by a program, which is right and not good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.cells.expressions import Expression
from core.cells.leaves import Value

Point = tuple[float, float]
Side = Literal["above", "below", "left", "right", "corner"]

NODE = 15.0
"""The radius of a junction, at whose edge lines end."""
GATE = (84.0, 74.0)
"""How wide and high a gate is, unless it says otherwise."""


@dataclass(frozen=True)
class Wire:
    """A line through points in the colour of `of`, as wide as `carries` is large.

    `of` is a quantity, or the name of a part of a pre-activation ("from_input"), "" for ink.
    Without `carries` it is thin. `scale` is the state whose largest value in the text is the
    widest; without it that is 1. At a masked step it carries `masked`, where that is given.
    """

    points: tuple[Point, ...]
    of: Value | str
    carries: Expression | None = None
    scale: Value | None = None
    arrow: bool = True
    dash: str = "solid"
    masked: Expression | None = None


@dataclass(frozen=True)
class Box:
    """A gate: its name, its value, a gauge of it, and the function of what."""

    at: Point
    of: Value
    width: float = GATE[0]


@dataclass(frozen=True)
class Node:
    """A junction: × multiplies, + adds."""

    at: Point
    sign: str


@dataclass(frozen=True)
class Bead:
    """A number on a line, with what it is beside it.

    It is called by its symbols, or by those of `called`; `name` is what the picture's data call
    it. `made` marks what a masked step makes nothing of, and leaves out.
    """

    at: Point
    shows: Expression
    of: Value | str
    name: str
    scale: Value | None = None
    side: Side = "above"
    made: bool = False
    called: Expression | None = None


@dataclass(frozen=True)
class Squash:
    """A function on a line: the layer's activation, another by its name, or "max"."""

    at: Point
    function: str


@dataclass(frozen=True)
class Note:
    """A number without an oval, below what it is called; a masked step leaves it out.

    `spot` is where the pointer finds it. Without `called` the number stands alone.
    """

    at: Point
    shows: Expression
    of: Value | str
    name: str
    spot: Point | None = None
    called: Expression | None = None


@dataclass(frozen=True)
class Token:
    """What is read at this step."""

    at: Point


Part = Wire | Box | Node | Bead | Squash | Note | Token


@dataclass(frozen=True)
class Diagram:
    """A sheet of this size; `body` (left, right, low, high) is the card behind the cell.

    Parts lie above those before them. `masked` is where a skipped step says so.
    """

    size: tuple[float, float]
    body: tuple[float, float, float, float]
    parts: Sequence[Part]
    masked: Point
