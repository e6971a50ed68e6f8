"""What is learned from: a task, known texts, or a file of the reader's own, checked at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.training.settings import declared
from core.training.sources import SOURCES
from core.training.sources.labelled import labelled
from core.training.sources.pair_files import TAB, Found, is_archive, text_in, texts_in
from core.training.sources.translation import TranslationOptions, too_long
from dashboard import cache, state
from dashboard.fields import Choice, Field, Flag, Number, Whole
from dashboard.i18n import labels, strings, t
from dashboard.i18n import language as spoken
from dashboard.views.train import fields as form
from dashboard.views.train.download import pick_files
from dashboard.views.train.plan import Given
from dashboard.widgets.encoding import Upload, decoded_upload
from dashboard.widgets.problem import guard, plain, told

MOST_CLASSES_SHOWN = 12


def pick_source() -> None:
    """Draw the choice of what is learned from, and what that is."""
    st.selectbox(
        t("train.data"),
        form.SOURCE.known(),
        format_func=lambda name: t(f"source.{name}"),
        help=t("train.data.help"),
        **state.bind(form.SOURCE),
    )
    source = state.get(form.SOURCE)
    st.caption(t(f"source.{source}.why"))


def own_data() -> Given | None:
    """Draw what the source still needs, and return it; None as long as something is missing."""
    source = state.get(form.SOURCE)
    pick_files(source)
    if source not in form.OWN_DATA:
        return Given()
    with guard():
        return {"table": _table, "text": _text, "translation": _pairs}[source]()
    return None


def options() -> None:
    """Draw the source's own options, two side by side."""
    source = state.get(form.SOURCE)
    places = st.columns(2)
    for at, (name, field) in enumerate(form.option_fields(source).items()):
        with places[at % 2]:
            _option(source, name, field)


def _option(source: str, name: str, field: Field[Any]) -> None:
    known = strings(spoken(), "source")
    own = f"option.{source}.{name}"
    label = t(f"source.{own}") if own in known else t(f"source.option.{name}")
    optional = declared(SOURCES[source].options)[f"data.options.{name}"].optional
    help = t("source.all") if optional else None  # noqa: A001 — as Streamlit calls it
    if f"option.{name}.none" in known:
        help = t(f"source.option.{name}.none")  # noqa: A001
    control(field, label, words=labels("source", "value"), help=help)


def control(
    field: Field[Any],
    label: str,
    *,
    words: Mapping[str, str],
    help: str | None,  # noqa: A002 — as Streamlit calls it
    step: float | None = None,
    format: str | None = None,  # noqa: A002
) -> None:
    """Draw the control of a field, whatever its kind; `words` are of its choices."""
    bound = state.bind(field)
    match field:
        case Flag():
            st.toggle(label, help=help, **bound)
        case Choice():
            st.selectbox(label, field.known(), format_func=words.__getitem__, help=help, **bound)
        case Whole() | Number():
            st.number_input(
                label, field.low, field.high, step=step, format=format, help=help, **bound
            )
        case _:
            st.text_input(label, help=help, **bound)


def _table() -> Given | None:
    """Draw the uploader of a table, the choice of its columns, and what is in them."""
    file = st.file_uploader(t("train.table"), type=["csv", "tsv"], help=t("train.table.help"),
                            key="train-table")  # fmt: skip
    if file is None:
        st.info(t("train.table.first"))
        return None
    decoded = decoded_upload(file, key="train-encoding")
    table = cache.table(file.file_id, decoded.encoding, decoded.text)
    text_at = table.columns.index(table.wordiest_column())
    left, right = st.columns(2)
    key = f"{file.file_id}-{decoded.encoding}"
    text = left.selectbox(t("train.table.text"), table.columns, index=text_at, key=f"text-{key}")
    others = [name for name in table.columns if name != text]
    label = right.selectbox(t("train.table.label"), others, key=f"label-{key}")
    if label is None:
        st.warning(t("train.table.one_column"))
        return None
    found = labelled(table, text_column=text, label_column=label)
    _balance(found.counts)
    for remark in found.remarks:
        st.warning(told(remark), icon=":material/rule:")
    chosen = {"file": "texts.csv", "text_column": text, "label_column": label}
    return Given(chosen | {"encoding": decoded.encoding}, {"texts.csv": file.getvalue()})


