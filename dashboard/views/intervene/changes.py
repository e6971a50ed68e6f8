"""The list of what is put in place: kept, run, and said in words, each to be taken away again.

A list belongs to no text and no model: it stays when they change, and what cannot be done there is
left out and says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from core.errors import CoreError, StatesOverflow
from core.interventions import (
    BEFORE,
    MEAN,
    TOKEN,
    Intervention,
    load_interventions,
    save_interventions,
)
from core.text import visible
from core.trace import Trace
from dashboard import cache, state
from dashboard.figures.steps import FIRST, spans
from dashboard.i18n import labels, t
from dashboard.widgets import Reading, plain
from dashboard.widgets.layers import layer_names
from dashboard.widgets.problem import told

MOST = 40
"""Interventions in a list."""


@dataclass(frozen=True, eq=False)
class Changed:
    """A reading and the same with the list applied.

    Attributes:
        reading: as it was.
        trace: the changed run; the one that was, where nothing is changed.
        done: the interventions that were made.
        refused: what could not be done, by its place in the list.
    """

    reading: Reading
    trace: Trace
    done: tuple[Intervention, ...]
    refused: Mapping[int, CoreError]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens as they are drawn, those that were edited with their new text."""
        tokens = list(self.reading.tokens)
        for one in self.done:
            if one.quantity == TOKEN:
                for step in one.steps or ():
                    tokens[step] = _value(one.value)
        return tuple(tokens)


def changes() -> tuple[Intervention, ...]:
    """Return the list as the reader made it."""
    return load_interventions(state.get(state.CHANGES) or "[]")


def add(*several: Intervention) -> None:
    """Put interventions at its end, the oldest going where it is full."""
    _keep((*changes(), *several)[-MOST:])


def remove(at: int) -> None:
    """Take one away, by its place."""
    _keep([one for place, one in enumerate(changes()) if place != at])


def clear() -> None:
    """Take all away."""
    state.reset(state.CHANGES)


def _keep(several: Sequence[Intervention]) -> None:
    if several:
        state.put(state.CHANGES, save_interventions(several))
    else:
        clear()


def apply(reading: Reading) -> Changed:
    """Run the model with all of the list that can be done."""
    asked = changes()
    refused: dict[int, CoreError] = {}
    if asked:
        try:
            return Changed(reading, _run(reading, asked), asked, refused)
        except CoreError:
            for at, one in enumerate(asked):
                try:
                    _run(reading, [one])
                except CoreError as error:
                    refused[at] = error
    done = tuple(one for at, one in enumerate(asked) if at not in refused)
    trace = _run(reading, done) if done else reading.trace
    return Changed(reading, trace, done, refused)


def _run(reading: Reading, several: Sequence[Intervention]) -> Trace:
    trace = cache.changed(reading.model, reading.trace, several)
    if (step := trace.overflow) is not None:
        raise StatesOverflow(step=step + FIRST, cell=t(f"quantity.{trace.layers[0].cell}"))
    return trace


def listed(changed: Changed) -> None:
    """Draw the list, each in words and removed by a press; what was left out says why."""
    asked = changes()
    if not asked:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="changes"):
        for at, one in enumerate(asked):
            st.button(
                in_words(one, changed.reading),
                icon=":material/link_off:" if at in changed.refused else ":material/close:",
                key=f"change-{at}",
                help=t("intervene.remove"),
                on_click=remove,
                args=(at,),
            )
        if len(asked) > 1:
            st.button(
                t("intervene.clear"), icon=":material/delete_sweep:", type="tertiary",
                key="changes-clear", on_click=clear,
            )  # fmt: skip
    for at, error in changed.refused.items():
        said = in_words(asked[at], changed.reading)
        st.warning(
            t("intervene.left_out", what=said, why=told(_counted(error))),
            icon=":material/link_off:",
        )


def _counted(error: CoreError) -> CoreError:
    """The error as a reader counts steps, from 1."""
    facts = error.facts
    if facts.get("what") in ("step", "source step"):
        last = int(str(facts["expected"]).rpartition(" ")[2])
        found, expected = int(str(facts["found"])) + FIRST, f"from {FIRST} to {last + FIRST}"
        return type(error)(what=facts["what"], found=found, expected=expected)
    return error


def in_words(one: Intervention, reading: Reading) -> str:
    """Say what one intervention does, as Markdown."""
    steps = _steps(one)
    if one.quantity == TOKEN:
        tokens = reading.tokens
        before = [tokens[at] for at in one.steps or () if -len(tokens) <= at < len(tokens)]
        said = ", ".join(f"“{plain(token, most=16)}”" for token in before[:3]) or "?"
        value = plain(_value(one.value), most=24)
        return t("intervene.change.token", steps=steps, before=said, value=value)
    facts = {"what": _what(one, reading), "units": _units(one), "steps": steps}
    if one.source is not None:
        text = one.source if isinstance(one.source, str) else str(len(one.source))
        return t("intervene.change.source", text=plain(text, most=32), **facts)
    if one.value in (MEAN, BEFORE):
        return t(f"intervene.change.{one.value}", **facts)
    return t("intervene.change.number", value=f"{one.value:g}", **facts)


def _what(one: Intervention, reading: Reading) -> str:
    """The gate or state, and whose it is where there are several layers."""
    name = labels("quantity").get(one.quantity) or plain(one.quantity, most=24)
    names = layer_names(reading.model)
    if len(names) < 2:
        return name
    at = one.layer
    layer = names[at] if isinstance(at, int) and 0 <= at < len(names) else str(at)
    return t("intervene.change.layer", name=name, layer=plain(layer, most=24))


def _units(one: Intervention) -> str:
    if one.units is None:
        return t("intervene.change.units.all")
    key = "unit" if len(one.units) == 1 else "units"
    return t(f"intervene.change.{key}", units=ranges(one.units))


def _steps(one: Intervention) -> str:
    if one.steps is None:
        return t("intervene.change.steps.all")
    key = "step" if len(one.steps) == 1 else "steps"
    return t(f"intervene.change.{key}", steps=ranges([step + FIRST for step in one.steps]))


def ranges(places: Sequence[int]) -> str:
    """Numbers as a reader writes them: 3–5, 8."""
    found = [
        str(start) if start == stop else f"{start}–{stop}"
        for start, stop in spans(sorted(set(places)))
    ]
    return ", ".join(found[:4]) + (" …" if len(found) > 4 else "")


def _value(value: object) -> str:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, tuple):
        return ", ".join(f"{part:.3g}" for part in value)
    return str(value)
