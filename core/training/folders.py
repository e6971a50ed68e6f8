"""A folder of folders, one for each run or kept model; what is deleted can be brought back.

Whoever looks sees what is there now: nothing is held in memory, and two windows may do anything at
the same time. Each change is one rename, under a lock that all windows share; what somebody else
was faster with is a sentence, as is a folder that is gone, full or may not be written to.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import CoreError
from core.training.errors import RUNS_VARIABLE, FolderNotReadable, FolderNotWritable
from core.training.files import remove_left_overs, writing

DELETED = ".deleted"
KEPT_DAYS = 7
"""So long what was deleted can be brought back."""
LOCK_SECONDS = 10.0
_ID = re.compile(r"[0-9a-z][0-9a-z-]{0,99}")
_LOCKS = frozenset({"worker.lock"})


class Folders:
    """The folders in one folder, which is made when the first of them is."""

    def __init__(
        self,
        folder: Path,
        *,
        absent: Callable[[str], CoreError],
        variable: str = RUNS_VARIABLE,
    ) -> None:
        """`absent` gives the error for an id that is not there; `variable` names the place."""
        self.folder = folder.expanduser()
        self._absent = absent
        self._variable = variable

    @property
    def problem(self) -> CoreError | None:
        """Why nobody can say what is there; None where all is well, or nothing was made yet."""
        try:
            os.scandir(self.folder).close()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return FolderNotReadable(folder=self.folder, why=error.strerror or str(error))
        return None

    def paths(self) -> list[Path]:
        """All of them, the newest first; also those that cannot be opened."""
        return [self.folder / name for name in sorted(_names(self.folder), reverse=True)]

    def path(self, identifier: str) -> Path:
        """The folder of that id. Raises the error for what is absent, also for what is no id."""
        if identifier not in _names(self.folder):
            raise self._absent(identifier)
        return self.folder / identifier

    @contextmanager
    def new(self, *words: str) -> Iterator[Path]:
        """A new folder, named after the time and some words; gone again where filling it fails.

        Raises FolderNotWritable and DiskFull.
        """
        stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
        slugs = (re.sub(r"[^0-9a-z]+", "-", word.lower()).strip("-")[:40] for word in words)
        parts = (stamp, *slugs, secrets.token_hex(3))
        folder = self.folder / "-".join(part for part in parts if part)
        try:
            with writing(self.folder, variable=self._variable):
                folder.mkdir(parents=True)
                remove_left_overs(self.folder)
                yield folder
        except BaseException:
            self.discard(folder.name)
            raise

    def discard(self, identifier: str) -> None:
        """Removes a folder for good."""
        shutil.rmtree(self.folder / identifier, ignore_errors=True)

    def put_away(self, identifier: str, *, unless: Callable[[], CoreError | None]) -> None:
        """Deletes a folder, to be brought back for some days; what is older goes for good.

        `unless` is asked for an objection when nobody else can do anything. Raises that, the error
        for what is absent, FolderNotWritable and DiskFull.
        """
        away = self.folder / DELETED
        with self._alone(identifier):
            path = self.path(identifier)
            objection = unless()
            if objection is not None:
                raise objection
            away.mkdir(exist_ok=True)
            _move(path, away / identifier)
            os.utime(away / identifier)
        for old in self.away():
            with writing(away, variable=self._variable):
                if time.time() - old.stat().st_mtime > KEPT_DAYS * 86_400:
                    shutil.rmtree(old, ignore_errors=True)

    def bring_back(self, identifier: str) -> Path:
        """Undoes `put_away`. Raises as that does."""
        with self._alone(identifier):
            if identifier not in _names(self.folder / DELETED):
                raise self._absent(identifier)
            place = self.folder / identifier
            remove_shell(place)
            (self.folder / DELETED / identifier).rename(place)
        return place

    def _alone(self, identifier: str) -> AbstractContextManager[None]:
        return alone(self.folder, gone=self._absent(identifier), variable=self._variable)

    def away(self) -> list[Path]:
        """What can be brought back, the last that was deleted first."""
        away = self.folder / DELETED
        found = [(_changed(away / name), away / name) for name in _names(away)]
        return [path for _, path in sorted(found, reverse=True)]


@contextmanager
def alone(folder: Path, *, gone: CoreError, variable: str = RUNS_VARIABLE) -> Iterator[None]:
    """Nobody else changes anything in a folder of folders meanwhile.

    Raises `gone` where it is not there, FolderNotWritable and DiskFull.
    """
    with writing(folder, gone=gone, variable=variable):
        os.scandir(folder).close()  # the lock would make it anew
        try:
            with FileLock(folder / ".lock", timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            why = "another process is at work in it"
            raise FolderNotWritable(folder=folder, why=why, variable=variable) from error


def remove_shell(folder: Path) -> None:
    """Removes a folder in which nothing is but a lock: asking for one may make its folder anew."""
    try:
        if {path.name for path in folder.iterdir()} == _LOCKS:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return


def _move(folder: Path, place: Path) -> None:
    """Renames a folder; one without rights, which even its owner could not move, is given them."""
    try:
        folder.rename(place)
    except PermissionError:
        before = folder.stat().st_mode
        folder.chmod(before | stat.S_IRWXU)
        try:
            folder.rename(place)
        except OSError:
            folder.chmod(before)
            raise


def _names(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            return {each.name for each in entries if _ID.fullmatch(each.name) and each.is_dir()}
    except OSError:
        return set()


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
