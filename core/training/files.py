"""Files that a kill at any instant leaves readable.

A file is replaced as a whole (`replace_file`: written beside it, flushed to the disk, renamed over
it) or grows by whole lines (`append_line`; `whole_lines` leaves out one that was not finished).
Cost: about a millisecond for a replacement. Not chosen: SQLite, because a folder of plain files
can be read by eye, copied and mended.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from core.errors import CoreError
from core.own_files import MOST_JSON, MOST_LINES, plain_json, read_plain
from core.training.errors import RUNS_VARIABLE, BrokenRun, DiskFull, FolderNotWritable

FULL = (errno.ENOSPC, errno.EDQUOT)
PAUSES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Seconds between tries to replace a file that somebody reads, where the system minds that."""


@contextmanager
def writing(
    folder: Path, *, gone: CoreError | None = None, variable: str = RUNS_VARIABLE
) -> Iterator[None]:
    """Whatever the system objects to becomes a sentence.

    `variable` is that which names the place, for the sentence. Raises DiskFull, FolderNotWritable,
    and `gone` where what was to be written to is not there.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise DiskFull(variable=variable) from error
        if gone is not None and isinstance(error, FileNotFoundError):
            raise gone from error
        why = error.strerror or str(error)
        raise FolderNotWritable(folder=folder, why=why, variable=variable) from error


def replace_file(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Calls `write` on a new file and puts that in place of the old one, all or nothing."""
    # A name of its own each time: two threads, or two windows, may write the same file.
    beside = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}.new")
    try:
        with beside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        _put(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def _put(beside: Path, path: Path) -> None:
    """Renames over a file. Windows refuses while somebody reads it, which takes milliseconds."""
    for pause in (*PAUSES, None):
        try:
            beside.replace(path)
        except PermissionError:
            if pause is None or sys.platform != "win32":
                raise
            time.sleep(pause)
        else:
            return


def remove_left_overs(folder: Path) -> None:
    """Removes what processes that are gone have begun to write in a folder and left there."""
    for path in folder.glob("*.new"):
        named = re.search(r"\.(\d+)(?:-[0-9a-f]{8})?\.new$", path.name)
        if named is not None and not _lives(int(named[1])):
            with suppress(OSError):
                path.unlink()


def _lives(process: int) -> bool:
    """Whether a process may still run; where nobody can ask without harm, it may."""
    if sys.platform == "win32":  # to ask there is to end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def replace_json(path: Path, value: Any) -> None:
    """Writes plain data as JSON, all or nothing."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    replace_file(path, lambda file: file.write(text.encode()))


def read_json(path: Path) -> Any:
    """What `replace_json` wrote, None where there is no such file. Raises BrokenRun."""
    try:
        return plain_json(read_plain(path, most=MOST_JSON))
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise BrokenRun(file=path.name, why=why_not(error)) from error


def why_not(error: Exception) -> str:
    """Why a file cannot be read: what the system or its reader said, without path and number."""
    return getattr(error, "strerror", None) or str(error)


def append_line(file: IO[bytes], text: str) -> None:
    """Adds one line with a single write, so that readers see all of it or a part without an end."""
    file.write(text.encode() + b"\n")
    file.flush()


def whole_lines(path: Path) -> bytes:
    """The finished lines of a file that may be growing; nothing where there is none.

    Raises BrokenRun.
    """
    try:
        content = read_plain(path, most=MOST_LINES)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise BrokenRun(file=path.name, why=why_not(error)) from error
    return content[: content.rfind(b"\n") + 1]


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The finished lines of a file of JSON objects that say their epoch; others are left out.

    Raises BrokenRun.
    """
    found = (read_json_line(line) for line in whole_lines(path).splitlines())
    return [value for value in found if value is not None]


def read_json_line(line: bytes) -> dict[str, Any] | None:
    """A JSON object that says its epoch, and otherwise numbers, or what is made of them.

    None for anything else.
    """
    try:
        value = plain_json(line)
    except ValueError:
        return None
    if not isinstance(value, dict) or type(value.get("epoch")) is not int:
        return None
    return None if any(map(_is_word, value.values())) else value


def _is_word(value: object) -> bool:
    return isinstance(value, str | bool)


def epoch_of_batch(line: bytes, names: bytes) -> int | None:
    """The epoch that a line of batches.csv is of; None where it is no line of numbers."""
    values = line.split(b",")
    if len(values) != names.count(b",") + 1:
        return None
    try:
        return int(values[0]) if all(map(_is_number, values)) else None
    except ValueError:
        return None


def _is_number(value: bytes) -> bool:
    """Whether a text says a number as the worker writes them; nothing else stands in a line."""
    try:
        float(value)
    except ValueError:
        return False
    return True


def keep_lines(path: Path, wanted: Callable[[bytes], bool | None]) -> int:
    """Replaces a file by those of its lines that are wanted. Returns how many could not be read.

    Those, for which `wanted` says None, are added to a file beside it, `<name>.aside`.
    """
    if not path.exists():
        return 0
    kept, aside = [], []
    for line in whole_lines(path).splitlines(keepends=True):
        match wanted(line.rstrip(b"\r\n")):
            case True:
                kept.append(line)
            case None:
                aside.append(line)
    if aside:
        with path.with_name(f"{path.name}.aside").open("ab") as file:
            file.writelines(aside)
    replace_file(path, lambda file: file.write(b"".join(kept)))
    return len(aside)
