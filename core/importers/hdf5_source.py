"""What all parts of one open HDF5 file share: its bytes, its bounds, and what was counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from core.importers.errors import BrokenFile, FileRefused
from core.importers.limits import Limits, Tally

_HEAP = re.compile(rb"GCOL\x01\0\0\0(.{8})", re.DOTALL)


@dataclass
class Source:
    """The bytes of a file called `entry`; `objects` by their address, and sums of what was read."""

    data: memoryview
    limits: Limits
    entry: str
    tally: Tally
    objects: dict[int, str] = field(default_factory=dict)
    described: int = 0
    stored: int = 0

    @cached_property
    def longest_text(self) -> int:
        """No text of variable length in this file has more bytes.

        Such texts stand in heaps, and each heap says how long it is; the bytes of all heaps are
        found by their mark. Cost: one pass over the file.
        """
        sizes = (int.from_bytes(found[1], "little") for found in _HEAP.finditer(self.data))
        return max((size for size in sizes if size <= len(self.data)), default=0)


@contextmanager
def sound(entry: str) -> Iterator[None]:
    """What libhdf5 and h5py raise on a broken file, as the error that names the entry."""
    try:
        yield
    except FileRefused:
        raise
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise BrokenFile(entry=entry, why=f"HDF5 cannot read it ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    """What libhdf5 says in brackets behind "Unable to …", which tells nothing."""
    text = str(error.args[0]) if error.args else ""
    return text.partition("(")[2].rpartition(")")[0] or text or type(error).__name__
