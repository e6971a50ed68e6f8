"""What comes back from the process that read a file: JSON and plain numbers.

    8 bytes: length of the JSON | JSON | the numbers of each array, one after another

The process may have been taken over by what it read, so its answer is believed as little as the
file was: lengths and shapes are held against the same bounds, types are those of `_TYPES`. Never
pickle. Not chosen: `.npz`, whose checksums and compression
take longer than the reading does.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from io import BufferedReader
from typing import IO, Any

import numpy as np

from core.activations import Array
from core.importers.errors import FileRefused, ReaderStopped
from core.importers.limits import Limits, Tally

_LENGTH = struct.Struct("<Q")
_TYPES = re.compile(r"<[fiu][248]|\|[iub]1")
_LONGEST = 4
"""A description may be this many times as long as one in a file: it is more than one."""


def write_answer(
    file: IO[bytes], description: Mapping[str, Any], arrays: Mapping[str, Array]
) -> None:
    """Writes an answer: numbers in little-endian order, of up to eight bytes each."""
    arrays = {
        name: array.astype(array.dtype.newbyteorder("<"), copy=False)
        for name, array in arrays.items()
    }
    listed = [
        {"name": name, "type": array.dtype.str, "shape": array.shape}
        for name, array in arrays.items()
    ]
    text = json.dumps({"description": description, "arrays": listed}).encode()
    file.write(_LENGTH.pack(len(text)) + text)
    for array in arrays.values():
        file.write(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)


def read_answer(file: BufferedReader, *, limits: Limits) -> tuple[dict[str, Any], dict[str, Array]]:
    """The description and the arrays. Raises ReaderStopped for what is no answer."""
    try:
        (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        limits.check_header(length // _LONGEST, entry="answer")
        told = json.loads(file.read(length))
        tally = Tally(limits)
        arrays = {each["name"]: _array(file, each, tally) for each in told["arrays"]}
        description = told["description"]
    except (FileRefused, ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
        raise ReaderStopped(signal="its answer made no sense") from error
    if not isinstance(description, dict) or file.read(1):
        raise ReaderStopped(signal="its answer made no sense")
    return description, arrays


def _array(file: BufferedReader, listed: Mapping[str, Any], tally: Tally) -> Array:
    shape = tally.add(listed["shape"], entry="answer")
    if not _TYPES.fullmatch(listed["type"]):
        raise ValueError(listed["type"])
    array = np.empty(shape, listed["type"])
    room = array.reshape(-1).view(np.uint8)
    if file.readinto(room.data) != room.size:
        raise ValueError("too few numbers")
    return array
