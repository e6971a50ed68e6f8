"""The corpora of this machine: a folder of corpus folders, and the processes that record them.

    request.json   what is to be recorded: the source, as plain data, and the settings
    status.json    how far it is, every second; the reason where it failed
    scale.json     workers, tasks and tries, where others record for its process
    cancel         somebody wants it to stop
    worker.lock    held while it is recorded; worker.log what the process said

A recording outlives the dashboard, and is watched by whoever reads the folder, as runs are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core import children
from core.corpus.errors import CORPORA_VARIABLE, CorpusIsBusy, NotACorpus
from core.corpus.manifest import Dtype, unreadable
from core.corpus.recorded import Corpus
from core.corpus.recorder import Progress
from core.corpus.sources import Source
from core.errors import CoreError, Failure, NoProcess
from core.model import Model
from core.scale import Board
from core.training.alive import has_worker, just_now
from core.training.errors import BrokenRun
from core.training.files import read_json, replace_file, replace_json, writing
from core.training.folders import Folders, alone
from core.training.store import folder_beside_runs
from core.written import NotAsWritten, read_as

BOARD = "scale.json"


def corpora_folder() -> Path:
    """Where corpora are kept: RNN_CORPORA_DIR, else `.corpora` in RNN_RUNS_DIR, else `corpora` in
    the user's data folder.
    """
    return folder_beside_runs("corpora", variable=CORPORA_VARIABLE)


LAUNCHED = "launched"
"""A file that stands in the folder from when a process is started until it first says something."""
STARTING = 120.0
"""Seconds after which a process that has said nothing is held to be gone."""


@dataclass(frozen=True)
class KeptCorpus:
    """One corpus's folder, read afresh at each question."""

    folder: Path

    @property
    def id(self) -> str:
        """Its name among the corpora: that of its folder."""
        return self.folder.name

    @property
    def request(self) -> Mapping[str, Any]:
        """What is recorded here. Raises NotACorpus."""
        try:
            written = read_json(self.folder / "request.json")
        except BrokenRun as error:
            raise unreadable(self.folder, "request.json", error.facts["why"]) from error
        if not isinstance(written, dict) or not isinstance(written.get("source"), dict):
            raise NotACorpus(folder=self.folder, why="it has no request.json")
        return written

    @property
    def name(self) -> str:
        """What it is called; its id where that cannot be read."""
        try:
            named = self.request.get("name")
        except NotACorpus:
            named = None
        return named if isinstance(named, str) and named else self.id

    @property
    def has_worker(self) -> bool:
        """Whether a process records it."""
        return has_worker(self.folder)

    @property
    def is_at_work(self) -> bool:
        """Whether a process records it, or was started just now and has not told anything yet."""
        try:
            launched = (self.folder / LAUNCHED).stat().st_mtime
        except OSError:
            return self.has_worker
        return just_now(launched, within=STARTING) or self.has_worker

    @property
    def progress(self) -> Progress | None:
        """How far it is, as its process last said; None where it has not said anything."""
        written = self._status.get("progress")
        try:
            return None if written is None else read_as(Progress, written)
        except NotAsWritten:
            return None

    @property
    def board(self) -> Board | None:
        """Who records it; None where its own process does, or nobody can say."""
        try:
            return Board.from_json(read_json(self.folder / BOARD))
        except (CoreError, ValueError):
            return None

    @property
    def failure(self) -> CoreError | None:
        """Why it ended before its end; None where it did not, or nobody could say."""
        try:
            return Failure.from_json(self._status.get("error")).error()
        except ValueError:
            return None

    @property
    def _status(self) -> Mapping[str, Any]:
        try:
            written = read_json(self.folder / "status.json")
        except CoreError:
            return {}
        return written if isinstance(written, dict) else {}

    def tell(self, progress: Progress | None, *, error: CoreError | None = None) -> None:
        """Says how far it is. Raises OSError."""
        told = None if progress is None else asdict(progress)
        failed = None if error is None else Failure.of(error).to_json()
        replace_json(self.folder / "status.json", {"progress": told, "error": failed})

    def corpus(self) -> Corpus:
        """What is recorded of it. Raises NotACorpus and CorpusOfOtherVersion."""
        return Corpus.open(self.folder)

    @property
    def can_be_searched(self) -> bool:
        """Whether there is something of it on the disk."""
        try:
            return self.corpus().steps > 0
        except CoreError:
            return False

    @property
    def began(self) -> bool:
        """Whether its process has written anything but words; so where nobody may look."""
        return _is_there(self.folder / "manifest.json")

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether somebody has cancelled it."""
        return _is_there(self.folder / "cancel")

    @property
    def is_whole(self) -> bool:
        """Whether all that was to be recorded is there, so that nothing is left to go on with."""
        try:
            return self.corpus().finished
        except CoreError:
            return False

    def cancel(self) -> None:
        """Asks its process to stop; it goes on from there when launched again.

        Raises NotACorpus where it was deleted, FolderNotWritable and DiskFull.
        """
        with self._writing():
            (self.folder / "cancel").touch()

    def launch(self) -> None:
        """Starts the process that records it, or goes on.

        Raises CorpusIsBusy, NotACorpus where it was deleted, NoProcess, FolderNotWritable and
        DiskFull.
        """
        above, launched = self.folder.parent, self.folder / LAUNCHED
        gone = NotACorpus(folder=self.folder, why="it is not there")
        with alone(above, gone=gone, variable=CORPORA_VARIABLE), self._writing():
            if self.is_at_work:
                raise CorpusIsBusy(folder=self.folder)
            with (self.folder / "worker.log").open("ab") as log:
                (self.folder / "cancel").unlink(missing_ok=True)
                launched.touch()
                command = children.command("core.corpus.worker", str(self.folder.resolve()))
                try:
                    children.detach(command, log=log)
                except NoProcess:
                    launched.unlink(missing_ok=True)
                    raise

    def _writing(self) -> AbstractContextManager[None]:
        gone = NotACorpus(folder=self.folder, why="it is not there")
        return writing(self.folder, gone=gone, variable=CORPORA_VARIABLE)


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:
        return True


class Corpora:
    """The corpora in one folder, which is made when the first of them is."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folders = Folders(
            folder or corpora_folder(),
            absent=lambda name: NotACorpus(folder=name, why="it is not there"),
            variable=CORPORA_VARIABLE,
        )

    def all(self) -> list[KeptCorpus]:
        """All of them, the newest first; also those that cannot be read."""
        return [KeptCorpus(path) for path in self.folders.paths()]

    def corpus(self, identifier: str) -> KeptCorpus:
        """The corpus of that id. Raises NotACorpus, also for what is no id."""
        return KeptCorpus(self.folders.path(identifier))

    def begin(
        self,
        model: Model,
        source: Source,
        *,
        name: str = "",
        dtype: Dtype = "float16",
        quantities: Sequence[str] | None = None,
        origin: str = "",
    ) -> KeptCorpus:
        """A new folder, and the process that records into it; neither where that cannot be started.

        Raises NoProcess, FolderNotWritable and DiskFull.
        """
        with self.folders.new(name or source.name) as folder:
            request: dict[str, Any] = {
                "source": dict(source.described),
                "name": name or source.name,
            }
            request |= {"dtype": dtype, "origin": origin}
            request |= {"quantities": None if quantities is None else list(quantities)}
            replace_json(folder / "request.json", request)
            replace_file(folder / "asked.npz", model.save)
            kept = KeptCorpus(folder)
            kept.launch()
        return kept

    def delete(self, kept: KeptCorpus) -> None:
        """Puts a corpus away; `undelete` brings it back for some days. Raises CorpusIsBusy."""

        def objection() -> CoreError | None:
            return CorpusIsBusy(folder=kept.folder) if kept.is_at_work else None

        self.folders.put_away(kept.id, unless=objection)

    def undelete(self, identifier: str) -> KeptCorpus:
        """Brings a deleted corpus back. Raises NotACorpus, FolderNotWritable and DiskFull."""
        return KeptCorpus(self.folders.bring_back(identifier))

    def deleted(self) -> list[KeptCorpus]:
        """The corpora that can be brought back, the last deleted first."""
        return [KeptCorpus(path) for path in self.folders.away()]
