"""The card of a model: its stages, its parameters gate by gate, and what its weights tell."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from core.analysis.anatomy import Part, anatomy, masks
from core.analysis.findings import FADES, GROWS, Finding
from core.analysis.parameters import TITLES, LayerCount
from core.analysis.questions import predicts_tokens
from core.analysis.typed import reads
from core.model import Model
from dashboard import cache, figures, state
from dashboard.figures import theme
from dashboard.i18n import t
from dashboard.widgets.answers import classes_of
from dashboard.widgets.caption import named
from dashboard.widgets.cards import Card, cards
from dashboard.widgets.chart import look, show
from dashboard.widgets.problem import plain


def card(model: Model, *, name: str) -> None:
    """Draw all of it; `name` is what people call the model."""
    mode = state.mode()
    colour = theme.colour(model.layers[0].cell, mode)
    shown = [
        Card(t("model.card.parameters"), f"{model.parameter_count:,}", "", (), colour),
        Card(t("model.card.layers"), _chain(model), "", (), colour),
        Card(t("model.card.reads"), _reads(model), "", (_mask(model),), colour),
        Card(t("model.card.answers"), _answers(model), "", (), colour),
    ]
    cards(shown, key="model-card", surface=theme.SURFACE[mode], least=200)
    _findings(cache.findings(model))
    parts = anatomy(model)
    st.subheader(t("model.stages"), anchor=False)
    drawn, listed = st.columns([2, 3], gap="medium")
    with drawn:
        show(figures.anatomy(parts, **look()), name="model", about=named([name]))
    with listed:
        st.dataframe([_row(part) for part in parts], hide_index=True, width="stretch")
    with st.expander(t("model.gates"), icon=":material/functions:"):
        st.caption(t("model.gates.help"))
        for part in parts:
            for layer in part.count.layers if part.count else ():
                _gates(layer)


def _chain(model: Model) -> str:
    layers = []
    for part in model.recurrent:
        first = part.layers[0]
        both = "⇄ " if len(part.layers) == 2 else ""
        layers.append(f"{both}{TITLES[first.cell]}({first.units})")
    return " → ".join(layers)


def _reads(model: Model) -> str:
    kind = reads(model)
    if kind == "numbers":
        return t("model.reads.numbers", features=model.features)
    assert model.embedding is not None
    rows = model.embedding.weights.shape[0]
    return t("model.reads.text" if kind == "text" else "model.reads.ids", rows=rows)


def _mask(model: Model) -> str:
    said = t(f"model.mask.{masks(model)}")
    return said if model.steps is None else f"{said} {t('model.steps', steps=model.steps)}"


def _answers(model: Model) -> str:
    if model.readout is None:
        return t("model.answers.none")
    if predicts_tokens(model):
        return t("model.answers.tokens")
    names = classes_of(model)
    if 0 < len(names) <= 4:
        return " · ".join(names)
    where = t(f"model.answers.{model.readout}")
    return t("model.answers.count", outputs=model.outputs, where=where)


def _row(part: Part) -> dict[str, object]:
    title = TITLES.get(part.kind, part.kind.replace("_", " ").capitalize())
    return {
        t("model.stage.name"): part.name,
        t("model.stage.kind"): f"⇄ {title}" if part.both_ways else title,
        t("model.stage.gives"): t(
            "model.gives.every" if part.every_step else "model.gives.once", outputs=part.outputs
        ),
        t("model.stage.activation"): ", ".join(part.activations) or "–",
        t("model.stage.parameters"): part.count.count if part.count else 0,
        t("model.stage.formula"): part.count.formula if part.count else "–",
    }


def _titled(layer: LayerCount) -> str:
    """`LayerCount.title` in the reader's language."""
    facts = {"kind": TITLES.get(layer.kind, layer.kind), "features": layer.features}
    match layer.kind:
        case "embedding":
            return t("model.gates.of.embedding", **facts, units=layer.units)
        case "layer_normalization" | "batch_normalization":
            return t("model.gates.of.normalization", **facts)
    return t("model.gates.of.layer", **facts, units=layer.units)


def _gates(layer: LayerCount) -> None:
    st.markdown(f"**{plain(layer.name, most=60)}** · {plain(_titled(layer))}")
    named = layer.kind in state.CELLS
    rows = [
        {
            t("model.gate.name"): t(f"quantity.{each.name}") if named else each.name,
            t("model.stage.formula"): each.formula,
            t("model.stage.parameters"): each.count,
        }
        for each in layer.maps
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _findings(found: Iterable[Finding]) -> None:
    st.subheader(t("model.findings"), anchor=False, help=t("model.findings.help"))
    lines: dict[bool, list[str]] = {True: [], False: []}
    for each in found:
        lines[each.worrying].append(f"- {_said(each)}")
    if lines[True]:
        st.warning("\n".join(lines[True]), icon=":material/search:")
    else:
        st.success(t("model.findings.none"), icon=":material/check:")
    if lines[False]:
        st.markdown("\n".join(lines[False]))


def _said(found: Finding) -> str:
    place = plain(found.place, most=60)
    gate = t(f"quantity.{found.gate}") if found.gate else ""
    kind = found.kind
    if kind == "radius":
        kind = "radius.gated" if found.gate == "candidate" else _trend(found.value)
    elif kind == "forget_bias":
        kind = "forget_bias.forgets" if found.worrying else "forget_bias.keeps"
    facts = {"place": place, "gate": gate, "value": found.value, "units": found.units}
    return t(f"model.finding.{kind}", **facts)


def _trend(radius: float) -> str:
    if radius > GROWS:
        return "radius.grows"
    return "radius.fades" if radius < FADES else "radius.steady"
