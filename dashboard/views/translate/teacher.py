"""Teacher forcing against free running: the same model reading the right answer, and its own."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.encoder_decoder import TARGET
from core.generate import Translation
from core.generate.translating import vocabulary_of
from core.text import END, visible
from dashboard import cache, figures, state, widgets
from dashboard.figures.forcing import Way
from dashboard.i18n import t
from dashboard.views.translate import settings
from dashboard.views.translate.said import about, percent, told
from dashboard.widgets.opening import folded


def teacher(free: Translation) -> None:
    """Draw what the right tokens get both ways, and say where free running leaves the way."""
    with folded(t("translate.teaching"), t("translate.teaching.see"), key="teacher") as wanted:
        if not wanted:
            return
        # Until somebody says what is right: what the model writes when nobody forces it.
        unforced = cache.translated(free.model, settings.source()).text
        right = state.get(settings.TEACHER) or unforced
        st.text_input(
            t("translate.teacher"),
            help=t("translate.teacher.help"),
            **state.bind(settings.TEACHER, at="folded", showing=right),
        )
        if not right.strip():
            st.caption(t("translate.teacher.help"))
            return
        with widgets.guard():
            forced = cache.translated(free.model, settings.source(), teacher=right)
            _both(free, forced)


def _both(free: Translation, forced: Translation) -> None:
    vocabulary = vocabulary_of(forced.model, TARGET)
    # What it read after the beginning are the right tokens; what it should have written last ends.
    ids = np.append(forced.read[1:], vocabulary.encode_tokens([END]).ids)
    right = tuple(visible(vocabulary.token_of(int(each))) for each in ids)
    ways = {name: _way(each, ids) for name, each in (("forced", forced), ("free", free))}
    wrong = {
        name: [
            at for at, pair in enumerate(zip(way.tokens, right, strict=False)) if pair[0] != pair[1]
        ]
        for name, way in ways.items()
    }
    facts = {
        "count": len(right),
        "forced": len(right) - len(wrong["forced"]),
        "free": len(right) - len(wrong["free"]) - max(0, len(right) - len(free.tokens)),
        "taught": percent(float(np.prod(ways["forced"].right))),
    }
    if wrong["free"]:
        at = wrong["free"][0]
        said = t(
            "translate.said.teacher.wrong", **facts, step=at + 1,
            written=told(free.tokens[at]), right=told(right[at]),
        )  # fmt: skip
    else:
        said = t("translate.said.teacher", **facts)
    st.markdown(said)
    picture = figures.forcing(right, forced=ways["forced"], free=ways["free"], **widgets.look())
    widgets.show(picture, name="forcing", about=about(forced))


def _way(found: Translation, right: np.ndarray) -> Way:
    length = min(len(found.ids), len(right))
    given = np.full(len(right), np.nan)
    given[:length] = found.probabilities[np.arange(length), right[:length]]
    shares = found.probabilities[np.arange(len(found.ids)), found.ids]
    return Way(tuple(map(visible, found.tokens)), shares, given)
