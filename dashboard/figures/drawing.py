"""A sheet to draw diagrams on, with Plotly's shapes: lines that turn, arrows, boxes, text.

Coordinates are units of the sheet, x to the right and y up; the sheet keeps its proportions and
shrinks with the page, text does not. So sheets are laid out for text of 11 to 16 pixels at about
400 pixels of width, and nothing may be narrower than its words there. Not chosen: SVG of our own,
which would look the same on the page and be lost to Plotly's exports and to hover.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from dashboard.figures import theme
from dashboard.figures.theme import Mode

Point = tuple[float, float]
TURN = 12.0  # radius of a line's corners
HEAD = 10.0  # length of an arrowhead


class Drawing:
    """Collects shapes, texts and places to hover, and gives a figure."""

    def __init__(self, *, width: float, height: float, mode: Mode) -> None:
        self.width, self.height, self.mode = width, height, mode
        self.surface = theme.SURFACE[mode]
        self._shapes: list[dict[str, Any]] = []
        self._texts: list[dict[str, Any]] = []
        self._spots: list[tuple[float, float, str, str, float]] = []

    def line(
        self,
        *points: Point,
        colour: str,
        width: float = 2.0,
        arrow: bool = False,
        dash: str = "solid",
        opacity: float = 1.0,
    ) -> None:
        """Draw a line through points, round at its corners; with `arrow`, a head at its end."""
        through = list(points)
        if arrow:
            end, before = through[-1], through[-2]
            long = math.dist(before, end)
            along = ((end[0] - before[0]) / long, (end[1] - before[1]) / long)
            base = (end[0] - HEAD * along[0], end[1] - HEAD * along[1])
            half = HEAD * 0.5 + width * 0.35
            left = (base[0] - half * along[1], base[1] + half * along[0])
            right = (base[0] + half * along[1], base[1] - half * along[0])
            self._path(_closed([end, left, right]), fill=colour, opacity=opacity)
            # One unit into the head, so that no seam shows.
            through[-1] = (base[0] + along[0], base[1] + along[1])
        line = {"color": colour, "width": width, "dash": dash}
        self._path(_rounded(through), line=line, opacity=opacity)

    def box(
        self,
        centre: Point,
        *,
        width: float,
        height: float,
        fill: str,
        edge: str | None = None,
        edge_width: float = 1.5,
        radius: float = 8.0,
        opacity: float = 1.0,
        dash: str = "solid",
    ) -> None:
        """Draw a box with round corners."""
        x, y = centre
        left, right, low, high = x - width / 2, x + width / 2, y - height / 2, y + height / 2
        r = min(radius, width / 2, height / 2)
        path = (
            f"M {left + r},{low} L {right - r},{low} Q {right},{low} {right},{low + r} "
            f"L {right},{high - r} Q {right},{high} {right - r},{high} "
            f"L {left + r},{high} Q {left},{high} {left},{high - r} "
            f"L {left},{low + r} Q {left},{low} {left + r},{low} Z"
        )
        line = {"width": edge_width if edge else 0, "color": edge or fill, "dash": dash}
        self._path(path, fill=fill, line=line, opacity=opacity)

    def circle(self, centre: Point, *, radius: float, fill: str, edge: str) -> None:
        """Draw a circle."""
        (x, y), r = centre, radius
        self._shapes.append(
            {"type": "circle", "x0": x - r, "x1": x + r, "y0": y - r, "y1": y + r,
             "fillcolor": fill, "line": {"color": edge, "width": 1.5}}
        )  # fmt: skip

    def text(
        self,
        place: Point,
        text: str,
        *,
        size: float = 12,
        colour: str | None = None,
        anchor: str = "center",
        name: str = "",
    ) -> None:
        """Write one line of markup, its middle at `place` or one end of it there."""
        self._texts.append(
            {"x": place[0], "y": place[1], "text": text, "xanchor": anchor, "yanchor": "middle",
             "showarrow": False, "font": {"size": size, "color": colour or self.surface.ink},
             "name": name or None, "borderpad": 0}
        )  # fmt: skip

    def spot(self, place: Point, *, name: str, text: str, value: float) -> None:
        """Let a place tell more under the pointer; `name` and `value` are kept in the data."""
        self._spots.append((*place, name, text, value))

    def figure(self, *, height: int) -> go.Figure:
        """Return the drawing as a figure of this height in pixels."""
        axis = {"visible": False, "fixedrange": True, "constrain": "domain"}
        x, y, names, texts, values = zip(*self._spots, strict=True) if self._spots else [()] * 5
        spots = go.Scatter(
            x=x,
            y=y,
            mode="markers",
            marker={"size": 34, "color": self.surface.ink, "opacity": 0},
            text=texts,
            customdata=list(zip(names, values, strict=True)),
            hovertemplate="%{text}<extra></extra>",
            showlegend=False,
        )
        drawn = go.Figure(spots)
        drawn.update_layout(
            shapes=self._shapes,
            annotations=self._texts,
            height=height,
            margin={"l": 2, "r": 2, "t": 4, "b": 4, "autoexpand": False},
            xaxis={**axis, "range": [0, self.width]},
            yaxis={**axis, "range": [0, self.height], "scaleanchor": "x", "constraintoward": "top"},
            hovermode="closest",
            meta="drawing",  # its words grow small with it where it is narrow: see widgets/frame.js
        )
        return theme.apply(drawn, self.mode)

    def _path(
        self,
        path: str,
        *,
        fill: str | None = None,
        line: dict[str, Any] | None = None,
        opacity: float = 1.0,
    ) -> None:
        self._shapes.append(
            {"type": "path", "path": path, "fillcolor": fill or "rgba(0,0,0,0)",
             "line": line or {"width": 0}, "opacity": opacity, "layer": "below"}
        )  # fmt: skip


def _closed(points: Sequence[Point]) -> str:
    return f"{_straight(points)} Z"


def _straight(points: Sequence[Point]) -> str:
    return "M " + " L ".join(f"{x:.4g},{y:.4g}" for x, y in points)


def _rounded(points: Sequence[Point]) -> str:
    """A path through the points whose corners are quarter turns."""
    path = f"M {points[0][0]:.5g},{points[0][1]:.5g}"
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        first, second = _towards(corner, before), _towards(corner, after)
        path += (
            f" L {first[0]:.5g},{first[1]:.5g}"
            f" Q {corner[0]:.5g},{corner[1]:.5g} {second[0]:.5g},{second[1]:.5g}"
        )
    return f"{path} L {points[-1][0]:.5g},{points[-1][1]:.5g}"


def _towards(start: Point, end: Point) -> Point:
    """The point a turn's radius from `start`, or halfway where that is nearer."""
    share = min(TURN / math.dist(start, end), 0.5)
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
