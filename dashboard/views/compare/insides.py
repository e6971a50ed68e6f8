"""Gates and states of all models: on one canvas with one cursor, or each on one of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from core.analysis.gates import unit_means
from core.analysis.guesses import Answers
from core.cells import get
from core.cells.expressions import leaves
from dashboard import cache, figures, i18n, state, widgets
from dashboard.components.heatmaps import Picked, heatmaps, pack, themed
from dashboard.fields import Choice
from dashboard.i18n import labels, t
from dashboard.views.compare.columns import GATES, ORDER, STATES, columns
from dashboard.views.compare.comparing import Comparison, Entry
from dashboard.widgets.answers import classes_named
from dashboard.widgets.layers import layer_names
from dashboard.widgets.opening import box
from dashboard.widgets.problem import plain
from dashboard.widgets.stepper import pause, pick_speed

SHOWN = {"all": ORDER, "states": STATES, "gates": GATES}
SHOW = state.declare(Choice(name="show", default="all", options=tuple(SHOWN), pages=("compare",)))
PICTURE = "compare-picture"
PANEL = 64  # pixels: an LSTM's six panels then still fit a screen


def insides(
    comparison: Comparison, answers: Mapping[str, Answers], *, layer: int, step: int
) -> None:
    """Draw all models on one canvas, the cursor at one step of all."""
    kept = _kept(comparison.entries, layer=layer, steps=[step] * len(comparison.entries))
    st.container(key="compare-kept").caption(kept)
    _canvas(comparison, comparison.entries, answers, layer=layer, step=step, key=PICTURE)


def insides_apart(comparison: Comparison, answers: Mapping[str, Answers]) -> None:
    """Draw each model on a canvas of its own, each with its own step."""
    with st.container(horizontal=True, horizontal_alignment="right", key="compare-controls"):
        layer = controls(comparison)
    for place, entry in zip(
        st.columns(len(comparison.entries), gap="medium"), comparison.entries, strict=True
    ):
        key = f"{PICTURE}-{entry.key}"
        step = min(state.recall(_place(entry), entry.reading.trace.time - 1),
                   entry.reading.trace.time - 1)  # fmt: skip
        with place:
            st.markdown(f"**{plain(entry.title, most=60)}**")
            st.caption(_kept([entry], layer=layer, steps=[step]))
            _canvas(comparison, [entry], answers, layer=layer, step=step, key=key)


def _place(entry: Entry) -> str:
    """Where the step of a model is remembered: it belongs to its tokens, and is no step of all."""
    return f"step of {entry.key} in {cache.digest(entry.reading.trace.inputs)}"


def controls(comparison: Comparison) -> int:
    """Draw what is shown of them, behind one button, and return the layer."""
    layer = _pick_layer(comparison)
    with box(t("gates.view"), key="compare-view"):
        st.segmented_control(
            t("compare.show"),
            SHOW.known(),
            format_func=labels("compare", "show.of").__getitem__,
            required=True,
            **state.bind(SHOW),
        )
        if comparison.linked:
            st.caption(t("compare.insides.help"))
            pick_speed()
    return layer


def _kept(entries: Sequence[Entry], *, layer: int, steps: Sequence[int]) -> str:
    """Say how much of its memory each keeps at a step: the one number their gates share."""
    said = []
    for entry, step in zip(entries, steps, strict=True):
        run, name = entry.reading.trace.layers[layer], plain(entry.title, most=60)
        keeps = get(run.cell).keeps()
        if keeps is None:
            said.append(t("compare.kept.nothing", cell=name))
            continue
        kept = run.evaluated(keeps)[:, step : step + 1]
        gate = next(leaf.name for leaf in leaves(keeps))
        share = unit_means(kept)[0, 0]
        said.append(t("compare.kept.by", cell=name, share=share, gate=t(f"quantity.{gate}")))
    return t("compare.kept", said=", ".join(reversed(said)))


def _pick_layer(comparison: Comparison) -> int:
    layers = min(len(each.reading.trace.layers) for each in comparison.entries)
    layer = state.fit(state.LAYER, high=layers - 1)
    if layers > 1:
        st.selectbox(
            t("compare.layer"),
            range(layers),
            format_func=layer_names(comparison.first.model).__getitem__,
            width=180,
            label_visibility="collapsed",
            **state.bind(state.LAYER),
        )
    return layer


def _canvas(
    comparison: Comparison,
    entries: Sequence[Entry],
    answers: Mapping[str, Answers],
    *,
    layer: int,
    step: int,
    key: str,
) -> None:
    """Draw some models on a canvas, with its menu; scales are those of all models."""
    mode, shown = state.mode(), state.get(SHOW)
    part = Comparison(tuple(entries), comparison.named)
    whole = part.about()  # the canvas knows the step

    def make() -> bytes:
        every = columns(
            comparison.entries, layer=layer, shown=SHOWN[shown], answers=answers, mode=mode
        )
        kept = {entry.key for entry in entries}
        return pack(
            [column for column in every if column.key in kept],
            key=key,
            palette=themed(mode),
            words=labels("heatmaps"),
            file_name=whole.stem("compare"),
            caption=whole.line("compare"),
            panel_height=PANEL,
        )

    named = [
        (each.key, each.title, each.reading.model.digest, cache.digest(each.reading.trace.inputs),
         each.reading.tokens, classes_named(each.reading.model))
        for each in comparison.entries
    ]  # fmt: skip
    settings = (key, layer, shown, mode, i18n.language(), whole)
    twin = figures.compare(
        {each.title: each.reading.trace for each in entries},
        layer=layer,
        tokens=entries[0].reading.tokens,
        names=SHOWN[shown],
        step=step,
        **widgets.look(),
    )
    arrays = widgets.Together({each.key: each.reading.trace for each in entries})
    seen = part.about(step=step)
    with widgets.menu(twin, name="compare", key=key, about=seen, arrays=arrays, shown="canvas"):
        heatmaps(
            cache.picture("compare", named, settings, make=make),
            key=key,
            step=step,
            on_pick=_take if key == PICTURE else partial(_take_own, entries[0]),
        )


def _take(picked: Picked) -> None:
    pause()
    state.put(state.STEP, picked.step)


def _take_own(entry: Entry, picked: Picked) -> None:
    state.remember(_place(entry), picked.step)
