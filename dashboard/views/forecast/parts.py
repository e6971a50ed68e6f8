"""What is folded beneath the forecast: what it was off by, the season, and who is better."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import streamlit as st

from core.forecast import Backtest, Correlations, acf, differenced, pacf, seasons, whiteness
from core.forecast.series import Numbers, Series
from dashboard import cache, figures, state, widgets
from dashboard.fields import Whole
from dashboard.figures.steps import FIRST
from dashboard.i18n import labels, t
from dashboard.views.forecast.forecasting import Forecasting, recent, tested, tests
from dashboard.views.forecast.settings import PAGES, Chosen
from dashboard.views.forecast.work import TICK, Work, begin, progress, work_of
from dashboard.widgets.caption import About
from dashboard.widgets.opening import folded

LAGS = 35
NOISE = 0.05
"""The probability below which nobody takes residuals for noise."""
_D = state.declare(Whole(name="shown_d", default=0, low=0, high=2, pages=PAGES))
_SD = state.declare(Whole(name="shown_seasonal_d", default=0, low=0, high=1, pages=PAGES))


def leftover(chosen: Chosen, given: Forecasting, about: About) -> None:
    """Draw the residuals and their autocorrelations."""
    series = chosen.series.part(0, chosen.origin)
    lags = min(LAGS, max(10, 2 * chosen.series.period), max(1, len(given.residuals) // 4))
    with folded(t("forecast.residuals"), t("forecast.residuals.see"), key="residuals") as wanted:
        if not wanted:
            return
        chance = whiteness(given.residuals, lags=lags, fitted=given.fitted)
        kind = "none" if math.isnan(chance) else "noise" if chance > NOISE else "more"
        facts = {"lags": lags, "chance": f"{chance:.2g}", "name": given.name}
        st.markdown(t(f"forecast.residuals.{kind}", **facts))
        picture = figures.residuals(series, given.residuals, **widgets.look())
        widgets.show(picture, name="residuals", about=about)
        found = acf(Series(given.residuals), lags=lags)
        picture = figures.correlations(found, **widgets.look())
        widgets.show(picture, name="acf", key="residuals-acf", about=about)
        if given.fit is not None:
            st.caption(_parameters(given))


def _parameters(given: Forecasting) -> str:
    assert given.fit is not None
    told = ", ".join(
        f"{name} = {value:.4g} ± {given.fit.deviations[name]:.2g}"
        for name, value in given.fit.parameters.items()
    )
    settled = "" if given.fit.converged else " " + t("forecast.parameters.unsettled")
    return t("forecast.parameters", told=told, aic=f"{given.fit.aic:.1f}") + settled


def repeats(chosen: Chosen, about: About) -> None:
    """Draw the season, and the correlations of the series, differenced or not."""
    series, period = chosen.known, chosen.series.period
    with folded(t("forecast.repeats"), t("forecast.repeats.see"), key="repeats") as wanted:
        if not wanted:
            return
        with widgets.guard():
            if period < 2:
                st.info(t("forecast.season.none"), icon=":material/event_repeat:")
            else:
                found = seasons(series, period=period)
                called = places_of(series, period=period)
                facts = {"strength": f"{100 * found.strength:.0f}", "period": period}
                facts |= {"high": called[found.highest], "low": called[found.lowest]}
                st.markdown(t("forecast.season.said", **facts))
                picture = figures.season(found, places=called, name=series.name, **widgets.look())
                widgets.show(picture, name="season", about=about)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for field, name in ((_D, "d"), (_SD, "D")):
                st.number_input(
                    name, field.low, field.high, width=110, help=t(f"forecast.shown.{name}"),
                    disabled=name == "D" and period < 2, **state.bind(field),
                )  # fmt: skip
        with widgets.guard():
            seasonal = state.get(_SD) if period > 1 else 0
            shown = differenced(series, d=state.get(_D), seasonal=seasonal, period=period)
            lags = min(LAGS, max(10, 3 * period))
            straight, partial = acf(shown, lags=lags), pacf(shown, lags=lags)
            most = int(np.abs(straight.values[1:]).argmax()) + 1
            value = f"{straight.values[most]:.2f}".replace("-", "−")
            told = {"outside": len(straight.outside), "lags": lags, "lag": most, "value": value}
            st.markdown(t("forecast.correlations.said", **told))
            shown_of: tuple[tuple[Literal["acf", "pacf"], Correlations], ...]
            shown_of = (("acf", straight), ("pacf", partial))
            for kind, each in shown_of:
                picture = figures.correlations(each, kind=kind, **widgets.look())
                widgets.show(picture, name=kind, about=about)


def places_of(series: Series, *, period: int) -> list[str]:
    """What the last steps of a period are called: days of the week, months, else numbers."""
    if series.dates is not None and series.frequency in ("day", "workday") and period in (5, 7):
        names = labels("forecast", "weekday")
        days = (series.dates[-period:].astype("datetime64[D]").astype(np.int64) + 3) % 7
        return [names[str(day)] for day in days.tolist()]
    if series.dates is not None and series.frequency == "month" and period == 12:
        months = series.dates[-period:].astype("datetime64[M]").astype(np.int64) % 12
        return [t("forecast.month", month=month + 1) for month in months.tolist()]
    return [str(at + FIRST) for at in range(period)]


def standings(chosen: Chosen, about: About) -> None:
    """Draw the table of all who forecast, and how their errors grow."""
    with folded(t("forecast.standings"), t("forecast.standings.see"), key="standings") as wanted:
        if not wanted:
            return
        with st.spinner(t("forecast.testing"), show_time=True):
            found = tests(chosen)
        again = _again(chosen)
        if again is not None:
            found[t("forecast.refit.name")] = again
        rows = [_row(name, test) for name, test in found.items()]
        naive = t("forecast.who.naive")
        best = min(found, key=lambda name: _or_last(found[name].mae(1)))
        facts = {"count": len(found[naive].origins), "best": best, "naive": found[naive].mae(1)}
        kind = "naive" if best == naive else "best"
        st.markdown(t(f"forecast.standings.{kind}", **facts, error=found[best].mae(1)))
        st.dataframe(rows, hide_index=True, key="forecast-standings")
        picture = figures.horizon(found, naive=naive, **widgets.look())
        widgets.show(picture, name="horizon", about=about)


def _row(name: str, test: Backtest) -> dict[str, object]:
    last = next((at for at in range(test.horizon, 0, -1) if math.isfinite(test.mae(at))), 1)
    row: dict[str, object] = {t("forecast.who"): name}
    for title, value in (
        (t("forecast.mae"), test.mae(1)), (t("forecast.rmse"), test.rmse(1)),
        (t("forecast.mape"), test.mape(1)), (t("forecast.mae.last", ahead=last), test.mae(last)),
        (t("forecast.mae.all"), test.mae()),
    ):  # fmt: skip
        row[title] = float(f"{value:.5g}")
    return row


def _or_last(error: float) -> float:
    return error if math.isfinite(error) else math.inf


def _again(chosen: Chosen) -> Backtest | None:
    """The test with a fit at every origin, asked for by a button, a few origins at a time."""
    origins = tested(chosen)
    series, _ = recent(chosen, origins)
    before = len(chosen.series) - len(series)
    key = (cache.digest(series.values), chosen.order, chosen.seasonal_order, chosen.ahead)
    work = work_of("refit", key)
    if work is None:
        if st.button(
            t("forecast.refit"), icon=":material/restart_alt:", help=t("forecast.refit.help")
        ):

            def make(origin: int) -> Numbers:
                fit = cache.arima_fit(
                    series.part(0, origin - before), order=chosen.order,
                    seasonal_order=chosen.seasonal_order, steps=chosen.ahead,
                )  # fmt: skip
                return fit.forecast.mean

            begin("refit", Work(key, origins.tolist(), make))
            st.rerun()
        return None
    if not work.done:
        widgets.fragment(progress, run_every=TICK)(work, key="refit")
        return None
    made = [(at, mean) for at, mean in work.made if isinstance(mean, np.ndarray)]
    if not made:
        return None
    places = np.array([at for at, _ in made])
    padded = np.concatenate([chosen.series.values, np.full(chosen.ahead, np.nan)])
    actual = np.lib.stride_tricks.sliding_window_view(padded, chosen.ahead)[places]
    return Backtest(places, np.array([mean for _, mean in made]), actual)
