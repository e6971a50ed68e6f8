"""How what a network made became better, epoch by epoch; no training is needed to see it."""

from __future__ import annotations

import streamlit as st

from core.make.shipped import Shipped
from dashboard import figures, state, widgets
from dashboard.figures.by_step import Along
from dashboard.figures.sequences import Row
from dashboard.i18n import t
from dashboard.views.make.rows import show_rows
from dashboard.views.make.settings import MOMENT
from dashboard.widgets.opening import folded

_COLOURS = {"loss": 0, "critic": 1, "generator": 0}
_SHOWN = 8


def film(found: Shipped, *, measure: str) -> None:
    """Draw it on request; `measure` is the one of its measures that the sentence tells."""
    reel = found.film
    values = reel.measures[measure]
    seen = t(
        f"make.film.seen.{measure.replace(' ', '_')}",
        first=f"{values[0]:.3g}", last=f"{values[-1]:.3g}", epochs=int(reel.epochs[-1]),
    )  # fmt: skip
    with folded(t("make.film"), seen, key="make-film") as wanted:
        if not wanted:
            return
        last = len(reel.seen) - 1
        at = state.fit(MOMENT, high=last)
        st.select_slider(
            t("make.film.epoch"), range(last + 1), format_func=lambda k: str(int(reel.seen[k])),
            **state.bind(MOMENT, showing=at),
        )  # fmt: skip
        told = t(
            f"make.film.now.{measure.replace(' ', '_')}",
            epoch=int(reel.seen[at]), value=f"{values[at]:.3g}",
        )  # fmt: skip
        st.markdown(told)
        row = Row(t("make.film.row", epoch=int(reel.seen[at])), reel.made[at][:_SHOWN])
        show_rows([row], of=found.of, key="film-made")
        _losses(found, epoch=float(reel.seen[at]))


def _losses(found: Shipped, *, epoch: float) -> None:
    reel = found.film
    lines = [
        Along(t(f"make.loss.{name}"), values, _COLOURS[name],
              "dash" if name == "critic" else "solid")
        for name, values in reel.losses.items()
    ]  # fmt: skip
    picture = figures.by_step(
        lines, places=reel.epochs, axis=t("figures.epoch"), title=t("figures.loss"), chosen=epoch,
        **widgets.look(),
    )  # fmt: skip
    widgets.show(picture, name="losses", key="film-losses")
