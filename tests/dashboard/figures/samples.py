"""Recorded runs to draw: every cell, random weights, initial states, words that are no markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import plotly.graph_objects as go

import core
from core import cells
from tests.core.networks import state_for

CELLS = tuple(cells.CELLS)
UNITS = 5
# What a text may hold that a picture must not obey: tags, links, TeX, entities, templates.
TOKENS = (
    "<script>alert(1)</script>",
    "<b>",
    '<a href="https://example.org">x</a>',
    "$x^2$",
    "&lt;",
    "%{x}",
    "영화",
    "␣",
    "<b>",
)
TIME = len(TOKENS)
TAGS = ("<script", "<b>bold", "<a ", "<img")


@cache
def model(cell: str, *, outputs: int = 1, readout: str = "every", **settings: Any) -> core.Model:
    """A model of one cell on three features, every weight drawn at random."""
    made = core.new_model(
        cell, features=3, units=[UNITS], outputs=outputs, readout=readout, dtype=np.float64,
        **settings,
    )  # fmt: skip
    generator = np.random.default_rng(len(cell) + outputs)
    return made.with_parameters(
        {name: generator.normal(0, 0.7, array.shape) for name, array in made.parameters.items()}
    )


def record(made: core.Model, *, time: int = TIME, batch: int = 2, **arguments: Any) -> core.Trace:
    """A run over random features, from states that are not zero."""
    generator = np.random.default_rng(time)
    states = [
        {state.name: state_for(state, generator, (batch, layer.units), scale=0.4)
         for state in cells.get(layer.cell).carried}
        for layer in made.layers
    ]  # fmt: skip
    inputs = generator.normal(size=(batch, time, 3))
    return core.record(made, inputs, initial_states=states, **arguments)


@cache
def trace(cell: str) -> core.Trace:
    """One run of each cell."""
    return record(model(cell))


@cache
def run(cell: str, *, truncate: int | None = None) -> tuple[core.Trace, core.Gradients]:
    """A run with its loss at the last step, and the gradients of it."""
    made = model(cell, readout="last")
    recorded = record(made)
    return recorded, core.backprop(made, recorded, np.array([[1.0], [0.0]]), truncate=truncate)


def strings(figure: go.Figure) -> Iterator[str]:
    """Every text in a figure but those in its template."""
    yield from _texts({key: value for key, value in data(figure).items() if key != "template"})


def data(figure: go.Figure) -> dict[str, Any]:
    """The figure as the browser gets it, without its template."""
    sent: dict[str, Any] = json.loads(figure.to_json())
    sent["layout"].pop("template", None)
    return sent


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for name, value in part.items():
            if name != "bdata":
                yield from _texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)


def array(sent: Any) -> np.ndarray:
    """Numbers of a series, however Plotly keeps them."""
    return np.asarray(sent, dtype=np.float64)


def bits() -> np.ndarray:
    """A surprise for each token but the first."""
    drawn = np.random.default_rng(7).gamma(2.0, 1.5, size=len(TOKENS))
    drawn[0] = np.nan
    return drawn
