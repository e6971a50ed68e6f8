"""Rows of sequences as this page draws them."""

from __future__ import annotations

from collections.abc import Sequence

from core.data.sequences import Sequences
from dashboard import figures, widgets
from dashboard.figures.sequences import Row
from dashboard.views.make.settings import feature_names


def show_rows(rows: Sequence[Row], *, of: Sequences, key: str) -> None:
    """Draw rows of sequences with their menu."""
    picture = figures.sequences(rows, of=of.name, features=feature_names(of), **widgets.look())
    widgets.show(picture, name="made", key=key)
