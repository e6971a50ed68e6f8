"""A training that somebody else's program does, as a run beside ours: written while it happens.

What the program tells (batches, epochs, a model to keep) goes into a run folder, in the program's
own process and thread. Nothing in here may disturb it: whatever goes wrong becomes one warning in
words, and nothing more is written. The folder's lock is held meanwhile, so that a program that is
killed is found dead as a worker of ours is; asked to stop through the folder, the run says so
(`asked_to_stop`), and whoever trains may look.

A notebook outlives an interrupted training. So the lock is let go of when the training is
forgotten, or when the same thread begins another. Cost: `python -m tests.benchmarks watching`. Not
chosen: a process of its own that is told everything, which would have to copy every model there.
"""

from __future__ import annotations

import math
import os
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock

from core.analysis.questions import classes
from core.analysis.typed import encode
from core.engines import record
from core.errors import CoreError, Failure
from core.model import Model
from core.terminal import warn
from core.training.brought import KEY, Brought, metric_kind
from core.training.errors import (
    AnswersNotFit,
    DiskFull,
    ExamplesNotRead,
    NamelessRun,
    NotPictured,
    ProbeNotRead,
    SnapshotLost,
    WatchEnded,
)
from core.training.files import FULL, read_json, replace_json
from core.training.layers_told import layers_told
from core.training.memory import peak_memory
from core.training.run_writer import RunWriter
from core.training.snapshot import with_answers
from core.training.status import State
from core.training.store import RunStore
from core.training.watched_looks import look_at_given, look_at_probe
from core.wiring import check_unrolls

ALL_BATCHES = 200
"""So many batches of an epoch are written one by one; of more, some twenty a second."""
BETWEEN_BATCHES = 0.05
_OPEN: weakref.WeakSet[Watched] = weakref.WeakSet()


