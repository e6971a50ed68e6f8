"""Which stretch is sought, in which units, from which value on, and in which corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.activations import Array
from core.corpus import Corpus, quantities_of
from core.corpus.errors import NoSuchQuantity, NothingStandsOut
from core.corpus.stretch import Pattern, standing_out, telling_threshold
from core.errors import CoreError
from dashboard import cache, reader, state
from dashboard.fields import Choice, Number, Whole
from dashboard.i18n import t
from dashboard.origins import origin
from dashboard.widgets import Reading, plain
from dashboard.widgets.opening import box
from dashboard.widgets.problem import problem
from dashboard.widgets.put_away import told_apart
from dashboard.widgets.stepper import stepper

FIRST_LOOK = "first"


def known() -> tuple[str, ...]:
    """Return what corpora can be chosen: the one of the first look, and those that were kept."""
    return FIRST_LOOK, *(kept.id for kept in reader.corpora().all())


PAGES = ("corpus",)
CORPUS = state.declare(Choice(name="corpus", default=FIRST_LOOK, options=known, pages=PAGES))
SPAN = state.declare(Whole(name="span", default=1, low=1, high=60, pages=PAGES))
WHERE = state.declare(
    Choice(name="sought", default="states", options=("states", "gates", "all"), pages=PAGES)
)
THRESHOLD = state.declare(
    Number(name="threshold", default=0.0, low=-9.0, high=9.0, pages=PAGES, always=True)
)
BESIDE = state.declare(
    Choice(name="beside_stretch", default="off", options=("off", "any"), pages=PAGES)
)


@dataclass(frozen=True, eq=False)
class Asked:
    """A stretch of the reader's text from `start` to `stop`, and what stands out in it.

    `values` are those of the text, (time, units), by the keys of the quantities that are sought in.
    """

    start: int
    stop: int
    values: Mapping[str, Array]
    pattern: Pattern


def corpus_of(reading: Reading) -> Corpus:
    """Return the chosen corpus; the one of the first look where that is of another model."""
    chosen = state.get(CORPUS)
    if chosen != FIRST_LOOK:
        try:
            kept = reader.corpora().corpus(chosen)
            if kept.is_at_work and not kept.can_be_searched:
                st.info(t("corpus.waiting", name=plain(kept.name, most=60)))
                return _first(reading)
            corpus = kept.corpus().sound()
            if corpus.manifest.model_digest == reading.model.digest:
                return _fitting(corpus, reading)
            st.info(t("corpus.other", name=plain(corpus.manifest.model_name, most=60)))
        except CoreError as error:
            problem(error)
    return _first(reading)


def _fitting(corpus: Corpus, reading: Reading) -> Corpus:
    """The corpus, whose quantities are of the model's own. Raises NoSuchQuantity."""
    known = {each.key: each.units for each in quantities_of(reading.model)}
    for each in corpus.manifest.quantities:
        if known.get(each.key) != each.units:
            raise NoSuchQuantity(asked=each.key, known=", ".join(known))
    return corpus


def _first(reading: Reading) -> Corpus:
    task, texts = state.get(state.TASK), origin().samples()
    return cache.first_corpus(reading.model, task=task, texts=(*texts, reading.passage.text))


def pick(reading: Reading, corpus: Corpus) -> Asked | None:
    """Draw the controls and return what is asked; None where nothing stands out, which is said."""
    with st.container(horizontal=True, vertical_alignment="center", key="corpus-controls"):
        start = stepper(reading.tokens)
        last = reading.trace.time - start
        state.fit(SPAN, low=1, high=min(last, SPAN.high))
        st.number_input(
            t("corpus.span"), 1, max(1, min(last, SPAN.high)), width=130,
            help=t("corpus.span.help"), label_visibility="collapsed", **state.bind(SPAN),
        )  # fmt: skip
        stop = min(start + state.get(SPAN), reading.trace.time)
        with box(_name(corpus), key="corpus-box"):
            _pick_corpus()
            said = {name: t(f"corpus.sought.{name}") for name in WHERE.known()}
            st.segmented_control(
                t("corpus.sought"), tuple(said), format_func=said.__getitem__, required=True,
                **state.bind(WHERE),
            )  # fmt: skip
            values = _values(reading, corpus)
            telling = telling_threshold(values, start=start, stop=stop)
            shown = state.get(THRESHOLD) if state.chosen(THRESHOLD) else round(telling, 3)
            st.number_input(
                t("corpus.threshold"), THRESHOLD.low, THRESHOLD.high, step=0.05, format="%.3f",
                help=t("corpus.threshold.help"), **state.bind(THRESHOLD, showing=shown),
            )  # fmt: skip
            beside = {name: t(f"corpus.beside.{name}") for name in BESIDE.known()}
            st.segmented_control(
                t("corpus.beside"), tuple(beside), format_func=beside.__getitem__, required=True,
                help=t("corpus.beside.help"), **state.bind(BESIDE),
            )  # fmt: skip
    chosen = state.chosen(THRESHOLD)
    threshold = state.get(THRESHOLD) if chosen else telling
    try:
        pattern = standing_out(
            values, start=start, stop=stop, threshold=threshold, beside=state.get(BESIDE)
        )
    except NothingStandsOut as error:
        if chosen or state.get(BESIDE) == "any":
            problem(error)
            return None
        # Where no unit is higher than beside the stretch, those that are high on both sides count.
        pattern = standing_out(values, start=start, stop=stop, threshold=threshold, beside="any")
    return Asked(start, stop, values, pattern)


def _pick_corpus() -> None:
    kept = {one.id: one.name for one in reader.corpora().all()}
    names = {FIRST_LOOK: t("corpus.first")} | told_apart(kept)
    st.selectbox(
        t("corpus.pick"), tuple(names), format_func=lambda key: names.get(key, key),
        **state.bind(CORPUS),
    )  # fmt: skip


def _name(corpus: Corpus) -> str:
    texts = len(corpus.starts) - 1
    return t("corpus.box", texts=texts, steps=corpus.steps)


def _values(reading: Reading, corpus: Corpus) -> dict[str, Array]:
    """What is sought in, by the keys of the quantities; all where nothing is of the kind asked."""
    found = _of_kind(reading, corpus, state.get(WHERE))
    if found:
        return found
    state.reset(WHERE)  # a cell without gates, or a corpus of gates alone
    return _of_kind(reading, corpus, state.get(WHERE)) or _of_kind(reading, corpus, "all")


def _of_kind(reading: Reading, corpus: Corpus, where: str) -> dict[str, Array]:
    found = {}
    for quantity in corpus.manifest.quantities:
        kind, _, name = quantity.name.partition("/")
        hidden = quantity.name == "states/hidden"
        if (
            where == "all"
            or (where == "gates" and kind == "gates")
            or (where == "states" and hidden)
        ):
            layer = reading.trace.layer(quantity.layer)
            held = layer.gates[name] if kind == "gates" else layer.states[name]
            # As the corpus has them, so that a value on the threshold is on it in both.
            found[quantity.key] = np.asarray(held[0]).astype(corpus.manifest.dtype)
    return {key: array.astype(np.float32) for key, array in found.items()}
