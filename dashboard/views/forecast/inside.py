"""What a network that forecasts does inside: states over the season, gradients, how far it sees."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.forecast.insides import receptive_field
from core.forecast.series import Numbers
from dashboard import cache, figures, state, widgets
from dashboard.fields import Whole
from dashboard.i18n import t
from dashboard.views.forecast.networks import Network
from dashboard.views.forecast.parts import places_of
from dashboard.views.forecast.settings import PAGES, Chosen
from dashboard.widgets.caption import About
from dashboard.widgets.opening import folded

PERIODS = 20
"""Whole periods whose states are looked at."""
FROM = state.declare(Whole(name="gradient_ahead", default=1, low=1, high=120, pages=PAGES))
LAYER = state.declare(Whole(name="states_layer", default=0, low=0, high=7, pages=PAGES))


def inside(chosen: Chosen, network: Network, about: About) -> None:
    """Draw what it sees of the season, which values move its forecast, and the steps it can see."""
    with folded(t("forecast.inside"), t("forecast.inside.see"), key="inside") as wanted:
        if not wanted:
            return
        with widgets.guard():
            _influence(chosen, network, about)
        if network.forecaster.model.layers and chosen.series.period > 1:
            with widgets.guard():
                _states(chosen, network, about)
        field = receptive_field(network.forecaster.model)
        if field is not None:
            facts = {"steps": field.steps, "layers": len(field.layers)}
            window = network.forecaster.window
            st.markdown(t("forecast.field.said", **facts, unseen=max(0, window - field.steps)))
            widgets.show(figures.receptive(field, **widgets.look()), name="receptive", about=about)


def _influence(chosen: Chosen, network: Network, about: About) -> None:
    known = network.forecaster
    most = min(known.horizon, chosen.ahead)
    ahead = state.fit(FROM, low=1, high=most)
    if most > 1:
        st.number_input(
            t("forecast.gradient.ahead"), 1, most, width=220,
            help=t("forecast.gradient.ahead.help"), **state.bind(FROM),
        )  # fmt: skip
    found = known.influence(network.values, chosen.origin, ahead=ahead)[:, 0]
    st.markdown(_told(found, ahead=ahead, period=chosen.series.period))
    picture = figures.influence(
        chosen.series.part(0, chosen.origin), found, ahead=ahead, **widgets.look()
    )
    widgets.show(picture, name="influence", about=about)


def _told(found: Numbers, *, ahead: int, period: int) -> str:
    """Say which value moves the forecast most, and how much of all comes from the last period."""
    size = np.abs(found)
    back = len(found) - int(size.argmax())
    share = 100 * float(size[-max(1, period) :].sum() / max(size.sum(), 1e-12))
    facts = {"ahead": ahead, "back": back, "value": _signed(found[-back])}
    return t("forecast.gradient.said", **facts, share=f"{share:.0f}", period=max(1, period))


def _states(chosen: Chosen, network: Network, about: About) -> None:
    known, period = network.forecaster, chosen.series.period
    layers = len(known.model.layers)
    layer = state.fit(LAYER, high=layers - 1)
    if layers > 1:
        st.number_input(
            t("forecast.states.layer"), 0, layers - 1, width=220,
            help=t("forecast.states.layer.help"), **state.bind(LAYER),
        )  # fmt: skip
    count = min(PERIODS, (chosen.origin - known.window) // period) * period
    if count < 2 * period:
        st.info(t("forecast.states.few", period=period), icon=":material/event_repeat:")
        return
    origins = np.arange(chosen.origin - count + 1, chosen.origin + 1)
    found = cache.states_by_season(
        known, network.values, origins.tolist(), period=period, layer=layer
    )
    # Place 0 is that of the step read last before the first origin.
    read = chosen.series.part(0, int(origins[0]) - 1 + period)
    called, unit = places_of(read, period=period), found.best
    mean = found.mean[:, unit]
    st.markdown(
        t(
            "forecast.states.said",
            unit=unit,
            knows=f"{100 * found.knows[unit]:.0f}",
            high=called[int(mean.argmax())],
            low=called[int(mean.argmin())],
            most=_signed(mean.max()),
            least=_signed(mean.min()),
            count=int((found.knows > 0.5).sum()),
            units=len(found.knows),
        )
    )
    picture = figures.season_states(found, places=called, **widgets.look())
    widgets.show(picture, name="season-states", about=about)


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
