"""Keras in a process of its own: recorded runs from a child that starts when needed, and stays.

Streamlit clears Keras's session after every run of a script once Keras is imported, which makes
each rerun six times slower; so whatever shows pages asks a child. Cost: 4 to 6 s for the first
answer, while TensorFlow loads; after that what the Keras engine costs, and some milliseconds for
the way there and back. Not chosen: a new child for every request, or threads.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any, Self

from numpy.typing import ArrayLike

from core.engines.frames import Kind, read_frame, write_frame
from core.engines.inputs import Inputs
from core.engines.keras_worker import error_from, request_of
from core.errors import CoreError
from core.model import Model
from core.trace import Trace

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-m", "core.engines.keras_worker")
_SILENCE = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # On the processor: one step at a time keeps no graphics card busy, and some of them round
    # float32 products to ten bits, which would show as a difference between the engines.
    "CUDA_VISIBLE_DEVICES": "-1",
}
_LAST_WORDS = 2_000
"""Bytes of the child's stderr that an error quotes."""
_PATIENCE = 0.5
"""Seconds that a child which is told to end has for it; ten times that if it ends by itself."""


class KerasStopped(CoreError):
    """The child ended before it answered."""

    message = (
        "The Keras process stopped with exit code {code} before it answered. Ask again, or use "
        "the NumPy engine. Its last words: {words}"
    )


class KerasTooSlow(CoreError):
    """The child did not answer in time, and was stopped."""

    message = (
        "Keras did not answer within {seconds:g} seconds, and was stopped. Use a shorter text, or "
        "the NumPy engine."
    )


class KerasProcess:
    """A child process with Keras in it, shared by all who ask: one request at a time.

    Use as a context manager, or `close` it; it also ends with this process, and when nothing
    refers to it any more. `timeout` is in seconds, and counts from the moment a request has its
    turn, loading Keras included.
    """

    def __init__(self, *, timeout: float = 120.0, command: Sequence[str] = _COMMAND) -> None:
        self.timeout = timeout
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._child: _Child | None = None

    @property
    def ready(self) -> bool:
        """Whether a child is there that has loaded Keras: an answer will not take long."""
        child = self._child
        return child is not None and child.loaded.is_set() and child.process.poll() is None

    def start(self) -> None:
        """Lets a child begin to load Keras, and does not wait for it."""
        with self._lock:
            self._living()

    def record(
        self,
        model: Model,
        inputs: Any,
        mask: ArrayLike | None = None,
        initial_states: Sequence[Mapping[str, ArrayLike]] | Mapping[str, Any] | None = None,
    ) -> Trace:
        """What `core.record(…, engine="keras")` gives, made by the child.

        Raises what `core.record` raises (for bad inputs without asking the child), MissingKeras,
        UnexpectedKeras, and KerasStopped or KerasTooSlow, after which the next request starts
        another child.
        """
        prepared = Inputs.of(model, inputs, mask=mask, initial_states=initial_states)
        return Trace.load(BytesIO(self.ask(Kind.REQUEST, request_of(model, prepared))))

    def ask(self, kind: Kind, request: bytes) -> bytes:
        """The child's answer to a request of another kind, if its program knows that kind.

        Raises MissingKeras, KerasStopped, KerasTooSlow and what the child raises, as `record` does.
        """
        with self._lock:
            return self._living().ask(kind, request, timeout=self.timeout)

    def close(self) -> None:
        """Ends the child, if there is one. The next request would start another."""
        with self._lock:
            if self._child is not None:
                self._child.end()
                self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _living(self) -> _Child:
        if self._child is None or self._child.process.poll() is not None:
            if self._child is not None:
                self._child.end()
            self._child = _Child(self._command)
            weakref.finalize(self, self._child.end)
        return self._child


class _Child:
    """One child process, and the thread that listens to it."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self.loaded = threading.Event()
        self._heard: SimpleQueue[tuple[Kind, bytes] | None] = SimpleQueue()
        # A file, because a pipe that nobody empties would stop the child some day.
        self._stderr = TemporaryFile()  # noqa: SIM115 - `end` closes it
        self.process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env=os.environ | _SILENCE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )
        self._listener = threading.Thread(target=self._listen, name="keras", daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        try:
            while (message := read_frame(self.process.stdout)) is not None:
                if message[0] is Kind.READY:
                    self.loaded.set()
                else:
                    self._heard.put(message)
        except ValueError:
            self.process.kill()
        # It has ended or is about to: wait for it, so that no zombie stays.
        try:
            self.process.wait(timeout=10 * _PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._heard.put(None)

    def ask(self, kind: Kind, request: bytes, *, timeout: float) -> bytes:
        """The child's answer. Raises as `KerasProcess.record` says."""
        assert self.process.stdin is not None
        late = threading.Event()

        def give_up() -> None:
            late.set()
            self.process.kill()

        # One clock for writing as well as for waiting: a child that hangs may do so before it
        # has read everything. Killed, it ends both.
        clock = threading.Timer(timeout, give_up)
        clock.start()
        try:
            # Where it has ended, the queue holds what it said before.
            with suppress(OSError):
                write_frame(self.process.stdin, kind, request)
            heard = self._heard.get()
        finally:
            clock.cancel()
        if late.is_set() or not self.loaded.is_set():
            # Stopped, or it could not load Keras: the next request is to find that it has ended.
            self._listener.join()
        if heard is None:
            if late.is_set():
                raise KerasTooSlow(seconds=timeout)
            raise KerasStopped(code=self.process.returncode, words=self._last_words())
        answered, payload = heard
        if answered is Kind.FAILURE:
            raise error_from(payload)
        return payload

    def _last_words(self) -> str:
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - _LAST_WORDS))
        return self._stderr.read().decode(errors="replace").strip() or "none"

    def end(self) -> None:
        """Ends the process in an orderly way if it lets us, and frees what was held for it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        # An unfinished request may still wait to be written, and nobody read it any more.
        with suppress(OSError):
            self.process.stdin.close()
        try:
            self.process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self._listener.join()
        self.process.stdout.close()
        self._stderr.close()
