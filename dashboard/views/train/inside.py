"""What goes on inside a run, one tab at a time: gradients, gates, rate, layers, settings.

Only the tab that is open is read and drawn, so that watching a run costs what one looks at.
"""

from __future__ import annotations

import json

import streamlit as st

from core.analysis.looks import Inside
from core.training.config import RunConfig
from dashboard import cache, figures, state
from dashboard.i18n import t
from dashboard.widgets.caption import about_runs
from dashboard.widgets.chart import look, show
from dashboard.widgets.problem import guard, plain
from dashboard.widgets.run_brought import facts_of
from dashboard.widgets.run_curves import SMOOTHING
from dashboard.widgets.run_overview import Overview


def inside(seen: Overview) -> None:
    """Draw the tabs of one run."""
    parts = {
        "norms": _norms,
        "reach": _reach,
        "gates": _gates,
        "rate": _rate,
        "layers": _layers,
        "settings": _settings,
    }
    if seen.brought is not None:
        del parts["norms"]  # the script has those of its layers, and tells nobody
        if not cache.looks(seen.run):
            del parts["reach"], parts["gates"]
    tabs = st.tabs([t(f"run.tab.{name}") for name in parts], key="run-inside", on_change="rerun")
    for tab, (name, draw) in zip(tabs, parts.items(), strict=True):
        if tab.open:
            with tab, guard():
                own = seen.brought is None or name in ("rate", "layers")
                st.caption(t(f"run.tab.{name}.help" if own else f"run.tab.{name}.script"))
                draw(seen)


def _norms(seen: Overview) -> None:
    history = seen.history
    if not history.layers:
        st.info(t("run.nothing_yet"))
        return
    limit = seen.config.optimizer.clip if seen.config else None
    show(
        figures.layer_norms(history, smoothing=state.get(SMOOTHING), limit=limit, **look()),
        name="layer-norms",
        about=about_runs([seen.run]),
    )


def _reach(seen: Overview) -> None:
    found = _looked(seen)
    if found is None:
        return
    show(figures.reach(found, **look()), name="reach", about=about_runs([seen.run]))


def _gates(seen: Overview) -> None:
    found = _looked(seen)
    if found is None:
        return
    show(figures.gate_history(found, **look()), name="gate-history", about=about_runs([seen.run]))


def _looked(seen: Overview) -> Inside | None:
    """One layer's looks, the layer chosen where there are several; None before the first look."""
    looks = cache.looks(seen.run)
    names = Inside.layers(looks)
    if not names:
        st.info(t("run.nothing_yet"))
        return None
    layer = names[0]
    if len(names) > 1:
        layer = st.selectbox(t("run.layer"), names, key=f"run-layer-{seen.run.id}", width=240)
    per_epoch = seen.status.batches if seen.status else 0
    inside = Inside.of(looks, layer=layer, per_epoch=per_epoch)
    if len(inside.places) < len(looks):
        st.caption(t("run.thinned", shown=len(inside.places), count=len(looks)))
    return inside


def _rate(seen: Overview) -> None:
    runs = {seen.name: seen.history}
    show(figures.learning_rate(runs, **look()), name="learning-rate", about=about_runs([seen.run]))


def _layers(seen: Overview) -> None:
    found = cache.described(seen.run)
    layers = found["layers"] if found is not None else []
    if found is None or not isinstance(layers, list):
        st.info(t("run.nothing_yet"))
        return
    columns = ("name", "kind", "formula", "parameters")
    # A kind is told in English, "LSTM(16) on 32 features"; its first word needs no language.
    rows = [
        layer | {"kind": str(layer.get("kind", "")).partition(" ")[0]}
        for layer in layers
        if isinstance(layer, dict)
    ]
    st.dataframe(
        {t(f"run.layers.{name}"): [layer.get(name) for layer in rows] for name in columns},
        hide_index=True,
        key=f"run-layers-{seen.run.id}",
    )
    if found.get("parameters") is not None:
        st.markdown(t("run.layers.total", count=found.get("parameters", 0)))
    counts = found.get("class_counts")
    if isinstance(counts, dict) and counts:
        told = ", ".join(f"{plain(str(name), most=40)} {count:,}" for name, count in counts.items())
        st.caption(t("run.classes", counts=told))
    if seen.brought is None:
        parts = {part: found.get(part, 0) for part in ("train", "validation", "test")}
        st.caption(t("run.examples", **parts))
        st.caption(plain(str(found.get("citation", ""))))


def _settings(seen: Overview) -> None:
    if seen.brought is not None:
        facts = facts_of(seen.brought)
        st.dataframe(
            {t("runs.setting"): list(facts), t("run.fact.said"): list(facts.values())},
            hide_index=True, key=f"run-facts-{seen.run.id}",
        )  # fmt: skip
    elif seen.config is None:
        return
    else:
        _configured(seen.config)
    versions = ", ".join(f"{name} {version}" for name, version in seen.run.versions.items())
    st.caption(t("run.versions", versions=plain(versions), folder=plain(str(seen.run.folder))))


def _configured(config: RunConfig) -> None:
    st.code(json.dumps(config.to_json(), indent=2, ensure_ascii=False), language="json")
