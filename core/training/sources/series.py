"""A series: windows of it, and what came after each.

A column of a CSV file, or the noisy sines of `core.forecast.waves` where none is named. Beside what
is forecast a network may read other columns, and what is known of the next step before it comes,
such as whether it is a working day (`known`, as ones and zeros for each kind there is). Training,
validation and testing follow one another in time, so that nothing is learned from what comes later:
the last step that is learned from, and the last that is validated on, are named by their dates or
taken as shares. What is asked of validation comes after the last step of training; what is read for
it may lie before.

With `every`, a network answers at each step of its window (sequence to sequence), so that it learns
from every step and not from the last alone. Values are divided by a power of ten: what networks
read is then about 1, and Huber's loss, which is ½ e² for errors |e| below 1, has the gradient of
the squared error at half the rate, which is what presets make of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.errors import CoreError
from core.forecast import Series, read_series
from core.forecast.errors import PartTooShort
from core.forecast.reading import Duplicates, Gaps, Read, Report, longest
from core.forecast.series import Numbers
from core.forecast.waves import LEARNED, VALIDATED, waves
from core.text import Affine, Table, read_table
from core.training.dataset import Dataset, Part
from core.training.settings import setting, settings
from core.training.sources.bounds import parted, place, within
from core.training.sources.errors import (
    DatesOfTwoReadings,
    DatesRepeat,
    SeriesFilled,
)
from core.training.sources.labelled import first_row
from core.training.sources.magnitudes import MOST, check_large, power
from core.training.sources.reading import text_of
from core.training.sources.source import Options, Setting, Source

LEARN, VALIDATE = 0.7, 0.15
"""The shares of a series that are learned from and validated on, where no dates are named."""


@settings
class SeriesOptions(Options):
    """Which series, how much of it is read at once, and how far ahead is asked for.

    Attributes:
        file: path of a table; a relative one begins in the run's folder; "" for noisy sines.
        encoding: of the file; "" to find out.
        date_column: of the dates; "" where rows are steps.
        value_column: what is forecast.
        others: further columns that are read, parted by commas.
        known: columns whose value of the next step is known, such as the kind of day.
        duplicates: which row of a date holds.
        gaps: what is put where a value is missing.
        begin: the first date; "" for that of the file.
        learn_until: the last date that is learned from; "" for seven tenths.
        validate_until: the last date that is validated on; "" for half of what is left.
        end: the last date; "" for that of the file.
        window: steps that are read.
        horizon: steps that are forecast at once.
        every: whether each step of a window is answered.
        scale: what values are divided by; 0 for the power of ten above the largest.
    """

    file: str = ""
    encoding: str = ""
    date_column: str = ""
    value_column: str = ""
    others: str = ""
    known: str = ""
    duplicates: Duplicates = "first"
    gaps: Gaps = "line"
    begin: str = ""
    learn_until: str = ""
    validate_until: str = ""
    end: str = ""
    window: int = setting(56, low=2, high=1_000)
    horizon: int = setting(1, low=1, high=120)
    every: bool = False
    scale: float = setting(0.0, low=0.0, high=1e12)


def make(options: SeriesOptions, setting: Setting) -> Dataset:
    """Cuts the windows.

    Raises what reading raises; WrongSetting for dates between which nothing lies, TooLargeToLearn,
    and PartTooShort where no window fits.
    """
    setting.report("reading", 0.0)
    table = _table(options, setting)
    found = _found(options, table)
    series = found.series
    learned, validated = _ends(options, found)
    scaling = _scaling(options, series, learned)
    if table is not None:
        check_large(table, options.value_column, scale=scaling.spread)
    values = columns_read(options, series, table)
    read = np.concatenate([scaling.apply(values[:, :1]), values[:, 1:]], axis=1)
    setting.report("arranging", 0.6)
    edges = (0, learned, validated, len(series))
    names = ("training", "validation", "testing")
    parts = [
        _windows(read, options, first=low, stop=high, what=what)
        for what, low, high in zip(names, edges[:-1], edges[1:], strict=True)
    ]
    known = scaling.apply(series.values)
    chance = float(np.mean((known[validated + 1 :] - known[validated:-1]) ** 2))
    return Dataset(
        name="series",
        train=parts[0],
        validation=parts[1],
        test=parts[2],
        vocabulary=None,
        features=read.shape[1],
        outputs=options.horizon,
        loss="mean_squared_error",
        readout="every" if options.every else "last",
        metric="mean_squared_error",
        chance=chance,
        citation=SOURCE.citation,
        remarks=() if table is None else tuple(_remarks(options, table)),
    )


def columns_read(options: SeriesOptions, series: Series, table: Table | None) -> Numbers:
    """What a network reads, (time, features), unscaled: the value first, then all beside it."""
    columns = [series.values]
    if table is not None:
        for name in _names(options.others):
            check_large(table, name, scale=1.0, limit=MOST)
            other = _aligned(options, table, name).series.values
            columns.append(other / power(other))
        for name in _names(options.known):
            columns += _next(options, table, name)
    return np.stack(columns, axis=1)


def series_of(options: SeriesOptions, setting: Setting) -> tuple[Series, Numbers]:
    """The series, and what a network reads of it, (time, features), unscaled."""
    table = _table(options, setting)
    series = _found(options, table).series
    return series, columns_read(options, series, table)


def scaling_of(options: SeriesOptions, setting: Setting) -> Affine:
    """How the values were scaled that a network has learned from."""
    found = _found(options, _table(options, setting))
    return _scaling(options, found.series, _ends(options, found)[0])


def _table(options: SeriesOptions, setting: Setting) -> Table | None:
    if not options.file:
        return None
    return read_table(text_of(options.file, options.encoding, setting))


def _found(options: SeriesOptions, table: Table | None) -> Read:
    if table is None:
        series = waves()
        return Read(series, Report(len(series)), np.zeros(len(series), np.bool_))
    return _aligned(options, table, options.value_column)


def _read(options: SeriesOptions, table: Table, name: str) -> Read:
    return read_series(
        table,
        value=name,
        date=options.date_column or None,
        duplicates=options.duplicates,
        gaps=options.gaps,
    )


def _aligned(options: SeriesOptions, table: Table, name: str) -> Read:
    """A column at the steps that are asked for."""
    read = _read(options, table, name)
    series = read.series
    first = place(read, "begin", options.begin, default=0)
    last = place(read, "end", options.end, default=len(series))
    if last <= first:
        name, date = ("end", options.end) if options.end else ("begin", options.begin)
        raise within(series, name, date)
    return replace(read, series=series.part(first, last), filled=read.filled[first:last])


def _ends(options: SeriesOptions, found: Read) -> tuple[int, int]:
    """The steps after the last one that is learned from, and that is validated on."""
    if not options.file:
        return LEARNED, VALIDATED
    return parted(
        found,
        learn=options.learn_until,
        validate=options.validate_until,
        shares=(LEARN, 0.5),
    )


def _remarks(options: SeriesOptions, table: Table) -> Iterator[CoreError]:
    """What was found in the file, and dealt with by the settings."""
    columns = [options.value_column, *_names(options.others)]
    named = [name for name in (options.date_column, options.value_column) if name]
    yield from first_row(table, named, cells=[table.column(name) for name in named])
    for name in columns:
        found = _aligned(options, table, name)
        report = found.report
        if name == options.value_column and report.otherwise:
            yield DatesOfTwoReadings(written=report.written, otherwise=report.otherwise)
        if name == options.value_column and report.repeated:
            yield DatesRepeat(
                repeated=report.repeated,
                rows=report.rows,
                differing=report.differing,
                how=options.duplicates,
            )
        if gaps := int(found.filled.sum()):
            yield SeriesFilled(
                column=name,
                gaps=gaps,
                total=len(found.series),
                longest=longest(found.filled),
                how=options.gaps,
            )


def _scaling(options: SeriesOptions, series: Series, learned: int) -> Affine:
    return Affine(spread=options.scale or power(series.values[:learned]))


def _next(options: SeriesOptions, table: Table, name: str) -> list[Numbers]:
    """A column of kinds as ones and zeros, of the step after each; of the last one, its own."""
    kinds = sorted(set(table.column(name)))
    cells = {kind: [str(int(cell == kind)) for cell in table.column(name)] for kind in kinds}
    found = []
    for kind in kinds:
        columns = (*table.columns, "#kind")
        rows = tuple((*row, one) for row, one in zip(table.rows, cells[kind], strict=True))
        ones = _aligned(options, replace(table, columns=columns, rows=rows), "#kind").series.values
        found.append(np.append(ones[1:], ones[-1:]))
    return found


def _names(written: str) -> list[str]:
    return [name.strip() for name in written.split(",") if name.strip()]


def _windows(
    read: NDArray[np.float64], options: SeriesOptions, *, first: int, stop: int, what: str
) -> Part:
    """Every window whose whole horizon lies from `first` up to `stop`, and what came.

    Of the steps of a window, those count whose horizon does so too.
    """
    window, horizon = options.window, options.horizon
    origins = np.arange(max(first, window), stop - horizon + 1)
    if not len(origins):
        least = window * (first == 0) + horizon
        raise PartTooShort(found=stop - first, total=len(read), least=least, what=what)
    cut = np.lib.stride_tricks.sliding_window_view(read, window, axis=0)[origins - window]
    inputs = np.ascontiguousarray(cut.transpose(0, 2, 1), np.float32)
    # ahead[t]: the steps that come when t are known
    ahead = np.lib.stride_tricks.sliding_window_view(read[:, 0], horizon)
    if not options.every:
        return Part(inputs, np.ascontiguousarray(ahead[origins], np.float32))
    known = origins[:, None] + np.arange(1 - window, 1)
    counts = None if first == 0 else (known >= first).astype(np.float32)
    return Part(inputs, np.ascontiguousarray(ahead[known], np.float32), counts)


SOURCE = Source(
    name="series",
    description="Reads a window of a series and forecasts its next steps.",
    citation="A series of the user's own, or noisy sines of this project",
    options=SeriesOptions,
    make=make,
)
