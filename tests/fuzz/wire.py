"""Mutations of protobuf that keep the lengths around them sound, and so get past the parser."""

from __future__ import annotations

import numpy as np

from core.importers.errors import FileRefused
from core.importers.onnx.protobuf import read_field
from tests.core.importers.attacks.onnx_files import varint

Rng = np.random.Generator
Field = tuple[int, int, bytes]

# From onnx.proto: the fields of a model that are messages, and those in them.
_GRAPH = {1: {5: {5: {}}}, 5: {13: {}}, 11: {2: {1: {2: {1: {}}}}}, 12: {2: {1: {2: {1: {}}}}}}
_INSIDE: dict[int, dict] = {7: _GRAPH, 8: {}}


def in_message(data: bytes, rng: Rng, edges: tuple[int, ...], inside: dict | None = None) -> bytes:
    """One field, in this message or in one within it: removed, repeated, moved or replaced."""
    known = _INSIDE if inside is None else inside
    fields = list(_fields(data))
    if not fields:
        return data
    at = int(rng.integers(len(fields)))
    number, wire, value = fields[at]
    if wire == 2 and number in known and rng.integers(6):
        fields[at] = number, wire, in_message(value, rng, edges, known[number])
        return b"".join(map(_written, fields))
    match int(rng.integers(6)):
        case 0:
            del fields[at]
        case 1:
            fields.insert(int(rng.integers(len(fields))), fields[at])
        case 2:
            other = fields[int(rng.integers(len(fields)))]
            fields[at] = number, other[1], other[2]
        case 3:
            fields[at] = int(rng.integers(1, 30)), wire, value
        case 4 if wire == 2 and value:
            start = int(rng.integers(len(value)))
            fields[at] = number, wire, value[:start] + rng.bytes(4) + value[start + 4 :]
        case _:
            edge = edges[int(rng.integers(len(edges)))]
            fields[at] = number, wire, value[: edge % 40] if wire == 2 else varint(edge)
            if wire == 5:
                fields[at] = number, wire, rng.bytes(4)
    return b"".join(map(_written, fields))


def _fields(data: bytes) -> list[Field]:
    found: list[Field] = []
    at = 0
    try:
        while at < len(data):
            number, wire, start, at = read_field(memoryview(data), at, len(data))
            found.append((number, wire, data[start:at]))
    except FileRefused:
        return []
    return found


def _written(field: Field) -> bytes:
    number, wire, value = field
    length = varint(len(value)) if wire == 2 else b""
    return varint(number << 3 | wire) + length + value
