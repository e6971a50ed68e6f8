"""A page with six gates of 256 units over 500 tokens, drawn anew at every press of its button."""

from __future__ import annotations

import sys
from pathlib import Path

# Streamlit runs this file by its path; the project is not installed.
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
import streamlit as st

from dashboard.components.heatmaps import Column, Panel, heatmaps
from dashboard.figures import theme

TIME, UNITS = 500, 256
GATES = ("input", "forget", "candidate", "output", "update", "reset")


def changed() -> None:
    """Counts the presses: each has numbers of its own."""
    st.session_state.seed += 1


st.session_state.setdefault("seed", 0)
st.button("other numbers", on_click=changed)
generator = np.random.default_rng(st.session_state.seed)
panels = [
    Panel(
        key=gate,
        title=gate,
        values=generator.random((TIME, UNITS), np.float32),
        preactivations=generator.standard_normal((TIME, UNITS), np.float32),
        low=0,
        high=1,
        colours=theme.scale(gate, "light"),
        accent=theme.colour(gate, "light"),
    )
    for gate in GATES
]
tokens = [f"token{at}" for at in range(TIME)]
heatmaps([Column(key="one", title="", tokens=tokens, panels=panels)], key="maps", step=0)
