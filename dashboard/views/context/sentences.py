"""Which sentences, which word in them, which layer, and which model reads: the page's choices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.context import levels, vectors
from core.analysis.senses import NoAmbiguousWord, words_of_two_senses
from core.data import senses
from core.errors import CoreError
from core.model import Model
from core.text import tokenize
from core.text.lines import lines_of
from dashboard import cache, figures, i18n, state
from dashboard.fields import Choice, Text, Whole
from dashboard.figures.senses import level_name
from dashboard.i18n import t
from dashboard.origins import origin
from dashboard.origins.upload import bring
from dashboard.widgets import plain
from dashboard.widgets.opening import box
from dashboard.widgets.problem import problem

SHIPPED = "context-lstm"
MOST_SENTENCES = 12
SAMPLES = {
    "en": "the bank lent my sister some money\nwe sat on the bank and fished in the river\n"
    "the boat drifted to the bank",
    "ko": "아이가 배를 타고 섬에 갔다\n언니가 칼로 배를 반으로 잘랐다\n어부가 배에서 그물을 던졌다",
}


def readers() -> tuple[str, ...]:
    """Return the shipped model, and the runs that trained one that reads in both directions."""
    found = []
    for run in cache.store().runs():
        try:
            if run.config.network.architecture == "two_way" and run.model_epochs:
                found.append(state.RUN + run.id)
        except CoreError:  # a broken run is told where it is opened
            continue
    return (SHIPPED, *found)


SENTENCES = state.declare(Text(name="sentences", default=None, limit=4_000, pages=("context",)))
WORD = state.declare(Text(name="sense_word", default=None, limit=60, pages=("context",)))
LEVEL = state.declare(Whole(name="level", default=1, low=0, high=8, pages=("context",)))
READER = state.declare(
    Choice(name="vectors_of", default=SHIPPED, options=readers, pages=("context",))
)


@dataclass(frozen=True, eq=False)
class Own:
    """One of the reader's sentences, and where the word stands in it."""

    text: str
    ids: NDArray[np.integer]
    place: int


@dataclass(frozen=True, eq=False)
class Asked:
    """A word, the reader's sentences with it, and its vectors there, (levels, own, features)."""

    model: Model
    title: str
    word: str
    own: tuple[Own, ...]
    vectors: Array


def pick() -> Asked:
    """Draw the controls and return what is asked.

    Sentences that cannot be read give a sentence; the samples stay in the pictures.
    """
    text = current()
    with st.container(horizontal=True, vertical_alignment="bottom", key="context-controls"):
        st.text_area(
            t("context.sentences"),
            height=92,
            placeholder=t("context.placeholder"),
            label_visibility="collapsed",
            width="stretch",
            **state.bind(SENTENCES, showing=text),
        )
        with st.container(width=320, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                _pick_word(words_in(text) or words_in(_sample()))
                model = _model()
            _pick_level(model)
    try:
        asked = read(text, model)
    except CoreError as error:
        problem(error)
        return read(_sample(), model)
    strange = unknown(text, model)
    if strange:
        st.caption(t("context.unknown", words=plain(", ".join(strange), most=200)))
    return asked


def current() -> str:
    """Return the reader's sentences, or the samples as long as there are none."""
    text = state.get(SENTENCES)
    return _sample() if text is None else text


def _sample() -> str:
    return SAMPLES.get(i18n.language(), SAMPLES["en"])


def _lines(text: str) -> list[str]:
    return [line.strip() for line in lines_of(text) if line.strip()][:MOST_SENTENCES]


def words_in(text: str) -> tuple[str, ...]:
    """Return the words of two senses in some sentences, in the order in which they come."""
    found = (words_of_two_senses(tokenize(line, "word")) for line in _lines(text))
    return tuple(dict.fromkeys(word for each in found for word in each))


def _model() -> Model:
    known = READER.known()
    with box(t("context.model"), key="context-model"):
        st.selectbox(
            t("context.reader"), known, format_func=_title, help=t("context.reader.help"),
            **state.bind(READER),
        )  # fmt: skip
    chosen = state.get(READER)
    return cache.bundled(SHIPPED) if chosen == SHIPPED else origin(chosen).model("")


def _title(reader: str) -> str:
    return t("context.shipped") if reader == SHIPPED else origin(reader).label


def _pick_word(words: tuple[str, ...]) -> None:
    chosen = state.get(WORD)
    st.selectbox(
        t("context.word"), words, label_visibility="collapsed", width=170,
        **state.bind(WORD, showing=chosen if chosen in words else words[0]),
    )  # fmt: skip


def _pick_level(model: Model) -> None:
    said = figures.labels(i18n.language())
    known = range(len(levels(model)) + 1)
    st.segmented_control(
        t("context.level"), known, format_func=lambda level: level_name(level, said),
        required=True, label_visibility="collapsed",
        **state.bind(LEVEL, showing=state.fit(LEVEL, high=known[-1])),
    )  # fmt: skip


def level_of(asked: Asked) -> int:
    """Return the level that is looked at."""
    return state.fit(LEVEL, high=len(asked.vectors) - 1)


def read(text: str, model: Model) -> Asked:
    """Return the vectors of the chosen word, or of the first of two senses, in some sentences.

    Raises NoAmbiguousWord, and what reading raises.
    """
    words = words_in(text)
    if not words:
        known = senses.words(i18n.language()) or senses.words()
        raise NoAmbiguousWord(known=", ".join(known))
    chosen = state.get(WORD)
    word = chosen if chosen in words else words[0]
    own = []
    for line in _lines(text):
        encoded = model.encode(line)
        places = words_of_two_senses(encoded.tokens).get(word, ())
        own += [Own(line, encoded.ids, place) for place in places]
    found = vectors(model, [each.ids for each in own], [each.place for each in own])
    return Asked(model, _title(state.get(READER)), word, tuple(own), found)


def unknown(text: str, model: Model) -> tuple[str, ...]:
    """Return the words that the model has never read, each once."""
    found: dict[str, None] = {}
    for line in _lines(text):
        encoded = model.encode(line)
        strange = zip(encoded.tokens, encoded.known, strict=True)
        found |= {token: None for token, known in strange if not known}
    return tuple(found)


def origin_of(asked: Asked) -> str:
    """Return the value of `state.TASK` by which other pages read with this model."""
    chosen: str = state.get(READER)
    if chosen != SHIPPED:
        return chosen
    kept: str | None = state.recall("context brought")
    if kept not in state.brought():
        kept = bring(asked.model, name=_title(SHIPPED), file="", data=b"").id
        state.remember("context brought", kept)
    return f"{state.MODEL}{kept}"
