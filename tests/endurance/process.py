"""What a server holds: memory, descriptors, children. As Linux tells it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Held:
    """Of one process and, for memory, of all that descend from it."""

    own: int
    """Resident bytes of the process itself."""
    whole: int
    """The same with its children."""
    descriptors: int
    children: int


def held(pid: int) -> Held:
    """What the process holds now."""
    family = _family(pid)
    return Held(
        own=_resident(pid),
        whole=sum(map(_resident, family)),
        descriptors=sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir()),
        children=len(family) - 1,
    )


def _family(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        below = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except FileNotFoundError:
        return []
    return [pid, *(member for child in below for member in _family(child))]


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
