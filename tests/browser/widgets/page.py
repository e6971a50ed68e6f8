"""A page with what pages share: a reading, and a chart of it with its downloads and its table."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard import server, state, widgets
from dashboard.figures import Picture
from dashboard.figures.steps import Steps
from dashboard.widgets.caption import about

state.restore()
st.set_page_config(layout="wide")
widgets.style()
st.html(server.LOOKS.decode())  # which the dashboard's own server puts into the document
found = widgets.reading()
hidden = found.trace.layers[0].states["hidden"][0]
heatmap = Picture(
    lambda: go.Figure(go.Heatmap(z=hidden.T, zmid=0), layout={"height": 240}),
    lambda: pd.DataFrame({"token": found.tokens, "value": hidden[:, 0]}),
    lambda: "The hidden state.",
)
steps = Steps.of(len(hidden), found.tokens)
line = Picture(
    lambda: go.Figure(
        go.Scatter(x=steps.places, y=hidden[:, 0]),
        layout={"height": 240, "xaxis": steps.axis({"step": "step"})},
    ),
    lambda: pd.DataFrame({"value": hidden[:, 0]}),
    lambda: "One unit.",
)
widgets.show(heatmap, name="hidden", about=about(found, step=1), arrays=found.trace)
widgets.show(line, name="line")
