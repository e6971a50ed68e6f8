"""Columns of numbers on disk: written a stretch at a time, without a memory map.

A `.npy` of (steps, units) whose units lie one after the other. A stretch of steps is as many
writes as there are units, of thousands of steps each. Not by a memory map: a full disk would end
the process with a signal there, and here it is an error that can be said in words; and the pages
of a map count as memory of the process.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.corpus.errors import TooLargeForHalf
from core.corpus.halves import halved
from core.corpus.manifest import Dtype, Quantity

MEASURED = 16
"""Steps of a text, spread over it, at which rounding is measured."""


def create(path: Path, *, steps: int, units: int, dtype: Dtype) -> None:
    """Writes the header of an array (steps, units), and nothing of it: the file has a hole."""
    path.parent.mkdir(exist_ok=True)
    number = np.dtype(dtype)
    header = {"descr": number.newbyteorder("<").str, "fortran_order": True}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, header | {"shape": (steps, units)})
        file.truncate(file.tell() + steps * units * number.itemsize)


def offset_of(path: Path) -> int:
    """Where the numbers of a `.npy` begin."""
    with path.open("rb") as file:
        np.lib.format.read_magic(file)
        np.lib.format.read_array_header_1_0(file)
        return file.tell()


class Columns:
    """The files of all quantities of a corpus, open for writing, and buffers for two batches.

    One is filled while the other is written; `turn` makes the filled one the one to write.
    """

    def __init__(
        self, folder: Path, quantities: Iterable[Quantity], *, steps: int, dtype: Dtype, most: int
    ) -> None:
        """`steps` is how many the corpus has, `most` how many a batch has at most."""
        self.quantities = tuple(quantities)
        self.steps, self.number = steps, np.dtype(dtype)
        self._filling, self._filled = (
            {q.key: np.empty((q.units, most), self.number, order="C") for q in self.quantities}
            for _ in range(2)
        )
        self.errors = dict.fromkeys(self._filling, 0.0)
        self._lock = threading.Lock()
        self._open = ExitStack()
        self._files: dict[str, tuple[IO[bytes], int]] = {}
        for quantity in self.quantities:
            path = folder / quantity.file
            if not path.is_file():
                create(path, steps=steps, units=quantity.units, dtype=dtype)
            opened = self._open.enter_context(path.open("r+b", buffering=0))
            self._files[quantity.key] = opened, offset_of(path)

    def take(
        self,
        key: str,
        values: NDArray[Any],
        *,
        places: NDArray[np.int64],
        lengths: NDArray[np.int64],
    ) -> None:
        """Puts values (texts, time, units) into the buffer: text k at `places[k]`, its first steps.

        Raises TooLargeForHalf.
        """
        buffer = self._filling[key]
        if self.number == np.float16 and values.dtype == np.float32:
            if not halved(values, buffer, places=places, lengths=lengths):
                raise TooLargeForHalf(quantity=key, found=float(np.abs(values).max()))
        else:
            for number, (place, length) in enumerate(zip(places, lengths, strict=True)):
                buffer[:, place : place + length] = values[number, :length].T
        self._measure(key, values[0, : int(lengths[0])])

    def _measure(self, key: str, values: NDArray[Any]) -> None:
        """How far some values, (steps, units), are from what is kept of them."""
        some = values[:: max(1, len(values) // MEASURED)]
        with np.errstate(over="ignore"):
            kept = some.astype(self.number).astype(values.dtype)
        apart = float(np.abs(kept - some).max(initial=0.0))
        with self._lock:
            self.errors[key] = max(self.errors[key], apart)

    def turn(self) -> None:
        """What was filled is written next, and the other buffer filled."""
        self._filling, self._filled = self._filled, self._filling

    def write(self, *, start: int, count: int) -> None:
        """Writes `count` steps of the filled buffer as those from `start` on. Raises OSError."""
        for key, (file, offset) in self._files.items():
            for unit, column in enumerate(self._filled[key]):
                place = offset + (unit * self.steps + start) * self.number.itemsize
                file.seek(place)
                left = memoryview(column[:count]).cast("B")
                size = len(left)
                while left:  # a disk that fills up takes a part, and nothing the next time
                    left = left[file.write(left) :]
                _on_its_way(file, place, size)

    def sync(self) -> None:
        """Sees to it that what was written outlives a power cut. Raises OSError."""
        for file, _ in self._files.values():
            os.fsync(file.fileno())

    def close(self) -> None:
        """Closes the files."""
        self._open.close()


def _on_its_way(file: IO[bytes], start: int, size: int) -> None:
    """Has the disk begin with what was just written, so that `sync` has little to wait for.

    By the call that Linux has for it; Python has none. Without it all is written by `sync`.
    """
    begin = _sync_file_range()
    if begin is not None:
        begin(file.fileno(), ctypes.c_int64(start), ctypes.c_int64(size), WRITE)


WRITE = 2
"""SYNC_FILE_RANGE_WRITE: begin to write what is not being written, and wait for nothing."""


@cache
def _sync_file_range() -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), "sync_file_range", None) if sys.platform == "linux" else None
