"""Who writes, from which beginning, and how its tokens are chosen: the choices of the page."""

from __future__ import annotations

import streamlit as st

from core.errors import CoreError
from core.generate import Sampling
from core.generate.stepping import check_language_model
from core.model import Model
from dashboard import cache, state
from dashboard.fields import Choice, Number, Text, Whole
from dashboard.i18n import labels, t
from dashboard.origins import origin, origin_labels
from dashboard.origins.bundled import chosen_cell
from dashboard.views.write.draft import Order
from dashboard.widgets.model import pick_cell
from dashboard.widgets.opening import opening, reader

_OF_TASK = "characters"
_SOURCES = ("text", "shakespeare", "treebank", _OF_TASK)


def writers() -> tuple[str, ...]:
    """Return the origins whose models say at each step which token comes next."""
    return tuple(task for task in state.TASK.known() if _writes(task))


def _writes(task: str) -> bool:
    try:
        if task.startswith(state.RUN):
            run = cache.store().run(task.removeprefix(state.RUN))
            if run.brought is None:
                return run.config.data.source in _SOURCES
        if task.startswith((state.RUN, state.MODEL)):
            check_language_model(origin(task).model(""))
            return True
        if task.startswith(state.WRITER):
            return True
    except CoreError:  # a broken run or file is told where it is opened
        return False
    return task == _OF_TASK


WRITER = state.declare(
    Choice(
        name="writer", default=state.WRITER + "shakespeare-gru", options=writers, pages=("write",)
    )
)
BEGINNING = state.declare(Text(name="beginning", default=None, limit=20_000, pages=("write",)))
LENGTH = state.declare(Whole(name="write_steps", default=160, low=0, high=20_000, pages=("write",)))
TEMPERATURE = state.declare(
    Number(name="temperature", default=0.7, low=0.05, high=5.0, pages=("write",))
)
STRATEGY = state.declare(
    Choice(name="strategy", default="sample", options=("sample", "greedy"), pages=("write",))
)
TOP_K = state.declare(Whole(name="top_k", default=0, low=0, high=100_000, pages=("write",)))
TOP_P = state.declare(Number(name="top_p", default=1.0, low=0.01, high=1.0, pages=("write",)))
WRITE_SEED = state.declare(
    Whole(name="write_seed", default=0, low=0, high=999_999, pages=("write",))
)


def beginning() -> str:
    """Return the reader's, or a text that the writer can begin with."""
    text = state.get(BEGINNING)
    return origin(state.get(WRITER)).samples()[0] if text is None else text


def sampling(*, temperature: float | None = None) -> Sampling:
    """Return how tokens are chosen. Raises what Sampling raises."""
    return Sampling(
        "greedy" if state.get(STRATEGY) == "greedy" else "sample",
        temperature=state.get(TEMPERATURE) if temperature is None else temperature,
        top_k=state.get(TOP_K) or None,
        top_p=state.get(TOP_P),
    )


def order(model: Model) -> Order:
    """Return what the reader wants written."""
    return Order(model.digest, beginning(), state.get(LENGTH), sampling(), state.get(WRITE_SEED))


def pick() -> None:
    """Draw the line of the page: the beginning, another text, and a box with all other choices."""
    with opening(_summary(), text=_pick_beginning, beside=_pick_another):
        _pick_writer()
        _pick_choice()
        _pick_more()


def _summary() -> str:
    """Who goes on, and how boldly."""
    writer = origin(state.get(WRITER))
    cells = (chosen_cell(writer.cells),) if writer.picks_cell else writer.cells[:1]
    who = reader(cells, task=state.get(WRITER))
    if _greedy():
        return f"{who} · {labels('write', 'strategy')['greedy']}"
    return t("write.summary", who=who, temperature=state.get(TEMPERATURE))


def _pick_beginning() -> None:
    st.text_area(
        t("write.beginning"),
        height=68,
        label_visibility="collapsed",
        placeholder=t("write.beginning"),
        help=t("write.beginning.help"),
        **state.bind(BEGINNING, showing=beginning()),
    )


def _pick_another() -> None:
    st.button(
        t("write.again"), icon=":material/casino:", on_click=_again, help=t("write.again.help"),
        disabled=_greedy(), key="write-again",
    )  # fmt: skip
    if state.recall("forked from") is not None:
        st.button(t("write.back"), icon=":material/undo:", on_click=_back, key="write-back")


def _pick_writer() -> None:
    known = WRITER.known()
    st.selectbox(
        t("write.writer"),
        known,
        format_func=origin_labels(known).__getitem__,
        help=t("write.writer.help"),
        **state.bind(WRITER, then=_from_sample),
    )
    if state.get(WRITER).startswith(state.WRITER):
        score = origin(state.get(WRITER)).model("").card["score"]
        facts = {"accuracy": score["validation accuracy"], "chance": score["chance"]}
        st.caption(t("write.reached", **facts))
    if origin(state.get(WRITER)).picks_cell:
        pick_cell()


def fork(text: str) -> None:
    """Go on from another text; the one before can be had back."""
    state.remember("forked from", beginning())
    state.put(BEGINNING, text)


def _pick_choice() -> None:
    st.number_input(
        t("write.length"), LENGTH.low, LENGTH.high, step=20, help=t("write.length.help"),
        **state.bind(LENGTH),
    )  # fmt: skip
    st.segmented_control(
        t("write.strategy"),
        STRATEGY.known(),
        format_func=labels("write", "strategy").__getitem__,
        required=True,
        help=t("write.strategy.help"),
        **state.bind(STRATEGY),
    )


def _pick_more() -> None:
    st.slider(
        t("write.temperature"), TEMPERATURE.low, 2.0, step=0.05, help=t("write.temperature.help"),
        disabled=_greedy(), **state.bind(TEMPERATURE, showing=min(state.get(TEMPERATURE), 2.0)),
    )  # fmt: skip
    st.number_input(
        t("write.top_k"), TOP_K.low, TOP_K.high, help=t("write.top_k.help"), disabled=_greedy(),
        **state.bind(TOP_K),
    )  # fmt: skip
    st.slider(
        t("write.top_p"), TOP_P.low, TOP_P.high, step=0.01, help=t("write.top_p.help"),
        disabled=_greedy(), **state.bind(TOP_P),
    )  # fmt: skip
    st.number_input(
        t("write.seed"), WRITE_SEED.low, WRITE_SEED.high, help=t("write.seed.help"),
        disabled=_greedy(), **state.bind(WRITE_SEED),
    )  # fmt: skip


def _greedy() -> bool:
    return state.get(STRATEGY) == "greedy"


def _from_sample() -> None:
    state.reset(BEGINNING)
    state.remember("forked from", None)


def _again() -> None:
    state.put(WRITE_SEED, (state.get(WRITE_SEED) + 1) % (WRITE_SEED.high + 1))


def _back() -> None:
    state.put(BEGINNING, state.recall("forked from"))
    state.remember("forked from", None)
