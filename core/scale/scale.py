"""Many tasks, done by whoever is there: the same code and the same results on one machine or many.

    with workers() as scale:
        for result in scale.map(probe, [{"number": number} for number in range(1_000)]):
            result.value

A task is a function of core, named at the top of its module; each item is the table of its
arguments, plain data and NumPy arrays. Items are asked for one at a time, when there is room, and
results are handed out as they come or in order, so memory stays what a few of them take, however
many there are. A task whose worker died is tried again, on another one where there is one, and that
is told. What a task refuses is the sentence of its result; the others go on.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.errors import CoreError
from core.scale.board import MOST_RETRIES, Board, Retry
from core.scale.engine import Begun, Engine, Event, Failed, Job, Lost, Returned
from core.scale.errors import WorkersDied
from core.scale.parcel import pack
from core.scale.processes import Processes
from core.scale.tasks import Task, answer_of, name_of
from core.threads import available

SCHEDULER = "UNROLLED_SCHEDULER"
"""The variable with the address of a Dask scheduler."""
MOST_TRIES = 4
"""So often a task is begun before it is what kills its workers; Dask's own number, too."""
LOOK = 0.25
"""Seconds between looks at whether anybody cancelled, or is to be told something."""
TELL = 1.0


@dataclass(frozen=True)
class Result:
    """What became of one task.

    Attributes:
        place: of its item among the items, from 0.
        item: what it was given.
        error: why it could not be done, None where it could.
        worker: who had it last.
        tries: how often it was begun.
    """

    place: int
    item: Mapping[str, Any]
    error: CoreError | None
    worker: str
    tries: int
    _value: Any = None

    @property
    def value(self) -> Any:
        """What the task returned. Raises its error where it could not be done."""
        if self.error is not None:
            raise self.error
        return self._value


@dataclass
class _Open:
    """A job that has not come back."""

    place: int
    item: Mapping[str, Any]
    job: Job
    worker: str = ""
    tries: int = 0


def address_of(scheduler: str | None) -> str:
    """The address of a scheduler: what is given, else what UNROLLED_SCHEDULER says; "" for none."""
    return (os.environ.get(SCHEDULER, "") if scheduler is None else scheduler).strip()


@contextmanager
def workers(
    scheduler: str | None = None,
    at_once: int | None = None,
    *,
    told: Callable[[Board], object] | None = None,
) -> Iterator[Scale]:
    """Those who do tasks: processes of this machine, or the workers of a Dask scheduler.

    `scheduler` is its address, "tcp://127.0.0.1:8786"; None for what UNROLLED_SCHEDULER says, ""
    for processes whatever that says. `at_once` bounds the tasks done at the same time, all cores
    or all workers unless it is given. `told` hears about once a second how things stand. Whatever
    has not come back when the block is left is given up. Raises NoScheduler.
    """
    address = address_of(scheduler)
    engine: Engine
    if address:
        from core.scale.cluster import Cluster

        engine = Cluster(address, at_once=at_once)
    else:
        engine = Processes(at_once=at_once or available())
    scale = Scale(engine, told=told)
    try:
        yield scale
    finally:
        scale.cancel()
        engine.close()


@contextmanager
def elsewhere() -> Iterator[Scale | None]:
    """Those of the scheduler that UNROLLED_SCHEDULER names; None where it names none.

    For work of seconds, to which starting processes here would add as many. Raises as `workers`.
    """
    if not address_of(None):
        yield None
        return
    with workers() as found:
        yield found


