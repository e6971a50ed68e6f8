"""Controls that two or more pages share."""

from __future__ import annotations

from dashboard.widgets.chart import look, show
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.frame import foot, frame, open_page, style
from dashboard.widgets.model import pick_cell, pick_model, pick_settings, pick_task
from dashboard.widgets.parity import parity
from dashboard.widgets.problem import fragment, guard, plain, problem
from dashboard.widgets.reading import Reading, read, reading, reading_ahead
from dashboard.widgets.text import Passage, current_text, passage, pick_source, pick_text
from dashboard.widgets.together import Together

__all__ = [
    "Passage",
    "Reading",
    "Together",
    "current_text",
    "foot",
    "fragment",
    "frame",
    "guard",
    "look",
    "menu",
    "open_page",
    "parity",
    "passage",
    "pick_cell",
    "pick_model",
    "pick_settings",
    "pick_source",
    "pick_task",
    "pick_text",
    "plain",
    "problem",
    "read",
    "reading",
    "reading_ahead",
    "show",
    "style",
]
