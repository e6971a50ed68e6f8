"""A run and the same one changed, one under the other, and the difference beneath them.

Original and changed share their scale; a difference has its own, about zero. The picture for
exports and notebooks; the page has a canvas of the same data, which can be painted on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.changes import Difference, difference
from core.analysis.sequence import layer_of
from core.trace import Trace
from dashboard.figures import heatmaps, lines, theme
from dashboard.figures.gates import row_of
from dashboard.figures.picture import Picture, frame
from dashboard.figures.recorded import quantities, recorded, shared, symmetric
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def changed(
    before: Trace,
    after: Trace,
    *,
    layer: int | str = 0,
    batch: int = 0,
    tokens: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a run, the changed one and their difference; `names` of gates and states, all unless
    given. Raises UnknownName, and as `core.analysis.changes.difference` does.
    """
    said = words(labels)
    found = difference(before, after, layer=layer, batch=batch)
    old, new = layer_of(before, layer), layer_of(after, layer)
    names = [name for name in quantities(old) if names is None or name in names]
    pairs = [
        shared(pair)
        for pair in zip(
            recorded(old, batch=batch, names=names),
            recorded(new, batch=batch, names=names),
            strict=True,
        )
    ]
    steps = Steps.of(before.time, tokens)
    units = list(range(old.units))

    def draw() -> go.Figure:
        rows: dict[str, heatmaps.Row] = {}
        panels: list[heatmaps.Panel] = []
        for original, other in pairs:
            name = original.name
            row = row_of(original, said, mode)
            low, high = symmetric(found.quantities[name])
            for which, values, own in (
                ("before", original.values, row),
                ("after", other.values, row),
                ("less", found.quantities[name], None),
            ):
                title = said[f"changed.{which}"].format(name=row.title)
                rows[f"{name} {which}"] = heatmaps.Row(
                    title=title,
                    colour=row.colour,
                    colorscale=theme.scale(name, mode, kind="diverging")
                    if own is None
                    else own.colorscale,
                    low=low if own is None else own.low,
                    high=high if own is None else own.high,
                )
                panels.append(heatmaps.Panel(f"{name} {which}", values.T))
        column = heatmaps.Column("", steps, units, panels)
        return heatmaps.stack([column], rows, words=said, mode=mode, row_height=72)

    def table() -> pd.DataFrame:
        columns = steps.columns(said, units=units)
        for original, other in pairs:
            name = said[original.name]
            columns[said["changed.before"].format(name=name)] = original.values.reshape(-1)
            columns[said["changed.after"].format(name=name)] = other.values.reshape(-1)
        return frame(columns)

    def sentence() -> str:
        return _told(found, said, key="changed.alt", layer=old.name)

    return Picture(draw, table, sentence)


def moved(
    found: Difference,
    *,
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw how far each state is off at each step, the root of the mean square over its units."""
    said = words(labels)
    off = {name: found.off(name) for name in found.states}
    steps = Steps.of(len(off[found.states[0]]), tokens)

    def draw() -> go.Figure:
        drawn = lines.figure(
            steps, words=said, mode=mode, height=280,
            y={"title": {"text": said["moved.axis"]}, "rangemode": "tozero"},
        )  # fmt: skip
        for name, values in off.items():
            look = QUANTITY[name]
            title = f"{said[name]} {look.symbol}"
            drawn.add_trace(
                lines.line(steps, values, name=title, colour=look.colour(mode), dash=look.dash)
            )
        drawn.update_layout(showlegend=True)
        lines.frame(drawn, steps, step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        return frame(steps.columns(said) | {said[name]: values for name, values in off.items()})

    def sentence() -> str:
        return _told(found, said, key="moved.alt")

    return Picture(draw, table, sentence)


def _told(found: Difference, said: Mapping[str, str], *, key: str, layer: str = "") -> str:
    state = found.states[0]
    if not found.off(state).any():
        return said["changed.alt.same"].format(state=said[state].lower())
    furthest = found.furthest
    return said[key].format(
        layer=layer,
        state=said[state].lower(),
        step=furthest + FIRST,
        most=f"{found.off(state)[furthest]:.3g}",
        left=f"{found.left:.0%}",
    )
