"""The vectors of a word in its sentences: a map of its senses, its neighbours, a mixture of layers.

The reader types sentences with a word of two senses; they stand in one plane with the sentences of
a corpus whose senses are known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.analysis.context import Neighbours, neighbours
from core.analysis.senses import Occurrences, sense_map
from dashboard import cache, figures, i18n, state, widgets
from dashboard.figures.senses import level_name
from dashboard.i18n import t
from dashboard.origins import choose
from dashboard.views import Page
from dashboard.views.context import sentences
from dashboard.views.context.sentences import Asked, Own
from dashboard.widgets import plain
from dashboard.widgets.caption import About
from dashboard.widgets.frame import open_page
from dashboard.widgets.opening import folded

PAGE = Page(key="context", section="work", icon=":material/hub:", order=50)
NEAREST = 5
MOST_TEXT = 60


def render() -> None:
    """Draw the line of controls, the map, one computed sentence, and the rest folded."""
    with st.container():
        asked = sentences.pick()
    corpus = cache.sense_corpus(asked.model)
    found = corpus.of(asked.word)
    level = sentences.level_of(asked)
    _map(asked, found, level=level)
    _places(asked)
    _neighbours(asked, corpus)
    _separation(found, asked)
    _mixture(asked)


def _name(level: int) -> str:
    return level_name(level, figures.labels(i18n.language()))


def _sense(found: Occurrences, place: int) -> str:
    sense = found.sentences[place].sense
    return sense.name[i18n.language()]


def _sentence(asked: Asked, found: Occurrences, *, level: int) -> str:
    """Say beside which sense each of the reader's words lies, and how far the senses are apart."""
    facts = {
        "word": plain(asked.word, most=24),
        "level": _name(level),
        "apart": f"{found.separation[level]:.2f}",
        "static": f"{found.separation[0]:.2f}",
    }
    if level == 0:
        return t("context.said.static", **facts, count=len(asked.own))
    told = []
    for number in range(len(asked.own)):
        near = neighbours(asked.vectors[:, number], found.vectors, most=1)
        told.append(
            t(
                "context.said.one",
                number=number + 1,
                sense=_sense(found, int(near.places[level, 0])),
                cosine=f"{near.cosines[level, 0]:.2f}",
            )
        )
    return t("context.said", **facts, each="; ".join(told))


def _map(asked: Asked, found: Occurrences, *, level: int) -> None:
    picture = figures.senses(
        sense_map(found, asked.vectors, level=level),
        kinds=[_sense(found, place) for place in range(len(found.sentences))],
        texts=[each.text for each in found.sentences],
        own_texts=[own.text for own in asked.own],
        level=level,
        **widgets.look(),
    )
    widgets.show(picture, name="senses", about=_about(asked))
    st.container(key="context-said").markdown(_sentence(asked, found, level=level))
    st.caption(t("context.lead", total=len(found.sentences)))


def _about(asked: Asked) -> About:
    return About(model=asked.title, text=" / ".join(own.text for own in asked.own), file="context")


def _places(asked: Asked) -> None:
    """The reader's sentences, each a click from its gates."""
    with st.container(horizontal=True, key="context-open"):
        for number, own in enumerate(asked.own, start=1):
            label = t("context.open", number=number, text=plain(own.text, most=MOST_TEXT))
            pressed = st.button(
                label, key=f"context-open-{number}", type="tertiary",
                icon=":material/view_agenda:", help=t("context.open.help"),
            )  # fmt: skip
            if pressed:
                choose(sentences.origin_of(asked), text=own.text)
                state.put(state.STEP, own.place)
                open_page("gates")


def _neighbours(asked: Asked, corpus: Occurrences) -> None:
    with folded(t("context.near"), t("context.near.seen"), key="context-near") as is_open:
        if not is_open:
            return
        at = _which(asked.own)
        near = neighbours(asked.vectors[:, at], corpus.vectors, most=NEAREST)
        st.dataframe(
            _rows(near, corpus), hide_index=True, key="context-neighbours", width="stretch"
        )
        st.caption(t("context.near.why"))


def _which(own: Sequence[Own]) -> int:
    if len(own) == 1:
        return 0
    titles = [f"{number}. {each.text}" for number, each in enumerate(own, start=1)]
    chosen = st.selectbox(
        t("context.near.of"), range(len(own)), format_func=titles.__getitem__, key="context-of"
    )
    return int(chosen or 0)


def _rows(near: Neighbours, corpus: Occurrences) -> dict[str, list[str]]:
    said = figures.labels(i18n.language())
    rows: dict[str, list[str]] = {
        said["senses.vectors"]: [], t("context.near.cosine"): [], t("context.near.word"): [],
        said["senses.sense"]: [], said["senses.sentence"]: [],
    }  # fmt: skip
    for level, (places, cosines) in enumerate(zip(near.places, near.cosines, strict=True)):
        for place, cosine in zip(places, cosines, strict=True):
            found = corpus.sentences[place]
            cells = (
                _name(level), f"{cosine:.3f}", found.text.split()[found.place],
                found.sense.name[i18n.language()], found.text,
            )  # fmt: skip
            for column, cell in zip(rows.values(), cells, strict=True):
                column.append(cell)
    return rows


def _separation(found: Occurrences, asked: Asked) -> None:
    word = plain(asked.word, most=24)
    seen = t("context.apart.seen", word=word)
    with folded(t("context.apart"), seen, key="context-apart") as is_open:
        if is_open:
            picture = figures.separation(found.separation, **widgets.look())
            widgets.show(picture, name="separation", about=_about(asked))
            st.caption(t("context.apart.why"))


def _mixture(asked: Asked) -> None:
    seen = t("context.mixture.seen")
    with folded(t("context.mixture"), seen, key="context-mixture") as is_open:
        if not is_open:
            return
        task = cache.senses_named(asked.model)
        best = int(np.argmax(task.mixed.weights))
        shares = {"static": task.alone[0].accuracy, "mixed": task.mixed.accuracy}
        facts = {name: f"{100 * share.value:.0f}" for name, share in shares.items()}
        facts |= {
            f"{name}_{end}": f"{100 * bound:.0f}"
            for name, share in shares.items()
            for end, bound in zip(("low", "high"), share.bounds, strict=True)
        }
        st.markdown(
            t("context.mixture.said", **facts, level=_name(best), count=shares["mixed"].count,
              weight=f"{task.mixed.weights[best]:.2f}")
        )  # fmt: skip
        widgets.show(figures.mixture(task, **widgets.look()), name="mixture", about=_about(asked))
        st.caption(t("context.mixture.why"))
