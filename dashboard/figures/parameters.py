"""How many parameters each gate has, as bars: where the numbers of two cells come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from core.analysis.parameters import count_parameters
from core.model import Model
from dashboard.figures import theme
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def parameters(
    models: Mapping[str, Model],
    *,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw a bar for each model, by title, made of the counts of its layers and gates."""
    said = words(labels)
    surface = theme.SURFACE[mode]

    def draw() -> go.Figure:
        drawn = go.Figure()
        most = max(model.parameter_count for model in models.values())
        for title, model in models.items():
            for layer, kind, part, count, formula in _parts(model):
                colour = theme.colour(part, mode) if part in QUANTITY else surface.muted
                name = said.get(part, said.get(kind, kind))
                drawn.add_trace(
                    go.Bar(
                        y=[plain(title, most=24)],
                        x=[count],
                        orientation="h",
                        name=name,
                        marker={"color": colour, "line": {"color": surface.paper, "width": 1.5}},
                        text=f"{count:,}" if count > 0.07 * most else "",
                        textposition="inside",
                        insidetextanchor="middle",
                        textangle=0,
                        constraintext="both",
                        textfont={"color": theme.readable(colour), "size": 12},
                        hovertemplate=(
                            f"<b>{plain(layer)} · {name}</b><br>{formula} = {count:,}"
                            "<extra></extra>"
                        ),
                        showlegend=False,
                    )
                )
            drawn.add_annotation(
                text=f"<b>{model.parameter_count:,}</b>", x=model.parameter_count,
                y=plain(title, most=24), xanchor="left", xshift=6, showarrow=False,
                font={"size": 13},
            )  # fmt: skip
        drawn.update_layout(
            barmode="stack",
            height=70 + 46 * len(models),
            bargap=0.35,
            margin={"l": 90, "r": 12, "t": 8, "b": 44},
            xaxis={"title": {"text": said["parameters.axis"]}, "range": [0, most * 1.3],
                   "zeroline": False, "nticks": 5},
            yaxis={"autorange": "reversed", "showline": False, "ticks": "",
                   "tickfont": {"size": 13}},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        titles = [said[key] for key in ("model", "layer", "part", "formula", "parameters.axis")]
        parts = [
            dict(zip(titles, ([title], [layer], [said.get(part, said.get(kind, kind))], [formula],
                              [count]), strict=True))
            for title, model in models.items()
            for layer, kind, part, count, formula in _parts(model)
        ]  # fmt: skip
        return joined(parts, titles=titles)

    def sentence() -> str:
        counts = ", ".join(f"{title} {model.parameter_count:,}" for title, model in models.items())
        return said["parameters.alt"].format(counts=counts)

    return Picture(draw, table, sentence)


def _parts(model: Model) -> Iterator[tuple[str, str, str, int, str]]:
    """Layer, its kind, the part of it (a gate), count, formula."""
    for stage in count_parameters(model).stages:
        for layer in stage.layers:
            for part in layer.maps:
                gate = part.name if layer.kind in QUANTITY else layer.kind
                yield layer.name, layer.kind, gate, part.count, part.formula
