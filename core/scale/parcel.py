"""Plain data and arrays as bytes, and back: what a task is given, and what it answers.

    length of the JSON | JSON, a reference in place of each array | the arrays, as NumPy's .npy

Nothing that arrives is executed, whoever sent it. What JSON does not tell apart comes back as JSON
has it: a tuple as a list, a NumPy number as a plain one. Cost: one copy of each array. Not chosen:
pickle, which runs what it reads; and `core.arrays`, which compresses, and so takes ten times as
long for what is read once.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np

from core.scale.errors import NotPlain

_LENGTH = struct.Struct(">Q")
_REFERENCE = "\0array"
"""The name of a reference. No table of plain data has it: it is refused in `_plain`."""
_BYTES = "\0bytes"


def pack(value: Any) -> bytes:
    """Plain data as bytes. Raises NotPlain, which names the place of what is none."""
    arrays: list[np.ndarray[Any, Any]] = []
    text = json.dumps(_plain(value, "It", arrays), ensure_ascii=False).encode()
    parcel = BytesIO()
    parcel.write(_LENGTH.pack(len(text)))
    parcel.write(text)
    for array in arrays:
        np.lib.format.write_array(parcel, array, allow_pickle=False)
    return parcel.getvalue()


def unpack(parcel: bytes) -> Any:
    """What `pack` was given. Raises ValueError for anything that it did not make."""
    (length,) = _LENGTH.unpack_from(parcel)
    start = _LENGTH.size + length
    stream = BytesIO(parcel)
    stream.seek(start)
    arrays: list[np.ndarray[Any, Any]] = []
    while stream.tell() < len(parcel):
        arrays.append(np.lib.format.read_array(stream, allow_pickle=False))
    return _filled(json.loads(parcel[_LENGTH.size : start]), arrays)


def _plain(value: Any, where: str, arrays: list[np.ndarray[Any, Any]]) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case np.generic() if value.dtype.kind in "biuf":
            return value.item()
        case np.ndarray() if not value.dtype.hasobject:
            arrays.append(value)
            return {_REFERENCE: len(arrays) - 1}
        case bytes():
            arrays.append(np.frombuffer(value, np.uint8))
            return {_BYTES: len(arrays) - 1}
        case list() | tuple():
            return [_plain(each, f"{where}[{at}]", arrays) for at, each in enumerate(value)]
        case Mapping():
            for name in value:
                if not isinstance(name, str) or name in (_REFERENCE, _BYTES):
                    raise NotPlain(where=where, found=f"a table with the name {name!r}")
            return {
                name: _plain(each, f"{where}[{name!r}]", arrays) for name, each in value.items()
            }
    raise NotPlain(where=where, found=f"a {type(value).__qualname__}")


def _filled(value: Any, arrays: list[np.ndarray[Any, Any]]) -> Any:
    if isinstance(value, list):
        return [_filled(each, arrays) for each in value]
    if not isinstance(value, dict):
        return value
    if _REFERENCE in value:
        return arrays[value[_REFERENCE]]
    if _BYTES in value:
        return arrays[value[_BYTES]].tobytes()
    return {name: _filled(each, arrays) for name, each in value.items()}
