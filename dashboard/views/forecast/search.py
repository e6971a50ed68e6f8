"""The search for an order, one fit after another, watched and stopped from the page."""

from __future__ import annotations

import streamlit as st

from core.errors import CoreError
from core.forecast import Fit
from core.forecast.arima import written
from core.forecast.search import Candidate, candidates
from dashboard import cache, widgets
from dashboard.i18n import t
from dashboard.views.forecast.settings import Chosen, use_order
from dashboard.views.forecast.work import TICK, Work, begin, progress, work_of
from dashboard.widgets.opening import folded

SHOWN = 8
"""Orders in the table: the best ones."""


def search(chosen: Chosen) -> None:
    """Draw the button, the progress, and what was found."""
    with folded(t("forecast.search"), t("forecast.search.see"), key="search") as wanted:
        if not wanted:
            return
        key = (cache.digest(chosen.known.values), chosen.series.period)
        work = work_of("search", key)
        if work is None:
            with widgets.guard():
                _offer(chosen, key)
        elif not work.done:
            widgets.fragment(progress, run_every=TICK)(work, key="search")
            _found(work)
        else:
            _found(work)
            if st.button(t("forecast.search.again"), icon=":material/restart_alt:"):
                begin("search", Work(key, work.pieces, work.make))
                st.rerun()


def _offer(chosen: Chosen, key: object) -> None:
    known = chosen.known
    orders = candidates(known, period=chosen.series.period)

    def make(candidate: Candidate) -> Fit:
        order, seasonal = candidate
        return cache.arima_fit(known, order=order, seasonal_order=seasonal, steps=chosen.ahead)

    st.markdown(t("forecast.search.offer", count=len(orders), values=len(known)))
    if st.button(t("forecast.search.begin"), icon=":material/search:"):
        begin("search", Work(key, orders, make))
        st.rerun()


def _found(work: Work) -> None:
    made = [(candidate, fit) for candidate, fit in work.made if isinstance(fit, Fit)]
    if work.done and not made:
        failed = [fit for _, fit in work.made if isinstance(fit, CoreError)]
        st.info(t("forecast.search.nothing", count=len(failed)))
        return
    if not made:
        return
    made.sort(key=lambda each: each[1].aicc)
    (order, seasonal), best = made[0]
    facts = {"order": written(order, seasonal), "tried": len(work.made), "count": len(work.pieces)}
    if len(made) > 1:
        facts |= {"second": made[1][1].order, "by": f"{made[1][1].aicc - best.aicc:.1f}"}
        st.markdown(t("forecast.search.found", **facts))
    if work.done:
        st.button(
            t("forecast.search.use", order=best.order), icon=":material/check:",
            on_click=lambda: use_order(order, seasonal),
        )  # fmt: skip
    st.dataframe(
        [
            {
                t("forecast.search.order"): fit.order,
                "AICc": round(fit.aicc, 1),
                "BIC": round(fit.bic, 1),
                "σ": float(f"{fit.parameters.get('sigma2', 0) ** 0.5:.4g}"),
            }
            for _, fit in made[:SHOWN]
        ],
        hide_index=True,
        key="forecast-orders",
    )
