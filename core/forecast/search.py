"""Which order suits a series? A small search, one fit at a time, so that it can be watched.

How often to difference is settled first, because likelihoods of differently differenced series are
not comparable: once by the season where the season is strong (above 0.64, Hyndman & Athanasopoulos
2021, section 9.10), and by single steps as long as that makes the deviation smaller. Then p and q
up to 2 and P and Q up to 1 are tried, the likeliest first, and compared by the corrected criterion
of Akaike (Hurvich & Tsai 1989).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from core.forecast.arima import NO_SEASON, Order, SeasonalOrder, check_order
from core.forecast.errors import OrderTooLong, WrongOrder
from core.forecast.seasons import differenced, seasons
from core.forecast.series import Series, check_series

STRONG = 0.64
MOST_DIFFERENCES = 2
LONGEST_SEASON = 30
"""Steps of a season beyond which none is tried: the cost of a fit grows with their cube."""

Candidate = tuple[Order, SeasonalOrder]


def candidates(series: Series, *, period: int) -> tuple[Candidate, ...]:
    """The orders to try, simple ones first. Raises TooFewValues and ConstantSeries."""
    check_series(series, least=8, what="a search")
    big_d, d = differences(series, period=period)
    seasonal = 1 < period <= LONGEST_SEASON
    found = []
    for p, q, big_p, big_q in product(
        range(3), range(3), *([range(2)] * 2 if seasonal else [[0]] * 2)
    ):
        season = (big_p, big_d, big_q, period) if seasonal else NO_SEASON
        try:
            found.append(check_order((p, d, q), season, values=len(series)))
        except (WrongOrder, OrderTooLong):
            continue
    return tuple(sorted(found, key=_size))


def differences(series: Series, *, period: int) -> tuple[int, int]:
    """How often to difference: by the season, and by single steps."""
    enough = len(series) >= 3 * period and 1 < period <= LONGEST_SEASON
    big_d = int(enough and seasons(series, period=period).strength > STRONG)
    best = 0
    deviations = list(_deviations(series, big_d, period))
    while best + 1 < len(deviations) and deviations[best + 1] < deviations[best]:
        best += 1
    return big_d, best


def _deviations(series: Series, seasonal: int, period: int) -> Iterator[float]:
    for d in range(MOST_DIFFERENCES + 1):
        if len(series) > d + seasonal * period + 2:
            yield float(differenced(series, d=d, seasonal=seasonal, period=period).values.std())


def _size(candidate: Candidate) -> tuple[int, Candidate]:
    (p, _, q), (big_p, _, big_q, _) = candidate
    return p + q + big_p + big_q, candidate
