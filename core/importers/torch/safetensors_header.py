"""The bytes of a `.safetensors` file as named tensors: a JSON header, then plain numbers.

The header says of each tensor its type, its shape and where its bytes begin and end. All of it is
held against the bounds and against each other before a number is touched: the tensors have to fill
the file without gap or overlap, each with as many bytes as its shape asks for. Nothing here can
run code: there is none in the format.

Cost: nothing is copied but half-precision numbers; the arrays are views of the bytes. Not chosen:
the reader of the safetensors library, which copies every tensor (three times the file with ours
beside it, which is all the memory that there is), and has no bfloat16 in NumPy. It writes for us,
and the tests hold the two to each other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.activations import Array
from core.importers.archive import Data
from core.importers.errors import (
    BrokenFile,
    CutShort,
    NotNumbers,
    NotStored,
    OverlappingTensors,
)
from core.importers.json_text import parse_json
from core.importers.limits import Limits, Tally

_HEADER = "header"
_METADATA = "__metadata__"
_DTYPES: dict[str, str] = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
    "BOOL": "|u1",
}
"""The types that are read, and how NumPy reads their bytes: bfloat16 as whole numbers first."""


@dataclass(frozen=True, eq=False)
class Tensors:
    """What stands in a file: tensors by name, and the texts that its writer put beside them.

    Floating-point tensors are float64 where they are stored so, else float32; others keep their
    types. `in_order` says whether they stand there as the modules were made.
    """

    tensors: Mapping[str, Array]
    metadata: Mapping[str, str]
    in_order: bool = False


@dataclass(frozen=True)
class _Entry:
    """One tensor as the header declares it: bytes `begin` to `end` after the header."""

    name: str
    kind: str
    shape: tuple[int, ...]
    begin: int
    end: int


def read_tensors(data: Data, *, limits: Limits) -> Tensors:
    """Every tensor of a `.safetensors` file by its name. Raises FileRefused, by its reason."""
    limits.check_file(len(data))
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8:
        raise CutShort(entry=_HEADER, expected=8, found=len(data))
    limits.check_header(length, entry=_HEADER)
    if 8 + length > len(data):
        raise CutShort(entry=_HEADER, expected=length, found=len(data) - 8)
    header = parse_json(bytes(data[8 : 8 + length]), entry=_HEADER, limits=limits)
    if not isinstance(header, dict):
        raise BrokenFile(entry=_HEADER, why="it is no JSON object")
    metadata = _metadata(header.pop(_METADATA, {}))
    tally = Tally(limits)
    entries = [_entry(name, declared, tally) for name, declared in header.items()]
    _check_layout(entries, stored=len(data) - 8 - length)
    start = 8 + length
    return Tensors({each.name: _array(each, data, start) for each in entries}, metadata)


def _metadata(found: Any) -> dict[str, str]:
    if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
        raise BrokenFile(entry=_METADATA, why="it should hold texts by name")
    return found


def _entry(name: str, declared: Any, tally: Tally) -> _Entry:
    """A declared tensor, with a shape within bounds and as many bytes as the shape asks for."""
    if not isinstance(declared, dict) or set(declared) != {"dtype", "shape", "data_offsets"}:
        why = "a tensor has a dtype, a shape and data_offsets, and nothing else"
        raise BrokenFile(entry=name, why=why)
    kind, offsets = declared["dtype"], declared["data_offsets"]
    if not isinstance(kind, str) or kind not in _DTYPES:
        raise NotNumbers(entry=name, found=f"{kind!r:.40}", known=", ".join(_DTYPES))
    shape = tally.add(declared["shape"], entry=name)
    if not (isinstance(offsets, list) and [type(each) for each in offsets] == [int, int]):
        raise BrokenFile(entry=name, why="its data_offsets should be two whole numbers")
    begin, end = offsets
    expected = math.prod(shape) * np.dtype(_DTYPES[kind]).itemsize
    if end - begin != expected:
        raise NotStored(entry=name, expected=expected, found=end - begin)
    return _Entry(name, kind, shape, begin, end)


def _check_layout(entries: Iterable[_Entry], *, stored: int) -> None:
    """Refuses tensors that do not lie end to end from the first stored byte to the last."""
    before, at = _HEADER, 0
    for entry in sorted(entries, key=lambda each: (each.begin, each.end)):
        if entry.begin != at:
            raise OverlappingTensors(entry=entry.name, other=before)
        before, at = entry.name, entry.end
    if at > stored:
        raise CutShort(entry=before, expected=at, found=stored)
    if at < stored:
        raise OverlappingTensors(entry="the end of the file", other=before)


def _array(entry: _Entry, data: Data, start: int) -> Array:
    count = math.prod(entry.shape)
    flat = np.frombuffer(data, np.dtype(_DTYPES[entry.kind]), count, start + entry.begin)
    if entry.kind == "BF16":
        # bfloat16 is the upper half of a float32.
        flat = (flat.astype(np.uint32) << 16).view(np.float32)
    elif entry.kind == "F16":
        flat = flat.astype(np.float32)
    return flat.reshape(entry.shape)
