"""Gates and states of both halves, side by side: the source has one clock, the answer another."""

from __future__ import annotations

import streamlit as st

from core.analysis.alignment import Alignment, sides
from core.encoder_decoder import TARGET
from core.generate import Translation
from core.generate.translating import vocabulary_of
from core.nodes import LayerTrace
from core.text import visible
from dashboard import cache, figures, i18n, state
from dashboard.components.heatmaps import Column, Picked, heatmaps, pack, themed
from dashboard.i18n import t
from dashboard.views.translate.said import about
from dashboard.views.translate.settings import STEP
from dashboard.widgets.chart import look
from dashboard.widgets.chart_menu import menu
from dashboard.widgets.panels import panels

ENCODER, DECODER = "translate-encoder", "translate-decoder"


def insides(found: Translation, looks: Alignment | None, *, step: int) -> None:
    """Draw the heatmaps of the encoder on the source, and of the decoder on what was written."""
    encoders, decoders = sides(found.trace)
    left, right = st.columns(2, gap="medium")
    source = tuple(map(visible, found.source.tokens))
    read = _read(found)
    with left:
        st.subheader(t("translate.encoder"), anchor=False, help=t("translate.encoder.help"))
        at = len(source) - 1 if looks is None else looks.most(step)[0]
        _half(found, encoders[0], tokens=source, key=ENCODER, step=at, picks=False)
    with right:
        st.subheader(t("translate.decoder"), anchor=False, help=t("translate.decoder.help"))
        _half(found, decoders[0], tokens=read, key=DECODER, step=step, picks=True)


def _read(found: Translation) -> tuple[str, ...]:
    """What the decoder read at each step: the beginning, and then what was written before."""
    vocabulary = vocabulary_of(found.model, TARGET)
    return tuple(visible(vocabulary.token_of(int(each))) for each in found.read)


def _half(
    found: Translation,
    run: LayerTrace,
    *,
    tokens: tuple[str, ...],
    key: str,
    step: int,
    picks: bool,
) -> None:
    mode, whole = state.mode(), about(found)

    def make() -> bytes:
        masked = () if run.mask is None else ~run.mask[0]
        column = Column(key, "", tokens, panels(run, mode=mode), masked=masked)
        return pack(
            [column], key=key, palette=themed(mode), words=i18n.labels("heatmaps"),
            file_name=whole.stem(key), caption=whole.line(key), panel_height=72,
        )  # fmt: skip

    place = [each.name for each in found.trace.layers].index(run.name)
    twin = figures.gates(found.trace, layer=place, tokens=tokens, **look())
    named = (
        found.model.digest, cache.digest(found.source.ids), cache.digest(found.read), key, mode,
        i18n.language(), whole,
    )  # fmt: skip
    unit = state.fit(state.UNIT, high=run.units - 1)
    with menu(twin, name=key, key=key, about=whole, arrays=found.trace, shown="canvas"):
        heatmaps(
            cache.picture(*named, make=make), key=key, step=step, unit=unit,
            on_pick=_take if picks else None,
        )  # fmt: skip


def _take(picked: Picked) -> None:
    state.put(STEP, picked.step)
    if picked.unit is not None:
        state.put(state.UNIT, picked.unit)
