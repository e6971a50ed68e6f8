"""What each unit of a layer does over many texts, and whether its name is earned."""

from __future__ import annotations

import streamlit as st

from core.analysis.expressions import show_number
from core.analysis.spread import spread
from core.analysis.units import extremes
from dashboard import cache, figures, state, widgets
from dashboard.cache import Studied
from dashboard.figures.selectivity import feature_name
from dashboard.i18n import t
from dashboard.views import Page
from dashboard.widgets import Reading
from dashboard.widgets.answers import classes_of
from dashboard.widgets.caption import about
from dashboard.widgets.corpus import pick_corpus
from dashboard.widgets.layers import pick_layer
from dashboard.widgets.opening import folded
from dashboard.widgets.quantity import pick_quantity
from dashboard.widgets.workers import workers

PAGE = Page(key="units", section="why", icon=":material/neurology:", order=75)
MOST_LISTED = 8


def render() -> None:
    """Draw the pickers, the map of units and features, a sentence, and what drives one unit."""
    with st.container():
        reading = widgets.reading()
    layer = state.fit(state.LAYER, high=len(reading.trace.layers) - 1)
    run = reading.trace.layers[layer]
    with st.container(gap="xsmall", key="explored"):
        with st.container(horizontal=True, vertical_alignment="center", key="units-controls"):
            texts = pick_corpus()
            pick_layer(reading.model)
            quantity = pick_quantity(run.arrays)
            unit = state.fit(state.UNIT, high=run.units - 1)
            st.number_input(
                t("gates.unit"), 0, run.units - 1, width=130, label_visibility="collapsed",
                help=t("units.unit.help"), **state.bind(state.UNIT),
            )  # fmt: skip
        with widgets.guard():
            with st.spinner(t("units.busy")):
                found = cache.studied(
                    reading.model, texts, layer=layer, quantity=quantity,
                    classes=classes_of(reading.model),
                )  # fmt: skip
            _answer(reading, found, unit=unit)


def _answer(reading: Reading, found: Studied, *, unit: int) -> None:
    seen = about(reading)
    said = f"{sentence(found, unit=unit)} {summary(found)}"
    if found.features.features:
        picture = figures.selectivity(found.selectivity, unit=unit, **widgets.look())
        widgets.show(picture, name="selectivity", about=seen, said=said)
    st.container(key="units-said").markdown(said)
    high, low = extremes(found.read, unit)
    picture = figures.contexts(found.read, unit, high=high, low=low, **widgets.look())
    widgets.show(picture, name="contexts", about=seen, said=said)
    st.caption(_cost(found))
    with folded(t("units.spread"), t("units.spread.see"), key="units-spread") as wanted:
        if wanted:
            spread_out = spread(lambda: [found.read.values[:, unit]])
            picture = figures.distribution(spread_out, unit, **widgets.look())
            widgets.show(picture, name="distribution", about=seen, said=said)
    with folded(t("units.probes"), t("units.probes.see"), key="units-probes") as wanted:
        if wanted:
            _probes(found)
    with folded(t("units.idle"), t("units.idle.see"), key="units-idle") as wanted:
        if wanted:
            st.markdown(_idle(found))
    workers(found.board, key="units")


def sentence(found: Studied, *, unit: int) -> str:
    """Say which feature a unit follows most, and whether it has earned that name."""
    told = found.selectivity
    at = next(iter(told.names(unit)), told.strongest(unit))
    if at is None:
        return t("units.nothing", unit=unit)
    facts = {
        "unit": unit,
        "feature": feature_name(told.features[at], figures.labels(state.language())),
        "r": show_number(float(told.correlation[unit, at]), 3),
        "chance": show_number(float(told.by_chance[at]), 3),
        "adjusted": show_number(float(told.adjusted[unit, at]), 2),
    }
    return t("units.earned" if told.earned[unit, at] else "units.unearned", **facts)


def summary(found: Studied) -> str:
    """Say how many of the units have earned a name."""
    earned = int(found.selectivity.earned.any(axis=1).sum())
    return t(
        "units.summary", earned=earned, units=found.read.units,
        rate=f"{100 * found.selectivity.rate:.3g}",
    )  # fmt: skip


def _idle(found: Studied) -> str:
    kinds = found.units
    pairs = [f"{a} & {b} (r {show_number(r, 3)})" for a, b, r in kinds.duplicates[:MOST_LISTED]]
    listed = {
        "dead": [str(unit) for unit in kinds.dead.nonzero()[0]],
        "saturated": [str(unit) for unit in kinds.saturated.nonzero()[0]],
        "duplicates": pairs,
    }
    counts = {**{n: len(v) for n, v in listed.items()}, "duplicates": len(kinds.duplicates)}
    return "\n".join(
        "- "
        + t(f"units.idle.{name}", count=counts[name], listed=", ".join(which[:MOST_LISTED]) or "–")
        for name, which in listed.items()
    )


def _probes(found: Studied) -> None:
    if not found.probes:
        st.markdown(t("units.probes.none"))
        return
    said = figures.labels(state.language())
    best = max(found.probes, key=lambda probe: probe.gain)
    st.markdown(
        t(
            "units.probes.best",
            feature=feature_name(best.feature, said),
            score=f"{100 * best.score:.3g}",
            chance=f"{100 * best.chance:.3g}",
        )
    )
    columns = {
        t("units.feature"): [feature_name(each.feature, said) for each in found.probes],
        t("units.score"): [each.score for each in found.probes],
        t("units.chance"): [each.chance for each in found.probes],
        t("units.control"): [each.control for each in found.probes],
        t("units.probe.selectivity"): [each.selectivity for each in found.probes],
    }
    numbers = {
        name: st.column_config.NumberColumn(name, format="%.3f") for name in list(columns)[1:]
    }
    st.dataframe(columns, hide_index=True, column_config=numbers)
    st.caption(t("units.probes.text"))


def _cost(found: Studied) -> str:
    read = found.read
    told = [t("units.cost", tokens=f"{len(read):,}", texts=f"{len(read.texts):,}")]
    if read.left_out:
        told.append(t("units.left", count=f"{read.left_out:,}"))
    if read.unread:
        told.append(t("units.unread", count=f"{read.unread:,}"))
    return " ".join(told)
