"""Where should one look first in a text that a layer has read, and what is to be seen there?

Of all that was written into the memory along the text, something is left at its end, a share for
each step (`core.analysis.ledger`). What the step read last wrote is all there still, and tells
little. Of the steps before, the one that a unit held on to has a large share, and the other steps
have small ones, and it lies far back: |share|² / Σ|shares of the unit|, times the number of steps
since, is largest. The layer's moment is then: which unit
took it, when, how far the gate stood open, how much is left. A cell without a way of its own for
its memory (SimpleRNN) holds on to nothing that could be told apart; there it is the step at which
the liveliest unit moves most. Cost: that of one ledger. Not chosen: the largest write, which is
often one that the next step wipes out; the largest share alone, which is that of a unit that adds
up the same number at every step; the share without the steps since, which in a network that keeps
nearly everything is the step before the last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core import cells
from core.analysis.ledger import kept_and_written, ledger
from core.analysis.order import first_look, memory_of
from core.analysis.sequence import check_index
from core.nodes import LayerTrace


@dataclass(frozen=True)
class Moment:
    """One step of one unit, and what it did to the memory.

    Attributes:
        step: a time index of the text.
        unit: its index.
        memory: the name of the state.
        before: the state that the step began from.
        after: the state that it left.
        passed: what multiplied the state before: f of an LSTM, z of a GRU.
        opening: what multiplied the candidate on its way in: i of an LSTM, 1 − z of a GRU.
        written: what was added, the opening times the candidate.
        left: the part of it that is left after the step read last; without sign.

    The last four are NaN for a cell without a memory of its own.
    """

    step: int
    unit: int
    memory: str
    before: float
    after: float
    passed: float = np.nan
    opening: float = np.nan
    written: float = np.nan
    left: float = np.nan


def highlight(layer: LayerTrace) -> Moment:
    """The moment of a layer, read a batch of one, that is worth a look before all others.

    Raises StatesOverflow.
    """
    if cells.get(layer.cell).memory is None:
        return moment(layer, *first_look(layer))
    last = -1 if layer.direction == "forward" else 0
    book = ledger(layer, last)
    shares = np.abs(book.shares)
    held = shares.sum(axis=0) + np.abs(book.initial)
    worth = np.divide(shares**2, held, out=np.zeros_like(shares), where=held > 0)
    if len(worth) > 1:
        since = np.arange(len(worth))
        worth *= (since[::-1] if layer.direction == "forward" else since)[:, None]
    if not worth.any():
        return moment(layer, *first_look(layer))
    step, unit = np.unravel_index(int(np.argmax(worth)), worth.shape)
    return moment(layer, int(step), int(unit))


def forgetful(layer: LayerTrace, step: int) -> int:
    """The unit that loses most of what it held, at a time index of the text.

    Raises NoMemory, OutOfRange.
    """
    check_index("step", step, length=layer.outputs.shape[1])
    passed = kept_and_written(layer)[0][step if layer.direction == "forward" else -1 - step]
    before = layer.previous[memory_of(layer)][0, step]
    return int(np.argmax(np.abs((1 - passed) * before)))


def moment(layer: LayerTrace, step: int, unit: int) -> Moment:
    """What a step, a time index of the text, did to a unit. Raises OutOfRange, StatesOverflow."""
    check_index("step", step, length=layer.outputs.shape[1])
    check_index("unit", unit, length=layer.units)
    memory = memory_of(layer)
    before = float(layer.previous[memory][0, step, unit])
    after = float(layer.states[memory][0, step, unit])
    cell = cells.get(layer.cell)
    writes = cell.writes()
    if writes is None:
        return Moment(step, unit, memory, before, after)
    book = ledger(layer, -1 if layer.direction == "forward" else 0)
    passed = kept_and_written(layer)[0]
    return Moment(
        step,
        unit,
        memory,
        before,
        after,
        passed=float(passed[step if layer.direction == "forward" else -1 - step, unit]),
        opening=float(layer.evaluated(writes)[0, step, unit]),
        written=float(book.written[step, unit]),
        left=float(np.exp(book.log_kept[step, unit])),
    )
