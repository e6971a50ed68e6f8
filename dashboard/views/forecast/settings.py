"""Which series, who forecasts it, from where and how far: the choices of the page."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from core.forecast import Read, Report, Series
from core.forecast.reading import DUPLICATES, GAPS, Duplicates, Gaps
from core.text import visible
from dashboard import cache, state
from dashboard.fields import Choice, Text, Whole
from dashboard.i18n import labels, t
from dashboard.views.forecast.networks import NETWORK, network_labels, networks
from dashboard.widgets.encoding import decoded_upload
from dashboard.widgets.opening import box

PAGES = ("forecast",)
WAVES, FILE = "waves", "file"
ARIMA, NAIVE = "arima", "naive"
_FILE = "forecast file"
"""Under this name the session keeps the text of a file that was brought: (name, text)."""


def who() -> tuple[str, ...]:
    """Return who can forecast the chosen series."""
    return (*networks(file=state.get(SERIES) == FILE), ARIMA, NAIVE)


def forecaster() -> str:
    """Return who was chosen, where that can be; else ARIMA."""
    return chosen if (chosen := state.get(WHO)) in who() else ARIMA


def _series() -> tuple[str, ...]:
    return (WAVES, FILE)


SERIES = state.declare(Choice(name="series", default=WAVES, options=_series, pages=PAGES))
WHO = state.declare(Choice(name="forecaster", default=NETWORK + "gru-32", options=who, pages=PAGES))
VALUE = state.declare(Text(name="value_column", default=None, limit=200, pages=PAGES))
DATE = state.declare(Text(name="date_column", default=None, limit=200, pages=PAGES))
TWICE = state.declare(
    Choice(name="duplicates", default=DUPLICATES[0], options=DUPLICATES, pages=PAGES)
)
MISSING = state.declare(Choice(name="gaps", default=GAPS[0], options=GAPS, pages=PAGES))
AHEAD = state.declare(Whole(name="ahead", default=14, low=1, high=120, pages=PAGES))
BACK = state.declare(Whole(name="back", default=14, low=0, high=100_000, pages=PAGES))
LAST = state.declare(Whole(name="fit_last", default=300, low=10, high=3_000, pages=PAGES))
SEASON = state.declare(Whole(name="season", default=0, low=0, high=400, pages=PAGES))
_P = state.declare(Whole(name="ar", default=1, low=0, high=30, pages=PAGES))
_D = state.declare(Whole(name="integrated", default=0, low=0, high=3, pages=PAGES))
_Q = state.declare(Whole(name="ma", default=0, low=0, high=30, pages=PAGES))
_SP = state.declare(Whole(name="seasonal_ar", default=0, low=0, high=3, pages=PAGES))
_SD = state.declare(Whole(name="seasonal_integrated", default=1, low=0, high=2, pages=PAGES))
_SQ = state.declare(Whole(name="seasonal_ma", default=1, low=0, high=3, pages=PAGES))
_ORDER = (_P, _D, _Q)
_SEASONAL = (_SP, _SD, _SQ)


@dataclass(frozen=True)
class Chosen:
    """What is forecast: the series, what was found in its file, and from where how far.

    Attributes:
        series: all of it.
        report: of the file; None for a series of ours.
        origin: how many steps are known.
        ahead: how many are forecast.
        last: how many of those that are known a fit is made on.
        who: forecasts.
    """

    series: Series
    report: Report | None
    origin: int
    ahead: int
    last: int
    who: str

    @property
    def known(self) -> Series:
        """What a fit is made on: the last steps before the origin."""
        return self.series.part(0, self.origin).last(self.last)

    @property
    def order(self) -> tuple[int, int, int]:
        """(p, d, q)."""
        p, d, q = map(state.get, _ORDER)
        return p, d, q

    @property
    def seasonal_order(self) -> tuple[int, int, int, int]:
        """(P, D, Q, s), nothing without a season."""
        if self.series.period < 2:
            return 0, 0, 0, 0
        p, d, q = map(state.get, _SEASONAL)
        return p, d, q, self.series.period


def choose() -> Chosen | None:
    """Draw the line of controls; None where a file is still to be brought. Raises CoreError."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="forecast-controls"):
        st.segmented_control(
            t("forecast.series"), SERIES.known(), required=True,
            format_func=labels("forecast", "series").__getitem__, **state.bind(SERIES, then=_other),
        )  # fmt: skip
        known = who()
        names = network_labels(known) | labels("forecast", "who")
        st.selectbox(
            t("forecast.who"), known, format_func=names.__getitem__, width=260,
            help=t("forecast.who.help"), **state.bind(WHO, showing=forecaster()),
        )  # fmt: skip
        st.number_input(
            t("forecast.ahead"), AHEAD.low, AHEAD.high, width=120, help=t("forecast.ahead.help"),
            **state.bind(AHEAD),
        )  # fmt: skip
        back = st.container(width=150)
        with box(t("forecast.more"), key="forecast-more"):
            _more()
        read = _of_file() if state.get(SERIES) == FILE else _of_ours()
    if read is None:
        _bring()
        return None
    series = replace(read.series, season=state.get(SEASON) or read.series.season)
    most = max(0, len(series) - 2)
    with back:
        last = state.fit(BACK, high=most)
        st.number_input(
            t("forecast.back"), 0, most, help=t("forecast.back.help"), **state.bind(BACK)
        )
    report = None if state.get(SERIES) == WAVES else read.report
    origin = len(series) - last
    return Chosen(series, report, origin, state.get(AHEAD), state.get(LAST), forecaster())


