"""How much of a model file is believed: bounds that are checked before anything is read.

A file of a few hundred bytes can declare a tensor of petabytes, a header of gigabytes, or lists
a million deep. So every number that a file declares is held against a bound before memory is asked
for, and the sum of all that is read is counted on the way (`Tally`). The bounds follow from one
setting, the size of a file: whoever raises it raises the rest with it. Not chosen: leaving it all
to the memory limit of the child process (`sandbox.py`), which knows no reasons and is not there
on every system.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.importers.errors import (
    BadShape,
    EntryTooLarge,
    HeaderTooLong,
    ModelFileTooLarge,
    PacksTooWell,
    TooDeep,
    TooManyDimensions,
    TooManyEntries,
    TooManyNumbers,
)

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """Bounds on a file, with the defaults that the dashboard uses.

    `file_bytes` bounds the file as it is, and also everything in it once unpacked. `entries`
    bounds whatever has names: zip entries, HDF5 groups, datasets and attributes, graph nodes,
    layers. `header_bytes` bounds every text that describes: the JSON of a configuration, the
    header of safetensors, a vocabulary. `small_bytes`: below it an entry may pack as well as it
    likes (a bias of zeros does). `memory_factor` times `file_bytes` is the most memory that
    reading takes, and `seconds` the longest time.
    """

    file_bytes: int = 512 * MIB
    entries: int = 4096
    tensors: int = 4096
    dimensions: int = 8
    header_bytes: int = 16 * MIB
    depth: int = 64
    zip_ratio: int = 100
    small_bytes: int = MIB
    memory_factor: int = 3
    seconds: float = 30.0

    @property
    def numbers(self) -> int:
        """The most numbers in all tensors together: what fills `file_bytes` as float32."""
        return self.file_bytes // 4

    @property
    def memory_bytes(self) -> int:
        """The most memory of the process that reads."""
        return self.memory_factor * self.file_bytes

    def check_file(self, found: int) -> None:
        """Raises ModelFileTooLarge for a file of too many bytes."""
        if found > self.file_bytes:
            raise ModelFileTooLarge(found=found, limit=self.file_bytes)

    def check_unpacked(self, found: int, *, entry: str) -> None:
        """Raises EntryTooLarge where unpacked bytes, of one entry or in all, are too many."""
        if found > self.file_bytes:
            raise EntryTooLarge(entry=entry, found=found, limit=self.file_bytes)

    def check_ratio(self, *, packed: int, unpacked: int, entry: str) -> None:
        """Raises PacksTooWell for few bytes that unpack to many."""
        if unpacked > self.small_bytes and unpacked > self.zip_ratio * packed:
            ratio = unpacked // max(packed, 1)
            raise PacksTooWell(entry=entry, found=ratio, limit=self.zip_ratio)

    def check_header(self, found: int, *, entry: str) -> None:
        """Raises HeaderTooLong for a description of too many bytes."""
        if found > self.header_bytes:
            raise HeaderTooLong(entry=entry, found=found, limit=self.header_bytes)

    def check_entries(self, found: int, *, entry: str) -> None:
        """Raises TooManyEntries where `entry` has too many parts."""
        if found > self.entries:
            raise TooManyEntries(entry=entry, found=found, limit=self.entries)

    def check_depth(self, found: int, *, entry: str) -> None:
        """Raises TooDeep for the level `found`, counted from 0."""
        if found > self.depth:
            raise TooDeep(entry=entry, limit=self.depth)

    def check_shape(self, shape: object, *, entry: str) -> tuple[int, ...]:
        """The shape as whole numbers, their product within bounds.

        Takes anything that a file may give as a shape. Raises BadShape, TooManyDimensions or
        TooManyNumbers. The product is Python's, which does not overflow.
        """
        if isinstance(shape, str | bytes) or not isinstance(shape, Iterable):
            raise BadShape(entry=entry, shape=str(shape))
        sides = tuple(shape)
        if len(sides) > self.dimensions:
            raise TooManyDimensions(entry=entry, found=len(sides), limit=self.dimensions)
        # `type`, because True is an int as well.
        whole = tuple(side for side in sides if type(side) is int and side >= 0)
        if len(whole) != len(sides):
            raise BadShape(entry=entry, shape=str(sides))
        # A side of 0 must not make the others harmless: readers allocate by them.
        numbers = math.prod(max(side, 1) for side in whole)
        if numbers > self.numbers:
            raise TooManyNumbers(entry=entry, shape=str(whole), found=numbers, limit=self.numbers)
        return whole


@dataclass
class Tally:
    """Counts what is read from one file: call `add` for each tensor before it is read."""

    limits: Limits
    tensors: int = field(default=0, init=False)
    numbers: int = field(default=0, init=False)

    def add(self, shape: object, *, entry: str) -> tuple[int, ...]:
        """The shape as whole numbers. Raises what `Limits.check_shape` does, or TooManyEntries."""
        whole = self.limits.check_shape(shape, entry=entry)
        self.tensors += 1
        self.numbers += math.prod(whole)
        if self.tensors > self.limits.tensors:
            limit = self.limits.tensors
            raise TooManyEntries(entry=entry, found=self.tensors, limit=limit)
        if self.numbers > self.limits.numbers:
            limit, found = self.limits.numbers, self.numbers
            raise TooManyNumbers(entry=entry, shape=str(whole), found=found, limit=limit)
        return whole
