"""Which loops are compiled, and who compiles the others meanwhile.

A first compilation takes seconds, in which NumPy answers: it is done by a child process that leaves
what it compiled in the folder of `modules.py`, and only then taken from there by this process. So
no reader waits for a compiler, and no page shares Python's lock with one. Where there is no Numba,
where the folder cannot be written or where compiling fails, NumPy goes on answering, and `state`
says why.
"""

from __future__ import annotations

import json
import logging
import threading
from importlib.util import find_spec
from queue import SimpleQueue
from typing import Literal

from core import children
from core.engines.fast.modules import Compiled, is_compiled, load
from core.engines.fast.rows import NoCompiledLoop, Variant
from core.errors import NoProcess

SECONDS = 600.0
"""What a child may take for one cell: twenty times what a slow laptop needs."""

State = Literal["absent", "unasked", "compiling", "ready", "failed"]


class Compiler:
    """The compiled loops of this process, by what they were written for."""

    def __init__(self) -> None:
        self.why = ""
        self._loops: dict[tuple[object, ...], Compiled | None] = {}
        self._asked: set[tuple[object, ...]] = set()
        self._queue: SimpleQueue[Variant] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> State:
        """Whether compiled loops answer, and if not, why not."""
        if find_spec("numba") is None:
            return "absent"
        if self.why:
            return "failed"
        if self._asked - self._loops.keys():
            return "compiling"
        return "ready" if any(self._loops.values()) else "unasked"

    def ready(self, variant: Variant) -> Compiled | None:
        """The loops of a cell with its settings, None unless they are at hand."""
        return self._loops.get(variant.key)

    def now(self, variant: Variant) -> Compiled | None:
        """The same, compiled at once if need be; None where that is not possible."""
        if variant.key not in self._loops:
            self._take(variant)
        return self._loops[variant.key]

    def ask(self, variant: Variant) -> None:
        """Has the loops compiled in the background, once."""
        with self._lock:
            if variant.key in self._asked or self.state in ("absent", "failed"):
                return
            self._asked.add(variant.key)
            self._queue.put(variant)
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="compiler", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while True:
            variant = self._queue.get()
            if not self.why:
                self._compile(variant)

    def _compile(self, variant: Variant) -> None:
        """In a child first, whose compiler holds up nobody here; then from the folder."""
        if is_compiled(variant):
            self._take(variant)
            return
        name, options, *functions = variant.key
        request = json.dumps([name, dict(options), *functions])  # type: ignore[call-overload]
        try:
            ended = children.ask(
                children.command("core.engines.fast.child"), request.encode(), seconds=SECONDS
            )
        except (NoProcess, children.ChildTooSlow) as error:
            self._fail(error)
            return
        if ended.code:
            self._fail(ended.last_line(500) or f"exit code {ended.code}")
            return
        self._take(variant)

    def _take(self, variant: Variant) -> None:
        try:
            self._loops[variant.key] = load(variant)
        except NoCompiledLoop:
            self._loops[variant.key] = None
        except Exception as error:  # noqa: BLE001  # whatever a compiler says, NumPy can do it
            self._loops[variant.key] = None
            self._fail(error)

    def _fail(self, why: object) -> None:
        if not self.why:
            logging.getLogger(__name__).warning("No compiled loops, NumPy answers: %s", why)
        self.why = str(why) or type(why).__name__
