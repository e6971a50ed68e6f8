"""The model as a graph: a box for each layer, an arrow for each thing read.

From what is read at the top to the answer at the bottom; layers that read the same stand beside
each other. What passes over several rows goes round them in a curve. Not chosen: a layout program,
which would be one more thing to install for graphs of a dozen boxes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core import cells
from core.analysis.anatomy import Part
from core.analysis.parameters import TITLES
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import SURFACE, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

ROW = 64
"""Pixels from one row to the next."""
_WIDE, _HIGH = 0.86, 0.56  # of a box, in columns and rows
Place = tuple[float, float]


def anatomy(
    parts: Sequence[Part],
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the parts of a model, as `core.analysis.anatomy` tells them."""
    said = words(labels)

    def kind(part: Part) -> str:
        title = said.get(part.kind) or TITLES[part.kind]
        return f"⇄ {title}" if part.both_ways else title

    def gives(part: Part) -> str:
        if not part.outputs:
            return said["anatomy.ids"]
        return said["anatomy.every" if part.every_step else "anatomy.once"].format(
            count=part.outputs
        )

    def reads(part: Part) -> str:
        return ", ".join(plain(_title(name, said), most=24) for name in part.reads) or "–"

    def draw() -> go.Figure:
        places = _places(parts)
        drawn = go.Figure(layout={"template": theme.template(mode)})
        boxes = {part.name: part for part in parts}
        for name, (x, y) in places.items():
            part = boxes.get(name)
            edge = theme.colour(part.kind if part and part.kind in cells.CELLS else "bias", mode)
            drawn.add_shape(
                type="rect", x0=x - _WIDE / 2, x1=x + _WIDE / 2, y0=y - _HIGH / 2, y1=y + _HIGH / 2,
                line={"color": edge, "width": 2 if part and part.kind in cells.CELLS else 1},
                fillcolor=SURFACE[mode].card, layer="below",
            )  # fmt: skip
        for part in parts:
            for name in part.reads:
                _wire(drawn, places[name], places[part.name], mode=mode)
        inside = [
            f"<b>{plain(_title(name, said), most=22)}</b>"
            + (f"<br>{_brief(kind(boxes[name]), boxes[name])}" if name in boxes else "")
            for name in places
        ]
        hover = [
            f"{plain(name, most=60)}<br>{kind(boxes[name])}<br>{gives(boxes[name])}"
            if name in boxes
            else plain(_title(name, said), most=60)
            for name in places
        ]
        drawn.add_scatter(
            x=[x for x, _ in places.values()], y=[y for _, y in places.values()], mode="text",
            text=inside, hovertext=hover, hoverinfo="text", textfont={"size": 12},
            showlegend=False,
        )  # fmt: skip
        columns = [x for x, _ in places.values()]
        rows = [y for _, y in places.values()]
        hidden = {"visible": False, "fixedrange": True}
        drawn.update_layout(
            height=int(ROW * (max(rows) - min(rows) + 1.4)),
            margin={"l": 8, "r": 8, "t": 8, "b": 8},
            xaxis=hidden | {"range": [min(columns) - 0.8, max(columns) + 0.8]},
            yaxis=hidden | {"range": [min(rows) - 0.6, max(rows) + 0.6]},
        )
        return drawn

    def table() -> pd.DataFrame:
        return frame(
            {
                said["anatomy.name"]: [part.name for part in parts],
                said["anatomy.kind"]: [kind(part) for part in parts],
                said["anatomy.reads"]: [reads(part) for part in parts],
                said["anatomy.gives"]: [gives(part) for part in parts],
                said["anatomy.parameters"]: [p.count.count if p.count else 0 for p in parts],
            }
        )

    def sentence() -> str:
        told = (
            said["anatomy.part"].format(name=part.name, kind=kind(part), reads=reads(part))
            for part in parts
        )
        return said["anatomy.alt"].format(parts="; ".join(told))

    return Picture(draw, table, sentence)


def _brief(kind: str, part: Part) -> str:
    return f"{kind} · {part.outputs}" if part.outputs else kind


def _title(name: str, said: Mapping[str, str]) -> str:
    """An input that has no name of its own is called so in the reader's language."""
    return said["anatomy.input"] if name == "input" else name


def _places(parts: Sequence[Part]) -> dict[str, Place]:
    """Where each box stands: what is read first on top, rows centred on each other."""
    named = {part.name for part in parts}
    rows: defaultdict[int, list[str]] = defaultdict(list)
    for part in parts:
        for name in part.reads:
            if name not in named and name not in rows[0]:
                rows[0].append(name)
        rows[part.depth].append(part.name)
    if not rows[0]:
        del rows[0]
    return {
        name: (at - (len(row) - 1) / 2, float(-depth))
        for depth, row in sorted(rows.items())
        for at, name in enumerate(row)
    }


def _wire(drawn: go.Figure, start: Place, end: Place, *, mode: Mode) -> None:
    """An arrow to the next row from box to box; one further down goes round."""
    (x0, y0), (x1, y1) = start, end
    if y0 - y1 <= 1:
        y0, y1 = y0 - _HIGH / 2, y1 + _HIGH / 2
        middle = (y0 + y1) / 2
        path, tail = f"M {x0},{y0} C {x0},{middle} {x1},{middle} {x1},{y1}", {"ax": 0, "ay": -9}
    else:
        side = -1 if x0 < x1 else 1
        x0, x1 = x0 + side * _WIDE / 2, x1 + side * _WIDE / 2
        bend = side * max(side * x0, side * x1) + side * 0.3
        path, tail = f"M {x0},{y0} C {bend},{y0} {bend},{y1} {x1},{y1}", {"ax": side * 9, "ay": 0}
    line = {"color": SURFACE[mode].muted, "width": 1.4}
    drawn.add_shape(type="path", path=path, line=line, layer="below")
    drawn.add_annotation(
        x=x1, y=y1, **tail, showarrow=True, arrowhead=2, arrowsize=1, arrowwidth=1.4,
        arrowcolor=line["color"], text="",
    )  # fmt: skip
