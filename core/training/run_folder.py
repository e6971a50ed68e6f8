"""One run as a folder: what is in which file, and reading it. Writing is the worker's business.

    config.json      what is computed (RunConfig), and the versions it began with
    label.json       its name and note, which people change
    status.json      how it stands; replaced by its worker alone
    batches.csv      one line a batch        epochs.jsonl   one line an epoch
    looks.jsonl      gates and gradients, looked at every few seconds
    checkpoint.npz   all that is needed to go on from the last finished epoch
    epochs/0001.npz  the model after each epoch (core.Model)
    film/0001-2.npz  the trace of probe text 2 after epoch 1
    test.npz         answers on test data    result.json    the scores
    worker.log       what the process said   worker.lock    held while it lives
    cancel           somebody wants it to stop

Reading is cheap, takes no lock but to see whether the worker lives, and never needs Keras. A file
that is missing reads as nothing yet; one that is broken raises BrokenRun and leaves the others
readable. Not chosen: a process id to tell whether a worker lives, since ids are given again; a lock
is let go of by the system, whatever ended its holder.
"""

from __future__ import annotations

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, get_args

import numpy as np
from filelock import FileLock, Timeout

from core.arrays import load_arrays
from core.errors import CoreError, WrongFile
from core.model import Model
from core.trace import Trace
from core.training.config import RunConfig
from core.training.errors import BrokenRun
from core.training.files import read_json, read_json_lines, replace_json, whole_lines

if TYPE_CHECKING:
    import pandas as pd  # a second to import, and most questions need no table

State = Literal[
    "queued", "starting", "preparing", "training", "testing",  # its worker lives
    "finished", "cancelled", "failed", "died",
]  # fmt: skip
LIVE: frozenset[str] = frozenset(get_args(State)[:5])
STARTS_WITHIN = 60.0
"""Seconds that a worker may take from being launched until it holds its lock."""
LOG_END = 4_000


@dataclass(frozen=True)
class Status:
    """How a run stands.

    Attributes:
        state: one of State; "died" is never written: it is a worker that is gone without a word.
        epoch: finished epochs.
        batch: batches done of the epoch that is under way.
        batches: batches of an epoch, 0 while unknown.
        share: of the present state that is done, 0 to 1, where that is known (preparing data).
        doing: what is being done, for the log and the command line.
        examples_per_second: lately.
        seconds_left: of training, at that pace; None while unknown.
        memory: the most memory that the worker had, bytes.
        created, started, ended: Unix times, None for what has not happened.
        seconds: spent training, over all its sittings.
        best_epoch: of lowest validation loss so far, counted from 1.
        stopped_early: whether patience ended it.
        error: the class of a CoreError and its facts, where it failed.
    """

    state: State = "queued"
    epoch: int = 0
    batch: int = 0
    batches: int = 0
    share: float = 0.0
    doing: str = ""
    examples_per_second: float | None = None
    seconds_left: float | None = None
    memory: int = 0
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    seconds: float = 0.0
    best_epoch: int | None = None
    stopped_early: bool = False
    error: Mapping[str, Any] | None = None

    @property
    def live(self) -> bool:
        """Whether its worker waits or works."""
        return self.state in LIVE


_UNKNOWN = frozenset(f.name for f in fields(Status) if f.default is None)
_NUMBERS = frozenset(f.name for f in fields(Status)) - {"state", "doing", "stopped_early", "error"}


