"""Tasks done by processes of this machine: nothing to install, nothing to start.

A thread for each process hands it a job and waits for the answer; a process starts with its first
job and stays for the next ones, since Keras alone takes five seconds to load. After `RENEWED` jobs
it is replaced, so that what libraries never give back cannot pile up. What a job rightly refuses
comes back as its sentence; a process that is killed (by the system for its memory, by a signal)
leaves its job to be tried again; one that ends by itself, with a traceback, would do so again.
Not chosen: concurrent.futures, whose pool is broken for all when one process dies, and which
unpickles what it is sent.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import Empty, SimpleQueue

from core import children
from core.children import Child
from core.errors import NoProcess
from core.messages import Kind
from core.scale.engine import Begun, Event, Failed, Job, Lost, Returned
from core.scale.errors import TaskFailed
from core.threads import available

RENEWED = 50
_LAST_WORDS = 300
_THREADS = (
    *("UNROLLED_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
    "TF_NUM_INTRAOP_THREADS",
)


class Processes:
    """An engine of processes."""

    name = "processes"
    address = ""

    def __init__(self, *, at_once: int) -> None:
        """So many processes at once; none is started before there is a job for it."""
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._events: SimpleQueue[Event] = SimpleQueue()
        settings = _shared(at_once)
        self._hands = [_Hand(self._jobs, self._events, settings=settings) for _ in range(at_once)]

    @property
    def places(self) -> int:
        return len(self._hands)

    def workers(self) -> dict[str, int]:
        return {hand.worker: 1 for hand in self._hands if hand.worker}

    def begin(self, job: Job) -> None:
        self._jobs.put(job)

    def next(self, seconds: float) -> Event | None:
        try:
            return self._events.get(timeout=seconds)
        except Empty:
            return None

    def drop(self) -> None:
        with suppress(Empty):
            while True:
                self._jobs.get_nowait()
        for hand in self._hands:
            hand.stop()

    def close(self) -> None:
        self.drop()
        for _ in self._hands:
            self._jobs.put(None)
        for hand in self._hands:
            hand.thread.join()


def _shared(at_once: int) -> dict[str, str]:
    """What keeps processes that work side by side from each taking all cores."""
    threads = str(max(1, available() // at_once))
    return children.QUIET_KERAS | dict.fromkeys(_THREADS, threads)


class _Hand:
    """One place for a process, and the thread that hands it jobs."""

    def __init__(
        self,
        jobs: SimpleQueue[Job | None],
        events: SimpleQueue[Event],
        *,
        settings: dict[str, str],
    ) -> None:
        self._jobs, self._events, self._settings = jobs, events, settings
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._busy = False
        self._done = 0
        self.thread = threading.Thread(target=self._work, name="scale", daemon=True)
        self.thread.start()

    @property
    def worker(self) -> str:
        """Its process, "" while there is none."""
        child = self._child
        return "" if child is None or not child.lives else str(child.process.pid)

    def stop(self) -> None:
        """Ends the process if it is at work; what was lost by that is nobody's any more."""
        with self._lock:
            if self._busy and self._child is not None:
                self._child.process.kill()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                child = self._living()
            except NoProcess as error:
                self._events.put(Failed(job.number, "", error))
                continue
            worker = str(child.process.pid)
            self._events.put(Begun(job.number, worker))
            self._events.put(self._outcome(job, child, worker))
            with self._lock:
                self._busy = False
            self._done += 1
            if self._done >= RENEWED:
                self._end()
        self._end()

    def _outcome(self, job: Job, child: Child, worker: str) -> Event:
        request = job.task.encode() + b"\n" + job.given
        try:
            # A training run may take days: whoever wants it to end cancels it.
            _, answer = child.ask(Kind.TASK, request, seconds=threading.TIMEOUT_MAX)
        except children.ChildEnded as ended:
            end = ended.end
            if end.signal is not None:
                return Lost(job.number, worker, end.signal)
            words = end.last_line(_LAST_WORDS) or f"exit code {end.code}"
            return Failed(job.number, worker, TaskFailed(task=job.task, words=words))
        return Returned(job.number, worker, answer)

    def _living(self) -> Child:
        with self._lock:
            if self._child is None or not self._child.lives:
                self._end()
                command = children.command("core.scale.worker")
                self._child = Child(command, settings=self._settings)
            self._busy = True
            return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child, self._done = None, 0
