"""What the diagrams of all cells are made of: gates, junctions, values on the lines, the token.

Every number stands on the colour that it has in the heatmaps, and a line is as wide as what it
carries is large, so that a shut gate can be seen to cut a line short.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from core.analysis.expressions import symbols
from core.cells.diagram import GATE, NODE, Bead, Box, Node, Note, Part, Side, Squash, Token, Wire
from core.cells.expressions import Apply, Expression
from core.cells.leaves import Share, Value
from dashboard.figures import theme
from dashboard.figures.drawing import Drawing, Point
from dashboard.figures.markup import plain
from dashboard.figures.moment import Moment, number, sign
from dashboard.figures.theme import QUANTITY

BEAD = (60.0, 23.0)
_BESIDE: dict[Side, tuple[float, float, str]] = {
    "above": (0.0, 22.0, "center"),
    "below": (0.0, -22.0, "center"),
    "right": (BEAD[0] / 2 + 6, 0.0, "left"),
    "left": (-BEAD[0] / 2 - 6, 0.0, "right"),
    "corner": (8.0, 24.0, "left"),
}
WIDEST, NARROWEST = 8.0, 1.6
_LIMITS: dict[str, tuple[float, float]] = {"sequential": (0.0, 1.0), "diverging": (-1.0, 1.0)}


class Parts:
    """Draws the parts of one cell at one moment."""

    def __init__(self, drawing: Drawing, moment: Moment, said: Mapping[str, str]) -> None:
        self.drawing, self.moment, self.said = drawing, moment, said
        self.mode, self.surface = drawing.mode, drawing.surface

    def colour(self, quantity: str) -> str:
        """The colour of a quantity; muted where a masked step makes nothing of it."""
        return self.surface.muted if self.moment.masked else theme.colour(quantity, self.mode)

    def width(self, value: float, *, of: float = 1.0) -> float:
        """How wide a line is that carries a value, `of` the largest there is."""
        share = min(abs(value) / of, 1.0) if of > 0 else 0.0
        return NARROWEST + (WIDEST - NARROWEST) * share

    def draw(self, part: Part, token: str | None) -> None:
        """Draw one part of the cell's diagram."""
        match part:
            case Wire():
                self._wire(part)
            case Box():
                self._gate(part)
            case Bead():
                if not (part.made and self.moment.masked):
                    self._bead(part)
            case Note():
                if not (part.called is not None and self.moment.masked):
                    self._note(part)
            case Node():
                self._node(part)
            case Squash():
                self._function(part)
            case Token():
                self._token(part, token)

    def body(self, left: float, right: float, low: float, high: float) -> None:
        """The cell itself: a card behind everything."""
        centre = ((left + right) / 2, (low + high) / 2)
        card = self.surface.card
        self.drawing.box(
            centre, width=right - left, height=high - low, fill=card, edge=self.surface.line,
            edge_width=1, radius=18,
        )  # fmt: skip

    def _scale(self, part: Wire | Bead) -> float:
        """The value that is drawn widest, and deepest."""
        if part.scale is not None:
            reach = self.moment.reach[part.scale.name]
            return max(1.0, reach) if part.scale.name == "hidden" else reach or 1.0
        shows = part.shows if isinstance(part, Bead) else part.carries
        if isinstance(shows, Share):
            return max(1.0, *(abs(value) for value in self.moment.parts[shows.name].values()))
        return 1.0

    def _wire(self, part: Wire) -> None:
        masked = self.moment.masked and part.masked is not None
        carries = part.masked if masked else part.carries
        width = 2.0
        if carries is not None:
            width = self.width(self.moment.value(carries), of=self._scale(part))
        colour = self.colour(_name(part.of)) if part.of else self.colour_of_ink
        self.drawing.line(
            *part.points, colour=colour, width=width, arrow=part.arrow, dash=part.dash
        )

    def _gate(self, part: Box) -> None:
        """A gate: its name, its value, a gauge of it, and the function of what."""
        (x, y), height, name = part.at, GATE[1], part.of.name
        value, shade = self.moment.gates[name], self.colour(part.of.name)
        self.drawing.box(
            part.at, width=part.width, height=height, fill=self.surface.paper, edge=shade,
            edge_width=2, radius=9, dash="dot" if self.moment.masked else "solid",
        )  # fmt: skip
        self._gauge((x, y - 9), name, value, long=part.width - 22)
        title = self.said[name]
        size = min(12.0, (part.width - 16) / _ems(title))
        self.drawing.text((x, y + 24), title, size=size, colour=self.surface.muted)
        self.drawing.text(
            (x, y + 5), f"<i>{part.of.symbol}</i> <b>{number(value)}</b>", size=13.5, colour=shade,
            name=name,
        )  # fmt: skip
        self.drawing.text((x, y - 24), self._applied(name, places=2), size=12,
                          colour=self.surface.muted, name=f"{name}/before")  # fmt: skip
        self.drawing.spot(part.at, name=name, value=value, text=self._told(part.of))

    def _applied(self, name: str, *, places: int = 3) -> str:
        """The function that gives a gate, of the number that it is of: σ(−0.41)."""
        cell = self.moment.cell
        form = cell.form(cell.values[name], self.moment.layer.kernels.options)
        assert isinstance(form, Apply)  # every gate is a function of something
        argument = number(self.moment.value(form.argument, made=True), places=places)
        return f"{sign(self.moment.function(form.function))}({argument})"

    def _gauge(self, centre: Point, name: str, value: float, *, long: float) -> None:
        """A bar from zero to the value, on a groove that runs over its scale."""
        low, high = _LIMITS[QUANTITY[name].kind]
        x, y = centre
        self.drawing.box((x, y), width=long, height=6, radius=3, fill=self.surface.grid)
        zero = x - long / 2 - low / (high - low) * long
        end = x - long / 2 + (min(max(value, low), high) - low) / (high - low) * long
        if abs(end - zero) > 0.5:
            fill = self.surface.negative if value < 0 else self.colour(name)
            fill = self.surface.muted if self.moment.masked else fill
            self.drawing.box(
                ((zero + end) / 2, y), width=abs(end - zero), height=6, radius=3, fill=fill
            )

    def _told(self, gate: Value) -> str:
        """What the pointer is told of a gate: its value, the parts of its sum, what it does."""
        name = gate.name
        help_text = self.said.get(f"cell.{self.moment.cell.name}.{name}")
        return "<br>".join(
            [
                f"<b>{self.said[name]} {gate.symbol} = {number(self.moment.gates[name])}</b>",
                self._applied(name),
                *(f"{self.said[p]}: {number(v)}" for p, v in self.moment.parts[name].items()),
                *([help_text] if help_text else []),
            ]
        )

    def _node(self, part: Node) -> None:
        self.drawing.circle(part.at, radius=NODE, fill=self.surface.paper, edge=self.colour_of_ink)
        self.drawing.text(part.at, part.sign, size=17, colour=self.colour_of_ink)

    @property
    def colour_of_ink(self) -> str:
        """Ink, or muted at a masked step."""
        return self.surface.muted if self.moment.masked else self.surface.ink

    def _function(self, part: Squash) -> None:
        self.drawing.box(
            part.at, width=46, height=24, radius=12, fill=self.surface.paper,
            edge=self.colour_of_ink,
        )  # fmt: skip
        name = part.function if part.function == "max" else self.moment.function(part.function)
        self.drawing.text(part.at, sign(name), size=12, colour=self.colour_of_ink)

    def _bead(self, part: Bead) -> None:
        """A number on a line, on the colour it has in the heatmaps, with its name beside it."""
        value, quantity, of = self.moment.value(part.shows), _name(part.of), self._scale(part)
        low, high = _LIMITS[QUANTITY[quantity].kind]
        shades = theme.table(quantity, self.mode)
        low, high = low * of, high * of
        known = high > low and np.isfinite([value, low, high]).all()
        place = (value - low) / (high - low) if known else 0.5
        fill = shades[round(min(max(place, 0.0), 1.0) * (len(shades) - 1))]
        self.drawing.box(
            part.at, width=BEAD[0], height=BEAD[1], radius=BEAD[1] / 2, fill=fill,
            edge=self.colour(quantity),
        )  # fmt: skip
        self.drawing.text(
            part.at, f"<b>{number(value)}</b>", size=12, colour=theme.readable(fill),
            name=part.name,
        )  # fmt: skip
        right, up, anchor = _BESIDE[part.side]
        caption = _caption(part.shows if part.called is None else part.called)
        self.drawing.text(
            (part.at[0] + right, part.at[1] + up), caption, size=12.5, anchor=anchor,
            colour=self.colour(quantity),
        )  # fmt: skip
        text = f"<b>{caption} = {number(value)}</b>"
        self.drawing.spot(part.at, name=part.name, value=value, text=text)

    def _note(self, part: Note) -> None:
        value = self.moment.value(part.shows)
        if part.called is None:
            self.drawing.text(part.at, number(value), size=12, name=part.name)
            return
        caption, colour = _caption(part.called), self.colour(_name(part.of))
        self.drawing.text(part.at, caption, colour=colour)
        self.drawing.text((part.at[0], part.at[1] - 18), f"<b>{number(value)}</b>", colour=colour,
                          name=part.name)  # fmt: skip
        text = f"<b>{caption} = {number(value)}</b>"
        self.drawing.spot(part.spot or part.at, name=part.name, value=value, text=text)

    def _token(self, part: Token, text: str | None) -> None:
        shown = f"<i>x</i>  <b>{plain(text, most=12)}</b>" if text else "<i>x</i>"
        self.drawing.box(
            part.at, width=112 if text else 40, height=26, radius=13, fill=self.surface.paper,
            edge=self.colour("from_input"),
        )  # fmt: skip
        self.drawing.text(part.at, shown, size=13, colour=self.colour("from_input"), name="token")

    def masked(self, centre: Point) -> None:
        """The sentence that says that this step was skipped."""
        self.drawing.box(
            centre, width=250, height=32, radius=16, fill=self.surface.card,
            edge=self.surface.accent,
        )  # fmt: skip
        self.drawing.text(centre, self.said["cell.masked.short"], size=12, name="masked")


def _ems(text: str) -> float:
    """About how wide a text is, in font sizes: Hangul is nearly square, Latin half as wide."""
    return sum(0.88 if letter >= "\u1100" else 0.52 for letter in text)


def _name(of: Value | str) -> str:
    return of if isinstance(of, str) else of.name


_QUANTITY = re.compile(r"([a-zA-Z])(?:_([a-z]))?(₋₁)?")


def _caption(expression: Expression) -> str:
    """An expression in symbols, its quantities in italics: f · c₋₁."""
    shown = ""
    for piece in symbols(expression):
        quantity = _QUANTITY.fullmatch(piece.text)
        if quantity is None:
            shown += " · " if piece.text == "·" else piece.text
        else:
            letter, index, before = quantity.groups(default="")
            shown += f"<i>{letter}</i>{f'<sub>{index}</sub>' if index else ''}{before}"
    return shown
