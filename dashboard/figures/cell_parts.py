"""What the diagrams of all cells are made of: gates, junctions, values on the lines, the token.

Every number stands on the colour that it has in the heatmaps, and a line is as wide as what it
carries is large, so that a shut gate can be seen to cut a line short.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from dashboard.figures import theme
from dashboard.figures.drawing import Drawing, Point
from dashboard.figures.markup import plain
from dashboard.figures.moment import Moment, number, sign
from dashboard.figures.theme import QUANTITY

GATE = (84.0, 74.0)
BEAD = (60.0, 23.0)
NODE = 15.0
Side = Literal["above", "right", "corner"]
_BESIDE: dict[Side, tuple[float, float, str]] = {
    "above": (0.0, 22.0, "center"),
    "right": (BEAD[0] / 2 + 6, 0.0, "left"),
    "corner": (8.0, 24.0, "left"),
}
_MADE = {"kept", "written", "write share"}
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

    def body(self, *, left: float, right: float, low: float, high: float) -> None:
        """The cell itself: a card behind everything."""
        centre = ((left + right) / 2, (low + high) / 2)
        card = self.surface.card
        self.drawing.box(
            centre, width=right - left, height=high - low, fill=card, edge=self.surface.line,
            edge_width=1, radius=18,
        )  # fmt: skip

    def gate(self, centre: Point, name: str, *, width: float = GATE[0]) -> None:
        """A gate: its name, its value, a gauge of it, and the function of what."""
        (x, y), height = centre, GATE[1]
        look, value = QUANTITY[name], self.moment.gates[name]
        shade = self.colour(name)
        self.drawing.box(
            centre, width=width, height=height, fill=self.surface.paper, edge=shade, edge_width=2,
            radius=9, dash="dot" if self.moment.masked else "solid",
        )  # fmt: skip
        self._gauge((x, y - 9), name, value, long=width - 22)
        inner = f"{sign(self.moment.functions[name])}({number(self.moment.before[name], places=2)})"
        self.drawing.text((x, y + 24), self.said[name], size=10.5, colour=self.surface.muted)
        self.drawing.text(
            (x, y + 5), f"<i>{look.symbol}</i> <b>{number(value)}</b>", size=13.5, colour=shade,
            name=name,
        )  # fmt: skip
        self.drawing.text((x, y - 24), inner, size=10.5, colour=self.surface.muted,
                          name=f"{name}/before")  # fmt: skip
        self.drawing.spot(centre, name=name, value=value, text=self._told(name))

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

    def _told(self, name: str) -> str:
        moment, look = self.moment, QUANTITY[name]
        function = moment.functions[name]
        lines = [
            f"<b>{self.said[name]} {look.symbol} = {number(moment.gates[name])}</b>",
            f"{function}({number(moment.before[name])})",
            f"{self.said['from_input']}: {number(moment.from_input[name])}",
            f"{self.said['from_hidden']}: {number(moment.from_hidden[name])}",
            f"{self.said['bias']}: {number(moment.bias[name])}",
        ]
        help_text = self.said.get(f"cell.{moment.cell}.{name}")
        return "<br>".join([*lines, *([help_text] if help_text else [])])

    def node(self, centre: Point, sign: str) -> None:
        """A junction: × multiplies, + adds."""
        self.drawing.circle(centre, radius=NODE, fill=self.surface.paper, edge=self.colour_of_ink)
        self.drawing.text(centre, sign, size=17, colour=self.colour_of_ink)

    @property
    def colour_of_ink(self) -> str:
        """Ink, or muted at a masked step."""
        return self.surface.muted if self.moment.masked else self.surface.ink

    def function(self, centre: Point, name: str) -> None:
        """A function that is applied to one line."""
        self.drawing.box(
            centre, width=46, height=24, radius=12, fill=self.surface.paper,
            edge=self.colour_of_ink,
        )  # fmt: skip
        self.drawing.text(centre, sign(name), size=12, colour=self.colour_of_ink)

    def bead(
        self,
        centre: Point,
        value: float,
        *,
        quantity: str,
        name: str,
        caption: str,
        of: float = 1.0,
        side: Side = "above",
    ) -> None:
        """A number on a line, on the colour it has in the heatmaps, with its name beside it.

        At a masked step nothing is made of the gates, so what they would give is left out.
        """
        if self.moment.masked and name in _MADE:
            return
        kind = QUANTITY[quantity].kind
        shades = theme.table(quantity, self.mode, kind=kind)
        low, high = (0.0, of) if kind == "sequential" else (-of, of)
        known = high > low and np.isfinite([value, low, high]).all()
        place = (value - low) / (high - low) if known else 0.5
        fill = shades[round(min(max(place, 0.0), 1.0) * (len(shades) - 1))]
        self.drawing.box(
            centre, width=BEAD[0], height=BEAD[1], radius=BEAD[1] / 2, fill=fill,
            edge=self.colour(quantity),
        )  # fmt: skip
        self.drawing.text(
            centre, f"<b>{number(value)}</b>", size=11.5, colour=theme.readable(fill), name=name
        )
        right, up, anchor = _BESIDE[side]
        self.drawing.text(
            (centre[0] + right, centre[1] + up), caption, size=12.5, anchor=anchor,
            colour=self.colour(quantity),
        )  # fmt: skip
        self.drawing.spot(
            centre, name=name, value=value, text=f"<b>{caption} = {number(value)}</b>"
        )

    def token(self, centre: Point, text: str | None) -> None:
        """What is read at this step."""
        shown = f"<i>x</i>  <b>{plain(text, most=12)}</b>" if text else "<i>x</i>"
        self.drawing.box(
            centre, width=112 if text else 40, height=26, radius=13, fill=self.surface.paper,
            edge=self.colour("from_input"),
        )  # fmt: skip
        self.drawing.text(centre, shown, size=13, colour=self.colour("from_input"), name="token")

    def masked(self, centre: Point) -> None:
        """The sentence that says that this step was skipped."""
        self.drawing.box(
            centre, width=250, height=32, radius=16, fill=self.surface.card,
            edge=self.surface.accent,
        )  # fmt: skip
        self.drawing.text(centre, self.said["cell.masked.short"], size=12, name="masked")
