"""Our own `.npz`, as `Model.save` writes it, from a stranger: checked, then loaded.

NumPy asks for the memory that the header of an array declares before it reads one number, so the
headers are held against the archive first. Cost: the headers are unpacked twice.
"""

from __future__ import annotations

import io
import warnings
from tokenize import TokenError

import numpy as np
from numpy.lib import format as npy

from core.importers.archive import Archive
from core.importers.errors import BrokenFile, NotNumbers, NotStored
from core.importers.json_text import parse_json
from core.importers.limits import Limits, Tally
from core.model import Model

_DESCRIPTION = "description.npy"
_KNOWN = "integers, floats, booleans and texts"


def read_npz(archive: Archive, *, limits: Limits) -> Model:
    """The model that `Model.save` wrote. Raises a FileRefused, and what `Model.load` raises."""
    tally = Tally(limits)
    for name in archive.names:
        _check_array(archive.read(name), name=name, tally=tally)
    described = np.load(io.BytesIO(archive.read(_DESCRIPTION)), allow_pickle=False)
    told = parse_json(str(described), entry=_DESCRIPTION, limits=limits)
    if not (isinstance(told, dict) and isinstance(told.get("name"), str)):
        raise BrokenFile(entry=_DESCRIPTION, why="it has no name")
    if not isinstance(told.get("card"), dict):
        raise BrokenFile(entry=_DESCRIPTION, why="it has no card")
    return Model.load(io.BytesIO(archive.data))


def _check_array(data: memoryview, *, name: str, tally: Tally) -> None:
    start = io.BytesIO(data[:10_240])
    try:
        version = npy.read_magic(start)
        read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # about headers of Python 2, which we never wrote
            shape, _, dtype = read(start)
    except (ValueError, SyntaxError, TokenError, RecursionError, MemoryError, Warning) as error:
        # NumPy parses the header as Python: it may be nested, or not closed, as any text may.
        raise BrokenFile(entry=name, why=f"it is no array of NumPy's ({error})") from error
    if dtype.kind not in "fiubU" or (dtype.kind != "U" and dtype.itemsize > 8):
        raise NotNumbers(entry=name, found=f"'{dtype}'", known=_KNOWN)
    size = dtype.itemsize
    for side in tally.add(shape, entry=name):
        size *= side
    found = len(data) - start.tell()
    if found != size:
        raise NotStored(entry=name, found=found, expected=size)
