"""The words in the picture, in English: what notebooks and tests see, and the list of keys.

The dashboard passes a translation of every key. Words never come from anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENGLISH: Mapping[str, str] = MappingProxyType(
    {
        "label": "Heatmaps of gates and states, units by steps",
        "role": "linked heatmaps",
        "tools": "Zoom and download",
        "tokens": "Tokens",
        "step": "step",
        "unit": "unit",
        "value": "value",
        "preactivation": "pre-activation",
        "mean": "mean over units",
        "unknown": "not in the vocabulary",
        "masked": "masked",
        "missing": "no value",
        "zoom_in": "Zoom in",
        "zoom_out": "Zoom out",
        "reset": "Show all steps",
        "png": "Download as PNG",
        "svg": "Download as SVG",
        "hint": "Click a cell to pick its step and unit. Ctrl + wheel or pinch zooms, dragging "
        "moves. Keys: arrows step, Page Up and Page Down change the panel, + − 0 zoom, Enter "
        "picks.",
    }
)
