"""Where else does the network do this? A stretch of a text, sought in a recorded corpus.

The page begins with a corpus of the chosen model's own texts, recorded at the first look; larger
ones are recorded in a process of their own, below.
"""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.analysis.expressions import show_number
from core.corpus import Corpus
from core.corpus.contexts import Context, contexts, whole
from core.corpus.pattern import Matches
from core.corpus.windows import windows
from dashboard import cache, figures, state, widgets
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.origins import choose
from dashboard.views import Page
from dashboard.views.corpus import choosing, finding, over, recording
from dashboard.views.corpus.choosing import Asked
from dashboard.widgets import Reading, plain
from dashboard.widgets.caption import about
from dashboard.widgets.frame import open_page

PAGE = Page(key="corpus", section="look", icon=":material/travel_explore:", order=65)
SHOWN = 8
"""Places that are drawn; statistics are of all that were looked for."""


def render() -> None:
    """Draw the controls, the places, one sentence, and the rest folded."""
    with st.container():
        reading = widgets.reading()
    with widgets.guard():
        corpus = choosing.corpus_of(reading)
        with st.container(gap="xsmall", key="corpus-explored"):
            asked = choosing.pick(reading, corpus)
            if asked is not None:
                _answer(reading, corpus, asked)
        finding.near(reading, corpus, asked)
        finding.query(corpus)
        finding.unit(reading, corpus)
    recording.record(reading)


def _answer(reading: Reading, corpus: Corpus, asked: Asked) -> None:
    found = cache.places(corpus, asked.pattern)
    shown = found.places[:SHOWN]
    laid = windows(
        corpus,
        asked.pattern,
        shown,
        values=asked.values,
        tokens=reading.passage.encoded.tokens,
        start=asked.start,
    )
    seen = about(reading, step=asked.start)
    said = _sentence(reading, corpus, asked, found)
    widgets.show(figures.places(laid, **widgets.look()), name="places", about=seen, said=said)
    st.container(key="corpus-said").markdown(said)
    _open(corpus, found)
    over.represented(corpus, asked.pattern)
    st.caption(t("corpus.lead"))


def _sentence(reading: Reading, corpus: Corpus, asked: Asked, found: Matches) -> str:
    """Say how many places there are, and how many there would be by chance."""
    tokens = " ".join(reading.tokens[asked.start : asked.stop])
    facts = {
        "stretch": plain(tokens, most=40),
        "units": len(asked.pattern.columns),
        "threshold": show_number(asked.pattern.threshold, 2),
        "steps": corpus.steps,
        "texts": len(corpus.starts) - 1,
    }
    if not found.places:
        return t("corpus.none", **facts)
    best = found.places[0].units
    told = cache.chance(corpus, asked.pattern, units=best)
    counts = {
        "best": best,
        "found": told.found,
        "expected": show_number(told.expected, 2),
        "p": show_number(told.p, 2),
        "times": len(told.shuffled),
    }
    return t("corpus.found", **facts, **counts)


def _open(corpus: Corpus, found: Matches) -> None:
    """The places, each a press from its gates."""
    shown = found.places[:SHOWN]
    around = contexts(corpus, [(place.start, place.stop) for place in shown])
    with st.container(horizontal=True, key="corpus-open"):
        for number, context in enumerate(around, start=FIRST):
            held = plain(" ".join(context.tokens), most=24)
            if st.button(
                t("corpus.open", number=number, text=held, units=shown[number - FIRST].units),
                key=f"corpus-open-{number}",
                type="tertiary",
                icon=":material/view_agenda:",
                help=t("corpus.open.help"),
            ):
                lead(corpus, context)


def lead(corpus: Corpus, context: Context) -> None:
    """Go to Gates with the text of a place, at its first step."""
    choose(state.get(state.TASK), text=whole(corpus, context.text))
    state.put(state.STEP, int(np.clip(context.position, 0, state.STEP.high)))
    open_page("gates")
