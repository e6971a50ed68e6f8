"""Graphs that cannot be, and inputs and targets that do not fit them, are refused in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import core
from core.errors import ShapeMismatch, UnknownName, UnsupportedModel, WrongInputs, WrongTargets
from core.nodes import Add, Node
from tests.core.graphs import GRAPHS, UNITS, WIDTH, layer

LOSS = "mean_squared_error"


def _both(*, units: int = UNITS, **settings: Any) -> list[Node]:
    other = core.new_model("gru", features=WIDTH, units=[units], outputs=None).layers[0]
    return [layer("a"), replace(other, name="b", reads=("input",)), Add("sum", **settings)]


@pytest.mark.parametrize(
    ("parts", "error", "words"),
    [
        (
            lambda: [layer("a", reads=("nobody",))],
            UnsupportedModel,
            "a, which reads nobody",
        ),
        (lambda: [layer("a"), layer("a")], UnsupportedModel, "Two weights called a/"),
        (lambda: [layer("a"), Add("sum", reads=("a",))], UnsupportedModel, "sum of one thing"),
        (lambda: _both(units=2, reads=("a", "b")), ShapeMismatch, r"sum has the shape \(4, 2\)"),
        (lambda: _both(reads=("a", "b.last")), UnsupportedModel, "one has steps"),
        (
            lambda: [layer("a"), layer("b", features=UNITS, reads=("a", "a.last", "a.last"))],
            ShapeMismatch,
            "initial states that b reads",
        ),
        (
            lambda: [layer("a"), layer("b", features=UNITS, reads=("a", "a"))],
            ShapeMismatch,
            "initial state hidden of b",
        ),
    ],
)
def test_what_does_not_fit_is_refused(parts: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        core.Model(tuple(parts()))


def test_inputs_and_targets_have_names() -> None:
    graph = GRAPHS["lstm that starts from another"]
    model, inputs = graph.model(), graph.inputs()
    with pytest.raises(WrongInputs, match="several things by name: source, target"):
        core.record(model, inputs["source"])
    with pytest.raises(WrongInputs, match="something called target"):
        core.record(model, {"source": inputs["source"]})
    with pytest.raises(UnknownName, match="no input called 'text'"):
        core.record(model, inputs | {"text": 1})
    with pytest.raises(WrongInputs, match="as many sequences"):
        core.record(model, inputs | {"source": inputs["source"][:1]})
    with pytest.raises(UnsupportedModel, match="An initial state given to decoder"):
        core.record(model, inputs, initial_states={"decoder": {"hidden": np.zeros((2, UNITS))}})
    many = GRAPHS["one thing read twice"]
    model = many.model()
    trace = core.record(model, many.inputs())
    with pytest.raises(WrongTargets, match="some by port: left, right"):
        core.backprop(model, trace, trace.outputs, loss=LOSS)
    with pytest.raises(UnknownName, match="no output called 'middle'"):
        core.backprop(model, trace, {"middle": trace.outputs}, loss=LOSS)
