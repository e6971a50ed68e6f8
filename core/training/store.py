"""The runs of this machine: a folder of run folders that every window and process looks into.

Nothing is held in memory, so two windows see the same. Not chosen: an index; a few hundred folders
are listed in milliseconds, and an index can be wrong.
"""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from platformdirs import user_data_path

from core import children
from core.training.config import RunConfig
from core.training.errors import (
    BrokenRun,
    FolderNotWritable,
    NoSuchRun,
    NothingToResume,
    RunIsBusy,
    WrongSetting,
)
from core.training.files import read_json, replace_json
from core.training.run_folder import Label, Run

FOLDER_VARIABLE = "RNN_RUNS_DIR"
DELETED = ".deleted"
KEPT_DAYS = 7
"""So long a deleted run can be brought back."""
LIBRARIES = ("numpy", "keras", "tensorflow")
_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,99}")


def default_folder() -> Path:
    """Where runs are kept: RNN_RUNS_DIR, else `runs` in the user's data folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else user_data_path("unrolled", appauthor=False) / "runs"


class RunStore:
    """The runs in one folder."""

    def __init__(self, folder: Path | None = None) -> None:
        """The folder is made when the first run is."""
        self.folder = (folder or default_folder()).expanduser()

    def runs(self) -> list[Run]:
        """All runs, the newest first, broken ones included."""
        if not self.folder.is_dir():
            return []
        found = (path for path in self.folder.iterdir() if _ID.fullmatch(path.name))
        return [
            Run(path)
            for path in sorted(found, key=lambda path: path.name, reverse=True)
            if path.is_dir()
        ]

    def run(self, identifier: str) -> Run:
        """The run of that id. Raises NoSuchRun, also for what is no id."""
        path = self.folder / identifier
        if not _ID.fullmatch(identifier) or not path.is_dir():
            raise NoSuchRun(run=identifier)
        return Run(path)

    def create(
        self,
        config: RunConfig,
        *,
        name: str = "",
        note: str = "",
        files: Mapping[str, bytes] | None = None,
    ) -> Run:
        """A new run, waiting to be launched. Raises FolderNotWritable.

        `files` are put into its folder by their names, so that it keeps the data it was given:
        relative paths in the options of its source are read there.
        """
        slug = re.sub(r"[^0-9a-z]+", "-", (name or config.data.source).lower()).strip("-")[:40]
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        parts = (stamp, slug, config.network.cell.replace("_", "-"), secrets.token_hex(3))
        folder = self.folder / "-".join(part for part in parts if part)
        try:
            folder.mkdir(parents=True)
            versions = {"python": platform.python_version()}
            versions |= {library: version(library) for library in LIBRARIES}
            written = {"config": config.to_json(), "versions": versions}
            replace_json(folder / "config.json", written)
            replace_json(folder / "label.json", {"name": name or folder.name, "note": note})
            status = {"state": "queued", "created": time.time(), "launched": None}
            replace_json(folder / "status.json", status)
            for file, content in (files or {}).items():
                (folder / Path(file).name).write_bytes(content)
        except OSError as error:
            why = error.strerror or str(error)
            raise FolderNotWritable(folder=self.folder, why=why) from error
        return Run(folder)

    def launch(self, run: Run) -> None:
        """Starts its worker, which waits for its turn by itself. Raises RunIsBusy.

        The worker outlives this process: closing the browser or the dashboard ends no run.
        """
        if run.has_worker:
            raise RunIsBusy(run=run.label.name)
        written = read_json(run.file("status.json")) or {}
        created = written.get("created", time.time())
        fresh = {"state": "queued", "created": created, "launched": time.time(), "taken": False}
        replace_json(run.file("status.json"), written | fresh | {"error": None, "ended": None})
        run.file("cancel").unlink(missing_ok=True)
        with run.file("worker.log").open("ab") as log:
            command = children.command("core.training.worker", str(run.folder.resolve()))
            children.detach(command, log=log)

    def resume(self, run: Run) -> None:
        """Launches it again, to go on from its last finished epoch. Raises NothingToResume."""
        if run.status.state == "finished":
            raise NothingToResume(run=run.label.name)
        self.launch(run)

    def delete(self, run: Run) -> None:
        """Puts a run away; `undelete` brings it back for some days. Raises RunIsBusy."""
        if run.has_worker:
            raise RunIsBusy(run=run.label.name)
        away = self.folder / DELETED
        away.mkdir(exist_ok=True)
        run.folder.rename(away / run.id)
        os.utime(away / run.id)
        self._forget_old(away)

    def undelete(self, identifier: str) -> Run:
        """Brings a deleted run back. Raises NoSuchRun."""
        path = self.folder / DELETED / identifier
        if not _ID.fullmatch(identifier) or not path.is_dir():
            raise NoSuchRun(run=identifier)
        path.rename(self.folder / identifier)
        return Run(self.folder / identifier)

    def deleted(self) -> list[tuple[str, Label]]:
        """Ids and labels of the runs that can be brought back, the last deleted first."""
        away = self.folder / DELETED
        found = [path for path in away.iterdir() if path.is_dir()] if away.is_dir() else []
        latest = sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)
        return [(path.name, Run(path).label) for path in latest]

    def _forget_old(self, away: Path) -> None:
        for path in away.iterdir():
            if time.time() - path.stat().st_mtime > KEPT_DAYS * 86_400:
                shutil.rmtree(path, ignore_errors=True)

    @property
    def at_once(self) -> int:
        """How many runs train at the same time; unless set, one core is left to the reader."""
        try:
            written = read_json(self.folder / "settings.json")
        except BrokenRun:
            written = None
        found = written.get("at_once") if isinstance(written, dict) else None
        spare = max(1, (os.cpu_count() or 1) - 1)
        return found if isinstance(found, int) and found > 0 else spare

    @at_once.setter
    def at_once(self, count: int) -> None:
        if not 1 <= count <= 64:
            raise WrongSetting(setting="at_once", found=count, expected="from 1 to 64")
        self.folder.mkdir(parents=True, exist_ok=True)
        replace_json(self.folder / "settings.json", {"at_once": count})
