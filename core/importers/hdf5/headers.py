"""Attributes of an HDF5 object by their bytes, out of its object header.

    version 1:  01 . messages(2) . . . . size(4) . . . . | type(2) size(2) flags(1) . . . data
    version 2:  "OHDR" 02 flags(1) [times] [phases] size | type(1) size(2) flags(1) [order] data

A header is a list of messages, in one piece or in several that messages point to. Only those of
attributes are looked at. From the "HDF5 File Format Specification", version 3.0, IV.A. Why at all:
the text of a variable length that an attribute refers to is as long as the reference says, to
libhdf5; it asks for 4 GB and then finds out. Attributes that are not in the header, of which an
object may have thousands, are not found here: no weights come with so many.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from core.importers.errors import BrokenFile

_ATTRIBUTE, _CONTINUATION = 0x0C, 0x10
_MOST_PIECES, _MOST_MESSAGES = 256, 2**16
_SHARED = 0x02


def attribute_data(data: memoryview, address: int, name: bytes, *, entry: str) -> memoryview:
    """The bytes of the values of an attribute whose object header stands at `address`.

    Raises BrokenFile where there is none of this name, or no header that can be read.
    """
    try:
        for message in _messages(data, address):
            found = _value(message, name)
            if found is not None:
                return found
    except (struct.error, IndexError) as error:
        raise BrokenFile(entry=entry, why="the header that it stands in is cut short") from error
    raise BrokenFile(entry=entry, why="it does not stand in the header of its group")


def _messages(data: memoryview, address: int) -> Iterator[memoryview]:
    """The attribute messages of a header, piece after piece; each piece once."""
    newer = bytes(data[address : address + 4]) == b"OHDR"
    flags = data[address + 5] if newer else 0
    if newer:
        start = address + 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0)
        width = 1 << (flags & 0x03)
        size = int.from_bytes(data[start : start + width], "little")
        pieces = [(start + width, size)]
    else:
        (size,) = struct.unpack_from("<L", data, address + 8)
        pieces = [(address + 16, size)]
    seen: set[int] = set()
    count = 0
    while pieces and len(seen) < _MOST_PIECES:
        start, size = pieces.pop(0)
        if start in seen or start + size > len(data):
            continue
        seen.add(start)
        piece = data[start : start + size]
        for kind, message in _in_newer(piece, flags) if newer else _in_older(piece):
            count += 1
            if count > _MOST_MESSAGES:
                return
            if kind == _CONTINUATION:
                place, length = struct.unpack_from("<2Q", message)
                # Later pieces of version 2 begin with "OCHK" and end with a checksum.
                pieces.append((place + 4, length - 8) if newer else (place, length))
            elif kind == _ATTRIBUTE:
                yield message


def _in_older(piece: memoryview) -> Iterator[tuple[int, memoryview]]:
    at = 0
    while at + 8 <= len(piece):
        kind, size, flags = struct.unpack_from("<2HB", piece, at)
        if not flags & _SHARED:
            yield kind, piece[at + 8 : at + 8 + size]
        at += 8 + size


def _in_newer(piece: memoryview, header: int) -> Iterator[tuple[int, memoryview]]:
    at, before = 0, 6 if header & 0x04 else 4
    while at + before <= len(piece):
        kind, size, flags = struct.unpack_from("<BHB", piece, at)
        if not flags & _SHARED:
            yield kind, piece[at + before : at + before + size]
        at += before + size


def _value(message: memoryview, name: bytes) -> memoryview | None:
    """The bytes of the values in an attribute message, None where it has another name."""
    version, _, named, typed, spaced = struct.unpack_from("<2B3H", message)
    start = 9 if version == 3 else 8
    if bytes(message[start : start + named]).rstrip(b"\0") != name:
        return None
    # Version 1 fills name, type and shape up to a multiple of 8 each.
    sizes = [-(-size // 8) * 8 if version == 1 else size for size in (named, typed, spaced)]
    return message[start + sum(sizes) :]
