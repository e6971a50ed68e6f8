"""What a worker is: the task that `python -m core.scale check` gives to each."""

from __future__ import annotations

import os
import platform
import socket
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import OutOfRange

LIBRARIES = ("numpy", "numba", "keras", "tensorflow")
MOST_SECONDS = 3_600.0


def probe(
    *, number: int, seconds: float = 0.0, values: Any = None, folder: str | None = None
) -> dict[str, Any]:
    """Where a task was done and with what, and the sum of squares of some values as a proof.

    It takes at least `seconds`. `folder` is one whose presence is told. Raises OutOfRange.
    """
    if not 0 <= seconds <= MOST_SECONDS:
        raise OutOfRange(what="seconds", found=seconds, expected=f"from 0 to {MOST_SECONDS:g}")
    time.sleep(seconds)
    numbers = np.arange(number, dtype=np.float64) if values is None else np.asarray(values)
    return {
        "number": number,
        "squares": float(np.sum(np.square(numbers, dtype=np.float64))),
        "host": socket.gethostname(),
        "process": os.getpid(),
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in LIBRARIES},
        "sees": None if folder is None else Path(folder).is_dir(),
    }


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "–"