@dataclass(frozen=True)
class Label:
    """What people call a run, and what they noted."""

    name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Run:
    """A run's folder, read afresh at each question."""

    folder: Path

    @property
    def id(self) -> str:
        """Its name among the runs: that of its folder."""
        return self.folder.name

    def file(self, name: str) -> Path:
        """The path of one of its files."""
        return self.folder / name

    @cached_property
    def config(self) -> RunConfig:
        """What it computes. Raises BrokenRun."""
        try:
            return RunConfig.from_json(self._config_file["config"])
        except CoreError as error:
            raise BrokenRun(file="config.json", why=str(error)) from error

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """The versions of Python and of the libraries that it was begun with."""
        return self._config_file.get("versions", {})

    @cached_property
    def _config_file(self) -> Mapping[str, Any]:
        written = read_json(self.file("config.json"))
        if not isinstance(written, dict) or "config" not in written:
            raise BrokenRun(file="config.json", why="it is missing or holds no configuration")
        return written

    @property
    def label(self) -> Label:
        """Its name and note; the run's id where nobody named it, or the file is broken."""
        try:
            written = read_json(self.file("label.json"))
        except BrokenRun:
            written = None
        if not isinstance(written, dict):
            return Label(self.id)
        return Label(str(written.get("name") or self.id), str(written.get("note", "")))

    def relabel(self, *, name: str | None = None, note: str | None = None) -> None:
        """Gives it another name or note."""
        old = self.label
        replace_json(
            self.file("label.json"),
            {"name": name or old.name, "note": old.note if note is None else note},
        )

    @property
    def status(self) -> Status:
        """How it stands, died workers found out. Raises BrokenRun."""
        written = read_json(self.file("status.json"))
        if not isinstance(written, dict):
            raise BrokenRun(file="status.json", why="it is missing")
        known = {name: written[name] for name in Status.__dataclass_fields__ if name in written}
        if known.get("state") not in get_args(State):
            raise BrokenRun(file="status.json", why="it names no state")
        for name in _NUMBERS & known.keys():
            if not _is_number(known[name]) and not (known[name] is None and name in _UNKNOWN):
                raise BrokenRun(file="status.json", why=f"'{name}' is {known[name]!r}")
        status = Status(**known)
        if not status.live or self.has_worker or _on_its_way(written):
            return status
        return replace(status, state="died")

    @property
    def has_worker(self) -> bool:
        """Whether a process holds its lock."""
        lock = FileLock(self.file("worker.lock"), timeout=0)
        try:
            lock.acquire()
        except Timeout:
            return True
        except OSError:
            return False  # a folder that nobody may write to has no worker either
        lock.release()
        return False

    @property
    def batches(self) -> pd.DataFrame:
        """One row a batch: epoch, batch, loss, metric, learning_rate, seconds, norm of each layer.

        100,000 rows are read in about a tenth of a second.
        """
        import pandas as pd

        content = whole_lines(self.file("batches.csv"))
        if not content:
            return pd.DataFrame(columns=["epoch", "batch", "loss", "metric"])
        try:
            return pd.read_csv(io.BytesIO(content))
        except ValueError as error:  # pandas' ParserError is one
            raise BrokenRun(file="batches.csv", why=str(error)) from error

    @property
    def epochs(self) -> pd.DataFrame:
        """One row an epoch: loss, metric, validation_loss, validation_metric, seconds and more."""
        import pandas as pd

        return pd.DataFrame(read_json_lines(self.file("epochs.jsonl")))

    @property
    def looks(self) -> list[dict[str, Any]]:
        """What was seen inside from time to time, see `core.training.looks`."""
        return read_json_lines(self.file("looks.jsonl"))

    @property
    def result(self) -> Mapping[str, Any] | None:
        """The scores on test data, None until it has finished. Raises BrokenRun."""
        written = read_json(self.file("result.json"))
        if written is None:
            return None
        scores = written if isinstance(written, dict) else {}
        for name in ("loss", "metric", "seconds"):
            if not _is_number(scores.get(name)):
                raise BrokenRun(file="result.json", why=f"'{name}' is {scores.get(name)!r}")
        return scores

    @property
    def answers(self) -> dict[str, np.ndarray[Any, Any]] | None:
        """What the finished model answered on test data: `outputs` and `targets`; None before.

        Raises BrokenRun.
        """
        file = self.file("test.npz")
        if not file.exists():
            return None
        try:
            return load_arrays(file, kind="answers")[1]
        except (WrongFile, OSError) as error:
            raise BrokenRun(file=file.name, why=str(error)) from error

    @property
    def model_epochs(self) -> tuple[int, ...]:
        """The epochs whose model is there, counted from 1; 0 is the model before training."""
        found = (file.stem for file in self.file("epochs").glob("[0-9]*.npz"))
        return tuple(sorted(int(stem) for stem in found if stem.isdigit()))

    @property
    def final_epoch(self) -> int | None:
        """The epoch whose model is the run's: the best if that is wanted, else the last."""
        epochs = self.model_epochs
        if not epochs:
            return None
        best = self.status.best_epoch
        return best if self.config.fit.restore_best and best in epochs else epochs[-1]

    def model(self, epoch: int | None = None) -> Model:
        """The model after an epoch; unless one is named, after the one that counts.

        Raises BrokenRun where there is none.
        """
        epoch = self.final_epoch if epoch is None else epoch
        if epoch is None:
            raise BrokenRun(file="epochs", why="no epoch is finished yet")
        return self._read(f"epochs/{epoch:04d}.npz", Model.load)

    def film(self, probe: int, epoch: int) -> Trace:
        """The trace of a probe text after an epoch. Raises BrokenRun where there is none."""
        return self._read(f"film/{epoch:04d}-{probe}.npz", Trace.load)

    def _read(self, name: str, load: Any) -> Any:
        try:
            return load(self.file(name))
        except (OSError, CoreError) as error:
            raise BrokenRun(file=name, why=str(error)) from error

    @property
    def log_end(self) -> str:
        """The last lines that its process said."""
        try:
            with self.file("worker.log").open("rb") as file:
                file.seek(max(0, self.file("worker.log").stat().st_size - LOG_END))
                return file.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return ""

    def cancel(self) -> None:
        """Asks its worker to stop after the batch that is under way."""
        self.file("cancel").touch()


def _on_its_way(written: Mapping[str, Any]) -> bool:
    """Whether a run may have no worker yet: nobody launched it, or that was a moment ago."""
    if written.get("taken"):
        return False
    launched = written.get("launched")
    return not _is_number(launched) or time.time() - launched < STARTS_WITHIN


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
