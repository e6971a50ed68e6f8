"""Where one arrives."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from dashboard import state, widgets
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.views import Page

PAGE = Page(key="home", icon=":material/home:", order=0)


def render() -> None:
    """Draw the hidden states of the chosen model reading the chosen text."""
    reading = widgets.reading()
    hidden = reading.trace.layers[0].states["hidden"][0]
    figure = go.Figure(
        go.Heatmap(z=hidden.T, zmid=0, colorscale=theme.scale("hidden", state.mode()), x0=0, dx=1)
    )
    figure.update_layout(height=320, title=t("quantity.hidden"))
    table = pd.DataFrame(hidden, columns=[str(unit) for unit in range(hidden.shape[1])])
    table.insert(0, "token", reading.tokens)
    widgets.chart(figure, name="hidden", table=table, alt="…", arrays=reading.trace)
