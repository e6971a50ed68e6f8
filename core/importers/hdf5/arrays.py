"""A dataset of an HDF5 file: its claims checked, then its numbers read.

Numbers that stand in one piece are handed out as a view of the file, past the library: nothing is
copied, and nothing of C is in the way. Those in chunks are read by HDF5, whole or not at all.
Filters other than three that come with it would be programs loaded from disk.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from h5py import h5d, h5s, h5t, h5z

from core.activations import Array
from core.importers.errors import (
    BrokenFile,
    CutShort,
    NotNumbers,
    NotStored,
    UnknownCompression,
)
from core.importers.hdf5.source import Source, sound

KINDS = {
    h5t.STRING: "texts",
    h5t.BITFIELD: "bit fields",
    h5t.OPAQUE: "opaque bytes",
    h5t.COMPOUND: "records",
    h5t.REFERENCE: "references",
    h5t.ARRAY: "arrays",
    h5t.VLEN: "objects",
    h5t.TIME: "times",
}
"""Types that are no numbers, by what they are."""

_FILTERS = (h5z.FILTER_DEFLATE, h5z.FILTER_SHUFFLE, h5z.FILTER_FLETCHER32)
_MOST_CHUNKS = 2**16
_KNOWN = "integers and floats of up to 64 bits, booleans"


@dataclass(frozen=True, eq=False)
class StoredArray:
    """A dataset, not read yet."""

    path: str
    _id: Any
    _source: Source

    def read(self) -> Array:
        """The numbers, in the type and the shape of the file; often a read-only view of it.

        Raises NotNumbers, UnknownCompression, NotStored, CutShort, what `Tally.add` raises, and
        BrokenFile.
        """
        with sound(self.path):
            dtype = _number_type(self._id.get_type(), self.path)
            space = self._id.get_space()
            if space.get_simple_extent_type() == h5s.NULL:
                raise NotNumbers(entry=self.path, found="nothing", known=_KNOWN)
            shape = self._source.tally.add(space.shape, entry=self.path)
            size = math.prod(shape) * dtype.itemsize
            if size == 0:
                return np.zeros(shape, dtype)
            settings = self._id.get_create_plist()
            self._check_stored(settings, shape=shape, dtype=dtype, size=size)
            if settings.get_layout() == h5d.CONTIGUOUS:
                found = self._source.data[self._id.get_offset() or 0 :][:size]
                if len(found) < size:
                    raise CutShort(entry=self.path, found=len(found), expected=size)
                return np.frombuffer(found, dtype).reshape(shape)
            array = np.empty(shape, dtype)
            self._id.read(h5s.ALL, h5s.ALL, array)
            return array

    def _check_stored(
        self, settings: Any, *, shape: tuple[int, ...], dtype: np.dtype[Any], size: int
    ) -> None:
        """Raises where the bytes that the file holds of it cannot be the numbers."""
        filters = [settings.get_filter(at)[0] for at in range(settings.get_nfilters())]
        for found in filters:
            if found not in _FILTERS:
                known = "deflate, shuffle and checksums"
                raise UnknownCompression(entry=self.path, found=f"filter {found}", known=known)
        stored = int(self._id.get_storage_size())
        self._source.stored += stored
        if self._source.stored > len(self._source.data):
            raise NotStored(entry=self.path, found=len(self._source.data), expected=stored)
        if filters:
            limits = self._source.limits
            limits.check_ratio(packed=stored, unpacked=size, entry=self.path)
        elif stored < size:
            raise NotStored(entry=self.path, found=stored, expected=size)
        if settings.get_layout() == h5d.CHUNKED:
            room = max(size, self._source.limits.small_bytes) // dtype.itemsize
            chunk = self._source.limits.check_shape(settings.get_chunk(), entry=self.path)
            self._check_chunks(chunk, shape=shape, room=room)

    def _check_chunks(self, chunk: tuple[int, ...], *, shape: tuple[int, ...], room: int) -> None:
        """Raises for chunks of more than `room` numbers: each is unpacked whole."""
        if 0 in chunk or math.prod(chunk) > room:
            raise BrokenFile(entry=self.path, why=f"its chunks are of shape {chunk}")
        expected = math.prod(-(-side // part) for side, part in zip(shape, chunk, strict=True))
        if expected > _MOST_CHUNKS:
            raise BrokenFile(entry=self.path, why=f"it is cut into {expected:,} chunks")
        found = self._id.get_num_chunks()
        if found != expected:
            why = f"{found:,} of its {expected:,} chunks are there"
            raise BrokenFile(entry=self.path, why=why)


def _number_type(kind: Any, path: str) -> np.dtype[Any]:
    """The NumPy type of the numbers; raises NotNumbers for everything that is not plain."""
    found = KINDS.get(kind.get_class())
    if found is None:
        dtype = kind.dtype
        if dtype.kind in "fiub" and dtype.itemsize <= 8 and h5t.py_create(dtype).equal(kind):
            return dtype
        found = f"numbers of {kind.get_size()} bytes in a layout of their own"
    raise NotNumbers(entry=path, found=found, known=_KNOWN)
