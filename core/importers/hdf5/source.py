"""What all parts of one open HDF5 file share: its bytes, its bounds, and what was counted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from core.importers.errors import BrokenFile, FileRefused
from core.importers.limits import Limits, Tally


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
