"""The vocabulary of a model that came without one: from a file beside it, or built from a text.

What was begun is there when one comes back to the page: the file that was dropped, what was said
about it, the text. Streamlit's uploader forgets its file with the page, so it is remembered here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.model import Model
from core.text import (
    FOLDS,
    KERAS_OFFSET,
    MOST_CHARACTERS,
    UNITS,
    Fold,
    KerasRules,
    Unit,
    Vocabulary,
    WordList,
    read_word_list,
    visible,
)
from dashboard import state
from dashboard.fields import Choice, Field, Text, Whole
from dashboard.i18n import labels, t
from dashboard.widgets.problem import guard, plain

MEGABYTES = 20
SHOWN = 12
_WAYS = ("file", "build")
_FILES = "words files"
AS_FILE = ""  # what the file itself says, until the reader says otherwise

WAY = state.declare(Choice(name="words way", default=_WAYS[0], options=_WAYS, url=None))
UNIT = state.declare(Choice(name="words unit", default="word", options=UNITS, url=None))
TEXT = state.declare(Text(name="words text", default=None, limit=MOST_CHARACTERS, url=None))
OFFSET = state.declare(Whole(name="words ids", default=-1, low=-1, high=KERAS_OFFSET, url=None))
SPLIT = state.declare(
    Choice(name="words split", default=AS_FILE, options=(AS_FILE, *UNITS), url=None)
)
FOLD = state.declare(
    Choice(name="words fold", default=AS_FILE, options=(AS_FILE, *FOLDS), url=None)
)


@dataclass(frozen=True)
class Dropped:
    """A file of words as it was dropped, and the id that Streamlit gave it."""

    id: str
    name: str
    data: bytes

    @property
    def nbytes(self) -> int:
        """Its size."""
        return len(self.data)


def words(model: Model, identifier: str, keep: Callable[[Vocabulary | None], None]) -> None:
    """Draw what the model reads with, or what it could; `keep` takes a vocabulary, or none."""
    if model.embedding is None:
        return
    st.subheader(t("model.words"), anchor=False, help=t("model.words.help"))
    if model.vocabulary is not None:
        _known(model.vocabulary, model.embedding.weights.shape[0])
        if st.button(t("model.words.drop"), icon=":material/close:", key="model-words-drop"):
            keep(None)
            st.rerun()
        return
    st.caption(t("model.words.none"))
    way = st.segmented_control(
        t("model.words.way"),
        _WAYS,
        required=True,
        format_func=labels("model", "words.from").__getitem__,
        label_visibility="collapsed",
        **state.bind(WAY),
    )
    rows = model.embedding.weights.shape[0]
    with guard():
        made = _from_file(rows, identifier) if way == "file" else _built(rows)
        if made is None:
            return
        _known(made, rows)
        if st.button(
            t("model.words.use"), icon=":material/check:", type="primary", key="model-words-use"
        ):
            keep(made)
            state.reset(state.TEXT, state.START, state.STEP)
            st.rerun()


def _known(vocabulary: Vocabulary, rows: int) -> None:
    first = [token for token in vocabulary.tokens if token.strip()][:SHOWN]
    said = " · ".join(plain(token, most=24) for token in first)
    st.markdown(t("model.words.known", count=len(vocabulary.tokens), rows=rows, words=said))
    if vocabulary.unknown is None:
        st.caption(t("model.words.left_out"))


def _from_file(rows: int, identifier: str) -> Vocabulary | None:
    file = st.file_uploader(
        t("model.words.file"),
        type=["txt", "json"],
        max_upload_size=MEGABYTES,
        help=t("model.words.file.help"),
        key=f"model-words-{identifier}",
        on_change=_forget,  # by hand; a file that is there is remembered again
        args=(identifier,),
    )
    dropped = _dropped().get(identifier)
    if file is not None and (dropped is None or dropped.id != file.file_id):
        dropped = Dropped(file.file_id, file.name, file.getvalue())
        state.reset(OFFSET, SPLIT, FOLD)
        state.remember(_FILES, {identifier: dropped})  # of the model that is looked at alone
    if dropped is None:
        return None
    if file is None:
        with st.container(horizontal=True, vertical_alignment="center", key="model-words-again"):
            st.caption(t("model.words.again", name=plain(dropped.name, most=60)), width="content")
            st.button(
                t("model.words.forget"), icon=":material/close:", type="tertiary",
                on_click=_forget, args=(identifier,), key="model-words-forget",
            )  # fmt: skip
    found = read_word_list(dropped.data, name=dropped.name)
    with st.container(horizontal=True, key="model-words-settings"):
        return _settled(found, rows=rows)


def _dropped() -> dict[str, Dropped]:
    files: dict[str, Dropped] = state.recall(_FILES, {})
    return files


def _forget(identifier: str) -> None:
    state.remember(_FILES, {key: file for key, file in _dropped().items() if key != identifier})


def _settled(found: WordList, *, rows: int) -> Vocabulary:
    """Ask what the file does not say, and say what becomes of it."""
    offset, unit, fold = found.offset, found.unit, None
    if found.rules is not None:
        # A Tokenizer's file says all of this itself.
        _tell_rules(found.rules, found.most)
        return _made(found, rows=rows, unit=unit, fold=fold, offset=offset)
    if found.form == "ranks":
        named = labels("model", "words.offset.of")
        offset = st.selectbox(
            t("model.words.offset"),
            (0, KERAS_OFFSET),
            format_func={by: named[str(by)] for by in (0, KERAS_OFFSET)}.__getitem__,
            help=t("model.words.offset.help"),
            width=300,
            **state.bind(OFFSET, showing=_chosen(OFFSET, found.offset)),
        )
    if found.splitting != "pieces":
        unit = st.selectbox(
            t("reading.split"),
            UNITS,
            format_func=labels("reading", "split").__getitem__,
            width=200,
            **state.bind(SPLIT, showing=_chosen(SPLIT, found.unit)),
        )
        default = "filter" if found.form == "ranks" else "none"
        fold = st.selectbox(
            t("model.words.fold"),
            FOLDS,
            format_func=labels("model", "words.fold.of").__getitem__,
            help=t("model.words.fold.help"),
            width=300,
            **state.bind(FOLD, showing=_chosen(FOLD, default)),
        )
    return _made(found, rows=rows, unit=unit, fold=fold, offset=offset)


def _chosen(field: Field[Any], otherwise: object) -> Any:
    """What the reader said, else what the file says or most files mean."""
    value = state.get(field)
    return otherwise if value == field.default else value


def _tell_rules(rules: KerasRules, most: int | None) -> None:
    kind = "letters" if rules.char_level else "words"
    split = t(f"model.words.keras.{kind}", split=plain(visible(rules.split), most=24))
    case = t(f"model.words.keras.{'small' if rules.lower else 'as_is'}")
    cut = "" if most is None else t("model.words.keras.most", most=most)
    st.caption(f"{split} {case} {cut}".strip())


def _made(found: WordList, *, rows: int, unit: Unit, fold: Fold | None, offset: int) -> Vocabulary:
    made = found.vocabulary(rows=rows, unit=unit, fold=fold, offset=offset)
    if found.splitting == "pieces":
        st.info(t("model.words.pieces", model=found.model), icon=":material/call_split:")
    elif found.splitting == "similar":
        st.info(t("model.words.similar"), icon=":material/call_split:")
    beyond = found.beyond(rows=rows, offset=offset)
    if beyond:
        st.caption(t("model.words.beyond", count=beyond, rows=rows))
    return made


def _built(rows: int) -> Vocabulary | None:
    st.caption(t("model.words.build.help", rows=rows))
    text = st.text_area(
        t("model.words.text"), height=120, **state.bind(TEXT, showing=state.get(TEXT) or "")
    )
    unit: Any = st.segmented_control(
        t("reading.split"),
        UNITS,
        required=True,
        format_func=labels("reading", "split").__getitem__,
        **state.bind(UNIT),
    )
    if not text or not text.strip():
        return None
    return Vocabulary.build([text], unit=unit or "word", most=max(0, rows - 2))
