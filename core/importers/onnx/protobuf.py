"""The bytes of an ONNX file before protobuf has them: its fields counted, its numbers set apart.

An empty node takes two bytes on the wire and some hundred and fifty in memory, and protobuf makes
all of them before anybody can look: a file of 64 MB would take 5 GB. So the wire is walked first,
as far as there are messages in messages; texts and tensors are stepped over. Cost: 1 µs a field,
of which a model of a hundred layers has some ten thousand. And protobuf would copy the numbers of
the tensors twice on the way to an array: they are taken out before, as views of the file.
"""

from __future__ import annotations

from core.importers.archive import Data
from core.importers.errors import BrokenFile, CutShort, EntryTooLarge, TooManyEntries
from core.importers.limits import Limits

_FIELDS_EACH = 64
"""So many fields may there be for each entry of the limit."""

# Message → its fields that are messages, by number; from onnx.proto. In "any" all may be.
_INSIDE: dict[str, dict[int, str]] = {
    "model": {7: "graph", 8: "pair", 14: "pair", 20: "training", 25: "function", 26: "any"},
    "training": {1: "graph", 2: "graph", 3: "pair", 4: "pair"},
    "function": {7: "node", 9: "pair", 11: "attribute", 12: "value", 14: "pair"},
    "graph": dict.fromkeys((11, 12, 13), "value")
    | {1: "node", 5: "tensor", 14: "any", 15: "sparse", 16: "pair"},
    "node": {5: "attribute", 9: "pair", 10: "any"},
    "attribute": dict.fromkeys((5, 10), "tensor")
    | dict.fromkeys((6, 11), "graph")
    | dict.fromkeys((14, 15), "any")
    | dict.fromkeys((22, 23), "sparse"),
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {3: "pair", 13: "pair", 16: "pair"},
    "value": {2: "any", 4: "pair"},
    "pair": {},
}
# Fields that are texts: protobuf hands out those that are no UTF-8 as bytes.
_TEXTS: dict[str, set[int]] = {
    "model": {2, 3, 4, 6},
    "function": {1, 4, 5, 6, 8, 10, 13},
    "graph": {2, 10},
    "node": {1, 2, 3, 4, 6, 7, 8},
    "attribute": {1, 13, 21},
    "tensor": {8, 12},
    "value": {1, 3},
    "pair": {1, 2},
}
# Fields of numbers in a row, a byte each at least on the wire, eight in memory.
_PACKED = {("tensor", 1), ("tensor", 5), ("tensor", 7), ("tensor", 11), ("attribute", 8)}
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5


def check_fields(data: Data, *, limits: Limits, entry: str = "model") -> None:
    """Raises where an ONNX file has more fields than any model, or is none that protobuf reads.

    TooManyEntries, TooDeep, EntryTooLarge for numbers that take eight times as much memory,
    CutShort and BrokenFile.
    """
    limits.check_file(len(data))
    view = memoryview(data)
    most = _FIELDS_EACH * limits.entries
    waiting = [(0, len(view), "model", 0)]
    count = packed = 0
    while waiting:
        at, end, kind, depth = waiting.pop()
        limits.check_depth(depth, entry=entry)
        while at < end:
            count += 1
            if count > most:
                raise TooManyEntries(entry=entry, found=count, limit=most)
            try:
                number, wire, start, at = read_field(view, at, end)
            except (CutShort, BrokenFile):
                if kind == "any":  # a text, most likely: there is no telling without a schema
                    break
                raise
            if wire != _BYTES:
                continue
            inside = "any" if kind == "any" else _INSIDE[kind].get(number)
            if inside is not None:
                waiting.append((start, at, inside, depth + 1))
            elif number in _TEXTS.get(kind, ()):
                _check_text(view[start:at], entry=f"{entry}/{kind}")
            elif (kind, number) in _PACKED:
                packed += at - start
                if packed > limits.file_bytes // 8:
                    limit = limits.file_bytes // 8
                    raise EntryTooLarge(entry=f"{entry}/{kind}", found=packed, limit=limit)


def numbers_apart(data: Data) -> tuple[bytes, tuple[memoryview | None, ...]]:
    """The file without the raw numbers of its initializers, and those, one for each initializer.

    None for an initializer whose numbers are not raw: they stand in fields of their own, and stay.
    `data` has passed `check_fields`.
    """
    numbers: list[memoryview | None] = []
    return _without_numbers(memoryview(data), "model", numbers), tuple(numbers)


def _without_numbers(data: memoryview, kind: str, numbers: list[memoryview | None]) -> bytes:
    kept: list[memoryview | bytes] = []
    if kind == "tensor":
        numbers.append(None)
    at = 0
    while at < len(data):
        begin = at
        number, wire, start, at = read_field(data, at, len(data))
        if wire == _BYTES and (kind, number) in (("model", 7), ("graph", 5)):
            inside = "graph" if kind == "model" else "tensor"
            said = _without_numbers(data[start:at], inside, numbers)
            kept += [_as_varint(number << 3 | _BYTES), _as_varint(len(said)), said]
        elif wire == _BYTES and (kind, number) == ("tensor", 9):
            numbers[-1] = data[start:at]  # of several the last holds, as in protobuf
        else:
            kept.append(data[begin:at])
    return b"".join(kept)


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _check_text(text: memoryview, *, entry: str) -> None:
    try:
        str(text, "utf-8")
    except UnicodeDecodeError as error:
        raise BrokenFile(entry=entry, why="a text in it is no UTF-8") from error


def read_field(data: memoryview, at: int, end: int) -> tuple[int, int, int, int]:
    """The number and the wire type of a field, and where its value begins and ends."""
    tag, at = _varint(data, at, end)
    number, wire = tag >> 3, tag & 7
    start = at
    if wire == _VARINT:
        _, at = _varint(data, at, end)
    elif wire == _BYTES:
        length, start = _varint(data, at, end)
        at = start + length
    elif wire in (_EIGHT, _FOUR):
        at += 8 if wire == _EIGHT else 4
    else:
        raise BrokenFile(entry="model", why=f"a field of the type {wire} is none of ONNX's")
    if at > end:
        raise CutShort(entry="model", found=max(end - start, 0), expected=at - start)
    if number == 0:
        raise BrokenFile(entry="model", why="a field has the number 0")
    return number, wire, start, at


def _varint(data: memoryview, at: int, end: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where it ends."""
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise BrokenFile(entry="model", why="a number in it has no end")
