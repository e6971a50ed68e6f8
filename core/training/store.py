"""The runs of this machine: a folder of run folders that every window and process looks into.

Nothing is held in memory, so two windows see the same. Not chosen: an index; a few hundred folders
are listed in milliseconds, and an index can be wrong.
"""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_data_path

from core import children
from core.errors import CoreError, NoProcess
from core.own_files import append_plain
from core.training.brought import KEY, Brought
from core.training.config import RunConfig
from core.training.errors import (
    RUNS_VARIABLE,
    BrokenRun,
    NoSuchRun,
    NothingToResume,
    NotTrainedHere,
    RunIsAnExample,
    RunIsBusy,
    WrongSetting,
)
from core.training.files import read_json, replace_json, writing
from core.training.folders import Folders, alone
from core.training.label import Label
from core.training.readers import base_of, rules, spare_cores
from core.training.run_folder import EXAMPLES, Run
from core.training.status import is_count

FOLDER_VARIABLE = RUNS_VARIABLE
LIBRARIES = ("numpy", "keras", "tensorflow")
MOST_AT_ONCE = 64


def default_folder() -> Path:
    """Where runs are kept: RNN_RUNS_DIR, else `runs` in the user's data folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else user_data_path("unrolled", appauthor=False) / "runs"


def folder_beside_runs(name: str, *, variable: str) -> Path:
    """Where something else is kept: what the variable names, else `.name` in RNN_RUNS_DIR, else
    `name` in the user's data folder.
    """
    if named := os.environ.get(variable):
        return Path(named)
    runs = default_folder()
    return runs / f".{name}" if os.environ.get(FOLDER_VARIABLE) else runs.with_name(name)


class RunStore:
    """The runs in one folder. Whatever is asked ends in its effect or in a CoreError."""

    def __init__(self, folder: Path | None = None) -> None:
        """The folder is made when the first run is."""
        self.folders = Folders(folder or default_folder(), absent=lambda run: NoSuchRun(run=run))
        self.folder = self.folders.folder
        self._examples = Folders(EXAMPLES, absent=lambda run: NoSuchRun(run=run))

    @property
    def problem(self) -> CoreError | None:
        """Why nobody can say what runs there are; None where all is well."""
        return self.folders.problem

    def runs(self) -> list[Run]:
        """All runs, the newest first, broken ones included."""
        return [Run(path) for path in self.folders.paths()]

    def examples(self) -> list[Run]:
        """The runs that ship with the project: a second place, which is only ever read."""
        return [Run(path) for path in reversed(self._examples.paths())]

    def runs_and_examples(self) -> list[Run]:
        """All runs, then those that ship."""
        return [*self.runs(), *self.examples()]

    def run(self, identifier: str) -> Run:
        """The run of that id, or the example. Raises NoSuchRun, also for what is no id."""
        try:
            return Run(self.folders.path(identifier))
        except NoSuchRun:
            return Run(self._examples.path(identifier))

    def create(
        self,
        config: RunConfig,
        *,
        name: str = "",
        note: str = "",
        experiment: str = "",
        kind: str = "",
        files: Mapping[str, bytes] | None = None,
    ) -> Run:
        """A new run, waiting to be launched. Raises FolderNotWritable and DiskFull.

        `name` and what follows it are those of its Label; without a name it is called after what
        it computes.

        `files` are put into its folder by their names, so that it keeps the data it was given:
        relative paths in the options of its source are read there.
        """
        called = name or experiment or config.data.source
        with self.folders.new(called, config.network.cell) as folder:
            versions = {"python": platform.python_version()}
            versions |= {library: version(library) for library in LIBRARIES}
            written = {"config": config.to_json(), "versions": versions}
            replace_json(folder / "config.json", written)
            label = Label(name, note, named=bool(name), experiment=experiment, kind=kind)
            replace_json(folder / "label.json", label.to_json())
            status = {"state": "queued", "created": time.time(), "launched": None}
            replace_json(folder / "status.json", status)
            for file, content in (files or {}).items():
                (folder / Path(file).name).write_bytes(content)
        return Run(folder)

    def bring(self, brought: Brought, *, name: str, versions: Mapping[str, str]) -> Run:
        """A new run that is not trained here. Raises FolderNotWritable and DiskFull."""
        with self.folders.new(name, brought.program) as folder:
            written = {KEY: brought.to_json(), "versions": dict(versions)}
            replace_json(folder / "config.json", written)
            replace_json(folder / "label.json", Label(name).to_json())
            status = {"state": "starting", "created": time.time(), "launched": None}
            replace_json(folder / "status.json", status)
        return Run(folder)

    def start(
        self, configs: Sequence[RunConfig], *, label: Label, files: Mapping[str, bytes]
    ) -> list[Run]:
        """Creates runs and launches them. What was not launched is gone again where that fails.

        All are created before the first is launched, so that none waits for one that cannot be.
        Raises FolderNotWritable and DiskFull.
        """
        runs: list[Run] = []
        launched = 0
        try:
            for config in configs:
                run = self.create(config, **label.to_json(), files=files)
                runs.append(run)
            for run in runs:
                self.launch(run)
                launched += 1
        finally:
            for run in runs[launched:]:
                self.folders.discard(run.id)
        return runs

    def launch(self, run: Run) -> None:
        """Starts its worker, which waits for its turn by itself.

        The worker outlives this process: closing the browser or the dashboard ends no run. Raises
        RunIsBusy, NoSuchRun, RunIsAnExample, NotTrainedHere, FolderNotWritable and DiskFull.
        """
        self._refuse_example(run)
        if run.file("config.json").is_file() and run.brought is not None:
            raise NotTrainedHere(run=run.label.name)
        gone = NoSuchRun(run=run.id)
        with alone(self.folder, gone=gone), writing(run.folder, gone=gone):
            if run.is_busy:
                raise RunIsBusy(run=run.label.name)
            if not run.file("config.json").is_file():
                raise gone
            written = read_json(run.file("status.json"))
            before = written if isinstance(written, dict) else {}
            created = before.get("created", time.time())
            fresh = {"state": "queued", "created": created, "launched": time.time()}
            fresh |= {"taken": False, "error": None, "ended": None}
            with append_plain(run.file("worker.log")) as log:
                run.file("cancel").unlink(missing_ok=True)
                replace_json(run.file("status.json"), before | fresh)
                command = children.command("core.training.worker", str(run.folder.resolve()))
                try:
                    children.detach(command, log=log)
                except NoProcess:
                    replace_json(run.file("status.json"), before)
                    raise

    def resume(self, run: Run) -> None:
        """Launches it again, to go on from its last finished epoch.

        Raises NothingToResume, BrokenRun, and what `launch` raises.
        """
        self._refuse_example(run)
        if run.status.state == "finished":
            raise NothingToResume(run=run.label.name)
        self.launch(run)

    def delete(self, run: Run) -> None:
        """Puts a run away; `undelete` brings it back for some days.

        Raises RunIsBusy, NoSuchRun, RunIsAnExample, FolderNotWritable and DiskFull.
        """
        self._refuse_example(run)

        def objection() -> CoreError | None:
            return RunIsBusy(run=run.label.name) if run.is_busy else None

        self.folders.put_away(run.id, unless=objection)

    def _refuse_example(self, run: Run) -> None:
        if run.is_example:
            raise RunIsAnExample(run=run.label.name)

    def undelete(self, identifier: str) -> Run:
        """Brings a deleted run back. Raises NoSuchRun, FolderNotWritable and DiskFull."""
        return Run(self.folders.bring_back(identifier))

    def deleted(self) -> list[Run]:
        """The runs that can be brought back, the last deleted first."""
        return [Run(path) for path in self.folders.away()]

    @property
    def is_shared(self) -> bool:
        """Whether this folder is one reader's among those of others, with rules for all."""
        return base_of(self.folder) != self.folder

    @property
    def places(self) -> tuple[tuple[Path, int], ...]:
        """The folders of locks of which a run takes one each before it trains, and how many.

        One reader's runs wait for each other, and then for those of all readers of the server.
        """
        own = (self.folder / ".places", self.at_once)
        if not self.is_shared:
            return (own,)
        return own, (base_of(self.folder) / ".places", rules().runs_at_once)

    @property
    def at_once(self) -> int:
        """How many runs train at the same time; unless set, one core is left to the reader."""
        if self.is_shared:
            return rules().runs_each
        try:
            written = read_json(self.folder / "settings.json")
        except BrokenRun:
            written = None
        found = written.get("at_once") if isinstance(written, dict) else None
        if is_count(found) and 1 <= found <= MOST_AT_ONCE:
            return found
        return min(spare_cores(), MOST_AT_ONCE)

    @at_once.setter
    def at_once(self, count: int) -> None:
        if not 1 <= count <= MOST_AT_ONCE:
            expected = f"from 1 to {MOST_AT_ONCE}"
            raise WrongSetting(setting="at_once", found=count, expected=expected)
        self.folders.make()
        with writing(self.folder):
            replace_json(self.folder / "settings.json", {"at_once": count})
