"""What networks that forecast answered, and did inside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.forecast.insides import SeasonStates
from core.forecast.insides import states_by_season as core_states_by_season
from core.forecast.network import Forecaster
from core.forecast.series import Numbers
from dashboard.cache.digest import digest


def forecasts(
    forecaster: Forecaster, values: Numbers, origins: Sequence[int], *, horizon: int
) -> Numbers:
    """Return the steps after each origin, (origins, horizon). Raises as `Forecaster` does."""
    key = (forecaster.model.digest, digest(values), tuple(origins), horizon)
    return _forecasts(*key, forecaster, values)


def states_by_season(
    forecaster: Forecaster, values: Numbers, origins: Sequence[int], *, period: int, layer: int
) -> SeasonStates:
    """Return the states of a layer over the season. Raises as `Forecaster` does."""
    key = (forecaster.model.digest, digest(values), tuple(origins), period, layer)
    return _states(*key, forecaster, values)


@st.cache_resource(max_entries=48, show_spinner=False)
def _forecasts(
    model_key: str,
    values_key: str,
    origins: tuple[int, ...],
    horizon: int,
    _forecaster: Forecaster,
    _values: Numbers,
) -> Numbers:
    del model_key, values_key
    found = _forecaster.forecast(_values, np.array(origins, np.intp), horizon=horizon)
    found.flags.writeable = False
    return found


@st.cache_resource(max_entries=16, show_spinner=False)
def _states(
    model_key: str,
    values_key: str,
    origins: tuple[int, ...],
    period: int,
    layer: int,
    _forecaster: Forecaster,
    _values: Numbers,
) -> SeasonStates:
    del model_key, values_key
    places = np.array(origins, np.intp)
    return core_states_by_season(_forecaster, _values, places, period=period, layer=layer)
