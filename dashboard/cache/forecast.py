"""Series, and what statistics make of them: fitted in a child process, and kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.forecast import Fit, Read, Series, Statistics, read_series
from core.forecast.arima import LEVEL, Order, SeasonalOrder
from core.forecast.reading import Duplicates, Gaps, columns_of
from core.forecast.waves import waves
from core.text import Table, read_table
from dashboard.cache.digest import digest


@st.cache_resource(max_entries=1, show_spinner=False)
def noisy_sines() -> Series:
    """Return the series that is there without a file."""
    return waves()


def brought_table(words: str) -> Table:
    """Return a file that was brought as a table. Raises as `read_table` does."""
    return _table(digest(words), words)


def series_columns(words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns of a table that may be dates, and those that may be values."""
    return _columns(digest(words), words)


def read_column(
    words: str, *, value: str, date: str | None, duplicates: Duplicates, gaps: Gaps
) -> Read:
    """Return a column of a table as a series. Raises as `core.forecast.read_series` does."""
    return _read(digest(words), value, date, duplicates, gaps, words)


def arima_fit(
    series: Series,
    *,
    order: Order,
    seasonal_order: SeasonalOrder,
    steps: int,
    level: float = LEVEL,
    known: int | None = None,
    origins: Sequence[int] = (),
    horizon: int = 1,
    refit: bool = False,
) -> Fit:
    """Return a fitted ARIMA, made by the child. Raises as `Statistics.fit` does."""
    key, places = digest(series.values), tuple(origins)
    return _fit(key, order, seasonal_order, steps, level, known, places, horizon, refit, series)


@st.cache_resource(max_entries=1, show_spinner=False, on_release=lambda made: made.close())
def statistics() -> Statistics:
    """Return the one child that knows statsmodels; it starts when asked."""
    return Statistics()


@st.cache_resource(max_entries=4, show_spinner=False)
def _table(key: str, _words: str) -> Table:
    del key
    return read_table(_words)


@st.cache_resource(max_entries=4, show_spinner=False)
def _columns(key: str, _words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return columns_of(_table(key, _words))


@st.cache_resource(max_entries=8, show_spinner=False)
def _read(
    key: str, value: str, date: str | None, duplicates: Duplicates, gaps: Gaps, _words: str
) -> Read:
    return read_series(
        _table(key, _words), value=value, date=date, duplicates=duplicates, gaps=gaps
    )


@st.cache_resource(max_entries=128, show_spinner=False)
def _fit(
    key: str,
    order: Order,
    seasonal_order: SeasonalOrder,
    steps: int,
    level: float,
    known: int | None,
    origins: tuple[int, ...],
    horizon: int,
    refit: bool,  # noqa: FBT001 — the key of a cache is positional
    _series: Series,
) -> Fit:
    del key
    return statistics().fit(
        _series,
        order=order,
        seasonal_order=seasonal_order,
        steps=steps,
        level=level,
        known=known,
        origins=np.array(origins, np.intp) if origins else None,
        horizon=horizon,
        refit=refit,
    )
