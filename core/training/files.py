"""Files that a kill at any instant leaves readable.

A file is replaced as a whole (`replace_file`: written beside it, flushed to the disk, renamed over
it) or grows by whole lines (`append_line`; `whole_lines` leaves out one that was not finished).
Cost: about a millisecond for a replacement. Not chosen: SQLite, because a folder of plain files
can be read by eye, copied and mended.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

from core.training.errors import BrokenRun


def replace_file(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Calls `write` on a new file and puts that in place of the old one, all or nothing."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with beside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def replace_json(path: Path, value: Any) -> None:
    """Writes plain data as JSON, all or nothing."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    replace_file(path, lambda file: file.write(text.encode()))


def read_json(path: Path) -> Any:
    """What `replace_json` wrote, None where there is no such file. Raises BrokenRun."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (ValueError, OSError) as error:
        raise BrokenRun(file=path.name, why=str(error)) from error


def append_line(file: IO[bytes], text: str) -> None:
    """Adds one line with a single write, so that readers see all of it or a part without an end."""
    file.write(text.encode() + b"\n")
    file.flush()


def whole_lines(path: Path) -> bytes:
    """The finished lines of a file that may be growing; nothing where there is none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise BrokenRun(file=path.name, why=str(error)) from error
    return content[: content.rfind(b"\n") + 1]


def read_json_lines(path: Path) -> list[dict[str, Any]]:
    """The finished lines of a file of JSON objects; those that are none are left out."""
    found = []
    for line in whole_lines(path).splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def keep_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Replaces a file by some of its lines."""
    if path.exists():
        kept = b"".join(line + b"\n" for line in lines)
        replace_file(path, lambda file: file.write(kept))
