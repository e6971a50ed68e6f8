"""AR, MA, ARMA, ARIMA and SARIMA: what linear statistics predict, and how sure it is.

    φ(B) Φ(Bˢ) (1 − B)ᵈ (1 − Bˢ)ᴰ x_t = θ(B) Θ(Bˢ) ε_t          (Box & Jenkins 1970)

with order (p, d, q) and seasonal order (P, D, Q, s). B takes a value back one step; ε is noise. The
likelihood is that of the state space form, by statsmodels, which is loaded when first needed: it
takes a second and a half. A constant is fitted where nothing is differenced, as statsmodels' own
`ARIMA` does. Fitting takes 0.3 s for 150 values and a season of 7; `core.forecast.process` does it
in a child, with a clock.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from threadpoolctl import threadpool_limits

from core.errors import OutOfRange
from core.forecast.errors import FitFailed, OrderTooLong, WrongOrder
from core.forecast.series import Numbers, Series, as_series, check_series

Order = tuple[int, int, int]
SeasonalOrder = tuple[int, int, int, int]
NO_SEASON: SeasonalOrder = (0, 0, 0, 0)
MOST_STATES = 150
"""Numbers in the state of the filter: its cost grows with their cube."""
LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is expected of the steps after a series, (steps,) each.

    Attributes:
        mean: the expected value.
        low, high: the bounds between which the value lies with the probability `level`.
        level: of the interval.
    """

    mean: Numbers
    low: Numbers
    high: Numbers
    level: float = LEVEL


@dataclass(frozen=True, eq=False)
class Arima:
    """A fitted model.

    Attributes:
        series: what it was fitted to.
        order, seasonal_order: (p, d, q) and (P, D, Q, s).
        parameters: by statsmodels' names, "ar.L1" and so on; "sigma2" is the variance of the noise.
        deviations: the standard errors of the parameters, by the same names.
        fitted: (time,), what was expected at each step one step before.
        aic, aicc, bic: information criteria; comparable for equal d and D alone.
        converged: whether the search for the parameters ended by itself.
    """

    series: Series
    order: Order
    seasonal_order: SeasonalOrder
    parameters: Mapping[str, float]
    deviations: Mapping[str, float]
    fitted: Numbers
    aic: float
    aicc: float
    bic: float
    converged: bool
    results: Any

    @property
    def burn(self) -> int:
        """The first steps, whose errors are those of one who knows nothing yet."""
        return burn_of(self.order, self.seasonal_order)

    @property
    def residuals(self) -> Numbers:
        """(time − burn,): what came, less what was expected."""
        return (self.series.values - self.fitted)[self.burn :]

    def predict(self, steps: int, *, level: float = LEVEL) -> Forecast:
        """The next steps. Raises OutOfRange."""
        if steps < 1 or not 0 < level < 1:
            raise OutOfRange(what="steps, level", found=(steps, level), expected="1 or more, 0 … 1")
        return _forecast(self.results, steps, level)

    def after(self, values: ArrayLike, steps: int, *, level: float = LEVEL) -> Forecast:
        """The steps after other values, with the parameters as they are."""
        return _forecast(self.results.apply(np.asarray(values, np.float64)), steps, level)

    def expected(self, values: ArrayLike) -> Numbers:
        """(time,): what is expected of each of these values one step before, as `fitted` is."""
        applied = self.results.apply(np.asarray(values, np.float64))
        return np.asarray(applied.fittedvalues, np.float64)


def arima(
    series: Series | ArrayLike,
    order: Sequence[int] = (1, 0, 0),
    seasonal_order: Sequence[int] = NO_SEASON,
) -> Arima:
    """Fit an ARIMA to a series of numbers.

    Raises WrongOrder for an order that makes no model, OrderTooLong where there are too few values
    for it, ConstantSeries, FitFailed, and what Series raises.
    """
    known = as_series(series)
    p, season = check_order(order, seasonal_order, values=len(known))
    check_series(known, least=2, what="a fit")
    from statsmodels.tsa.arima.model import ARIMA

    # One thread, as in `core.threads`, but also of the BLAS that statsmodels has just loaded.
    with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
        warnings.simplefilter("ignore")
        try:
            results = ARIMA(known.values, order=p, seasonal_order=season).fit()
            deviations = np.asarray(results.bse, np.float64)
        except (np.linalg.LinAlgError, ValueError, IndexError) as error:
            raise FitFailed(order=written(p, season)) from error
    names = list(results.param_names)
    return Arima(
        series=known,
        order=p,
        seasonal_order=season,
        parameters=dict(zip(names, map(float, results.params), strict=True)),
        deviations=dict(zip(names, map(float, deviations), strict=True)),
        fitted=np.asarray(results.fittedvalues, np.float64),
        aic=float(results.aic),
        aicc=float(results.aicc),
        bic=float(results.bic),
        converged=bool(results.mle_retvals.get("converged", True)),
        results=results,
    )


def check_order(
    order: Sequence[int], seasonal_order: Sequence[int], *, values: int
) -> tuple[Order, SeasonalOrder]:
    """The orders as tuples. Raises WrongOrder and OrderTooLong."""
    told = written(order, seasonal_order)
    if len(order) != 3 or len(seasonal_order) != 4:
        raise WrongOrder(order=told, why="it takes p, d, q, and for a season P, D, Q, s")
    p, d, q = map(int, order)
    big_p, big_d, big_q, s = map(int, seasonal_order)
    if min(p, d, q, big_p, big_d, big_q, s) < 0:
        raise WrongOrder(order=told, why="no number of it may be below 0")
    if not (big_p or big_d or big_q):
        s = 0
    elif s < 2:
        raise WrongOrder(order=told, why="a season takes at least 2 steps")
    if (big_p and p >= s) or (big_q and q >= s):
        raise WrongOrder(order=told, why="p and q have to be smaller than the season")
    if not (p or q or big_p or big_q) and not (d or big_d):
        raise WrongOrder(order=told, why="all its numbers are 0")
    states = max(p + s * big_p, q + s * big_q + 1) + d + s * big_d
    if states > MOST_STATES:
        why = f"it looks back {states} steps, and at most {MOST_STATES} are taken"
        raise WrongOrder(order=told, why=why)
    # As many again as it looks back and as it has parameters, so that there is something to fit.
    needed = d + s * big_d + max(p + s * big_p, q + s * big_q) + 2 * (p + q + big_p + big_q + 1)
    if values < needed:
        raise OrderTooLong(order=told, found=values, least=needed)
    return (p, d, q), (big_p, big_d, big_q, s)


def written(order: Sequence[int], seasonal_order: Sequence[int] = NO_SEASON) -> str:
    """How an order is written: (1,0,0)(0,1,1)₇."""
    own = f"({','.join(map(str, order))})"
    if not any(seasonal_order[:3]):
        return own
    small = str(seasonal_order[3]).translate(str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋"))
    return f"{own}({','.join(map(str, seasonal_order[:3]))}){small}"


def burn_of(order: Order, seasonal_order: SeasonalOrder) -> int:
    """How many first steps a model of this order knows too little of to be judged by."""
    return order[1] + seasonal_order[1] * seasonal_order[3]


def _forecast(results: Any, steps: int, level: float) -> Forecast:
    told = results.get_forecast(steps)
    low, high = np.asarray(told.conf_int(alpha=1 - level), np.float64).T
    return Forecast(np.asarray(told.predicted_mean, np.float64), low, high, level)
