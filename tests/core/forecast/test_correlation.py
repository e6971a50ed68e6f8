"""Correlations, differences and seasons, against statsmodels and pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tsa import stattools

from core.errors import OutOfRange
from core.forecast import Series, acf, differenced, pacf, seasons, whiteness
from core.forecast.errors import TooFewValues

RANDOM = np.random.default_rng(5)
WALK = Series(RANDOM.normal(size=160).cumsum() + 3 * np.sin(np.arange(160) * 2 * np.pi / 7))


def test_autocorrelations_and_bartletts_band_are_those_of_statsmodels():
    found = acf(WALK, lags=30)
    values, intervals = stattools.acf(
        WALK.values, nlags=30, fft=False, alpha=0.05, result_object=False
    )
    np.testing.assert_allclose(found.values, values, atol=1e-12)
    half = (intervals[:, 1] - intervals[:, 0]) / 2
    np.testing.assert_allclose(found.band[1:], half[1:], atol=1e-12)
    assert found.outside == [k for k in range(1, 31) if abs(values[k]) > half[k]]


def test_partial_autocorrelations_are_those_of_statsmodels():
    found = pacf(WALK, lags=25)
    values = stattools.pacf(WALK.values, nlags=25, method="ldb")
    np.testing.assert_allclose(found.values, values, atol=1e-10)
    assert len(pacf(Series(WALK.values[:12]), lags=25).values) == 6


def test_whiteness_is_the_test_of_ljung_and_box():
    noise = RANDOM.normal(size=90)
    for values in (noise, np.convolve(noise, [1, 0.6])):
        expected = acorr_ljungbox(values, lags=[14], model_df=2)["lb_pvalue"].iloc[0]
        np.testing.assert_allclose(whiteness(values, lags=14, fitted=2), expected, rtol=1e-10)
    assert np.isnan(whiteness(noise[:9], lags=14, fitted=2))
    assert np.isnan(whiteness(np.ones(50), lags=14, fitted=2))


def test_differences_are_those_of_pandas():
    expected = pd.Series(WALK.values).diff(7).diff().diff().dropna()
    found = differenced(WALK, d=2, seasonal=1, period=7)
    np.testing.assert_allclose(found.values, expected, atol=1e-12)
    with pytest.raises(TooFewValues):
        differenced(Series([1.0, 2.0]), seasonal=1, period=7)
    with pytest.raises(OutOfRange):
        differenced(WALK, d=-1)


def test_a_season_is_found_and_measured():
    week = np.array([5.0, 5, 5, 5, 4, 1, 0])
    noise = RANDOM.normal(size=140)
    trend = np.arange(140) / 10
    strong = seasons(Series(np.tile(week, 20) + 0.1 * noise + trend), period=7)
    assert strong.strength > 0.95
    assert (strong.lowest, strong.periods.shape) == (6, (20, 7))
    np.testing.assert_allclose(strong.mean, strong.periods.mean(axis=0))
    assert seasons(Series(noise), period=7).strength < 0.2
    with pytest.raises(TooFewValues, match="season of 7"):
        seasons(Series(noise[:13]), period=7)


def test_the_last_period_ends_with_the_series():
    found = seasons(Series(np.arange(17.0)), period=5)
    np.testing.assert_array_equal(found.periods[-1], [12, 13, 14, 15, 16])
    assert len(found.periods) == 3
