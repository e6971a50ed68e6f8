"""The knobs of the Gradients page: what is read, by which weights, and what the loss asks.

All of them act at once, so they stand beside the picture and not in a dialog. What an untrained
model is made of is shared with the other pages; what only this page asks is declared here.
"""

from __future__ import annotations

import streamlit as st

from dashboard import state
from dashboard.fields import Choice, Number, Whole
from dashboard.i18n import labels, t
from dashboard.origins import choose, origin, origin_labels
from dashboard.widgets.model import choose_cells, pick_activation

PAGES = ("gradients",)
OWN = "own"
WEIGHTS = state.declare(
    Choice(
        name="weights",
        default=state.UNTRAINED,
        options=lambda: sorted(state.origins(), key=lambda task: task != state.UNTRAINED),
        pages=PAGES,
    )
)
SOURCE = state.declare(
    Choice(name="source", default="text", options=("text", "random"), pages=PAGES)
)
ANSWER = state.declare(
    Choice(name="answer", default=OWN, options=(OWN, *map(str, range(32))), pages=PAGES)
)


def follow_task() -> None:
    """Choose the weights that the task of all pages asks for, before they are shown."""
    if state.get(WEIGHTS) != state.UNTRAINED:
        # Trained weights are those of the task that all pages share, whose samples are offered.
        if state.chosen(state.TASK):
            state.put(WEIGHTS, state.get(state.TASK))
        else:  # a link that names the weights alone
            state.put(state.TASK, state.get(WEIGHTS))
    elif not state.chosen(WEIGHTS) and state.get(state.TASK).startswith(state.ALONE):
        state.put(WEIGHTS, state.get(state.TASK))  # whoever comes with a run has come for its own


def pick_weights() -> None:
    """Draw the choice between untrained weights and those of a task."""
    known = WEIGHTS.known()
    named = origin_labels(known) | labels("gradients", "weights.of")
    st.selectbox(
        t("gradients.weights"),
        known,
        format_func=named.__getitem__,
        help=t("gradients.weights.help"),
        width=260,
        **state.bind(WEIGHTS, then=_follow),
    )


def pick_cells() -> None:
    """Draw which cells are shown, where there are several."""
    found = origin(state.get(WEIGHTS)).cells
    if len(found) > 1:
        choose_cells(t("gradients.cells"), found)


def pick_reading() -> None:
    """Draw how long the text is, and where its tokens come from."""
    _slider(state.LENGTH, t("gradients.length"), help_text=t("gradients.length.help"))
    st.segmented_control(
        t("gradients.source"),
        SOURCE.known(),
        format_func=labels("gradients", "source.of").__getitem__,
        required=True,
        width="stretch",
        help=t("gradients.source.help"),
        **state.bind(SOURCE),
    )


def pick_weights_drawn() -> None:
    """Draw what an untrained model is made of."""
    _slider(state.SCALE, t("reading.scale"), step=0.05, help_text=t("reading.scale.help"))
    _slider(state.FORGET_BIAS, t("reading.forget_bias"), step=0.25,
            help_text=t("reading.forget_bias.help"))  # fmt: skip
    _slider(state.SPREAD, t("reading.spread"), step=0.05, help_text=t("reading.spread.help"))
    left, right = st.columns(2)
    with left:
        st.number_input(
            t("gradients.units"), state.UNITS.low, state.UNITS.high, **state.bind(state.UNITS)
        )
        st.selectbox(
            t("reading.initialiser"),
            state.INITIALISER.known(),
            help=t("reading.initialiser.help"),
            **state.bind(state.INITIALISER),
        )
    with right:
        st.number_input(
            t("reading.seed"), state.SEED.low, state.SEED.high, **state.bind(state.SEED)
        )
        pick_activation()


def pick_loss(names: tuple[str, ...], *, numbers: bool) -> None:
    """Draw where the loss stands and what it asks for.

    `names` of classes; without any, other `numbers` are asked for, or the next tokens.
    """
    st.segmented_control(
        t("gradients.loss_at"),
        state.LOSS_AT.known(),
        format_func=labels("gradients", "loss_at.of").__getitem__,
        required=True,
        width="stretch",
        help=t("gradients.loss_at.help"),
        **state.bind(state.LOSS_AT),
    )
    unnamed = t("gradients.answer.numbers" if numbers else "gradients.answer.next")
    said = {OWN: t("gradients.answer.own") if names else unnamed}
    said |= {str(at): name for at, name in enumerate(names)}
    st.selectbox(
        t("gradients.answer"),
        tuple(said),
        format_func=said.__getitem__,
        disabled=not names,
        help=t("gradients.answer.help"),
        **state.bind(ANSWER, showing=answer_of(len(names))),
    )


def pick_limits() -> None:
    """Draw the truncation and the clipping."""
    left, right = st.columns(2)
    left.number_input(
        t("gradients.truncate"),
        state.TRUNCATE.low,
        state.TRUNCATE.high,
        step=10,
        help=t("gradients.truncate.help"),
        **state.bind(state.TRUNCATE),
    )
    right.number_input(
        t("gradients.clip"),
        state.CLIP.low,
        state.CLIP.high,
        step=0.1,
        format="%.3g",
        help=t("gradients.clip.help"),
        **state.bind(state.CLIP),
    )


def _follow() -> None:
    task = state.get(WEIGHTS)
    if task != state.UNTRAINED and task != state.get(state.TASK):
        choose(task)


def answer_of(classes: int) -> str:
    """The answer asked for: OWN, or the number of a class as text; OWN where there is no such."""
    chosen = state.get(ANSWER)
    return chosen if chosen != OWN and int(chosen) < classes else OWN


def _slider(
    field: Whole | Number, label: str, *, step: float | None = None, help_text: str
) -> None:
    st.slider(label, field.low, field.high, step=step, help=help_text, **state.bind(field))
