"""Files and folders that somebody names: typed into a field, or given in the environment.

What was typed may name nobody's home, hold a character that no path has, or lead to a folder where
a file is wanted. The system answers each with an exception of another kind; here all are one
sentence. Nothing is read, so a pipe or a dead link cannot hold anybody up.
"""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from core.errors import CoreError

_NO_NAME = (errno.ENAMETOOLONG, errno.EINVAL)


class UnusablePath(CoreError):
    """A path was typed that leads to nothing that can be used."""

    message = (
        "The path '{path}' cannot be used: {why}. Type one such as /data/corpus, or ~/corpus in "
        "your home folder."
    )


def typed_path(written: str | Path, *, base: Path | None = None) -> Path:
    """The path that was typed, `~` expanded; whether something is there is not asked.

    A relative one begins at `base`, where that is given. Raises UnusablePath for what no path can
    be: of an unknown user's home, too long, or with characters that the system's names do not have.
    """
    try:
        path = Path(written).expanduser()
        path = path if base is None else base / path
        path.lstat()
    except RuntimeError as error:
        why = f"whose home '{Path(written).parts[0]}' is, nobody knows here"
        raise UnusablePath(path=_shown(written), why=why) from error
    except ValueError as error:  # NUL, or half of a surrogate pair
        why = "it holds a character that no path has"
        raise UnusablePath(path=_shown(written), why=why) from error
    except OSError as error:
        if error.errno in _NO_NAME:
            raise UnusablePath(path=_shown(written), why=_said(error)) from error
    return path


def typed_file(written: str | Path, *, base: Path | None = None) -> Path:
    """The file that was typed, as `typed_path` reads it. Raises UnusablePath where there is none.

    That is: nothing is there, or a folder, or a pipe or device, which might never end.
    """
    path = typed_path(written, base=base)
    mode = _mode(path, written)
    if stat.S_ISDIR(mode):
        raise UnusablePath(path=_shown(written), why="it is a folder, and a file is wanted")
    if not stat.S_ISREG(mode):
        raise UnusablePath(path=_shown(written), why="it is a pipe or a device, and no file")
    return path


def typed_folder(written: str | Path, *, base: Path | None = None) -> Path:
    """The folder that was typed, as `typed_path` reads it. Raises UnusablePath for none."""
    path = typed_path(written, base=base)
    if not stat.S_ISDIR(_mode(path, written)):
        raise UnusablePath(path=_shown(written), why="it is no folder")
    return path


def _mode(path: Path, written: str | Path) -> int:
    try:
        return path.stat().st_mode
    except FileNotFoundError as error:
        raise UnusablePath(path=_shown(written), why="nothing is there") from error
    except OSError as error:
        raise UnusablePath(path=_shown(written), why=_said(error)) from error


def _said(error: OSError) -> str:
    return error.strerror or str(error)


def _shown(written: str | Path) -> str:
    """What was typed, for a sentence: cut, and with what cannot be written replaced."""
    text = str(written).encode("utf-8", "replace").decode()
    return text if len(text) <= 200 else f"{text[:199]}…"
