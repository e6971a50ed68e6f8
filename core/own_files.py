"""Files that this project wrote, read so that whatever lies in their place is refused in words.

A folder of plain files is open to everybody: a pipe may lie where a file was, which would hold its
reader up for ever; a file without end; or JSON that no writer of ours makes, with which a page
breaks much later. All of these are told apart here, before anything is done with them.
"""

from __future__ import annotations

import json
import os
import re
import stat
from os import PathLike
from pathlib import Path
from typing import IO, Any

MOST_JSON = 16_000_000
"""Bytes of a file that is JSON as a whole; the largest that is written has a tenth of it."""
MOST_LINES = 1_000_000_000
"""Bytes of a file of lines: some ten million batches."""
DEEPEST = 50
_LARGEST = 2**63
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NOT_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class NoPlainFile(OSError):
    """Something is there, and it is no file that could be read to its end."""


def open_plain(path: str | PathLike[str]) -> IO[bytes]:
    """Opens a file to read it. Raises OSError: NoPlainFile for a pipe or device, without waiting.

    For a folder it is IsADirectoryError, as ever.
    """
    file = open(path, "rb", opener=_opened)  # noqa: SIM115 — whoever asked closes it
    try:
        mode = os.fstat(file.fileno()).st_mode
        if not stat.S_ISREG(mode):
            why = "it is a pipe or a device, and no file"
            raise NoPlainFile(why)
    except BaseException:
        file.close()
        raise
    return file


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags | _NOT_WAITING)


def read_plain(path: str | PathLike[str], *, most: int) -> bytes:
    """All of a file of at most so many bytes. Raises OSError: NoPlainFile for a larger one."""
    with open_plain(path) as file:
        # What it says of its size may be no more true when it has been read.
        size = os.fstat(file.fileno()).st_size
        content = file.read(most + 1) if size <= most else b""
    if max(size, len(content)) > most:
        why = f"it has more than {most:,} bytes, the most that such a file has"
        raise NoPlainFile(why)
    return content


def append_plain(path: Path) -> IO[bytes]:
    """Opens a file to add to its end. Raises OSError, also for a pipe that nobody reads."""
    return open(path, "ab", opener=_opened)


def plain_json(content: bytes | str) -> Any:
    """JSON as this project writes it. Raises ValueError for any other.

    Refused are depth that a later step might not get through, numbers that no table holds, and
    halves of characters, which no page can show. NaN and infinities are read: a loss may be one.
    """
    text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
    try:
        found = json.loads(text, parse_int=_whole)
    except RecursionError as error:  # where that begins depends on the Python
        raise _too_deep() from error
    if text.count("[") + text.count("{") > DEEPEST:
        _check_depth(found)
    if _SURROGATE.search(text):
        try:
            json.dumps(found, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            why = "it holds half of a character"
            raise ValueError(why) from error
    return found


def _too_deep() -> ValueError:
    why = f"it is nested deeper than {DEEPEST} levels"
    return ValueError(why)


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) < 30 else _LARGEST
    if not -_LARGEST <= number < _LARGEST:
        why = "it holds a number beyond 64 bits"
        raise ValueError(why)
    return number


def _check_depth(found: Any) -> None:
    level, depth = [found], 0
    while level:
        if depth > DEEPEST:
            raise _too_deep()
        depth += 1
        inside: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inside += value.values()
            elif isinstance(value, list):
                inside += value
        level = inside
