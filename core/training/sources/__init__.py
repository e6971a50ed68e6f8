"""Where training data come from: one file per source, each with its `SOURCE`.

`prepare` is all that the trainer calls. A new source is one file and its line in `SOURCES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import UnknownName
from core.training.dataset import Dataset
from core.training.sources import (
    adding,
    bundled,
    copy_memory,
    dyck,
    imdb,
    latch,
    pairs,
    parity,
    reber,
    reuters,
    senses,
    sequences,
    series,
    shakespeare,
    sines,
    table,
    temporal_order,
    text,
    translation,
    treebank,
)
from core.training.sources.source import Options, Report, Setting, Source

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        latch.SOURCE,
        adding.SOURCE,
        temporal_order.SOURCE,
        copy_memory.SOURCE,
        parity.SOURCE,
        *dyck.SOURCES,
        reber.SOURCE,
        sines.SOURCE,
        *sequences.SOURCES,
        series.SOURCE,
        *bundled.SOURCES,
        imdb.SOURCE,
        reuters.SOURCE,
        senses.SOURCE,
        shakespeare.SOURCE,
        treebank.SOURCE,
        text.SOURCE,
        *pairs.SOURCES,
        translation.SOURCE,
        translation.SPANISH_SOURCE,
        table.SOURCE,
    )
}


def source_named(name: str) -> Source:
    """The source of that name.

    Raises:
        UnknownName: when there is none.
    """
    if name not in SOURCES:
        raise UnknownName(kind="source", found=name, known=", ".join(SOURCES))
    return SOURCES[name]


def prepare(
    source: str,
    options: Mapping[str, Any],
    *,
    seed: int,
    validation: float,
    report: Report = lambda doing, share: None,
    folder: Path | str = ".",
) -> Dataset:
    """The data of a run, ready to be trained on.

    Args:
        source: a name in `SOURCES`.
        options: the source's own, plain JSON values; what is left out keeps its default.
        seed: of what is drawn, and of which examples are kept for validation.
        validation: the share of the training examples that is kept for validation, from 0 (none).
        report: called with what is being done and how far it is, from 0 to 1.
        folder: against which relative paths in options are read.

    Raises:
        UnknownName: when there is no such source.
        UnknownSetting, WrongSetting: for options that cannot be used.
        NoValidation, OneTextOnly: when there are too few to keep any for validation.
        CoreError: when data cannot be read; each source says how.
    """
    chosen = source_named(source)
    read = chosen.options.read(options)
    setting = Setting(seed=seed, validation=validation, report=report, folder=Path(folder))
    dataset = chosen.make(read, setting)
    if dataset.validation is None:
        dataset = dataset.with_validation(validation, seed=seed)
    report("ready", 1.0)
    return dataset


__all__ = [
    "SOURCES",
    "Dataset",
    "Options",
    "Report",
    "Setting",
    "Source",
    "prepare",
    "source_named",
]
