"""Attributes of an HDF5 file that are texts: names, and the configuration of a model.

Texts of one length stand in the attribute, and libhdf5 reads them. Texts of any length stand in a
heap, which it would believe; `hdf5/heaps.py` reads those.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from h5py import h5a, h5o, h5s, h5t

from core.importers.errors import NotNumbers
from core.importers.hdf5.arrays import KINDS
from core.importers.hdf5.headers import attribute_data
from core.importers.hdf5.heaps import referred
from core.importers.hdf5.source import Source, sound


def read_texts(
    group: Any, name: str, *, path: str, source: Source
) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
    """The shape of an attribute and its texts, None if there is none of this name.

    Raises NotNumbers for what is no text, HeaderTooLong, TooManyEntries, BrokenFile.
    """
    limits = source.limits
    with sound(path):
        if not h5a.exists(group, name.encode()):
            return None
        attribute = h5a.open(group, name.encode())
        kind, space = attribute.get_type(), attribute.get_space()
        is_null = space.get_simple_extent_type() == h5s.NULL
        shape = () if is_null else limits.check_shape(space.shape, entry=path)
        count = math.prod(shape)
        if count == 0:
            return shape, ()  # Keras writes an empty list as one of numbers
        if kind.get_class() != h5t.STRING or is_null:
            found = KINDS.get(kind.get_class(), "numbers")
            raise NotNumbers(entry=path, found=found, known="texts, in this place")
        limits.check_entries(count, entry=path)
        if kind.is_variable_str():
            header = h5o.get_info(group).addr
            stored = attribute_data(source.data, header, name.encode(), entry=path)
            found_texts = referred(stored, count=count, path=path, source=source)
            return shape, tuple(map(_decoded, found_texts))
        source.described += count * kind.get_size()
        limits.check_header(source.described, entry=path)
        values = np.empty(shape, attribute.dtype)
        attribute.read(values)
        return shape, tuple(_decoded(value) for value in values.reshape(-1).tolist())


def _decoded(text: bytes) -> str:
    return text.rstrip(b"\0").decode()
