"""Attributes of an HDF5 file that are texts: names, and the configuration of a model.

Texts of one length stand in the attribute. Texts of any length are references into a heap, and
thousands of references may share one text of megabytes: so their number times the longest text
of the file is bounded before they are read.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from h5py import h5a, h5s, h5t

from core.importers.errors import NotNumbers
from core.importers.hdf5_arrays import KINDS
from core.importers.hdf5_source import Source, sound


def read_texts(
    group: Any, name: str, *, path: str, source: Source
) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
    """The shape of an attribute and its texts, None if there is none of this name.

    Raises NotNumbers for what is no text, HeaderTooLong, TooManyEntries, EntryTooLarge, BrokenFile.
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
            limits.check_unpacked(count * source.longest_text, entry=path)
        else:
            limits.check_header(source.described + count * kind.get_size(), entry=path)
        values = np.empty(shape, attribute.dtype)
        attribute.read(values)
        texts = tuple(_decoded(value) for value in values.reshape(-1).tolist())
    source.described += sum(map(len, texts))
    limits.check_header(source.described, entry=path)
    return shape, texts


def _decoded(value: str | bytes) -> str:
    text = value.decode() if isinstance(value, bytes) else value
    text.encode()  # raises for bytes that were no UTF-8, which h5py hides in half characters
    return text
