"""What to see on this page, in one sentence: at the step and unit that one looks at, or should."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from core import cells
from core.analysis.expressions import show_number, symbols
from core.analysis.highlights import Moment, moment
from core.cells.leaves import Gate
from core.errors import CoreError
from dashboard import state
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.widgets.problem import guard, plain
from dashboard.widgets.reading import Reading
from dashboard.widgets.stepper import pause


def say(reading: Reading, best: Moment | None, *, layer: int, step: int) -> None:
    """Draw the sentence about the step and the chosen unit, and the way to the best moment."""
    with guard():
        seen = _seen(reading, best, layer=layer, step=step)
        if seen is best:
            st.markdown(sentence(reading, seen, layer=layer, best=True))
            return
        st.markdown(sentence(reading, seen, layer=layer, best=False), width="content")
        if best is not None:
            token = plain(reading.tokens[best.step], most=24)
            facts = {"step": best.step + FIRST, "unit": best.unit, "token": token}
            st.button(
                t("gates.see.go", **facts), icon=":material/arrow_forward:", type="tertiary",
                key="gates-see-go", on_click=look_at, args=(best,),
            )  # fmt: skip


def said(reading: Reading, best: Moment | None, *, layer: int, step: int) -> str:
    """Return the sentence that `say` draws, "" where none can be said."""
    try:
        seen = _seen(reading, best, layer=layer, step=step)
    except CoreError:
        return ""
    return sentence(reading, seen, layer=layer, best=seen is best)


def _seen(reading: Reading, best: Moment | None, *, layer: int, step: int) -> Moment:
    run = reading.trace.layers[layer]
    unit = state.fit(state.UNIT, high=run.units - 1)
    if best is not None and (step, unit) == (best.step, best.unit):
        return best
    return moment(run, step, unit)


def look_at(best: Moment) -> None:
    """Look at the step and unit of a moment."""
    pause()
    state.put(state.STEP, best.step)
    state.put(state.UNIT, best.unit)


def sentence(reading: Reading, seen: Moment, *, layer: int, best: bool) -> str:
    """Say what a moment did to the memory; of the `best`, what is left of it."""
    kind = "moved" if np.isnan(seen.written) else "kept"
    facts: dict[str, Any] = {
        "step": seen.step + FIRST,
        "token": plain(reading.tokens[seen.step], most=24),
        "unit": seen.unit,
        "memory": t(f"quantity.{seen.memory}").lower(),
        "before": show_number(seen.before, 2),
        "after": show_number(seen.after, 2),
    }
    if kind == "kept":
        facts |= {
            "gate": _gate(reading.trace.layers[layer].cell),
            "opening": show_number(seen.opening, 2),
            "written": show_number(seen.written, 2),
            "passed": show_number(100 * seen.passed, 2),
            "left": show_number(100 * seen.left, 2),
        }
    return t(f"gates.see.{kind}.{'best' if best else 'here'}", **facts)


def _gate(cell: str) -> str:
    """What lets the candidate in: the gate by its name, else by its formula, 1 − z."""
    writes = cells.get(cell).writes()
    assert writes is not None, "a moment says what was written"
    if isinstance(writes, Gate):
        return t(f"quantity.{writes.name}").lower()
    return "".join(piece.text for piece in symbols(writes))
