"""The history of a run as Weights & Biases exports it: a row a step, with empty cells.

    Step,mine - loss,mine - loss__MIN,mine - loss__MAX      a chart's, of one run or several
    ,_step,_timestamp,train/loss,val/loss,epoch             `run.history().to_csv(…)`

A step may have a row for training and another for validation: they are one row here. Where a column
counts epochs, the rows of an epoch are one; else steps are the axis, as in a log of TensorBoard.
What belongs to the logging (`_runtime`, `system/…`) and the bounds of a chart are left out. Not
chosen: its own files, `run-….wandb`, whose messages only its package declares: 56 MB, of which a
reader brings along all (wandb 0.31).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.training.logs.csv_logger import MOST_ROWS, Row, numbers
from core.training.logs.errors import NotALog

STEPS = ("step", "_step", "global_step", "trainer/global_step", "train/global_step")
EPOCHS = ("epoch/epoch", "epoch", "train/epoch", "trainer/epoch")
"""What counts epochs, the surest first: the first is its Keras callback's own."""
_WHEN = "_timestamp"
_BETWEEN = " - "
_BOUNDS = ("__MIN", "__MAX")
_OWN = ("_", "system/", "system.", "gradients/", "parameters/")
_EPOCH, _BATCH = "epoch/", "batch/"
_LEVELS = (_EPOCH, "train/", "", _BATCH)
"""What a measure is taken from where several columns have it, the first before the others."""


@dataclass
class History:
    """One run of such a file.

    Attributes:
        columns: its measures, the surest first where several are of one thing.
        rows: by epoch, or by step, from 1.
        times: when they were written, where that is known.
    """

    columns: list[str]
    rows: dict[int, Row] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)


def step_column(names: Sequence[str]) -> int | None:
    """Where a table counts steps, so that it is such a history; None where it does not."""
    low = [name.lower() for name in names]
    return next((low.index(step) for step in STEPS if step in low), None)


def read_history(
    names: Sequence[str], rows: Sequence[Sequence[str]], *, name: str
) -> dict[str, History]:
    """The runs of a table, by what it calls them, "" where it has but one. Raises NotALog."""
    at = step_column(names)
    if at is None:
        raise NotALog(file=name, why="its first line names no column of steps")
    runs: dict[str, list[int]] = {}
    bare = list(names)
    for place, column in enumerate(names):
        run, between, measure = column.rpartition(_BETWEEN)
        bare[place] = measure if between else column
        if place != at and not column.endswith(_BOUNDS):
            runs.setdefault(run if between else "", []).append(place)
    if len(runs) > 1:
        runs.pop("", None)  # what stands beside the runs is none
    found = {}
    for run, places in runs.items():
        kept = [at, *places]
        history = _history([bare[k] for k in kept], [[row[k] for k in kept] for row in rows])
        if history.rows:
            found[run] = history
    if not found:
        raise NotALog(file=name, why="no row of it has a number at a step")
    return found


def _history(names: Sequence[str], rows: Sequence[Sequence[str]]) -> History:
    """Of one run; the first column counts steps."""
    read = [numbers(names, row) for row in rows]
    low = {name.lower(): name for name in names[1:]}
    counted = [low[name] for name in EPOCHS if name in low]
    counts = next((name for name in counted if any(name in row for row in read)), names[0])
    of_epochs = counts != names[0]
    places = [row[counts] for row in read if 0 <= row.get(counts, -1.0) <= MOST_ROWS]
    # From 0 on, or a part of the first epoch: that is the first.
    whole = all(place == int(place) for place in places)
    first = 1 if places and whole and min(places) == 0 else 0
    columns = _columns([name for name in names[1:] if name not in counted], of_epochs=of_epochs)
    history = History(columns)
    for row in read:
        if not 0 <= row.get(counts, -1.0) <= MOST_ROWS:
            continue
        place = max(1, math.ceil(row[counts]) + first)
        told = {name: row[name] for name in columns if name in row}
        if told:
            history.rows.setdefault(place, {}).update(told)
            history.times += [row[_WHEN]] if _WHEN in row else []
    return history


def _columns(names: Sequence[str], *, of_epochs: bool) -> list[str]:
    """The columns that are measures: where rows are epochs, not those of single batches."""
    kept = [name for name in names if name and not name.lower().startswith(_OWN)]
    if of_epochs and any(name.startswith(_EPOCH) for name in kept):
        kept = [name for name in kept if not name.startswith(_BATCH)]
    return sorted(kept, key=_level)


def _level(name: str) -> int:
    known = (at for at, level in enumerate(_LEVELS) if level and name.startswith(level))
    return next(known, _LEVELS.index(""))
