"""Keras in a process of its own: recorded runs from a child that starts when needed, and stays.

Streamlit clears Keras's session after every run of a script once Keras is imported, which makes
each rerun six times slower; so whatever shows pages asks a child. Cost: 4 to 6 s for the first
answer, while TensorFlow loads; after that what the Keras engine costs, and some milliseconds for
the way there and back. Not chosen: a new child for every request, or threads.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Mapping, Sequence
from io import BytesIO
from types import TracebackType
from typing import Any, Self

from numpy.typing import ArrayLike

from core import children
from core.children import Child
from core.engines.inputs import Inputs
from core.engines.keras_worker import request_of
from core.errors import CoreError, Failure
from core.messages import Kind
from core.model import Model
from core.trace import Trace

_COMMAND = children.command("core.engines.keras_worker")
_LAST_WORDS = 2_000
"""Bytes of the child's stderr that an error quotes."""


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
        self._child: Child | None = None

    @property
    def ready(self) -> bool:
        """Whether a child is there that has loaded Keras: an answer will not take long."""
        child = self._child
        return child is not None and child.loaded.is_set() and child.lives

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
            try:
                answered, payload = self._living().ask(kind, request, seconds=self.timeout)
            except children.ChildTooSlow as error:
                raise KerasTooSlow(seconds=self.timeout) from error
            except children.ChildEnded as ended:
                words = ended.end.stderr[-_LAST_WORDS:].decode(errors="replace").strip()
                raise KerasStopped(code=ended.end.code, words=words or "none") from ended
        if answered is Kind.FAILURE:
            raise Failure.from_json(json.loads(payload)).error()
        return payload

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

    def _living(self) -> Child:
        if self._child is None or not self._child.lives:
            if self._child is not None:
                self._child.end()
            self._child = Child(self._command, settings=children.QUIET_KERAS)
            weakref.finalize(self, self._child.end)
        return self._child
