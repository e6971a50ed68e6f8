"""Fits in a process of their own, so that one reader's long fit does not hold up the others.

    statistics = Statistics()
    fit = statistics.fit(series, order=(1, 0, 0), seasonal_order=(0, 1, 1, 7), steps=14)
    fit.forecast.mean, fit.residuals, fit.backtest

statsmodels fits in Python, under the interpreter's lock: within the process that serves pages every
other page would wait for it. The child starts when first asked, takes 2 s to load, and stays; each
request has a clock. One request at a time: a search asks for one order after another, and other
readers' requests go between. Not chosen: a child for every fit, which would load for 2 s each time.
"""

from __future__ import annotations

import json
import threading
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import children
from core.children import Child
from core.errors import Failure
from core.forecast.arima import LEVEL, NO_SEASON, Forecast, burn_of, check_order, written
from core.forecast.errors import FitFailed, FitTooSlow
from core.forecast.scores import Backtest, Origins, truth
from core.forecast.series import Numbers, Series, check_series
from core.messages import Kind

SECONDS = 45.0
_ALONE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Matrices are small: threads of BLAS would only take the cores from those who read pages."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A fitted ARIMA as plain data.

    Attributes:
        order: as it is written, (1,0,0)(0,1,1)₇.
        parameters, deviations: by name, with their standard errors.
        fitted: (time,), what was expected at each step one step before.
        residuals: (time − burn,), what came less that.
        forecast: of the steps after the series.
        aic, aicc, bic: information criteria.
        converged: whether the search for the parameters ended by itself.
        backtest: the forecasts from each origin; None where none was asked for.
    """

    order: str
    parameters: Mapping[str, float]
    deviations: Mapping[str, float]
    fitted: Numbers
    residuals: Numbers
    forecast: Forecast
    aic: float
    aicc: float
    bic: float
    converged: bool
    backtest: Backtest | None


class Statistics:
    """A child process with statsmodels in it, shared by all who ask: one request at a time."""

    def __init__(self, *, timeout: float = SECONDS) -> None:
        self.timeout = timeout
        self._lock = threading.Lock()
        self._child: Child | None = None

    def fit(
        self,
        series: Series,
        *,
        order: Sequence[int],
        seasonal_order: Sequence[int] = NO_SEASON,
        steps: int = 14,
        level: float = LEVEL,
        origins: Origins | None = None,
        horizon: int = 1,
        known: int | None = None,
        refit: bool = False,
    ) -> Fit:
        """Fit to a series and forecast the steps after it, and after each origin.

        `known` steps of the series are fitted to, all unless it is said; with `refit` every origin
        gets a fit of its own to all that is known there. The forecast is that after the `known`.

        Raises as `arima` does, for bad orders without asking the child, and FitTooSlow.
        """
        seen = len(series) if known is None else known
        own, season = check_order(order, seasonal_order, values=seen)
        check_series(series.part(0, seen), least=2, what="a fit")
        asked = [] if origins is None else origins.tolist()
        request = {
            "values": series.values.tolist(),
            "known": seen,
            "order": own,
            "seasonal_order": season,
            "steps": steps,
            "level": level,
            "origins": asked,
            "horizon": horizon,
            "refit": refit,
        }
        told = self._ask(json.dumps(request).encode(), order=written(own, season))
        fitted = np.array(told["fitted"])
        test = None
        if origins is not None:
            rolled = np.array(told["rolled"]).reshape(len(origins), horizon)
            test = Backtest(origins, rolled, truth(series, origins, horizon=horizon))
        return Fit(
            order=written(own, season),
            parameters=told["parameters"],
            deviations=told["deviations"],
            fitted=fitted,
            residuals=(series.values - fitted)[burn_of(own, season) :],
            forecast=Forecast(
                mean=np.array(told["mean"]),
                low=np.array(told["low"]),
                high=np.array(told["high"]),
                level=level,
            ),
            aic=told["aic"],
            aicc=told["aicc"],
            bic=told["bic"],
            converged=told["converged"],
            backtest=test,
        )

    def _ask(self, request: bytes, *, order: str) -> dict[str, Any]:
        with self._lock:
            try:
                kind, answer = self._living().ask(Kind.REQUEST, request, seconds=self.timeout)
            except children.ChildTooSlow as error:
                raise FitTooSlow(order=order, seconds=self.timeout) from error
            except children.ChildEnded as error:
                raise FitFailed(order=order) from error
        told = json.loads(answer)
        if kind is Kind.FAILURE:
            raise Failure.from_json(told).error()
        return dict(told)

    def close(self) -> None:
        """End the child, if there is one. The next request would start another."""
        with self._lock:
            if self._child is not None:
                self._child.end()
                self._child = None

    def _living(self) -> Child:
        if self._child is None or not self._child.lives:
            if self._child is not None:
                self._child.end()
            self._child = Child(children.command("core.forecast.worker"), settings=_ALONE)
            weakref.finalize(self, self._child.end)
        return self._child