def _other() -> None:
    """Another series: who forecast the one before may not know it."""
    state.reset(WHO, BACK)


def text_of_file() -> tuple[str, str] | None:
    """Return the name and the text of the file that was brought."""
    kept: tuple[str, str] | None = state.recall(_FILE)
    return kept


def use_order(order: tuple[int, int, int], seasonal: tuple[int, int, int, int]) -> None:
    """Let this be the order, and ARIMA who forecasts."""
    for field, value in zip((*_ORDER, *_SEASONAL), (*order, *seasonal[:3]), strict=True):
        state.put(field, value)
    state.put(WHO, ARIMA)


def said(report: Report, series: Series) -> str:
    """Say what was found in a file, and what was done with it."""
    parts = [
        t(
            f"forecast.report.{series.frequency}" if series.every == 1 else "forecast.report.every",
            count=len(series),
            rows=report.rows,
        )
    ]
    if series.dates is not None:
        first, last = (str(date)[:10] for date in series.dates[[0, -1]])
        parts.append(t("forecast.report.span", first=first, last=last, written=report.written))
    if report.otherwise:
        parts.append(t("forecast.report.otherwise", otherwise=report.otherwise))
    if report.repeated:
        how = t(f"forecast.twice.{state.get(TWICE)}").lower()
        facts = {"count": report.repeated, "differing": report.differing, "how": how}
        parts.append(t("forecast.report.repeated", **facts))
    if report.gaps:
        how = t(f"forecast.gaps.{state.get(MISSING)}").lower()
        facts = {"count": report.gaps, "longest": report.longest_gap, "how": how}
        parts.append(t("forecast.report.gaps", **facts))
    if report.disorder:
        parts.append(t("forecast.report.disorder"))
    return " ".join(parts)


def _more() -> None:
    """Draw what a model of ARIMA is, and what it is fitted to."""
    st.markdown(t("forecast.order"), help=t("forecast.order.help"))
    for fields, names in ((_ORDER, "pdq"), (_SEASONAL, "PDQ")):
        with st.container(horizontal=True):
            for field, name in zip(fields, names, strict=True):
                st.number_input(name, field.low, field.high, width=110, **state.bind(field))
    st.number_input(
        t("forecast.season"), SEASON.low, SEASON.high, help=t("forecast.season.help"),
        **state.bind(SEASON),
    )  # fmt: skip
    st.number_input(
        t("forecast.last"), LAST.low, LAST.high, step=50, help=t("forecast.last.help"),
        **state.bind(LAST),
    )  # fmt: skip


def _of_ours() -> Read:
    series = cache.noisy_sines()
    return Read(series, Report(len(series)), np.zeros(len(series), np.bool_))


def _of_file() -> Read | None:
    """The column that is chosen of the file that was brought; None as long as there is none."""
    kept = text_of_file()
    if kept is None:
        return None
    name, words = kept
    with box(visible(name), key="forecast-file", icon=":material/table_chart:"):
        _upload()
        dates, values = cache.series_columns(words)
        columns, none = cache.brought_table(words).columns, t("forecast.date.none")
        value = _column(t("forecast.value"), VALUE, values or columns)
        date = _column(t("forecast.date"), DATE, (*dates, *_others(columns, dates), none))
        _pick(t("forecast.twice"), TWICE, labels("forecast", "twice"))
        _pick(t("forecast.gaps"), MISSING, labels("forecast", "gaps"))
    twice: Duplicates = next(each for each in DUPLICATES if each == state.get(TWICE))
    gaps: Gaps = next(each for each in GAPS if each == state.get(MISSING))
    return cache.read_column(
        words, value=value, date=None if date == none else date, duplicates=twice, gaps=gaps
    )


def _others(columns: tuple[str, ...], dates: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in columns if name not in dates)


def _column(label: str, field: Text, known: tuple[str, ...]) -> str:
    chosen = state.get(field)
    shown = chosen if chosen in known else known[0]
    st.selectbox(
        label, known, format_func={name: visible(name) for name in known}.__getitem__,
        **state.bind(field, showing=shown),
    )  # fmt: skip
    return str(shown)


def _pick(label: str, field: Choice, names: dict[str, str]) -> None:
    st.selectbox(label, field.known(), format_func=names.__getitem__, **state.bind(field))


def _bring() -> None:
    """Ask for a file where there is none yet."""
    st.info(t("forecast.file.none"), icon=":material/upload_file:")
    if _upload():
        st.rerun()  # its controls take a place in the line


def _upload() -> bool:
    """Draw the uploader, keep what it was given, and return whether that is there."""
    file = st.file_uploader(
        t("forecast.file"), type=["csv", "tsv", "txt"], help=t("forecast.file.help"),
        key="forecast-upload",
    )  # fmt: skip
    if file is not None:
        decoded = decoded_upload(file, key="forecast-encoding")
        state.remember(_FILE, (file.name, decoded.text))
    return file is not None
