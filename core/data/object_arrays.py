"""Object arrays in `.npz` files, read without running anything.

Keras keeps IMDB and Reuters as NumPy arrays of Python lists, which NumPy can store as a pickle
only, and a pickle is a program: whoever loads one runs it. Here its every wish for a class or a
function is met by an inert stand-in from a list of three (`ndarray`, `dtype`, `_reconstruct`) or
refused by name. The stand-ins take notes; the arrays are then built from the notes. The cost is
what Python's unpickler costs, 0.5 s for the 6 million words of one half of IMDB.

A forged file can still ask for more memory than there is; a run is a process of its own.

Not chosen: NumPy's own classes behind the same list, as Keras does it, because a forged state of
an object array would be taken as addresses in memory; and `allow_pickle=True`, which runs all.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.errors import NotKerasData, PickleRefused
from core.text.errors import FileTooLarge

MOST_BYTES = 1 << 30
"""Bytes of one array, unpacked."""

Rows = list[NDArray[np.int32]]


def read_rows(file: Path, name: str) -> Rows:
    """The array of that name as rows of whole numbers, each of its own length.

    Raises:
        PickleRefused: when reading would call anything.
        NotKerasData: when it is no array of lists of whole numbers.
        FileTooLarge: when it is larger than a gigabyte.
    """
    data = _member(file, name)
    header = BytesIO(data)
    dtype = _header(file, header)[2]
    if dtype != np.dtype(object):
        return [*_plain(file, data).astype(np.int32)]
    return _rows(file, _Reader(file, header).read())


def read_numbers(file: Path, name: str) -> NDArray[np.int64]:
    """The array of that name, one whole number per example. Raises as `read_rows` does."""
    return _plain(file, _member(file, name)).astype(np.int64)


def _member(file: Path, name: str) -> bytes:
    try:
        with zipfile.ZipFile(file) as archive:
            size = archive.getinfo(f"{name}.npy").file_size
            if size > MOST_BYTES:
                raise FileTooLarge(found=size, limit=MOST_BYTES)
            return archive.read(f"{name}.npy")
    except KeyError as error:
        raise NotKerasData(file=file.name, why=f"it has no array '{name}'") from error
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        raise NotKerasData(file=file.name, why=f"it is no sound .npz file ({error})") from error


def _header(file: Path, data: BytesIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(data)
        if version == (1, 0):
            return np.lib.format.read_array_header_1_0(data)
        return np.lib.format.read_array_header_2_0(data)
    except ValueError as error:
        raise NotKerasData(file=file.name, why=f"an array has no sound header ({error})") from error


def _plain(file: Path, data: bytes) -> NDArray[Any]:
    try:
        array = np.lib.format.read_array(BytesIO(data), allow_pickle=False)
    except ValueError as error:
        raise NotKerasData(file=file.name, why=f"an array cannot be read ({error})") from error
    if array.dtype.kind not in "iu":
        raise NotKerasData(file=file.name, why=f"an array holds {array.dtype}, not whole numbers")
    return array


class _Kind:
    """Stands for a dtype: notes its code and byte order."""

    def __init__(self, code: object = "", *_: object) -> None:
        self.code, self.order = code, "|"

    def __setstate__(self, state: object) -> None:
        if isinstance(state, tuple) and len(state) > 1:
            self.order = state[1]


class _Array:
    """Stands for an array: notes what it would be filled with."""

    state: object = None

    def __setstate__(self, state: object) -> None:
        self.state = state


def _rebuilt(*_: object) -> _Array:
    return _Array()


_STAND_INS: dict[tuple[str, str], Callable[..., object]] = {
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Kind,
    ("numpy.core.multiarray", "_reconstruct"): _rebuilt,
    ("numpy._core.multiarray", "_reconstruct"): _rebuilt,
}


class _Reader(pickle.Unpickler):
    """An unpickler that knows the stand-ins and nothing else."""

    def __init__(self, file: Path, data: BytesIO) -> None:
        super().__init__(data)
        self._name = file.name

    def find_class(self, module: str, name: str) -> Any:
        found = _STAND_INS.get((module, name))
        if found is None:
            raise PickleRefused(file=self._name, found=f"{module}.{name}")
        return found

    def persistent_load(self, found: object) -> object:
        raise PickleRefused(file=self._name, found=f"persistent object {found!r}")

    def read(self) -> object:
        try:
            return self.load()
        except PickleRefused:
            raise
        # What a broken or forged pickle ends in: the unpickler's own error, or that of an
        # instruction on values it does not fit.
        except (
            pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, KeyError,
            IndexError, OverflowError, MemoryError, RecursionError,
        ) as error:  # fmt: skip
            raise NotKerasData(file=self._name, why=f"an array is broken ({error})") from error


def _rows(file: Path, noted: object) -> Rows:
    lists = _content(file, noted)
    if not isinstance(lists, list):
        raise NotKerasData(file=file.name, why="its texts are not lists")
    if any(isinstance(each, _Array) for each in lists):
        return [_numbers(file, _content(file, each), each) for each in lists]
    kinds = {type(each).__name__ for each in lists} - {"list"}
    if kinds:
        raise NotKerasData(file=file.name, why=f"a text is a {min(kinds)}, not a list")
    kinds = {kind.__name__ for kind in set(map(type, chain.from_iterable(lists)))} - {"int"}
    if kinds:
        raise NotKerasData(file=file.name, why=f"a word is a {min(kinds)}, not a whole number")
    lengths = [len(each) for each in lists]
    try:
        flat = np.fromiter(chain.from_iterable(lists), np.int32, count=sum(lengths))
    except OverflowError as error:
        raise NotKerasData(file=file.name, why="a word's rank is too large") from error
    return np.split(flat, np.cumsum(lengths)[:-1]) if lengths else []


def _content(file: Path, noted: object) -> object:
    """What an array was to be filled with: a list, or the bytes of its numbers."""
    state = noted.state if isinstance(noted, _Array) else None
    if not isinstance(state, tuple) or len(state) != 5:
        raise NotKerasData(file=file.name, why="it holds no array where one should be")
    return state[4]


def _numbers(file: Path, content: object, noted: object) -> NDArray[np.int32]:
    kind = noted.state[2] if isinstance(noted, _Array) and isinstance(noted.state, tuple) else None
    code = f"{kind.order}{kind.code}" if isinstance(kind, _Kind) else ""
    if not isinstance(content, bytes) or code not in ("<i4", "<i8", "<i2", "|u1", "<u2", "<u4"):
        raise NotKerasData(file=file.name, why="a text is no list of whole numbers")
    try:
        return np.frombuffer(content, np.dtype(code)).astype(np.int32)
    except ValueError as error:
        raise NotKerasData(file=file.name, why=f"a text is broken ({error})") from error
