"""Which number of an answer a question is about, where there are several."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard import state
from dashboard.fields import Whole
from dashboard.i18n import t
from dashboard.widgets.answers import classes_of
from dashboard.widgets.reading import Reading

LIKELIEST = -1
OUTPUT = state.declare(
    Whole(
        name="attributed", default=LIKELIEST, low=LIKELIEST, high=100_000,
        pages=("attribution", "intervene"),
    )
)  # fmt: skip
MOST = 20
"""Outputs that one can ask about: the largest ones."""


def pick_output(reading: Reading, step: int) -> int:
    """Draw the picker of one number of the answer, where there are several."""
    values = reading.trace.outputs[0]
    at_step = values[step] if values.ndim == 2 else values
    largest = np.argsort(-at_step, kind="stable")[:MOST].tolist()
    if len(at_step) < 2:
        return 0
    asked = state.get(OUTPUT)
    if not LIKELIEST <= asked < len(at_step):
        asked = LIKELIEST
        state.put(OUTPUT, asked)
    offered = list(dict.fromkeys((LIKELIEST, *largest, asked)))
    st.selectbox(
        t("attribution.output"),
        offered,
        format_func=lambda at: (
            t("attribution.likeliest", name=output_name(reading, largest[0]))
            if at == LIKELIEST
            else output_name(reading, at)
        ),
        label_visibility="collapsed",
        width=260,
        **state.bind(OUTPUT),
    )
    return int(largest[0]) if asked == LIKELIEST else asked


def output_name(reading: Reading, output: int) -> str:
    """What a number of the answer is called: of a yes or no, the yes."""
    classes = classes_of(reading.model)
    if reading.trace.outputs.shape[-1] == 1 and len(classes) == 2:
        return classes[1]
    return classes[output] if output < len(classes) else t("attribution.number", output=output)
