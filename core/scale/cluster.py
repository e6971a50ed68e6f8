"""Tasks done by the workers of a Dask scheduler, on as many machines as there are.

Dask does what it is good at: it knows who is there, hands tasks out, and gives those of a worker
that died to another one. What travels is a function's name and bytes, as to a process of this
machine. A worker has to have this project installed, in the same version; tasks that read or write
files need a folder that all machines see under one path. Not chosen: Ray, 214 MB and six seconds to
start; and MPI or Slurm, whose jobs Dask can start workers as (dask-jobqueue).

A scheduler does whatever whoever reaches it asks, in the rights of whoever started its workers. So
it belongs on 127.0.0.1, in a network of one's own, or behind TLS.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any

from core.errors import CoreError
from core.scale.alike import check_scheduler, check_workers
from core.scale.engine import Begun, Event, Failed, Job, Returned
from core.scale.errors import NoScheduler, NoWorkers, SchedulerGone, TaskFailed, WorkersDied
from core.scale.tasks import perform

PATIENCE = 5.0
"""Seconds that a scheduler has to answer in."""
ALONE = 60.0
"""Seconds after which a scheduler without workers is one that nobody will come to."""
LOOK_AGAIN = 1.0
_MOST_WORDS = 300


def at_work(name: str, given: bytes, *, topic: str, number: int) -> bytes:
    """Does a task on a worker, and says so to whoever asked: who began it, and that it did."""
    from distributed import get_worker

    worker = get_worker()
    worker.log_event(topic, {"number": number, "worker": worker.address})
    return perform(name, given)


def _look_for(address: str) -> None:
    """Asks who is there. Raises NoScheduler.

    Before there is a client: one that never reached its scheduler goes on trying for ten seconds
    while it is thrown away, and says so on the terminal.
    """
    from distributed.core import rpc

    async def identity() -> Any:
        async with asyncio.timeout(PATIENCE), rpc(address, timeout=PATIENCE) as there:
            return await there.identity()

    try:
        # In a thread of its own: whoever asks may have a loop that runs, as a notebook has.
        with ThreadPoolExecutor(1) as thread:
            told = thread.submit(asyncio.run, identity()).result()
    except (OSError, ValueError) as error:
        why = str(error).partition("\n")[0] or "it did not answer in time"
        raise NoScheduler(address=address, why=why) from error
    if not isinstance(told, dict) or told.get("type") != "Scheduler":
        raise NoScheduler(address=address, why="what answers there is no scheduler")


class Cluster:
    """An engine of Dask's."""

    name = "dask"

    def __init__(self, address: str, *, at_once: int | None = None) -> None:
        """Looks for the scheduler. Raises NoScheduler, OtherScheduler and UnfitWorker."""
        from distributed import Client
        from distributed.versions import VersionMismatchWarning

        _look_for(address)
        # What it would tell of a scheduler that goes away, a traceback, is SchedulerGone here.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        self.address = address
        self._at_once = at_once
        try:
            with warnings.catch_warnings():  # versions that differ are said by `check_scheduler`
                warnings.simplefilter("ignore", VersionMismatchWarning)
                self._client = Client(
                    address, timeout=PATIENCE, set_as_default=False, name="unrolled"
                )
        except OSError as error:
            raise NoScheduler(address=address, why=str(error)) from error
        self._topic = f"unrolled-{secrets.token_hex(8)}"
        self._events: SimpleQueue[Begun | Any] = SimpleQueue()
        self._futures: dict[int, tuple[Any, str]] = {}
        self._workers: dict[str, int] = {}
        self._fit: set[str] = set()
        self._looked = self._seen = time.monotonic()
        self._client.subscribe_topic(self._topic, self._heard)
        try:
            check_scheduler(self._client, address=address)
            self._look()
        except CoreError:
            self.close()
            raise

    def _heard(self, event: tuple[float, dict[str, Any]]) -> None:
        self._events.put(Begun(event[1]["number"], event[1]["worker"]))

    @property
    def places(self) -> int:
        there = sum(self.workers().values())
        return there if self._at_once is None else min(there, self._at_once)

    def workers(self) -> dict[str, int]:
        if time.monotonic() - self._looked >= LOOK_AGAIN:
            self._look()
        return self._workers

    def _look(self) -> None:
        """Asks who is there, and new ones what they have.

        Raises SchedulerGone, NoWorkers and UnfitWorker.
        """
        try:
            told = self._client.scheduler_info()["workers"]
            self._fit |= check_workers(self._client, told.keys() - self._fit)
        except OSError as error:
            raise SchedulerGone(address=self.address) from error
        self._looked = time.monotonic()
        places = {name: int(each["nthreads"]) for name, each in told.items()}
        self._workers = {name: count for name, count in places.items() if name in self._fit}
        if self._workers:
            self._seen = self._looked
        elif self._looked - self._seen > ALONE:
            raise NoWorkers(address=self.address, seconds=ALONE)

    def begin(self, job: Job) -> None:
        future = self._client.submit(
            at_work,
            job.task,
            job.given,
            topic=self._topic,
            number=job.number,
            key=f"{self._topic}-{job.number}",
            pure=False,
        )
        self._futures[job.number] = future, job.task
        number = job.number
        future.add_done_callback(lambda done: self._events.put((number, done)))

    def next(self, seconds: float) -> Event | None:
        self.workers()  # whether anybody is there
        try:
            event = self._events.get(timeout=seconds)
        except Empty:
            if self._client.status == "closed":
                raise SchedulerGone(address=self.address) from None
            return None
        if isinstance(event, Begun):
            return event
        number, future = event
        known = self._futures.pop(number, None)
        return None if known is None else self._outcome(number, future, task=known[1])

    def _outcome(self, number: int, future: Any, *, task: str) -> Event:
        from distributed import KilledWorker

        if future.status == "finished":
            return Returned(number, "", future.result())
        if future.status != "error":  # its scheduler forgot it
            raise SchedulerGone(address=self.address)
        error = future.exception()
        if isinstance(error, KilledWorker):
            died = WorkersDied(times=error.allowed_failures + 1, task=task, why="it is gone")
            return Failed(number, "", died)
        words = f"{type(error).__name__}: {error}"[:_MOST_WORDS]
        return Failed(number, "", TaskFailed(task=task, words=words))

    def drop(self) -> None:
        self._client.cancel([future for future, _ in self._futures.values()])
        self._futures.clear()

    def close(self) -> None:
        self._client.close()