class Scale:
    """Tasks and those who do them. One `map` at a time."""

    def __init__(self, engine: Engine, *, told: Callable[[Board], object] | None = None) -> None:
        """`workers` makes one."""
        self.engine = engine
        self._told, self._told_at = told, 0.0
        self._cancelled = threading.Event()
        self._open: dict[int, _Open] = {}
        self._count = 0
        self._task = ""
        self._total: int | None = None
        self._finished = self._failed = self._retried = 0
        self._retries: deque[Retry] = deque(maxlen=MOST_RETRIES)
        self._done: Counter[str] = Counter()

    def cancel(self) -> None:
        """Ends the `map` that is under way, from any thread; its loop ends, without an error."""
        self._cancelled.set()

    @property
    def board(self) -> Board:
        """How things stand."""
        running = [each for each in self._open.values() if each.worker]
        return Board(
            engine=self.engine.name,
            address=self.engine.address,
            task=self._task,
            workers=self.engine.workers(),
            doing={each.worker: each.place for each in running},
            done=dict(self._done),
            total=self._total,
            running=len(running),
            finished=self._finished,
            failed=self._failed,
            retried=self._retried,
            retries=tuple(self._retries),
            at=time.time(),
        )

    def map(
        self,
        task: Task,
        items: Iterable[Mapping[str, Any]],
        *,
        ordered: bool = True,
        ahead: int | None = None,
        total: int | None = None,
        idle: Callable[[], object] | None = None,
    ) -> Iterator[Result]:
        """Does a task for each item, and gives the results in the order of the items.

        Not `ordered`, they come as they are done. `ahead` is how many items are asked for beyond
        those that are being done, as many again unless it is given: 0 where what comes next
        depends on what came back. `total` is how many there are, for those who watch. `idle` is
        called in this thread a few times a second while it waits.

        Raises NoSuchTask at once; NotPlain, SchedulerGone and NoWorkers while it goes on.
        """
        if total is None and isinstance(items, Sized):
            total = len(items)
        name = name_of(task)  # refused here, and not when somebody asks for the first result
        return self._map(name, iter(items), ordered=ordered, ahead=ahead, total=total, idle=idle)

    def _map(
        self,
        name: str,
        items: Iterator[Mapping[str, Any]],
        *,
        ordered: bool,
        ahead: int | None,
        total: int | None,
        idle: Callable[[], object] | None,
    ) -> Iterator[Result]:
        self._cancelled.clear()
        self._task, self._total = name, total
        self._finished = self._failed = 0
        waiting: dict[int, Result] = {}
        asked = given = 0
        more = True
        try:
            while not self._cancelled.is_set():
                places = self.engine.places
                room = places + (places if ahead is None else ahead)
                while more and len(self._open) + len(waiting) < room:
                    item = next(items, None)
                    more = item is not None
                    if item is not None:
                        self._begin(name, item, place=asked)
                        asked += 1
                if not more and not self._open:
                    return
                result = self._heed(self.engine.next(LOOK))
                self._tell()
                if idle is not None:
                    idle()
                if result is None:
                    continue
                if not ordered:
                    yield result
                    continue
                waiting[result.place] = result
                while given in waiting:
                    yield waiting.pop(given)
                    given += 1
        finally:
            if self._open:
                self._open.clear()
                self.engine.drop()
            self._tell(now=True)

    def _begin(self, name: str, item: Mapping[str, Any], *, place: int) -> None:
        self._count += 1
        job = Job(self._count, name, pack(item))
        self._open[job.number] = _Open(place, item, job)
        self.engine.begin(job)

    def _heed(self, event: Event | None) -> Result | None:
        """What follows from what happened: a result, if that is one."""
        known = None if event is None else self._open.get(event.number)
        if event is None or known is None:  # nothing, or something that nobody waits for any more
            return None
        match event:
            case Begun():
                if known.worker:  # Dask has given it to another one by itself
                    self._note_retry(known, "its worker is gone")
                known.worker = event.worker
                known.tries += 1
                return None
            case Lost():
                self._note_retry(known, event.why)
                known.worker = ""
                if known.tries < MOST_TRIES:
                    self.engine.begin(known.job)
                    return None
                task = known.job.task
                error: CoreError = WorkersDied(times=known.tries, task=task, why=event.why)
                return self._result(known, event.worker, None, error)
            case Failed():
                return self._result(known, event.worker, None, event.error)
            case Returned():
                return self._result(known, event.worker, *answer_of(event.answer))

    def _note_retry(self, known: _Open, why: str) -> None:
        self._retried += 1
        self._retries.append(Retry(known.place, known.worker, why, time.time()))

    def _result(self, known: _Open, worker: str, value: Any, error: CoreError | None) -> Result:
        del self._open[known.job.number]
        self._finished += 1
        self._failed += error is not None
        worker = worker or known.worker
        self._done[worker] += 1
        return Result(known.place, known.item, error, worker, max(1, known.tries), value)

    def _tell(self, *, now: bool = False) -> None:
        if self._told is not None and (now or time.monotonic() - self._told_at >= TELL):
            self._told_at = time.monotonic()
            self._told(self.board)
