"""A short name for what a cache is asked about: equal for equal contents, of any size."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np


def digest(value: Any) -> str:
    """Return a short name for a text, an array, or a nest of them: equal for equal contents."""
    found = hashlib.blake2b(digest_size=16)
    _feed(found, value)
    return found.hexdigest()


def _feed(found: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        found.update(f"array{value.dtype}{value.shape}".encode())
        found.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, str):
        found.update(f"text{len(value)}".encode() + value.encode("utf-8", "surrogatepass"))
    elif isinstance(value, dict):
        _feed(found, [part for item in sorted(value.items()) for part in item])
    elif isinstance(value, list | tuple):
        found.update(f"list{len(value)}".encode())
        for part in value:
            _feed(found, part)
    else:
        found.update(f"{type(value).__name__}{value!r}".encode())
