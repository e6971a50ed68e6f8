"""One run as a folder: what is in which file, and reading it. Writing is the worker's business.

    config.json      what is computed (RunConfig) or where it came from (Brought), and versions
    label.json       its name and note, which people change; answers.json what they call its answers
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
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.arrays import load_arrays
from core.errors import CoreError, WrongFile
from core.model import Model
from core.own_files import open_plain
from core.trace import Trace
from core.training.alive import has_worker
from core.training.brought import KEY, Brought, read_brought
from core.training.config import RunConfig
from core.training.errors import BrokenRun, NoSuchRun, RunIsAnExample
from core.training.files import (
    read_json,
    read_json_lines,
    replace_json,
    why_not,
    writing,
)
from core.training.folders import alone
from core.training.label import Label
from core.training.run_tables import read_batches, read_epochs
from core.training.status import (
    Status,
    is_amount,
    is_live,
    is_number,
    is_time,
    on_its_way,
    read_status,
    shortened,
)

if TYPE_CHECKING:
    import pandas as pd  # a second to import, and most questions need no table

LOG_END = 4_000
EXAMPLES = Path(__file__).resolve().parent.parent / "bundled" / "runs"
"""The runs that ship with the project: read as all are, and never written to."""


@dataclass(frozen=True)
class Run:
    """A run's folder, read afresh at each question."""

    folder: Path

    @property
    def id(self) -> str:
        """Its name among the runs: that of its folder."""
        return self.folder.name

    @property
    def is_example(self) -> bool:
        """Whether it ships with the project: it can be read, and nothing else."""
        return self.folder.parent == EXAMPLES

    def file(self, name: str) -> Path:
        """The path of one of its files."""
        return self.folder / name

    @cached_property
    def config(self) -> RunConfig:
        """What it computes. Raises BrokenRun; CurvesOnly, which is one, where nobody knows."""
        if self.brought is not None:
            return self.brought.config
        try:
            return RunConfig.read(self._config_file["config"])
        except CoreError as error:
            raise BrokenRun(file="config.json", why=str(error)) from error

    @cached_property
    def brought(self) -> Brought | None:
        """Where it came from, if it was not trained here. Raises BrokenRun."""
        try:
            return read_brought(self._config_file)
        except CoreError as error:
            raise BrokenRun(file="config.json", why=str(error)) from error

    @property
    def versions(self) -> Mapping[str, str]:
        """The versions of Python and of the libraries that it was begun with. Raises BrokenRun."""
        return self._config_file.get("versions", {})

    @cached_property
    def _config_file(self) -> Mapping[str, Any]:
        written = read_json(self.file("config.json"))
        if not isinstance(written, dict) or not {"config", KEY} & written.keys():
            raise BrokenRun(file="config.json", why="it is missing or holds no configuration")
        versions = written.get("versions", {})
        if not isinstance(versions, dict) or not all(isinstance(v, str) for v in versions.values()):
            raise BrokenRun(file="config.json", why="'versions' names no version of each library")
        return written

    @property
    def label(self) -> Label:
        """Its name and note; the run's id where nobody named it, or the file is broken."""
        try:
            written = read_json(self.file("label.json"))
        except BrokenRun:
            written = None
        return Label.from_json(written, otherwise=self.id)

    def relabel(self, *, name: str | None = None, note: str | None = None) -> None:
        """Gives it another name or note. Raises as `cancel` does."""
        old = self.label
        new = replace(old, named=old.named or bool(name), name=name or old.name)
        new = new if note is None else replace(new, note=note)
        with self._changing():
            replace_json(self.file("label.json"), new.to_json())

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Nobody deletes it meanwhile. Raises as `cancel` does."""
        if self.is_example:
            raise RunIsAnExample(run=self.label.name)
        gone = NoSuchRun(run=self.id)
        with alone(self.folder.parent, gone=gone), writing(self.folder, gone=gone):
            yield

    @property
    def status(self) -> Status:
        """How it stands, died workers found out. Raises BrokenRun."""
        written = read_json(self.file("status.json"))
        if not isinstance(written, dict):
            raise BrokenRun(file="status.json", why="it is missing")
        status = read_status(written)
        alive = not status.live or self.has_worker or on_its_way(written)
        return status if alive else replace(status, state="died")

    @property
    def has_worker(self) -> bool:
        """Whether a process holds its lock."""
        return has_worker(self.folder)

    @property
    def is_busy(self) -> bool:
        """Whether a process works on it, or was launched a moment ago to do so."""
        if self.has_worker:
            return True
        try:
            written = read_json(self.file("status.json"))
        except BrokenRun:
            return False
        launched = isinstance(written, dict) and is_time(written.get("launched"))
        return launched and is_live(written.get("state")) and on_its_way(written)

    @property
    def batches(self) -> pd.DataFrame:
        """One row a batch: epoch, batch, loss, metric, learning_rate, seconds, norm of each layer.

        Lines that are damaged are left out. 100,000 rows are read in about a tenth of a second.
        Raises BrokenRun.
        """
        return read_batches(self.file("batches.csv"))

    @property
    def epochs(self) -> pd.DataFrame:
        """One row an epoch: loss, metric, validation_loss, validation_metric, seconds and more.

        Lines that are damaged are left out. Raises BrokenRun.
        """
        return read_epochs(self.file("epochs.jsonl"))

    @property
    def looks(self) -> list[dict[str, Any]]:
        """What was seen inside from time to time, see `core.training.looks`. Raises BrokenRun."""
        return read_json_lines(self.file("looks.jsonl"))

    @property
    def result(self) -> Mapping[str, Any] | None:
        """The scores on test data, None until it has finished. Raises BrokenRun."""
        if (written := read_json(self.file("result.json"))) is None:
            return None
        scores = written if isinstance(written, dict) else {}
        # A network that diverged has a loss beyond all numbers; time has none.
        for name, check in {"loss": is_number, "metric": is_number, "seconds": is_amount}.items():
            if not check(value := scores.get(name)):
                raise BrokenRun(file="result.json", why=f"'{name}' is {shortened(value)}")
        return scores

    @property
    def answers(self) -> dict[str, np.ndarray[Any, Any]] | None:
        """What the finished model answered on test data: `outputs` and `targets`; None before.

        Raises BrokenRun.
        """
        file = self.file("test.npz")
        try:
            return load_arrays(file, kind="answers")[1]
        except FileNotFoundError:
            return None
        except (WrongFile, OSError) as error:
            raise BrokenRun(file=file.name, why=why_not(error)) from error

    @property
    def model_epochs(self) -> tuple[int, ...]:
        """The epochs whose model is there, counted from 1; 0 is the model before training."""
        try:
            names = [path.name for path in self.file("epochs").iterdir()]
        except OSError:
            return ()
        found = (re.fullmatch(r"([0-9]{4,9})\.npz", name) for name in names)
        return tuple(sorted(int(name[1]) for name in found if name))

    @property
    def final_epoch(self) -> int | None:
        """The epoch whose model is the run's: the best if that is wanted, else the last."""
        epochs = self.model_epochs
        if not epochs:
            return None
        best = self.status.best_epoch if self.config.fit.restore_best else None
        return best if best in epochs else epochs[-1]

    def model(self, epoch: int | None = None) -> Model:
        """The model after an epoch; unless one is named, after the one that counts.

        Raises BrokenRun where there is none.
        """
        if (epoch := self.final_epoch if epoch is None else epoch) is None:
            raise BrokenRun(file="epochs", why="no epoch is finished yet")
        return self._read(f"epochs/{epoch:04d}.npz", Model.load)

    def film(self, probe: int, epoch: int) -> Trace:
        """The trace of a probe text after an epoch. Raises BrokenRun where there is none."""
        return self._read(f"film/{epoch:04d}-{probe}.npz", Trace.load)

    def _read(self, name: str, load: Any) -> Any:
        try:
            return load(self.file(name))
        except (OSError, CoreError) as error:
            raise BrokenRun(file=name, why=why_not(error)) from error

    @property
    def log_end(self) -> str:
        """The last lines that its process said."""
        try:
            with open_plain(self.file("worker.log")) as file:
                file.seek(max(0, file.seek(0, io.SEEK_END) - LOG_END))
                return file.read(LOG_END).decode("utf-8", "replace")
        except OSError:
            return ""

    def cancel(self) -> None:
        """Asks its worker to stop after the batch that is under way; without one, it has stopped.

        Raises NoSuchRun, RunIsAnExample, BrokenRun, FolderNotWritable and DiskFull.
        """
        with self._changing():
            written = read_json(self.file("status.json"))
            if not isinstance(written, dict):
                raise NoSuchRun(run=self.id)
            if self.is_busy:
                self.file("cancel").touch()
            elif is_live(written.get("state")):
                ended = {"state": "cancelled", "ended": time.time()}
                replace_json(self.file("status.json"), written | ended)
