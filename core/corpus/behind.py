"""One thing that is done behind one's back: a batch is written while the next one is computed.

A thread that does a task at a time, in order. Writing lets go of the GIL, and a disk that is slow
for a while holds nobody up until the next batch is ready. What a task raises is raised where it is
waited for. Not chosen: a queue, which would hold as many batches as the disk is behind.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self


class Behind:
    """A thread, and the task that it is at."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="behind")
        self._task: Future[object] | None = None

    def wait(self) -> None:
        """Until the task is done. Raises what it raised, once."""
        task, self._task = self._task, None
        if task is not None:
            task.result()

    def do(self, task: Callable[[], object]) -> None:
        """Begins a task, after the one before is done. Raises what that one raised."""
        self.wait()
        self._task = self._thread.submit(task)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True)
