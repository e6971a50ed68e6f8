"""Is somebody at work in a folder of a run, a search or a corpus? Asked by whoever looks.

A process at work holds the folder's lock, which the system takes from it however it ends. One that
was started just now holds none yet, so what was launched a moment ago counts as at work too. A
folder that nobody may write to, or with something else where the lock should be, has no worker.
"""

from __future__ import annotations

import time
from pathlib import Path

from filelock import FileLock, Timeout

from core.training.folders import remove_shell

LOCK = "worker.lock"


def has_worker(folder: Path) -> bool:
    """Whether a process holds a folder's lock."""
    file = folder / LOCK
    try:
        if not file.exists():
            return False
        with FileLock(file, timeout=0):
            pass
    except Timeout:
        return True
    except OSError:
        return False
    remove_shell(folder)  # somebody deleted it between the two lines above
    return False


def just_now(since: float, *, within: float) -> bool:
    """Whether a time is less than so many seconds from now.

    Not longer ago, and not in the future either: a clock may be set back.
    """
    now = time.time()
    return now - within < since < now + within
