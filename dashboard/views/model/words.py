"""The vocabulary of a model that came without one: from a file beside it, or built from a text."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.model import Model
from core.text import (
    FOLDS,
    KERAS_OFFSET,
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
from dashboard.i18n import labels, t
from dashboard.widgets.problem import guard, plain

MEGABYTES = 20
SHOWN = 12
_WAYS = ("file", "build")


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
        default=_WAYS[0],
        required=True,
        format_func=labels("model", "words.from").__getitem__,
        label_visibility="collapsed",
        key="model-words-way",
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
    )
    if file is None:
        return None
    found = read_word_list(file.getvalue(), name=file.name)
    with st.container(horizontal=True, key="model-words-settings"):
        return _settled(found, rows=rows, key=file.file_id)


def _settled(found: WordList, *, rows: int, key: str) -> Vocabulary:
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
            index=(0, KERAS_OFFSET).index(found.offset),
            format_func={by: named[str(by)] for by in (0, KERAS_OFFSET)}.__getitem__,
            help=t("model.words.offset.help"),
            width=300,
            key=f"offset-{key}",
        )
    if found.splitting != "pieces":
        unit = st.selectbox(
            t("reading.split"),
            UNITS,
            index=UNITS.index(found.unit),
            format_func=labels("reading", "split").__getitem__,
            width=200,
            key=f"unit-{key}",
        )
        default = "filter" if found.form == "ranks" else "none"
        fold = st.selectbox(
            t("model.words.fold"),
            FOLDS,
            index=FOLDS.index(default),
            format_func=labels("model", "words.fold.of").__getitem__,
            help=t("model.words.fold.help"),
            width=300,
            key=f"fold-{key}",
        )
    return _made(found, rows=rows, unit=unit, fold=fold, offset=offset)


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
    text = st.text_area(t("model.words.text"), height=120, key="model-words-text")
    unit = st.segmented_control(
        t("reading.split"),
        UNITS,
        default="word",
        required=True,
        format_func=labels("reading", "split").__getitem__,
        key="model-words-unit",
    )
    if not text or not text.strip():
        return None
    return Vocabulary.build([text], unit=unit or "word", most=max(0, rows - 2))
