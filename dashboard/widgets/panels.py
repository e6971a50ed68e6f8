"""Gates and states of a layer as panels of the canvas, on the scales that all pictures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.analysis.order import By, order_units
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


def memory_of(run: LayerTrace) -> str:
    """Return the state that carries the past: the cell of an LSTM, else the hidden state."""
    return cells.get(run.cell).states[-1]


def ordered(run: LayerTrace, *, by: By) -> NDArray[np.intp]:
    """Return one order of units for all panels, by what carries the past."""
    mask = None if run.mask is None else run.mask[0]
    return order_units(run.states[memory_of(run)][0], by=by, mask=mask)


def first_look(run: LayerTrace) -> tuple[int, int]:
    """Return a step and a unit at which something happens: where the liveliest unit moves most.

    Not the step that is read first, if there is another: nothing stands in the memory before it.
    """
    name = memory_of(run)
    unit = int(ordered(run, by="activity")[0])
    moved = np.abs(run.states[name][0, :, unit] - run.previous[name][0, :, unit])
    if len(moved) > 1:
        moved[0 if run.direction == "forward" else -1] = 0
    return int(np.argmax(np.nan_to_num(moved))), unit
