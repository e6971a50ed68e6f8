"""Columns of numbers on disk: written a stretch at a time, without a memory map.

A `.npy` of (steps, units) whose units lie one after the other. A stretch of steps is as many
writes as there are units, of thousands of steps each. Not by a memory map: a full disk would end
the process with a signal there, and here it is an error that can be said in words; and the pages
of a map count as memory of the process.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.corpus.errors import TooLargeForHalf
from core.corpus.halves import halved
from core.corpus.recorded import Dtype, Quantity

LARGEST_HALF = 65_504.0


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
    """The files of all quantities of a corpus, open for writing, and a buffer for one batch."""

    def __init__(
        self, folder: Path, quantities: Iterable[Quantity], *, steps: int, dtype: Dtype, most: int
    ) -> None:
        """`steps` is how many the corpus has, `most` how many a batch has at most."""
        self.quantities = tuple(quantities)
        self.steps, self.number = steps, np.dtype(dtype)
        self._buffers = {
            q.key: np.empty((q.units, most), self.number, order="C") for q in self.quantities
        }
        self.errors = dict.fromkeys(self._buffers, 0.0)
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
        buffer = self._buffers[key]
        half = self.number == np.float16 and values.dtype == np.float32
        for number, (place, length) in enumerate(zip(places, lengths, strict=True)):
            held, into = values[number, :length], buffer[:, place : place + length]
            if not half:
                into[:] = held.T
            elif not halved(held, into):
                raise TooLargeForHalf(quantity=key, found=float(np.abs(held).max()))

    def measure(self, key: str, values: NDArray[Any]) -> None:
        """Looks at how far some values are from what is kept of them."""
        with np.errstate(over="ignore"):
            kept = values.astype(self.number).astype(values.dtype)
        self.errors[key] = max(self.errors[key], float(np.abs(kept - values).max(initial=0.0)))

    def write(self, *, start: int, count: int) -> None:
        """Writes the first `count` steps of the buffer as those from `start` on. Raises OSError."""
        for key, (file, offset) in self._files.items():
            for unit, column in enumerate(self._buffers[key]):
                file.seek(offset + (unit * self.steps + start) * self.number.itemsize)
                left = memoryview(column[:count]).cast("B")
                while left:  # a disk that fills up takes a part, and nothing the next time
                    left = left[file.write(left) :]

    def sync(self) -> None:
        """Sees to it that what was written outlives a power cut. Raises OSError."""
        for file, _ in self._files.values():
            os.fsync(file.fileno())

    def close(self) -> None:
        """Closes the files."""
        self._open.close()
