"""The frames of a TFRecord file, which TensorBoard's event files are.

    length  8 bytes, little-endian        check of it  4 bytes
    data    `length` bytes                check of it  4 bytes

The check is CRC-32C (Castagnoli), turned and moved as TensorFlow does. A file that is still being
written ends in the middle of a frame: what is whole counts. Where a check fails, nothing behind it
can be trusted, since no length is; what stands before it is read. Cost: the checks of 100,000
records of one length are computed together, in about a tenth of a second. Not chosen: the package
`tensorboard`, whose reader needs a web server, a data server and gRPC beside it; this format has
not changed since 2015.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST = 1 << 20
"""Bytes of a record that is read; longer ones hold pictures and graphs, and are passed over."""
MOST = 5_000_000
"""Records of a file."""
_POLYNOMIAL = 0x82F63B78
_HEADER = 12
_FOOTER = 4


def _table() -> NDArray[np.uint32]:
    values = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        values = np.where(values & 1, (values >> 1) ^ np.uint32(_POLYNOMIAL), values >> 1)
    return values.astype(np.uint32)


_TABLE = _table()


def masked_crc(rows: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The checks of byte strings of one length, (strings, bytes) → (strings,)."""
    found = np.full(len(rows), 0xFFFFFFFF, dtype=np.uint32)
    for column in rows.T:
        found = _TABLE[(found ^ column) & 0xFF] ^ (found >> np.uint32(8))
    found ^= np.uint32(0xFFFFFFFF)
    turned = (found >> np.uint32(15)) | (found << np.uint32(17))
    return turned + np.uint32(0xA282EAD8)


@dataclass(frozen=True)
class Records:
    """What a file holds.

    Attributes:
        found: each record's bytes, in order; None for one that was passed over.
        damaged: the byte at which a check failed; None for a file without damage.
    """

    found: Sequence[bytes | None]
    damaged: int | None = None


def read_records(data: bytes) -> Records:
    """The whole records of a file, until its end or its damage."""
    places: list[tuple[int, int]] = []
    at, damaged = 0, None
    while at + _HEADER + _FOOTER <= len(data) and len(places) < MOST:
        header = np.frombuffer(data, np.uint8, 8, at)[None]
        if _check(data, at + 8) != int(masked_crc(header)[0]):
            damaged = at
            break
        length = int.from_bytes(data[at : at + 8], "little")
        if at + _HEADER + length + _FOOTER > len(data):
            break  # still being written, or cut short
        places.append((at + _HEADER, length))
        at += _HEADER + length + _FOOTER
    bad = _first_bad(data, places)
    if bad is not None:
        damaged = places[bad][0] - _HEADER
        places = places[:bad]
    found = [data[start : start + size] if size <= LONGEST else None for start, size in places]
    return Records(found, damaged)


def _check(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + _FOOTER], "little")


def _first_bad(data: bytes, places: Sequence[tuple[int, int]]) -> int | None:
    """The first record whose bytes do not give its check; those of one length at a time."""
    everything = np.frombuffer(data, np.uint8)
    groups: dict[int, list[int]] = defaultdict(list)
    for number, (_, size) in enumerate(places):
        if size <= LONGEST:
            groups[size].append(number)
    wrong: list[int] = []
    for size, numbers in groups.items():
        portion = max(1, LONGEST // max(size, 1))
        for first in range(0, len(numbers), portion):
            some = numbers[first : first + portion]
            starts = np.array([places[number][0] for number in some])
            rows = everything[starts[:, None] + np.arange(size)]
            told = np.array([_check(data, places[number][0] + size) for number in some])
            wrong += [some[at] for at in np.flatnonzero(masked_crc(rows) != told)[:1]]
    return min(wrong, default=None)
