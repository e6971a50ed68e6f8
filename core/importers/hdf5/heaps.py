"""Texts of any length in an HDF5 file, out of the heaps that they stand in.

    reference:  length(4) address of the heap(8) number(4)
    heap:       "GCOL" 01 . . . size(8) | number(2) . . . . . . length(8) bytes, padded to 8

Not read by libhdf5: it asks for as much memory as a reference says, up to 4 GB, before it looks at
the heap; a length of 0 in a heap keeps it in a circle for ever (1.14.6 does both); and thousands
of references may share one text of megabytes. From the "HDF5 File Format Specification", version
3.0, III.E.
"""

from __future__ import annotations

import struct

from core.importers.errors import BrokenFile
from core.importers.hdf5.source import Source

_REFERENCE = struct.Struct("<LQL")
_HEAP = struct.Struct("<5s3xQ")
_OBJECT = struct.Struct("<H6xQ")
_MOST_OBJECTS = 2**16  # in one heap: numbers have 16 bits


def referred(references: memoryview, *, count: int, path: str, source: Source) -> tuple[bytes, ...]:
    """The texts that `count` references stand for, their sum within bounds.

    Raises HeaderTooLong, and BrokenFile for references that lead nowhere.
    """
    _check_sizes(source, path=path)
    references = references[: count * _REFERENCE.size]
    if len(references) < count * _REFERENCE.size:
        raise BrokenFile(entry=path, why="the references to its texts are cut short")
    heaps: dict[int, dict[int, memoryview]] = {}
    texts = []
    for length, address, number in _REFERENCE.iter_unpack(references):
        if length == 0:
            texts.append(b"")
            continue
        if address not in heaps:
            heaps[address] = _objects(source.data, address, path=path)
        found = heaps[address].get(number)
        if found is None or len(found) < length:
            raise BrokenFile(entry=path, why="a text in it is not where it says")
        source.described += length
        source.limits.check_header(source.described, entry=path)
        texts.append(bytes(found[:length]))
    return tuple(texts)


def _objects(data: memoryview, address: int, *, path: str) -> dict[int, memoryview]:
    """What stands in a heap, by number."""
    head = bytes(data[address : address + _HEAP.size])
    mark, size = _HEAP.unpack(head) if len(head) == _HEAP.size else (b"", 0)
    if mark != b"GCOL\x01" or address + size > len(data):
        raise BrokenFile(entry=path, why="the heap of its texts is not where it says")
    heap = data[address : address + size]
    objects: dict[int, memoryview] = {}
    at = _HEAP.size
    while at + _OBJECT.size <= size and len(objects) < _MOST_OBJECTS:
        number, length = _OBJECT.unpack(heap[at : at + _OBJECT.size])
        if number == 0:  # the rest is free
            break
        at += _OBJECT.size
        if at + length > size:
            raise BrokenFile(entry=path, why="a text in its heap is longer than the heap")
        objects[number] = heap[at : at + length]
        at += -(-length // 8) * 8
    return objects


def _check_sizes(source: Source, *, path: str) -> None:
    """Raises unless addresses and lengths have 8 bytes each, and count from the first byte."""
    start = bytes(source.data[8:40])
    older = start[0] < 2
    sizes = start[5:7] if older else start[1:3]
    at = 4 if not older else 16 if start[0] == 0 else 20
    if sizes != b"\x08\x08" or any(start[at : at + 8]):
        raise BrokenFile(entry=path, why="the addresses in this file are of a kind of their own")
