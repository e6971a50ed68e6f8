"""One search as a folder, and the searches of this machine: a folder among those of the runs.

    sweep.json     what is searched (SweepConfig) and what it is called
    status.json    how it stands          trials.json   every trial: values, run, what became of it
    scale.json     workers, tasks, tries  study.journal Optuna's own
    worker.log     what the process said  worker.lock   held while it lives     cancel   as of a run
    data/          what its runs' source reads from their own folders

Only the search's process writes, but for `cancel`. Reading needs neither Optuna nor a lock.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from core import children
from core.errors import CoreError, Failure, NoProcess
from core.scale.board import Board
from core.training.alive import has_worker, just_now
from core.training.errors import BrokenRun
from core.training.files import read_json, replace_json, writing
from core.training.folders import Folders, alone
from core.training.status import is_number
from core.training.store import RunStore
from core.training.sweep.config import SweepConfig
from core.training.sweep.errors import BrokenSweep, NoSuchSweep, SweepIsBusy
from core.training.sweep.findings import SweepFindings, read_findings
from core.written import NotAsWritten

FOLDER = ".sweeps"
DATA = "data"
STARTS_WITHIN = 60.0
State = Literal["queued", "searching", "finished", "cancelled", "failed", "died"]
LIVE = ("queued", "searching")


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
        """What it is called; its id where nobody named it, or nobody can say."""
        try:
            named = self._written.get("name")
        except BrokenSweep:
            named = None
        return named if isinstance(named, str) and named else self.id

    @property
    def config(self) -> SweepConfig:
        """What is searched. Raises BrokenSweep, and what reading settings raises."""
        return SweepConfig.read(self._written.get("config"))

    @property
    def _written(self) -> Mapping[str, Any]:
        written = self._json("sweep.json")
        if not isinstance(written, dict):
            raise self._broken("sweep.json", why="it is missing")
        return written

    def _json(self, name: str) -> Any:
        try:
            return read_json(self.file(name))
        except BrokenRun as error:
            raise self._broken(name, why=str(error.facts["why"])) from error

    def _broken(self, file: str, *, why: str) -> BrokenSweep:
        return BrokenSweep(file=file, sweep=self.id, why=why)

    @property
    def state(self) -> State:
        """How it stands, a process that is gone found out. Raises BrokenSweep."""
        state: State = self._status["state"]
        return "died" if state in LIVE and not self.is_at_work else state

    @property
    def is_at_work(self) -> bool:
        """Whether a process works on it, or was launched a moment ago to do so."""
        if self.has_worker:
            return True
        try:
            written = self._status
        except BrokenSweep:
            return False
        launched = written.get("launched")
        fresh = is_number(launched) and just_now(launched, within=STARTS_WITHIN)
        return fresh and written["state"] == "queued"

    @property
    def can_go_on(self) -> bool:
        """Whether it ended before its end, and what is searched can still be read."""
        try:
            return bool(self.config.count) and self.state not in (*LIVE, "finished")
        except BrokenSweep as error:
            return error.facts["file"] == "status.json" and not self.is_at_work
        except CoreError:
            return False

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether somebody has cancelled it; so where nobody may look."""
        try:
            return self.file("cancel").exists()
        except OSError:
            return True

    @property
    def error(self) -> Failure | None:
        """What ended it, None where nothing did. Raises BrokenSweep."""
        written = self._status.get("error")
        try:
            return None if written is None else Failure.from_json(written)
        except ValueError as error:
            raise self._broken("status.json", why=str(error)) from error

    @property
    def _status(self) -> dict[str, Any]:
        written = self._json("status.json")
        state = written.get("state") if isinstance(written, dict) else None
        if not isinstance(state, str) or state not in get_args(State):
            raise self._broken("status.json", why="it names no state")
        return dict(written)

    @property
    def has_worker(self) -> bool:
        """Whether a process holds its lock."""
        return has_worker(self.folder)

    @property
    def findings(self) -> SweepFindings:
        """What it found so far. Raises BrokenSweep."""
        written = self._json("trials.json")
        try:
            return SweepFindings() if written is None else read_findings(written)
        except NotAsWritten as error:
            raise self._broken("trials.json", why=str(error)) from error

    @property
    def board(self) -> Board | None:
        """Its workers and tasks, None before there are any. Raises BrokenSweep."""
        written = self._json("scale.json")
        try:
            return None if written is None else Board.from_json(written)
        except ValueError as error:
            raise self._broken("scale.json", why=str(error)) from error

    def cancel(self) -> None:
        """Asks it, and its runs, to stop; what was found is kept, and it can be resumed."""
        with writing(self.folder, gone=NoSuchSweep(sweep=self.id)):
            self.file("cancel").touch()

    def tell(self, **changes: Any) -> Mapping[str, Any]:
        """Changes its status, for its own process, and gives what it was; a broken one begins anew.

        Raises OSError.
        """
        try:
            before = self._status
        except BrokenSweep:
            before = {}
        replace_json(self.file("status.json"), before | changes)
        return before

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

    def create(
        self, config: SweepConfig, *, name: str = "", files: Mapping[str, bytes] | None = None
    ) -> Sweep:
        """A new search, which nobody works on. Raises what `config.check` does, and as runs do.

        `files` are data that the source reads from a run's own folder, by their names: each trial
        gets them.
        """
        with self._new(config, name=name, files=files or {}) as sweep:
            return sweep

    def start(
        self, config: SweepConfig, *, name: str = "", files: Mapping[str, bytes] | None = None
    ) -> Sweep:
        """A new search and its process; neither where that cannot be started.

        Raises as `create`, and NoProcess.
        """
        with self._new(config, name=name, files=files or {}) as sweep:
            self.launch(sweep)
        return sweep

    @contextmanager
    def _new(
        self, config: SweepConfig, *, name: str, files: Mapping[str, bytes]
    ) -> Iterator[Sweep]:
        config.check()
        with self.folders.new(name or config.base.data.source, config.method) as folder:
            replace_json(folder / "sweep.json", {"name": name, "config": config.to_json()})
            replace_json(folder / "status.json", {"state": "queued", "created": time.time()})
            (folder / DATA).mkdir()
            for file, content in files.items():
                (folder / DATA / Path(file).name).write_bytes(content)
            yield Sweep(folder)

    def launch(self, sweep: Sweep, *, scheduler: str | None = None) -> None:
        """Starts, or starts again, the process of a search, which outlives this one.

        Raises SweepIsBusy, NoSuchSweep, NoProcess, FolderNotWritable and DiskFull.
        """
        where = [] if scheduler is None else ["--scheduler", scheduler]
        runs = ["--runs", str(self.runs.folder.resolve())]
        command = children.command("core.training.sweep", "resume", sweep.id, *runs, *where)
        gone = NoSuchSweep(sweep=sweep.id)
        with alone(self.folders.folder, gone=gone), writing(sweep.folder, gone=gone):
            if sweep.is_at_work:
                raise SweepIsBusy(sweep=sweep.name)
            with sweep.file("worker.log").open("ab") as log:
                sweep.file("cancel").unlink(missing_ok=True)
                before = sweep.tell(state="queued", launched=time.time(), error=None)
                try:
                    children.detach(command, log=log)
                except NoProcess:
                    replace_json(sweep.file("status.json"), before)
                    raise

    def delete(self, sweep: Sweep) -> None:
        """Puts a search away, but not its runs; `undelete` brings it back for some days.

        Raises SweepIsBusy, NoSuchSweep where somebody else did, FolderNotWritable and DiskFull.
        """

        def objection() -> CoreError | None:
            return SweepIsBusy(sweep=sweep.name) if sweep.is_at_work else None

        self.folders.put_away(sweep.id, unless=objection)

    def undelete(self, identifier: str) -> Sweep:
        """Brings a deleted search back. Raises NoSuchSweep, FolderNotWritable and DiskFull."""
        return Sweep(self.folders.bring_back(identifier))

    def deleted(self) -> list[Sweep]:
        """The searches that can be brought back, the last deleted first."""
        return [Sweep(path) for path in self.folders.away()]
