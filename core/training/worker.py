"""The process that trains one run: `python -m core.training.worker RUN_DIR`.

It waits for its turn, prepares the data, trains, scores the model on test data, and says in the
run's folder how it ended. Started on a terminal it draws a progress bar. Killed, it is found dead
by whoever reads the folder; started again, it goes on from the last finished epoch.

Waiting is done here, before Keras is imported, so a queue is a row of small processes and needs
nobody to keep it: the system lets go of a dead one's place.
"""

from __future__ import annotations

import argparse
import errno
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import CoreError, Failure
from core.terminal import print_anywhere
from core.training.errors import (
    BrokenRun,
    DiskFull,
    FolderNotWritable,
    NoSuchRun,
    OutOfMemory,
    RunIsBusy,
)
from core.training.files import FULL, writing
from core.training.progress import Progress
from core.training.run_folder import Run
from core.training.run_writer import RunWriter
from core.training.store import RunStore

MAY_NOT = (errno.EACCES, errno.EPERM, errno.EROFS)
LOOK_AGAIN = 0.5
LOCK_SECONDS = 5.0
"""Readers hold the lock for an instant each, to see whether anybody else does."""


class _Cancelled(Exception):
    """Somebody asked the run to stop before its turn came."""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Returns 0 when the run finished or was cancelled, 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m core.training.worker", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN_DIR", help="the run's folder")
    parser.add_argument("--now", action="store_true", help="do not wait for other runs")
    given = parser.parse_args(arguments)
    run = Run(given.run.resolve())
    if not run.file("config.json").is_file():  # deleted since; a lock would make its folder anew
        print(NoSuchRun(run=run.id), file=sys.stderr)
        return 1
    lock = FileLock(run.file("worker.lock"), timeout=LOCK_SECONDS)
    try:
        with lock:
            return work(run, wait=not given.now)
    except (Timeout, CoreError) as error:
        busy = RunIsBusy(run=run.label.name) if isinstance(error, Timeout) else error
        print(busy, file=sys.stderr)
        return 1


def work(run: Run, *, wait: bool) -> int:
    """Does what the run still has to do, and says how it ended."""
    try:
        writer = RunWriter(run)
    except OSError as error:  # a disk without room for the reserve may have some for a sentence
        if (said := _in_words(run, error)) is None:
            raise
        with writing(run.folder):
            _fail(RunWriter(run, last_words=True), said)
        return 1
    if writer.status.state != "queued":  # it was cancelled before, and somebody wants it to go on
        run.file("cancel").unlink(missing_ok=True)
    progress = Progress(writer)
    try:
        with _failing_in_words(writer, run):
            writer.tell(state="queued", error=None, ended=None, started=writer.status.started)
            with _turn(run) if wait else _at_once():
                writer.tell(state="starting", started=writer.status.started or time.time())
                from core.training.train import train_and_test

                train_and_test(run, writer, progress)
    except _Cancelled:
        writer.tell(state="cancelled", ended=time.time())
    finally:
        writer.close()
        progress.close()
    return int(writer.status.state == "failed")


@contextmanager
def _failing_in_words(writer: RunWriter, run: Run) -> Iterator[None]:
    """What may well go wrong ends the run with a sentence. The rest is seen in the log."""
    try:
        yield
    except CoreError as error:
        _fail(writer, error)
    except MemoryError:
        _fail(writer, OutOfMemory(batch=run.config.fit.batch))
    except OSError as error:
        if (said := _in_words(run, error)) is None:
            raise
        if isinstance(said, DiskFull):
            writer.make_room()
        _fail(writer, said)


def _in_words(run: Run, error: OSError) -> CoreError | None:
    """What the system objected to in the run's folder; None where it was about something else."""
    if error.errno in FULL:
        return DiskFull()
    why = error.strerror or str(error)
    for named in (error.filename2, error.filename):
        if isinstance(named, str) and Path(named).is_relative_to(run.folder):
            if error.errno in MAY_NOT:
                return FolderNotWritable(folder=run.folder, why=why)
            return BrokenRun(file=Path(named).relative_to(run.folder).as_posix(), why=why)
    return None


def _fail(writer: RunWriter, error: CoreError) -> None:
    print(error, file=sys.stderr)  # in the log too, which the page shows where there is no status
    with writing(writer.run.folder):
        writer.tell(state="failed", ended=time.time(), error=Failure.of(error).to_json())


@contextmanager
def _at_once() -> Iterator[None]:
    yield


@contextmanager
def _turn(run: Run) -> Iterator[None]:
    """Waits for a place, first come, first served. Raises _Cancelled."""
    store = RunStore(run.folder.parent)
    with ExitStack() as held:
        for places, _ in store.places:
            places.mkdir(parents=True, exist_ok=True)
            while (place := _free_place(run, store, places)) is None:
                time.sleep(LOOK_AGAIN)
            held.callback(place.release)
        yield


def _free_place(run: Run, store: RunStore, places: Path) -> FileLock | None:
    """One of the places, taken; None while there is none. Raises _Cancelled."""
    if run.file("cancel").exists():
        raise _Cancelled
    if not _is_first(run, store):
        return None
    for place in range(dict(store.places)[places]):  # asked again: somebody may change the number
        lock = FileLock(places / f"{place}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            continue
        return lock
    return None


def _is_first(run: Run, store: RunStore) -> bool:
    """Whether no other run that waits was created before this one."""
    own = (run.status.created, run.id)
    for other in store.runs():
        if other.id == run.id:
            continue
        try:
            status = other.status
        except BrokenRun:
            continue
        if status.state == "queued" and other.has_worker and (status.created, other.id) < own:
            return False
    return True


if __name__ == "__main__":
    print_anywhere()
    sys.exit(main())
