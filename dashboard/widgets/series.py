"""A model of numbers on a series: what it reads, and what it predicts from each window of it."""

from __future__ import annotations

import streamlit as st

from core.analysis.questions import answers_numbers
from core.model import Model
from core.padding import window_of
from core.text import Measured, visible
from dashboard import cache, figures, state
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.widgets.caption import About, about
from dashboard.widgets.chart import look, show
from dashboard.widgets.problem import guard, plain
from dashboard.widgets.reading import Reading
from dashboard.widgets.scaling import chosen_scaling, say_scaling

USUAL = 30
"""Steps of a window where neither the file nor the reader says how many."""
MOST_AHEAD = 10_000


def draw_inputs(reading: Reading, *, whose: About, step: int | None = None) -> None:
    """Draw what is read, where that is numbers; `whose` is what the picture is about."""
    part = reading.passage.encoded
    if not isinstance(part, Measured):
        return
    st.subheader(t("series.inputs"), anchor=False, help=t("series.inputs.help"))
    picture = figures.inputs(
        part.values, names=part.names, tokens=reading.tokens, step=step, **look()
    )
    show(picture, name="inputs", about=whose, arrays=reading.trace)
    say_scaling(part)


def draw_predictions(reading: Reading) -> None:
    """Draw the prediction of every window, where the model answers in numbers."""
    model = reading.model
    whole = cache.encoded(reading.passage.text, model)
    answers = model.readout is not None and answers_numbers(model) and len(model.inputs) == 1
    if not isinstance(whole, Measured) or not answers:
        return
    st.subheader(t("series.predictions"), anchor=False, help=t("series.predictions.help"))
    with guard():
        _predictions(reading, whole)


def _predictions(reading: Reading, whole: Measured) -> None:
    model, window = reading.model, reading.passage.window
    with st.container(horizontal=True, vertical_alignment="bottom", key="predictions"):
        length = window_of(model) or _length(len(whole))
        output = _output(model)
        target = _target(model, whole, output)
        horizon = model.outputs > 1 and model.outputs != len(whole.names)
        ahead = st.number_input(
            t("series.ahead"), 0, MOST_AHEAD, output + 1 if horizon else 1, width=150,
            help=t("series.ahead.help"), key=f"series-ahead-{model.digest[:8]}-{output}",
        )  # fmt: skip
        scaling = chosen_scaling()
        undo = target in scaling.columns and st.toggle(
            t("series.undo"), value=True, help=t("series.undo.help"), key="series-undo"
        )
    found = cache.rolling(
        model,
        whole,
        target=target,
        length=length,
        output=output,
        ahead=ahead,
        scaling=scaling.of(target) if undo else None,
        near=window.stop - 1,
    )
    here = window.stop - 1 + ahead if window.length == length or window_of(model) else None
    show(
        figures.rolling(found, name=target, tokens=whole.tokens, step=here, **look()),
        name="predictions",
        about=about(reading),
        on_pick=lambda at: _go_to(int(found.ends[at]) - length + 1),
    )
    shown, better = len(found.ends), found.error < found.naive_error
    st.caption(
        t(
            f"series.error.{'better' if better else 'worse'}",
            error=found.error,
            naive=found.naive_error,
            target=plain(target, most=40),
        )
        + (" " + t("series.some", shown=shown, total=found.total) if shown < found.total else "")
    )


def _length(steps: int) -> int:
    most = max(1, steps)
    return st.number_input(
        t("series.length"), 1, most, min(USUAL, most), width=150, help=t("series.length.help"),
        key=f"series-length-{most}",
    )  # fmt: skip


def _output(model: Model) -> int:
    if model.outputs == 1:
        return 0
    chosen: int = st.selectbox(
        t("series.output"),
        range(model.outputs),
        format_func=[str(at + FIRST) for at in range(model.outputs)].__getitem__,
        help=t("series.output.help"),
        width=130,
        key=f"series-output-{model.digest[:8]}",
    )
    return chosen


def _target(model: Model, whole: Measured, output: int) -> str:
    names = tuple(whole.columns)
    first = next(iter(whole.target_names), names[0])
    if model.outputs == len(whole.names) > 1:
        first = whole.names[output]
    return st.selectbox(
        t("series.target"),
        names,
        index=names.index(first),
        format_func={name: visible(name) for name in names}.__getitem__,
        help=t("series.target.help"),
        width=200,
        key=f"series-target-{cache.digest(list(names))[:8]}-{output}",
    )


def _go_to(start: int) -> None:
    state.put(state.START, start + 1)
    state.reset(state.STEP)
