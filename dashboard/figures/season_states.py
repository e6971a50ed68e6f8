"""What each unit of a layer does over the season, on average: a row a unit, a column a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.forecast.insides import SeasonStates
from dashboard.figures import theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def season_states(
    given: SeasonStates,
    *,
    places: Sequence[str],
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the means, the units that know the place best at the top."""
    said = words(labels)
    order = np.argsort(-given.knows, kind="stable")
    shown = [plain(place, most=MOST_CHARACTERS) for place in places]
    best = given.best

    def draw() -> go.Figure:
        most = float(np.abs(given.mean).max()) or 1.0
        rows = [f"{unit} · {100 * given.knows[unit]:.0f}%" for unit in order]
        drawn = go.Figure(
            go.Heatmap(
                x=shown, y=rows, z=given.mean[:, order].T, zmin=-most, zmax=most,
                colorscale=theme.scale(given.state, mode, kind="diverging"),
                colorbar={"title": {"text": said[given.state]}},
                hovertemplate=f"{said['unit']} %{{y}}, <b>%{{x}}</b>: %{{z:.3f}}<extra></extra>",
            )
        )  # fmt: skip
        drawn.update_layout(
            height=120 + 15 * len(order),
            margin={"l": 90, "r": 12, "t": 24, "b": 40},
            xaxis={"type": "category", "showgrid": False},
            yaxis={"type": "category", "autorange": "reversed", "title": {"text": said["unit"]}},
        )
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns: dict[str, object] = {said["unit"]: order}
        columns[said["season_states.knows"]] = given.knows[order]
        for at, place in enumerate(places):
            columns[f"{place} {at + 1}"] = given.mean[at, order]
        return frame(columns)

    def sentence() -> str:
        return said["season_states.alt"].format(
            units=len(order),
            unit=best,
            knows=f"{100 * given.knows[best]:.0f}",
            high=shown[int(given.mean[:, best].argmax())],
            low=shown[int(given.mean[:, best].argmin())],
        )

    return Picture(draw, table, sentence)
