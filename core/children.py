"""Child processes: how each is launched, bounded, fed and ended.

    ask      one request, one answer, a clock: reading a model file, asking its own framework
    Child    many requests, one after another: Keras, which takes seconds to load
    detach   a process that outlives this one: the worker of a run

A child runs a module of ours by name, never what lies in its working directory. What travels is
plain data over pipes, so nothing that arrives is executed; errors travel as `core.errors.Failure`.
Not chosen: multiprocessing, whose connections unpickle whatever they are sent, and whose children
begin as copies of a process full of threads.
"""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from typing import IO

from core.errors import NoProcess
from core.messages import Kind, read_message, write_message

ROOT = Path(__file__).resolve().parents[1]
NEEDED = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"),
    *("PYTHONHOME", "PYTHONUTF8", "VIRTUAL_ENV", "HOME", "USERPROFILE", "APPDATA"),
)
"""What Python itself needs of the environment, and no secret of anybody's."""
QUIET_KERAS = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # On the processor: one step at a time keeps no graphics card busy, and some of them round
    # float32 products to ten bits, which would show as a difference between the engines.
    "CUDA_VISIBLE_DEVICES": "-1",
}
PATIENCE = 0.5
"""Seconds that a child which is told to end has for it; ten times that if it ends by itself."""


class ChildTooSlow(Exception):
    """A child did not answer in time, and was stopped. Callers say it in words of their own."""


@dataclass(frozen=True)
class Ended:
    """How a child ended: its exit code, negative for a signal, and what it wrote."""

    code: int
    stdout: bytes = b""
    stderr: bytes = b""

    @property
    def signal(self) -> str | None:
        """The name of the signal that ended it, None where it ended by itself."""
        if self.code >= 0:
            return None
        return next((each.name for each in signal.Signals if each == -self.code), str(-self.code))

    def last_line(self, most: int) -> str:
        """The last line of its standard error, of at most so many bytes."""
        return self.stderr[-most:].decode("utf-8", "replace").strip().rpartition("\n")[2]


class ChildEnded(Exception):
    """A child ended before it answered."""

    def __init__(self, end: Ended) -> None:
        super().__init__(end.code)
        self.end = end


def command(module: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs a module of ours. -P: what lies beside it is not imported."""
    return sys.executable, "-P", "-m", module, *arguments


def launch(
    given: Sequence[str],
    *,
    folder: Path | str = ROOT,
    settings: Mapping[str, str] | None = None,
    bare: bool = False,
    stdin: int | None = subprocess.PIPE,
    stdout: int | IO[bytes] | None = subprocess.PIPE,
    stderr: int | IO[bytes] | None = None,
    detached: bool = False,
) -> subprocess.Popen[bytes]:
    """Starts a process, with `settings` in its environment.

    A `bare` child sees of the environment only what is NEEDED. A `detached` one does not hear the
    signals that a terminal sends to this process, nor end with its window. Raises NoProcess.
    """
    flags = 0
    if sys.platform == "win32" and detached:  # there start_new_session means nothing
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
    known = {name: os.environ[name] for name in NEEDED if name in os.environ}
    inherited = known if bare else dict(os.environ)
    path = [str(ROOT), *filter(None, [inherited.get("PYTHONPATH")])]
    try:
        return subprocess.Popen(
            tuple(given),
            cwd=folder,
            env=inherited | {"PYTHONPATH": os.pathsep.join(path)} | dict(settings or {}),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=detached,
            creationflags=flags,
        )
    except OSError as error:
        raise NoProcess(why=error.strerror or str(error)) from error


def ask(
    given: Sequence[str],
    request: bytes = b"",
    *,
    seconds: float,
    folder: Path | str = ROOT,
    settings: Mapping[str, str] | None = None,
    bare: bool = False,
) -> Ended:
    """Hands a request to a new child and waits until it ended. Raises ChildTooSlow, NoProcess."""
    with launch(
        given, folder=folder, settings=settings, bare=bare, stderr=subprocess.PIPE
    ) as child:
        try:
            stdout, stderr = child.communicate(request, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            raise ChildTooSlow from error
        finally:
            child.kill()  # nothing where it has ended
    return Ended(child.returncode, stdout, stderr)


_DETACHED: list[subprocess.Popen[bytes]] = []
"""Processes of ours that may still run: the system wants to be asked how each one ended."""


def detach(given: Sequence[str], *, log: IO[bytes]) -> None:
    """Starts a process that outlives this one, which says all to `log`. Raises NoProcess."""
    started = launch(given, stdin=subprocess.DEVNULL, stdout=log, stderr=log, detached=True)
    _DETACHED[:] = [process for process in (*_DETACHED, started) if process.poll() is None]


def bound(*, memory: int, file_bytes: int, seconds: float) -> None:
    """In a child: asks the system to hold this process to limits, as far as the system can.

    Linux holds it to all of them. macOS knows no limit on memory that works, and Windows none of
    them: there, the parent's clock is left, and whatever is checked beforehand.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    whole = math.ceil(seconds)
    for name, most in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_FSIZE", file_bytes),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NPROC", 0),
    ):
        with suppress(AttributeError, ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (most, most))
    with suppress(ValueError, OSError):
        # Softly first: the signal says why, the hard limit only kills.
        resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 1))


class Child:
    """A child that answers one request after another, and the thread that listens to it."""

    def __init__(self, given: Sequence[str], *, settings: Mapping[str, str] | None = None) -> None:
        """Starts it. Raises NoProcess."""
        self.loaded = threading.Event()
        self._heard: SimpleQueue[tuple[Kind, bytes] | None] = SimpleQueue()
        # A file, because a pipe that nobody empties would stop the child some day.
        self._stderr = TemporaryFile()  # noqa: SIM115 - `end` closes it
        self.process = launch(given, settings=settings, stderr=self._stderr)
        self._listener = threading.Thread(target=self._listen, name="child", daemon=True)
        self._listener.start()

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def _listen(self) -> None:
        assert self.process.stdout is not None
        try:
            while (message := read_message(self.process.stdout)) is not None:
                if message[0] is Kind.READY:
                    self.loaded.set()
                else:
                    self._heard.put(message)
        except ValueError:
            self.process.kill()
        # It has ended or is about to: wait for it, so that no zombie stays.
        try:
            self.process.wait(timeout=10 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._heard.put(None)

    def ask(self, kind: Kind, request: bytes, *, seconds: float) -> tuple[Kind, bytes]:
        """The child's answer, or its FAILURE. Raises ChildTooSlow and ChildEnded."""
        assert self.process.stdin is not None
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.process.kill()

        # One clock for writing as well as for waiting: a child that hangs may do so before it
        # has read everything. Killed, it ends both.
        clock = threading.Timer(seconds, give_up)
        clock.start()
        try:
            # Where it has ended, the queue holds what it said before.
            with suppress(OSError):
                write_message(self.process.stdin, kind, request)
            answer = self._heard.get()
        finally:
            clock.cancel()
        if late.is_set() or not self.loaded.is_set():
            # Stopped, or it could not load: the next request is to find that it has ended.
            self._listener.join()
        if answer is not None:
            return answer
        if late.is_set():
            raise ChildTooSlow
        raise ChildEnded(Ended(self.process.returncode, stderr=self._words()))

    def _words(self) -> bytes:
        self._stderr.seek(0)
        return self._stderr.read()

    def end(self) -> None:
        """Ends the process in an orderly way if it lets us, and frees what was held for it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        # An unfinished request may still wait to be written, and nobody read it any more.
        with suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._listener.join()
        self.process.stdout.close()
        self._stderr.close()
