"""What will a recording take? Texts, steps, bytes and seconds, before it begins."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from core.corpus.errors import NothingToRecord
from core.corpus.manifest import Dtype
from core.corpus.pieces import Room, can_pad, check_model
from core.corpus.recording import quantities_of
from core.corpus.sources import Source
from core.corpus.tokens import pieces
from core.engines import record
from core.model import Model
from core.padding import padded_after

LOOKED_AT = 500
"""Texts that are read to estimate from."""
TABLES_A_STEP = 6
"""Bytes that the tables take a step, about: Parquet packs tokens well."""


@dataclass(frozen=True)
class Plan:
    """What a recording takes.

    Attributes:
        texts: how many; None where nobody knows before they are read.
        steps: about how many, in all texts, or in those looked at where `texts` is None.
        bytes: about how many on disk, likewise.
        bytes_a_step: exactly, of the numbers alone.
        seconds: about how many on this machine, as it is now.
        exact: whether all texts were looked at.
    """

    texts: int | None
    steps: int
    bytes: int
    bytes_a_step: int
    seconds: float
    exact: bool


def plan(
    model: Model,
    source: Source,
    *,
    dtype: Dtype = "float16",
    quantities: Sequence[str] | None = None,
) -> Plan:
    """Looks at the first texts of a source, and records a few of them to see how long it takes.

    Raises as `record` does before it begins, and NothingToRecord.
    """
    check_model(model)
    units = sum(quantity.units for quantity in quantities_of(model, quantities))
    bytes_a_step = units * np.dtype(dtype).itemsize
    rows: list[NDArray[np.int64]] = []
    lengths: list[int] = []
    looked = 0
    for text in islice(source, LOOKED_AT):
        looked += 1
        read = list(pieces(model, text))
        length = sum(map(len, read))
        if length:
            lengths.append(length)
        if length and len(rows) < 32:
            rows.append(np.concatenate([part.ids for part in read])[:500])
    if not lengths:
        raise NothingToRecord(source=source.name, skipped=looked)
    exact = looked < LOOKED_AT or source.count == looked
    texts = looked if exact else source.count
    steps = round(sum(lengths) * (texts or looked) / looked)
    if not can_pad(model):
        rows = [row for row in rows if len(row) == len(rows[0])]
    most = max(1, Room.of(model).steps // max(map(len, rows)))
    tried = padded_after(rows[:most])
    record(model, tried)  # the first time compiles, or waits for what is compiled
    since = time.perf_counter()
    record(model, tried)
    each = (time.perf_counter() - since) / tried.size
    size = steps * (bytes_a_step + TABLES_A_STEP)
    # As long again to write as to run, where much is written: measured, and rather too long.
    seconds = steps * (each + 2e-9 * units + 5e-7)
    return Plan(texts, steps, size, bytes_a_step, seconds, exact)
