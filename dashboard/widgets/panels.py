"""Gates and states of a layer as panels of the canvas, on the scales that all pictures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.nodes import LayerTrace
from dashboard.components.heatmaps import Panel
from dashboard.figures import theme
from dashboard.figures.recorded import Recorded, recorded
from dashboard.figures.theme import QUANTITY, Mode
from dashboard.i18n import t


def panel(
    each: Recorded,
    *,
    mode: Mode,
    scale: Recorded | None = None,
    order: Sequence[int] | NDArray[Any] | None = None,
    mean: bool = True,
    marked: NDArray[np.bool_] | None = None,
) -> Panel:
    """Return one gate or state as a panel, on the scale of `scale` if it is given."""
    scale = scale or each
    return Panel(
        each.name,
        f"{t(f'quantity.{each.name}')} {QUANTITY[each.name].symbol}",
        each.values,
        scale.low,
        scale.high,
        theme.table(each.name, mode, kind=scale.kind),
        theme.colour(each.name, mode),
        each.preactivations,
        order,
        mean=mean,
        marked=marked,
    )


def panels(
    run: LayerTrace, *, mode: Mode, order: Sequence[int] | NDArray[Any] | None = None
) -> list[Panel]:
    """Return a panel for each gate and state of the first sequence, in the order of reading."""
    return [panel(each, mode=mode, order=order) for each in recorded(run)]
