"""How a run stands, as its worker writes it and everybody reads it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeGuard, get_args

from core.training.alive import just_now
from core.training.errors import BrokenRun

State = Literal[
    "queued", "starting", "preparing", "training", "testing",  # its worker lives
    "finished", "cancelled", "failed", "died",
]  # fmt: skip
LIVE: frozenset[str] = frozenset(get_args(State)[:5])
STARTS_WITHIN = 60.0
"""Seconds that a worker may take from being launched until it holds its lock."""
LAST_TIME = 32_503_680_000.0
"""The year 3000: no run is of later, and not every system has dates for it."""
_SHOWN = 80
"""Characters of a wrong value that its sentence repeats."""


@dataclass(frozen=True)
class Status:
    """How a run stands.

    Attributes:
        state: one of State; "died" is never written: it is a worker that is gone without a word.
        epoch: finished epochs.
        batch: batches done of the epoch that is under way.
        batches: batches of an epoch, 0 while unknown.
        share: of the present state that is done, 0 to 1, where that is known (preparing data).
        doing: what is being done, for the log and the command line.
        examples_per_second: lately.
        seconds_left: of training, at that pace; None while unknown.
        memory: the most memory that the worker had, bytes.
        created, started, ended: Unix times, None for what has not happened.
        seconds: spent training, over all its sittings.
        best_epoch: of lowest validation loss so far, counted from 1.
        stopped_early: whether patience ended it.
        error: what became of it where it failed, as `core.errors.Failure` writes it.
        notes: what it went on in spite of, each likewise.
    """

    state: State = "queued"
    epoch: int = 0
    batch: int = 0
    batches: int = 0
    share: float = 0.0
    doing: str = ""
    examples_per_second: float | None = None
    seconds_left: float | None = None
    memory: int = 0
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    seconds: float = 0.0
    best_epoch: int | None = None
    stopped_early: bool = False
    error: Mapping[str, Any] | None = None
    notes: Sequence[Mapping[str, Any]] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """What can be asked of a run that stands so: each leads out of its state."""
        if self.live:
            return ("cancel",)
        return ("delete",) if self.state == "finished" else ("resume", "delete")

    @property
    def live(self) -> bool:
        """Whether its worker waits or works."""
        return self.state in LIVE


def read_status(written: Mapping[str, Any]) -> Status:
    """The status that stands in status.json; names that are not known are left out.

    Raises BrokenRun.
    """
    known = {name: written[name] for name in Status.__dataclass_fields__ if name in written}
    if known.get("state") not in get_args(State):
        raise BrokenRun(file="status.json", why="it names no state")
    for name, value in known.items():
        if not _CHECKS[name](value) and not (value is None and name in _UNKNOWN):
            raise BrokenRun(file="status.json", why=f"'{name}' is {shortened(value)}")
    return Status(**known)


def is_number(value: object) -> TypeGuard[float]:
    """Whether something read from a file is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_finite(value: object) -> TypeGuard[float]:
    """Whether it is a number that is neither infinite nor NaN."""
    return is_number(value) and math.isfinite(value)


def is_amount(value: object) -> TypeGuard[float]:
    """Whether it is a finite number, not below 0."""
    return is_finite(value) and value >= 0


def is_count(value: object) -> TypeGuard[int]:
    """Whether it is a whole number, not below 0, and written as one."""
    return type(value) is int and value >= 0


def is_time(value: object) -> TypeGuard[float]:
    """Whether it is a Unix time that a calendar has a date for."""
    return is_amount(value) and value <= LAST_TIME


def _is_words(value: object) -> bool:
    return isinstance(value, str)


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _are_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and all(map(_is_table, value))


_UNKNOWN = frozenset(f.name for f in fields(Status) if f.default is None)
_CHECKS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("state", "doing"), _is_words),
    **dict.fromkeys(("epoch", "batch", "batches", "memory", "best_epoch"), is_count),
    **dict.fromkeys(("share", "examples_per_second", "seconds_left", "seconds"), is_amount),
    **dict.fromkeys(("created", "started", "ended"), is_time),
    "stopped_early": lambda value: isinstance(value, bool),
    "error": _is_table,
    "notes": _are_tables,
}


def shortened(value: object) -> str:
    """A value as Python writes it, cut to what a sentence has room for."""
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def is_live(state: object) -> bool:
    """Whether a state read from a file is one in which a worker waits or works."""
    return isinstance(state, str) and state in LIVE


def on_its_way(written: Mapping[str, Any]) -> bool:
    """Whether a run may have no worker yet: it was created or launched a moment ago."""
    if written.get("taken"):
        return False
    since = written.get("launched")
    since = since if is_time(since) else written.get("created")
    return is_time(since) and just_now(since, within=STARTS_WITHIN)
