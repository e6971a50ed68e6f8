"""Does a series repeat itself, and after how many steps?

Autocorrelation r_k = Σ (x_t − x̄)(x_{t+k} − x̄) / Σ (x_t − x̄)²: how alike the series is to itself k
steps later. Partial autocorrelation φ_kk is what is left of it when the steps between are known:
the last coefficient of the best forecast out of k values, found for all k in one go by Levinson and
Durbin. Bands hold 95 % of what white noise would give: Bartlett's, √((1 + 2Σ r²)/n), that widens
with what came before, for r, and 1/√n for φ (Box & Jenkins 1970, chapters 2 and 3).

Few lines of NumPy, checked against statsmodels in the tests. Not chosen: statsmodels itself, which
takes a second and a half to load, where a page asks for these before anything else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.forecast.series import Numbers, Series, check_series

NORMAL = 1.959963984540054
"""95 % of the normal distribution lie within so many deviations."""
LEAST = 4


@dataclass(frozen=True, eq=False)
class Correlations:
    """For each lag, (lags + 1,), lag 0 included; `band` is what noise stays within."""

    lags: Numbers
    values: Numbers
    band: Numbers

    @property
    def outside(self) -> list[int]:
        """The lags, from 1 on, that are larger than noise would give."""
        return [int(k) for k in self.lags[1:] if abs(self.values[int(k)]) > self.band[int(k)]]


def acf(series: Series, *, lags: int) -> Correlations:
    """Autocorrelations up to a lag. Raises TooFewValues and ConstantSeries."""
    check_series(series, least=LEAST, what="autocorrelation")
    lags = min(lags, len(series) - 1)
    values = _acf(series.values, lags)
    # The band of lag k knows r_1 … r_{k−1}.
    before = np.concatenate([[0.0, 0.0], np.cumsum(values[1:-1] ** 2)])[: lags + 1]
    band = NORMAL * np.sqrt((1 + 2 * before) / len(series))
    return Correlations(np.arange(lags + 1.0), values, band)


def pacf(series: Series, *, lags: int) -> Correlations:
    """Partial autocorrelations up to a lag, at most half as many as there are values, less one.

    Raises TooFewValues and ConstantSeries.
    """
    check_series(series, least=LEAST, what="partial autocorrelation")
    lags = min(lags, len(series) // 2 - 1)
    r = _acf(series.values, lags)
    found, phi, left = np.ones(lags + 1), np.zeros(0), 1.0
    for k in range(1, lags + 1):
        last = (r[k] - phi @ r[k - 1 : 0 : -1]) / left
        phi = np.append(phi - last * phi[::-1], last)
        left = max(left * (1 - last**2), np.finfo(np.float64).tiny)
        found[k] = last
    band = np.full(lags + 1, NORMAL / np.sqrt(len(series)))
    return Correlations(np.arange(lags + 1.0), found, band)


def whiteness(residuals: Numbers, *, lags: int, fitted: int) -> float:
    """The probability that noise would be as correlated as this, up to a lag (Ljung & Box 1978).

    `fitted` parameters were chosen so as to make it small. NaN where there are too few residuals.
    """
    count, free = len(residuals), lags - fitted
    if count <= lags or free < 1 or np.ptp(residuals) == 0:
        return float("nan")
    from scipy.stats import chi2  # here: it takes long to import, and only residuals need it

    r = _acf(residuals, lags)[1:]
    q = count * (count + 2) * np.sum(r**2 / (count - np.arange(1, lags + 1)))
    return float(chi2.sf(q, free))


def _acf(values: Numbers, lags: int) -> Numbers:
    x = values - values.mean()
    return np.array([x[: len(x) - k] @ x[k:] for k in range(lags + 1)]) / (x @ x)
