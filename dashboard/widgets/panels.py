"""Gates and states of a layer as panels of the canvas, on the scales that all pictures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from core.nodes import LayerTrace
from dashboard.components.heatmaps import Panel
from dashboard.figures import theme
from dashboard.figures.recorded import recorded
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.i18n import t


def panels(
    run: LayerTrace, *, mode: Mode, order: Sequence[int] | NDArray[Any] | None = None
) -> list[Panel]:
    """Return a panel for each gate and state of the first sequence, in the order of reading."""
    return [
        Panel(
            each.name,
            f"{t(f'quantity.{each.name}')} {QUANTITY[each.name].symbol}",
            each.values,
            each.low,
            each.high,
            theme.table(each.name, mode, kind=each.kind),
            theme.colour(each.name, mode),
            each.preactivations,
            order,
        )
        for each in recorded(run)
    ]
