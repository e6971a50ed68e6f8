"""Named arrays in an `.npz`, with a JSON description beside them; never pickle.

One format for models, traces and gradients. NumPy's own `.npz` opens anywhere; the description
is a JSON string among the arrays. Not chosen: HDF5, which is C that would parse files of others.
"""

from __future__ import annotations

import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from tokenize import TokenError
from typing import IO, Any

import numpy as np

from core.errors import CoreError, WrongFile
from core.own_files import open_plain, plain_json

File = str | PathLike[str] | IO[bytes]
_FORMAT = 1
DAMAGE: tuple[type[Exception], ...] = (
    *(ValueError, EOFError, OSError, MemoryError, OverflowError, RuntimeError),
    *(AttributeError, KeyError, IndexError, TypeError, SyntaxError, TokenError),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
)
"""What a damaged archive raises: each layer (zip, deflate, NumPy's header, which it parses as a
Python literal) has errors of its own, and a flipped bit may ask for a method, a key or a size that
there is not. Found by flipping bits; `tests/core/test_damaged_arrays.py` flips thousands.
"""


def save_arrays(
    file: File, *, kind: str, description: Mapping[str, Any], arrays: Mapping[str, Any]
) -> None:
    """Writes `arrays` by name, and what they are."""
    # Their names: a flipped bit in a zip's list may leave one out, and no checksum covers that.
    known = {"kind": kind, "format": _FORMAT, "arrays": list(arrays)}
    text = json.dumps(known | dict(description), ensure_ascii=False)
    np.savez_compressed(file, allow_pickle=False, description=np.array(text), **arrays)


def load_arrays(file: File, *, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The description and the arrays. Raises WrongFile for anything that `save` did not write.

    Raises OSError where a path leads to no file that can be read.
    """
    if isinstance(file, str | PathLike):
        # NumPy leaves a file open that it cannot read.
        with open_plain(file) as opened:
            return load_arrays(opened, kind=kind)
    try:
        with zipfile.ZipFile(file) as archive:
            arrays = {n.removesuffix(".npy"): _array(archive, n) for n in archive.namelist()}
    except DAMAGE as error:
        raise WrongFile(kind=kind, why="it is no .npz file of plain arrays") from error
    try:
        description = plain_json(str(arrays.pop("description")))
        found, version = description["kind"], description["format"]
    except (KeyError, TypeError, ValueError) as error:
        raise WrongFile(kind=kind, why="its description is missing") from error
    if found != kind:
        raise WrongFile(kind=kind, why=f"it holds a {found}")
    if version != _FORMAT:
        raise WrongFile(kind=kind, why=f"its format is {version}, this version reads {_FORMAT}")
    # The first version did not list them.
    listed = description.pop("arrays", list(arrays))
    if not (isinstance(listed, list) and all(isinstance(name, str) for name in listed)):
        raise WrongFile(kind=kind, why="its list of arrays is none")
    missing = sorted(set(listed) ^ set(arrays))
    if missing:
        raise WrongFile(kind=kind, why=f"{', '.join(missing)[:200]} is missing or not of it")
    return description, arrays


@contextmanager
def restoring(kind: str) -> Iterator[None]:
    """Around making something of a description and its arrays, which may hold anything.

    Raises WrongFile where something is missing, of another kind or of another shape; errors of our
    own say more than that, and stay.
    """
    try:
        yield
    except CoreError:
        raise
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, OverflowError) as error:
        why = f"{error} is missing or of the wrong kind"
        raise WrongFile(kind=kind, why=why) from error


def of_shape(arrays: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> Any:
    """One of the arrays. Raises KeyError, and ValueError for no floats or another shape."""
    array = arrays[name]
    if array.dtype.kind != "f" or array.shape != shape:
        raise ValueError(f"{name}, {array.dtype} of shape {array.shape},")
    return array


def check_numbers(arrays: Mapping[str, Any], *, kind: str) -> None:
    """Raises WrongFile where one of the arrays does not hold floating-point numbers."""
    for name, array in arrays.items():
        if array.dtype.kind != "f":
            raise WrongFile(kind=kind, why=f"{name} holds no floating-point numbers")


def _array(archive: zipfile.ZipFile, name: str) -> Any:
    """One array. Not by `np.load`, which reads no further than the array goes by its own header:
    where that is damaged, it never comes to the checksum.
    """
    with archive.open(name) as member:
        array = np.lib.format.read_array(member, allow_pickle=False)
        if member.read(1):
            raise ValueError("more than an array")
    return array
