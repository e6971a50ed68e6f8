"""What the tokens are coloured by: one number for each step, and the scale it is drawn on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analysis.gates import unit_means
from core.analysis.order import memory_of
from core.analysis.questions import targets
from core.analysis.vanishing import norms
from core.losses import default_loss
from core.nodes import LayerGradients, LayerTrace
from dashboard import cache, state
from dashboard.components.heatmaps import Strip
from dashboard.fields import Choice
from dashboard.figures import theme
from dashboard.figures.recorded import quantities, recorded, symmetric
from dashboard.i18n import t
from dashboard.widgets.answers import answers_of, slow_answers
from dashboard.widgets.reading import Reading

ANSWER, NORM, GRADIENT, UNIT = "answer", "norm", "gradient", "unit"
MEANS = (*theme.in_order("gate"), *reversed(theme.in_order("state")))

COLOUR = state.declare(
    Choice(name="colour", default=ANSWER, options=(ANSWER, *MEANS, NORM, GRADIENT, UNIT),
           pages=("gates",))
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Colouring:
    """One number for each step, (time,), and how it is shown."""

    title: str
    quantity: str
    values: NDArray[np.floating]
    low: float
    high: float
    kind: theme.Kind

    def strip(self, mode: theme.Mode) -> Strip:
        """Return it as the strip of a canvas."""
        shades = theme.table(self.quantity, mode, kind=self.kind)
        colour = theme.colour(self.quantity, mode)
        return Strip(self.title, self.values, self.low, self.high, shades, colour)


def options(reading: Reading, run: LayerTrace) -> tuple[str, ...]:
    """Return what the tokens of this reading can be coloured by, the default first."""
    asked = reading.model.readout is not None
    first = (ANSWER,) if asked and not slow_answers(reading) else ()
    return (*first, *quantities(run), NORM, UNIT, *((GRADIENT,) if asked else ()))


def chosen_colour(reading: Reading, run: LayerTrace) -> str:
    """Return what tokens are coloured by: the choice, or the first where there is no such."""
    known, chosen = options(reading, run), state.get(COLOUR)
    return chosen if chosen in known else known[0]


def pick_colour(reading: Reading, run: LayerTrace) -> None:
    """Draw the picker of what tokens are coloured by."""
    known, showing = options(reading, run), chosen_colour(reading, run)
    st.selectbox(
        t("gates.colour"),
        known,
        format_func=lambda name: _title(name, run),
        help=t(f"gates.colour.help.{showing}" if showing in (ANSWER, NORM, UNIT, GRADIENT)
               else "gates.colour.help.mean"),
        width=230,
        **state.bind(COLOUR, showing=showing),
    )  # fmt: skip


def colouring(reading: Reading, run: LayerTrace, name: str, *, layer: int, unit: int) -> Colouring:
    """Return the numbers that tokens are coloured by. Raises CoreError as their analyses do."""
    title = _title(name, run)
    if name == ANSWER:
        return _by_answer(reading)
    if name == GRADIENT:
        values = norms(_gradients(reading)[layer], state="hidden", batch=0)
        return _from_zero(title, GRADIENT, values)
    if name == NORM:
        return _from_zero(title, "hidden", np.linalg.norm(run.states["hidden"][0], axis=-1))
    if name == UNIT:
        memory = memory_of(run)
        (each,) = recorded(run, names=(memory,))
        shown = t("gates.colour.unit.of", name=t(f"quantity.{memory}"), unit=unit)
        return Colouring(shown, memory, each.values[:, unit], each.low, each.high, each.kind)
    (each,) = recorded(run, names=(name,))
    mask = None if run.mask is None else run.mask[:1]
    values = unit_means(each.values[None], mask=mask)[0]
    low, high = (0.0, 1.0) if (each.low, each.high) == (0, 1) else symmetric(values)
    return Colouring(title, name, values, low, high, "diverging" if low < 0 else "sequential")


def _title(name: str, run: LayerTrace) -> str:
    if name in (ANSWER, NORM, GRADIENT, UNIT):
        return t(f"gates.colour.{name}")
    return t("gates.colour.mean", name=t(f"quantity.{name}"))


def _from_zero(title: str, quantity: str, values: NDArray[np.floating]) -> Colouring:
    most = float(np.nanmax(np.where(np.isfinite(values), values, 0), initial=0.0)) or 1.0
    return Colouring(title, quantity, values, 0.0, most, "sequential")


def _by_answer(reading: Reading) -> Colouring:
    found = answers_of(reading)
    right = found.given_to_right()
    if right is not None:
        return Colouring(t("gates.colour.right"), ANSWER, right, 0.0, 1.0, "sequential")
    if found.binary:
        title = t("gates.colour.answer.is", name=found.name(0)) if found.classes else t(
            "gates.colour.answer")  # fmt: skip
        return Colouring(title, ANSWER, found.values[:, 0], 0.0, 1.0, "diverging")
    last = int(np.argmax(found.values[-1]))
    values = found.values[:, last]
    if found.probable:
        title = t("gates.colour.answer.is", name=found.name(last))
        return Colouring(title, ANSWER, values, 0.0, 1.0, "sequential")
    several = found.values.shape[1] > 1
    title = t("gates.colour.number.of", number=last + 1) if several else t("gates.colour.number")
    return Colouring(title, ANSWER, values, *symmetric(values), "diverging")


def _gradients(reading: Reading) -> tuple[LayerGradients, ...]:
    model, run = reading.model, reading.trace
    loss = default_loss(model.activation)
    return cache.gradients(model, run, targets(model, run), loss=loss).layers
