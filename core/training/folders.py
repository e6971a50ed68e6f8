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
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from core.errors import CoreError
from core.training.errors import RUNS_VARIABLE, FolderNotReadable, FolderNotWritable, NameTaken
from core.training.files import remove_left_overs, writing
from core.typed_paths import UnusablePath, typed_path

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
        """`absent` gives the error for an id that is not there; `variable` names the place.

        A folder that no path can lead to has nothing in it: `problem` says so, and what would
        write there raises that.
        """
        self._absent = absent
        self._variable = variable
        self._unusable: UnusablePath | None = None
        try:
            self.folder = typed_path(folder)
        except UnusablePath as error:
            self.folder, self._unusable = folder, error

    @property
    def problem(self) -> CoreError | None:
        """Why nobody can say what is there; None where all is well, or nothing was made yet."""
        if self._unusable is not None:
            return self._unusable
        try:
            os.scandir(self.folder).close()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            return FolderNotReadable(folder=self.folder, why=error.strerror or str(error))
        return None

    def paths(self) -> list[Path]:
        """All of them, the newest first; also those that cannot be opened."""
        return [self.folder / name for name in sorted(self._names(), reverse=True)]

    def make(self) -> None:
        """Makes the folder of them all. Raises UnusablePath, FolderNotWritable and DiskFull."""
        self._check()
        with writing(self.folder, variable=self._variable):
            self.folder.mkdir(parents=True, exist_ok=True)

    def _check(self) -> None:
        if self._unusable is not None:
            raise self._unusable

    def _names(self, *, away: bool = False) -> set[str]:
        folder = self.folder / DELETED if away else self.folder
        return _names(folder) if self._unusable is None else set()

    def path(self, identifier: str) -> Path:
        """The folder of that id. Raises the error for what is absent, also for what is no id."""
        if identifier not in self._names():
            raise self._absent(identifier)
        return self.folder / identifier

    @contextmanager
    def new(self, *words: str) -> Iterator[Path]:
        """A new folder, named after the time and some words; gone again where filling it fails.

        Raises UnusablePath, FolderNotWritable and DiskFull.
        """
        self._check()
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
        _remove(self.folder / identifier)

    def put_away(self, identifier: str, *, unless: Callable[[], CoreError | None]) -> None:
        """Deletes a folder, to be brought back for some days; what is older goes for good.

        `unless` is asked for an objection when nobody else can do anything. Raises that, the error
        for what is absent, FolderNotWritable and DiskFull.
        """
        self._check()
        away = self.folder / DELETED
        with self._alone(identifier):
            path = self.path(identifier)
            objection = unless()
            if objection is not None:
                raise objection
            away.mkdir(exist_ok=True)
            _set_aside(away / identifier)
            _move(path, away / identifier)
            _touch(away / identifier)
        for old in self.away():
            with writing(away, variable=self._variable):
                if time.time() - old.lstat().st_mtime > KEPT_DAYS * 86_400:
                    _remove(old)

    def bring_back(self, identifier: str) -> Path:
        """Undoes `put_away`. Raises as that does, and NameTaken where one of its name has come."""
        self._check()
        with self._alone(identifier):
            if identifier not in self._names(away=True):
                raise self._absent(identifier)
            place = self.folder / identifier
            remove_shell(place)
            if os.path.lexists(place):
                raise NameTaken(name=identifier)
            (self.folder / DELETED / identifier).rename(place)
        return place

    def _alone(self, identifier: str) -> AbstractContextManager[None]:
        return alone(self.folder, gone=self._absent(identifier), variable=self._variable)

    def away(self) -> list[Path]:
        """What can be brought back, the last that was deleted first."""
        away = self.folder / DELETED
        found = [(_changed(away / name), away / name) for name in self._names(away=True)]
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


def _set_aside(place: Path) -> None:
    """Makes room where one of the same name was put away before, which keeps its days there.

    So it is where somebody put a copy back by hand and deletes that too.
    """
    if os.path.lexists(place):
        place.rename(place.with_name(f"{place.name[:90]}-{secrets.token_hex(3)}"))


def _names(folder: Path) -> set[str]:
    try:
        with os.scandir(folder) as entries:
            return {each.name for each in entries if _ID.fullmatch(each.name) and _may_be(each)}
    except OSError:
        return set()


def _may_be(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder; a link that leads nowhere may have been to one, and is told."""
    try:
        return entry.is_dir() or (entry.is_symlink() and not Path(entry).exists())
    except OSError:
        return True


def _touch(folder: Path) -> None:
    """Notes when it was put away: on a link itself, since what it leads to may be out of reach."""
    if os.utime in os.supports_follow_symlinks:
        os.utime(folder, follow_symlinks=False)
    else:
        os.utime(folder)


def _remove(folder: Path) -> None:
    """Removes a folder, or a link to one, as far as that can be done."""
    shutil.rmtree(folder, ignore_errors=True)  # which leaves a link alone
    with suppress(OSError):
        if folder.is_symlink():
            folder.unlink()


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0
