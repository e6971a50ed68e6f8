"""What does tasks: the few things that one has to be able to do, whatever it is made of.

`core.scale.processes` and `core.scale.cluster` are the two that there are. Each tells what happens
as events; what follows from them (an answer, another try, a sentence) is decided once, in
`core.scale.scale`, so that both behave alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.errors import CoreError


@dataclass(frozen=True)
class Job:
    """A task to be done: its number in this scale, the function's name, what it is given."""

    number: int
    task: str
    given: bytes


@dataclass(frozen=True)
class Begun:
    """A worker has begun a job."""

    number: int
    worker: str


@dataclass(frozen=True)
class Returned:
    """A job came back: what `core.scale.tasks.perform` returned."""

    number: int
    worker: str
    answer: bytes


@dataclass(frozen=True)
class Failed:
    """A job will not come back, and why."""

    number: int
    worker: str
    error: CoreError


@dataclass(frozen=True)
class Lost:
    """The worker of a job ended in the middle of it, and nobody does the job now."""

    number: int
    worker: str
    why: str


Event = Begun | Returned | Failed | Lost


class Engine(Protocol):
    """Does jobs, several at a time, and tells what becomes of each. For one thread to use."""

    name: str
    """"processes" or "dask"."""
    address: str
    """Of its scheduler; "" where there is none."""

    @property
    def places(self) -> int:
        """How many jobs it does at the same time, 0 while nobody is there to do any."""
        ...

    def workers(self) -> dict[str, int]:
        """Those who work now, by name, and how many jobs each does at the same time."""
        ...

    def begin(self, job: Job) -> None:
        """Takes a job, and returns at once."""
        ...

    def next(self, seconds: float) -> Event | None:
        """What happened next; None where nothing did in so many seconds.

        Raises what makes it pointless to go on: SchedulerGone, NoWorkers.
        """
        ...

    def drop(self) -> None:
        """Forgets all jobs that have not come back, and lets no one go on with them."""
        ...

    def close(self) -> None:
        """Ends what it started."""
        ...
