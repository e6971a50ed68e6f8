"""What parents and children say to each other: kinds of messages over pipes, and who serves them.

A message is a kind, a length and that many bytes of plain data; what they mean, whoever sends them
knows. Not chosen: pickle, which executes what it is sent.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable
from enum import Enum
from typing import IO


class Kind(Enum):
    """What a message to or from a `core.children.Child` is.

    The child is READY; a REQUEST for a run, and the TRACE that answers; a model to SAVE, and the
    FILE that answers; a TASK, and the ANSWER to it; or a FAILURE of any of them.
    """

    READY = b"r"
    REQUEST = b"q"
    TRACE = b"t"
    SAVE = b"s"
    FILE = b"k"
    TASK = b"j"
    ANSWER = b"a"
    FAILURE = b"f"


_HEADER = struct.Struct(">cQ")


def write_message(stream: IO[bytes], kind: Kind, payload: bytes = b"") -> None:
    """Sends a kind, a length, and that many bytes. Raises OSError where nobody reads."""
    stream.write(_HEADER.pack(kind.value, len(payload)))
    stream.write(payload)
    stream.flush()


def read_message(stream: IO[bytes]) -> tuple[Kind, bytes] | None:
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


def serve_standard(serve: Callable[[IO[bytes], IO[bytes]], None]) -> None:
    """Has `serve` read requests from stdin and answer on stdout, until its parent is gone."""
    # Whatever a library prints to stdout, a banner, must not land among messages.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        serve(sys.stdin.buffer, answers)
    except BrokenPipeError:  # with the parent whoever asked has gone
        os._exit(0)
