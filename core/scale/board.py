"""What is going on in a scale, for whoever watches: workers, tasks, what was tried again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.written import NotAsWritten, read_as

MOST_RETRIES = 100
"""The newest that are told; all are counted."""


@dataclass(frozen=True)
class Retry:
    """A task that is tried again, because its worker ended.

    Attributes:
        place: of the task among the items, from 0.
        worker: the one that ended.
        why: a signal, such as SIGKILL, or another reason.
        at: Unix time.
    """

    place: int
    worker: str
    why: str
    at: float


@dataclass(frozen=True)
class Board:
    """How a scale stands.

    Attributes:
        engine: "processes" or "dask".
        address: of the scheduler, "" without one.
        task: what is done, as `core.scale.tasks.name_of` has it; "" before there is anything.
        workers: how many tasks each does at the same time, by its name: a process id, an address.
        doing: the place of the task that each worker is at, the last that it began.
        done: tasks done by each worker, those that are gone included.
        total: tasks altogether, None where nobody knows.
        running, finished, failed: tasks. Those that failed are finished too.
        retried: how many tries were in vain because a worker ended.
        retries: the newest of them.
        at: Unix time of all this.
    """

    engine: str
    address: str
    task: str
    workers: Mapping[str, int]
    doing: Mapping[str, int]
    done: Mapping[str, int]
    total: int | None
    running: int
    finished: int
    failed: int
    retried: int
    retries: Sequence[Retry]
    at: float

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, written: object) -> Board:
        """What `to_json` gave. Raises ValueError for anything else."""
        try:
            return read_as(cls, written)
        except NotAsWritten as error:
            raise ValueError("no scale was written down here") from error