def _balance(counts: dict[str, int]) -> None:
    """How many rows each label has, the most frequent first."""
    total = sum(counts.values())
    ordered = sorted(counts.items(), key=lambda item: -item[1])
    st.caption(t("train.table.found", rows=total, labels=len(counts)))
    shown = ordered[:MOST_CLASSES_SHOWN]
    st.dataframe(
        {
            t("train.table.label"): [name for name, _ in shown],
            t("train.table.rows"): [count for _, count in shown],
            t("train.table.share"): [count / total for _, count in shown],
        },
        column_config={
            t("train.table.share"): st.column_config.ProgressColumn(format="percent", max_value=1)
        },
        hide_index=True,
        key="train-balance",
    )
    if len(ordered) > len(shown):
        st.caption(t("train.table.more", count=len(ordered) - len(shown)))


def _pairs() -> Given | None:
    """Draw the uploader of pairs, and what stands between the two texts of a line."""
    left, right = st.columns([3, 1])
    file = left.file_uploader(t("train.pairs"), type=["txt", "tsv", "zip"],
                              help=t("train.pairs.help"), key="train-pairs")  # fmt: skip
    between = right.text_input(t("train.pairs.between"), value=TAB, max_chars=8,
                               help=t("train.pairs.between.help"), key="train-between")  # fmt: skip
    if file is None:
        st.info(t("train.pairs.first"))
        return None
    separator = between or TAB
    chosen: dict[str, Any] = {"file": "pairs.txt", "separator": separator}
    name, read = file.name, Upload(file.file_id, file.getvalue())
    if is_archive(file.name):
        names = texts_in(file.getvalue(), file=file.name)
        entry = names[0]
        if len(names) > 1:
            entry = st.selectbox(t("train.pairs.entry"), names, key=f"entry-{file.file_id}")
        name, data = text_in(file.getvalue(), file=file.name, entry=entry)
        chosen |= {"file": "pairs.zip", "entry": entry}
        read = Upload(f"{file.file_id}-{entry}", data)
    decoded = decoded_upload(read, key="train-encoding")
    chosen |= {"encoding": decoded.encoding}
    prefix = "data.options."
    asked = {path: value for path, value in form.values().items() if path.startswith(prefix)}
    options = TranslationOptions.read(
        chosen | {path.removeprefix(prefix): value for path, value in asked.items()}
    )
    key = f"{read.file_id}-{decoded.encoding}"
    found = cache.pairs(key, decoded.text, separator=separator, swap=options.swap, file=name)
    _fitting(found, options, cache.pairs_left_out(f"{key}-{separator}", options, found))
    return Given(chosen, {chosen["file"]: file.getvalue()})


def _fitting(found: Found, options: TranslationOptions, left_out: int) -> None:
    """How many pairs there are, the first of them, and what is left out, before any is learned."""
    total = len(found.pairs)
    if found.pairs:
        one, other = (plain(side, most=60) for side in found.pairs[0])
        st.caption(t("train.pairs.found", count=total, one=one, other=other))
    remarks = [*found.remarks, *([too_long(left_out, total, options)] if left_out else [])]
    for remark in remarks:
        st.warning(told(remark))


def _text() -> Given | None:
    """Draw where a text comes from: a file, or typed."""
    file = st.file_uploader(t("train.text"), type=["txt", "md"], help=t("train.text.help"),
                            key="train-text")  # fmt: skip
    if file is not None:
        decoded = decoded_upload(file, key="train-encoding")
        st.caption(t("train.text.found", count=len(decoded.text),
                     start=plain(decoded.text[:200], most=80)))  # fmt: skip
        chosen = {"file": "text.txt", "encoding": decoded.encoding}
        return Given(chosen, {"text.txt": file.getvalue()})
    typed = st.text_area(t("train.text.typed"), key="train-typed", height=120)
    if not typed.strip():
        st.info(t("train.text.first"))
        return None
    return Given({"file": "text.txt", "encoding": "utf-8"}, {"text.txt": typed.encode()})


def citation_of(source: str) -> str:
    """Return where a source's data come from, as Markdown that shows it as it is."""
    return plain(SOURCES[source].citation)
