"""Messages between two processes over a pipe: a kind, a length, and that many bytes.

What travels is NumPy's `.npz` and JSON, so that nothing which arrives is ever executed. Not
chosen: multiprocessing's connections, which unpickle whatever they are sent.
"""

from __future__ import annotations

import struct
from enum import Enum
from typing import IO

_HEADER = struct.Struct(">cQ")


class Kind(Enum):
    """What a message is.

    The child is READY; a REQUEST for a run, and the TRACE that answers; a model to SAVE, and the
    FILE that answers; or a FAILURE of either.
    """

    READY = b"r"
    REQUEST = b"q"
    TRACE = b"t"
    SAVE = b"s"
    FILE = b"k"
    FAILURE = b"f"


def write_frame(stream: IO[bytes], kind: Kind, payload: bytes = b"") -> None:
    """Sends one message. Raises OSError where nobody reads."""
    stream.write(_HEADER.pack(kind.value, len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[Kind, bytes] | None:
    """The next message; None where the other side has ended, in the middle of one or not.

    Raises ValueError for what is no message.
    """
    header = stream.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return None
    kind, length = _HEADER.unpack(header)
    known = Kind(kind)
    payload = stream.read(length)
    return (known, payload) if len(payload) == length else None
