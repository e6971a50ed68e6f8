"""Heatmaps of gates and states, linked along time: a canvas in the page, typed from Python.

    from dashboard.components.heatmaps import Column, Palette, Panel, Strip, heatmaps

`scene` says what can be shown, `payload` how it travels, `mount` puts it on the page, and the
JavaScript in `script/` draws it. Why a component of our own: Plotly's heatmap reports no clicks
inside Streamlit, and loses its zoom with every change of its data.
"""

from dashboard.components.heatmaps.mount import heatmaps, themed
from dashboard.components.heatmaps.payload import WORDS, pack
from dashboard.components.heatmaps.scene import (
    Column,
    Painted,
    Palette,
    Panel,
    Picked,
    Stops,
    Strip,
)

__all__ = [
    "WORDS",
    "Column",
    "Painted",
    "Palette",
    "Panel",
    "Picked",
    "Stops",
    "Strip",
    "heatmaps",
    "pack",
    "themed",
]
