"""One search as a folder, and the searches of this machine: a folder among those of the runs.

    sweep.json     what is searched (SweepConfig) and what it is called
    status.json    how it stands          trials.json   every trial: values, run, what became of it
    scale.json     workers, tasks, tries  study.journal Optuna's own
    worker.log     what the process said  worker.lock   held while it lives     cancel   as of a run

Only the search's process writes, but for `cancel`. Reading needs neither Optuna nor a lock.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

from core import children
from core.errors import Failure
from core.scale.board import Board
from core.training.errors import BrokenRun
from core.training.files import read_json, replace_json, writing
from core.training.folders import Folders
from core.training.store import RunStore
from core.training.sweep.config import SweepConfig
from core.training.sweep.errors import NoSuchSweep, SweepIsBusy

FOLDER = ".sweeps"
STARTS_WITHIN = 60.0
State = Literal["queued", "searching", "finished", "cancelled", "failed", "died"]


@dataclass(frozen=True)
class SweepTrial:
    """One trial.

    Attributes:
        number: from 0.
        run: the id of its run.
        values: what was tried, by path.
        state: "running", "finished", "pruned", "failed".
        value: the measure at the epoch that counts; None while there is none.
        epoch: finished epochs.
        error: why it failed, as `core.errors.Failure` writes it.
    """

    number: int
    run: str
    values: Mapping[str, Any]
    state: str = "running"
    value: float | None = None
    epoch: int = 0
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class SweepFindings:
    """What a search found so far.

    Attributes:
        trials: in the order in which they were begun.
        best: the number of the best one, None while none came to its end.
        importance: how much each setting mattered, the largest first; {} while nobody can say.
        rising: whether a larger value is a better one.
    """

    trials: tuple[SweepTrial, ...] = ()
    best: int | None = None
    importance: Mapping[str, float] | None = None
    rising: bool = False


@dataclass(frozen=True)
class Sweep:
    """A search's folder, read afresh at each question."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    def file(self, name: str) -> Path:
        """The path of one of its files."""
        return self.folder / name

    @property
    def runs(self) -> RunStore:
        """The runs among which its trials are."""
        return RunStore(self.folder.parent.parent)

    @property
    def name(self) -> str:
        """What it is called; its id where nobody named it."""
        return str(self._written.get("name") or self.id)

    @property
    def config(self) -> SweepConfig:
        """What is searched. Raises BrokenRun, and what reading settings raises."""
        return SweepConfig.read(self._written.get("config"))

    @property
    def _written(self) -> Mapping[str, Any]:
        written = read_json(self.file("sweep.json"))
        if not isinstance(written, dict):
            raise BrokenRun(file="sweep.json", why="it is missing")
        return written

    @property
    def state(self) -> State:
        """How it stands, a process that is gone found out. Raises BrokenRun."""
        written = self._status
        state: State = written["state"]
        fresh = time.time() - float(written.get("launched") or 0) < STARTS_WITHIN
        live = state in ("queued", "searching")
        if live and not self.has_worker and not (fresh and state == "queued"):
            return "died"
        return state

    @property
    def error(self) -> Failure | None:
        """What ended it, None where nothing did."""
        written = self._status.get("error")
        return None if written is None else Failure.from_json(written)

    @property
    def _status(self) -> Mapping[str, Any]:
        written = read_json(self.file("status.json"))
        if not isinstance(written, dict) or written.get("state") not in get_args(State):
            raise BrokenRun(file="status.json", why="it names no state")
        return written

    @property
    def has_worker(self) -> bool:
        """Whether a process holds its lock."""
        if not self.file("worker.lock").exists():
            return False
        try:
            with FileLock(self.file("worker.lock"), timeout=0):
                return False
        except Timeout:
            return True

    @property
    def findings(self) -> SweepFindings:
        """What it found so far. Raises BrokenRun."""
        written = read_json(self.file("trials.json"))
        if written is None:
            return SweepFindings()
        try:
            trials = tuple(SweepTrial(**each) for each in written.pop("trials"))
            return replace(SweepFindings(**written), trials=trials)
        except (TypeError, AttributeError, KeyError) as error:
            raise BrokenRun(file="trials.json", why="it lists no trials") from error

    @property
    def board(self) -> Board | None:
        """Its workers and tasks, None before there are any. Raises BrokenRun."""
        written = read_json(self.file("scale.json"))
        try:
            return None if written is None else Board.from_json(written)
        except ValueError as error:
            raise BrokenRun(file="scale.json", why=str(error)) from error

    def cancel(self) -> None:
        """Asks it, and its runs, to stop; what was found is kept, and it can be resumed."""
        with writing(self.folder, gone=NoSuchSweep(sweep=self.id)):
            self.file("cancel").touch()

    def tell(self, **changes: Any) -> None:
        """Changes its status: for its own process."""
        before = read_json(self.file("status.json")) or {}
        replace_json(self.file("status.json"), before | changes)

    def keep(self, findings: SweepFindings) -> None:
        """Writes what was found: for its own process."""
        replace_json(self.file("trials.json"), asdict(findings))


class SweepStore:
    """The searches among the runs of a folder."""

    def __init__(self, runs: RunStore | None = None) -> None:
        self.runs = runs or RunStore()
        self.folders = Folders(
            self.runs.folder / FOLDER, absent=lambda sweep: NoSuchSweep(sweep=sweep)
        )

    def sweeps(self) -> Sequence[Sweep]:
        """All searches, the newest first."""
        return [Sweep(path) for path in self.folders.paths()]

    def sweep(self, identifier: str) -> Sweep:
        """The search of that id. Raises NoSuchSweep."""
        return Sweep(self.folders.path(identifier))

    def create(self, config: SweepConfig, *, name: str = "") -> Sweep:
        """A new search, which nobody works on. Raises what `config.check` does, and as runs do."""
        config.check()
        with self.folders.new(name or config.base.data.source, config.method) as folder:
            replace_json(folder / "sweep.json", {"name": name, "config": config.to_json()})
            replace_json(folder / "status.json", {"state": "queued", "created": time.time()})
        return Sweep(folder)

    def launch(self, sweep: Sweep, *, scheduler: str | None = None) -> None:
        """Starts, or starts again, the process of a search, which outlives this one.

        Raises SweepIsBusy, NoSuchSweep, FolderNotWritable and DiskFull.
        """
        if sweep.has_worker:
            raise SweepIsBusy(sweep=sweep.name)
        where = [] if scheduler is None else ["--scheduler", scheduler]
        runs = ["--runs", str(self.runs.folder.resolve())]
        command = children.command("core.training.sweep", "resume", sweep.id, *runs, *where)
        with (
            writing(sweep.folder, gone=NoSuchSweep(sweep=sweep.id)),
            sweep.file("worker.log").open("ab") as log,
        ):
            sweep.file("cancel").unlink(missing_ok=True)
            sweep.tell(state="queued", launched=time.time(), error=None)
            children.detach(command, log=log)