@dataclass(eq=False)
class Watched:
    """One training under way elsewhere.

    Attributes:
        name: what the run is called.
        probes: texts that are recorded after every epoch (token ids or numbers for a model that
            reads no texts, as they are typed).
        answers: what its answers are called, in the order of its outputs.
        validation: (inputs, answers) that are looked at after an epoch; None for the first probe.
        every: a model is kept after every so many epochs.
        folder: where runs are kept; None for where they are unless somebody says otherwise.
    """

    name: str
    probes: Sequence[str] = ()
    answers: Sequence[str] = ()
    validation: Any = None
    every: int = 1
    folder: Path | None = None
    epoch: int = 0
    brought: Brought | None = None
    _writer: RunWriter | None = field(default=None, repr=False)
    _end: Any = field(default=None, repr=False)
    _thread: int = 0
    _over: bool = False
    _written: float = 0.0
    _best: tuple[float, int] | None = None
    _lost: set[str] = field(default_factory=set, repr=False)
    _seconds: float = 0.0
    _network: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Raises NamelessRun: before training is the time to say what is wrong."""
        if not str(self.name or "").strip():
            raise NamelessRun(found=repr(self.name))

    def attempt(self, do: Callable[[], None]) -> None:
        """Does something that must not disturb the training; what goes wrong ends the writing."""
        if self._over:
            return
        try:
            do()
        except Exception as error:  # noqa: BLE001 — whatever it is, the user's training goes on
            self._over = True
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        full = isinstance(error, OSError) and error.errno in FULL
        said = DiskFull() if full else error
        words = str(said) if isinstance(said, CoreError) else f"{type(error).__name__}: {error}."
        ended = WatchEnded(run=self.name, why=words)
        written = Failure.of(ended).to_json()
        try:
            if self._writer is not None:
                self._writer.make_room()
                self._writer.tell(state="failed", ended=time.time(), error=written)
        except (OSError, CoreError):
            pass  # the folder is gone or full: it cannot be said there
        self.close()
        warn(ended)

    def begin(self, brought: Brought, *, versions: Mapping[str, str], why: str = "") -> None:
        """Makes the run, or goes on with it where it was begun before.

        `why` is what keeps its network from being pictured.
        """
        for other in list(_OPEN):
            if other is not self and other._thread == threading.get_ident():
                other.close()  # interrupted: in a notebook its process lives on
        if self._writer is not None:
            self._lock()
            self.tell(state="training")
            return
        self.brought = brought
        run = RunStore(self.folder).bring(brought, name=self.name, versions=versions)
        self._writer = RunWriter(run)
        self._lock()
        self._writer.tell(state="training", created=time.time(), started=time.time())
        if why:
            self.note(NotPictured(why=why))

    def _lock(self) -> None:
        """Holds the lock until `close`, or until nobody knows of this training any more."""
        assert self._writer is not None
        self._thread = threading.get_ident()
        if self._end is not None and self._end.alive:
            return
        # Not of this thread alone: what is forgotten may be collected in any.
        lock = FileLock(self._writer.run.file("worker.lock"), timeout=5, thread_local=False)
        lock.acquire()
        self._end = weakref.finalize(self, _let_go, lock, self._writer, os.getpid())
        _OPEN.add(self)

    def close(self) -> None:
        """Lets go of the run, as it stands; it may be begun again."""
        if self._end is not None:
            self._end()
        _OPEN.discard(self)

    @property
    def run_id(self) -> str | None:
        """The run's id, None before it was begun."""
        return None if self._writer is None else self._writer.run.id

    @property
    def asked_to_stop(self) -> bool:
        """Whether somebody asked, on a page, for the training to stop."""
        return self._writer is not None and self._writer.run.file("cancel").exists()

    def note(self, error: CoreError, *, of: str = "") -> None:
        """Says what is left out, on the run's page and as a warning; once `of` each thing."""
        assert self._writer is not None
        if of not in self._lost:
            self._lost |= {of} - {""}
            self._writer.note(error)
            warn(error)

    def tell(self, *, state: State | None = None, **changes: Any) -> None:
        """Changes how the run stands."""
        if self._writer is not None:
            self._writer.tell(state=state, **changes)

    def say(self, **known: Any) -> None:
        """Writes down what became known of the training: fields of `Brought`."""
        if self._writer is None or self.brought is None:
            return
        told = replace(self.brought, **known)
        if told != self.brought:
            file = self._writer.run.file("config.json")
            replace_json(file, (read_json(file) or {}) | {KEY: told.to_json()})
            self.brought = told
            self._describe()

    def _named(self, model: Model) -> Model:
        """The model with its answers called as the script calls them, if they are as many."""
        named = with_answers(model, names=self.answers)
        if self.answers and "answers" not in named.card:
            self.note(AnswersNotFit(found=len(self.answers), own=classes(model)), of="answers")
        return named

    def described(self, model: Model | None, *, parameters: int | None = None) -> None:
        """Writes down what the network is made of, as far as anybody knows."""
        model = None if model is None else self._named(model)
        self._network = {
            "answers": [] if model is None else list(model.card.get("answers", ())),
            "parameters": parameters if model is None else model.parameter_count,
            "layers": [] if model is None else layers_told(model),
        }
        self._describe()

    def _describe(self) -> None:
        assert self._writer is not None
        assert self.brought is not None
        told = {"name": self.name, "loss": self.brought.loss}
        told["metric"] = metric_kind(self.brought.metric)
        self._writer.dataset(told | self._network)

    def batch(self, row: Mapping[str, float]) -> None:
        """Writes what a batch gave: epoch (from 1), batch (from 1), loss and what else there is."""
        assert self._writer is not None
        self._writer.batch({name: float(value) for name, value in row.items()})
        self._writer.tell(batch=int(row["batch"]))

    def wants_batch(self, number: int) -> bool:
        """Whether this batch is to be written: of long epochs not every one is."""
        now = time.monotonic()
        if number > ALL_BATCHES and now - self._written < BETWEEN_BATCHES:
            return False
        self._written = now
        return True

    def finish_epoch(
        self, row: Mapping[str, Any], *, batches: int, model: Callable[[], Model] | None
    ) -> None:
        """Writes what an epoch gave, its model and film; `model` gives the weights as they are."""
        assert self._writer is not None
        self.epoch = int(row["epoch"])
        loss = row.get("validation_loss")
        if isinstance(loss, float) and (self._best is None or loss < self._best[0]):
            self._best = (loss, self.epoch)
        if model is not None and self.epoch % self.every == 0:
            self.keep(model, epoch=self.epoch, batch=batches)
        self._writer.epoch({name: _plain(value) for name, value in row.items()})
        self._seconds += float(row.get("seconds") or 0.0)
        best = None if self._best is None else self._best[1]
        self.tell(epoch=self.epoch, batch=0, best_epoch=best, memory=peak_memory())
        self.tell(seconds=self._seconds)

    def keep(self, model: Callable[[], Model], *, epoch: int, batch: int = 0) -> None:
        """Keeps the model after an epoch, and films it reading the probes."""
        assert self._writer is not None
        card = {"epoch": epoch, "run": self._writer.run.id}
        try:
            found = model()
            check_unrolls(found.layers)
            found = self._named(found)
            found = replace(found, name=self.name, card={**found.card, **card})
        except CoreError as error:
            self.note(SnapshotLost(epoch=epoch, why=str(error)), of="model")
            return
        self._writer.model(found, epoch=epoch)
        look = None
        try:
            look = look_at_given(found, self.validation) if epoch else None
        except ExamplesNotRead as error:
            self.note(error, of="examples")
        for place, text in enumerate(self.probes):
            try:
                trace = record(found, encode(found, text).inputs)
                self._writer.film(trace, probe=place, epoch=epoch)
                look = look or (look_at_probe(found, trace) if epoch else None)
            except CoreError as error:
                self.note(ProbeNotRead(probe=place + 1, why=str(error)), of=f"probe {place}")
        if look is not None:
            said = {"epoch": epoch, "batch": batch, "step": 0, "loss": None}
            self._writer.look(said | look)

    def end(self, *, state: State = "finished", early: bool = False, **told: Any) -> None:
        """Says how the training ended, and lets go of the run."""
        self.tell(state=state, ended=time.time(), seconds_left=None, stopped_early=early, **told)
        if self._writer is not None:
            self._writer.run.file("cancel").unlink(missing_ok=True)
        self.close()


def _let_go(lock: FileLock, writer: RunWriter, process: int) -> None:
    """Closes a run's files and lets go of its lock; not in a fork of the process that holds it."""
    if os.getpid() == process:
        writer.close()
        lock.release()


def _plain(value: Any) -> Any:
    """A number that JSON knows, None for one that it does not; anything else as it is."""
    if isinstance(value, int | str | dict | None):
        return value
    number = float(value)
    return number if math.isfinite(number) else None
