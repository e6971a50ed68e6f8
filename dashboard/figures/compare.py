"""The same text through up to three models: heatmaps side by side, on scales that they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.sequence import layer_of
from core.trace import Trace
from dashboard.figures import heatmaps, theme
from dashboard.figures.compared import looks
from dashboard.figures.gates import column_of, row_of
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.recorded import Recorded, quantities, recorded, shared
from dashboard.figures.steps import Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

# Gates in the order that cells declare, then the states.
ROWS = (*theme.in_order("gate"), *reversed(theme.in_order("state")))


def compare(
    traces: Mapping[str, Trace],
    *,
    layer: int | str = 0,
    batch: int = 0,
    tokens: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    orders: Mapping[str, Sequence[int]] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw gates and states of up to three models side by side.

    Args:
        traces: recorded runs on the same text, by the titles of their columns.
        layer: its place or name, in each of them.
        batch: which sequence.
        tokens: the texts read at each step, made visible.
        names: gates and states to draw; all that any of them has unless given.
        orders: unit indices from the top down, by title.
        step: the index of a step to frame in each.
        labels: words that differ from English.
        mode: "light" or "dark".

    A row that a model has no quantity for stays empty there. Raises OutOfRange for no or more than
    three models.
    """
    said = words(labels)
    found = _found(traces, layer=layer, batch=batch, names=names)
    looks([layer_of(trace, layer).cell for trace in traces.values()], mode)
    rows: dict[str, list[Recorded]] = {}
    for column in found.values():
        for each in column:
            rows.setdefault(each.name, []).append(each)

    def draw() -> go.Figure:
        drawn = sorted(rows, key=lambda name: ROWS.index(name) if name in ROWS else len(ROWS))
        columns = [
            column_of(
                layer_of(trace, layer),
                found[title],
                title=plain(title, most=24),
                batch=batch,
                tokens=tokens,
                units=(orders or {}).get(title) or range(layer_of(trace, layer).units),
            )
            for title, trace in traces.items()
        ]
        scales = {name: row_of(shared(rows[name])[0], said, mode) for name in drawn}
        return heatmaps.stack(columns, scales, words=said, mode=mode, step=step)

    def table() -> pd.DataFrame:
        parts = [
            {
                said["model"]: [title] * each.values.size,
                said["quantity"]: [said[each.name]] * each.values.size,
                said["value"]: each.values.reshape(-1),
            }
            | Steps.of(len(each.values), tokens).columns(said, units=range(each.values.shape[1]))
            for title, column in found.items()
            for each in column
        ]
        titles = ["model", "quantity", "step", "token", "unit", "value"]
        kept = [said[title] for title in titles if title != "token" or tokens is not None]
        return joined(parts, titles=kept)

    def sentence() -> str:
        models = []
        for title, column in found.items():
            means = ", ".join(
                said["alt.mean"].format(name=said[each.name], mean=f"{each.values.mean():.2f}")
                for each in column
            )
            models.append(f"{title}: {means}")
        return said["compare.alt"].format(models="; ".join(models))

    return Picture(draw, table, sentence)


def _found(
    traces: Mapping[str, Trace],
    *,
    layer: int | str,
    batch: int,
    names: Sequence[str] | None,
) -> dict[str, tuple[Recorded, ...]]:
    found = {}
    for title, trace in traces.items():
        run = layer_of(trace, layer)
        own = [name for name in quantities(run) if names is None or name in names]
        found[title] = recorded(run, batch=batch, names=own)
    return found
