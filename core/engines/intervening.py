"""A run in which something was put in place of what the network would have computed.

Interventions (`core/interventions.py`) become arrays for each layer, and its loop puts them in
place. Cost: the layers that are changed run by their equations, line by line; "mean" and a source
cost one further run each, of the whole model. Not chosen: changing a trace that is there, which
would leave what comes after as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.cells.replacing import Replacement, ReplacingLoop
from core.engines.inputs import Inputs
from core.engines.walk import walk
from core.errors import OutOfRange, TokenOutOfRange, UnknownName
from core.interventions import BEFORE, MEAN, TOKEN, Intervention, WrongIntervention
from core.model import Model
from core.nodes import Embedding, Flow, Layer, LayerTrace, Node, NodeTrace
from core.nodes.layer_trace import in_reading_order
from core.threads import one_thread
from core.trace import Trace

Places = NDArray[np.bool_]


def run(model: Model, inputs: Inputs, interventions: Sequence[Intervention]) -> Trace:
    """Records the model on checked inputs, changed.

    Raises UnknownName, OutOfRange, WrongIntervention, TokenOutOfRange and, for a source, what
    `record` raises.
    """
    inputs = _edited(model, inputs, interventions)
    shape = next(iter(inputs.given.values())).shape[:2]

    @cache
    def unchanged(source: Any) -> Trace:
        if source is None:
            return walk(model, inputs, engine="numpy")
        given = source if isinstance(source, str) else np.asarray(source)[None]
        prepared = Inputs.of(model, given, mask=None, initial_states=None)
        return walk(model, prepared, engine="numpy")

    with one_thread():
        changed = _replacements(model, interventions, shape=shape, unchanged=unchanged)

        def run_node(node: Node, *read: Flow) -> NodeTrace:
            if isinstance(node, Layer) and node.name in changed:
                return node.run(*read, loop=ReplacingLoop(changed[node.name]))
            return node.run(*read)

        trace = walk(model, inputs, engine="numpy", run=run_node)
    return replace(trace, interventions=tuple(interventions))


def _replacements(
    model: Model,
    interventions: Sequence[Intervention],
    *,
    shape: tuple[int, int],
    unchanged: Callable[[Any], Trace],
) -> dict[str, dict[str, tuple[Replacement, ...]]]:
    """What is put in place, by layer and quantity."""
    found: dict[str, dict[str, tuple[Replacement, ...]]] = {}
    for one in interventions:
        if one.quantity == TOKEN:
            continue
        layer = _layer(model, one.layer)
        cell = cells.get(layer.cell)
        if one.quantity not in (*cell.gates, *cell.states):
            known = ", ".join((*cell.gates, *cell.states))
            raise UnknownName(
                kind=f"gate or state of {layer.name}", found=one.quantity, known=known
            )
        if one.value == BEFORE and one.quantity not in cell.states:
            raise WrongIntervention(why="only a state has a step before; a gate has none")
        steps = _places("step", one.steps, length=shape[1])
        units = _places("unit", one.units, length=layer.units)
        where = np.zeros((*shape, layer.units), bool)
        where[np.ix_(range(shape[0]), steps, units)] = True
        values = _values(one, layer, where, steps=steps, unchanged=unchanged)
        put = Replacement(
            in_reading_order(where, layer.direction),
            None if values is None else in_reading_order(values, layer.direction),
        )
        of = found.setdefault(layer.name, {})
        of[one.quantity] = (*of.get(one.quantity, ()), put)
    return found


def _values(
    one: Intervention,
    layer: Layer,
    where: Places,
    *,
    steps: Sequence[int],
    unchanged: Callable[[Any], Trace],
) -> Array | None:
    """(batch, time, units) of what is put in place; None for the state before."""
    if one.value == BEFORE:
        return None
    values = np.zeros(where.shape)
    if one.value == MEAN:
        own = unchanged(None).layer(layer.name)
        array = _recorded(own, one.quantity)
        counted = np.ones(where.shape[:2], bool) if own.mask is None else own.mask
        weights = counted / np.maximum(counted.sum(axis=1, keepdims=True), 1)
        values[:] = np.einsum("btu,bt->bu", array, weights)[:, None]
    elif one.source is not None:
        other = _recorded(unchanged(one.source).layer(layer.name), one.quantity)[0]
        taken = steps if one.source_steps is None else one.source_steps
        values[:, steps] = other[_places("source step", taken, length=len(other))]
    else:
        values[:] = one.value
    return values


def _recorded(layer: LayerTrace, quantity: str) -> Array:
    return layer.states[quantity] if quantity in layer.states else layer.gates[quantity]


def _layer(model: Model, called: int | str) -> Layer:
    named = {layer.name: layer for layer in model.layers}
    if isinstance(called, str) and called in named:
        return named[called]
    if isinstance(called, int) and -len(named) <= called < len(named):
        return model.layers[called]
    raise UnknownName(kind="layer", found=called, known=", ".join(named))


def _places(what: str, given: Sequence[int] | None, *, length: int) -> list[int]:
    """Indices from 0, in the order in which they were given. Raises OutOfRange."""
    if given is None:
        return list(range(length))
    for place in given:
        if not -length <= place < length:
            raise OutOfRange(what=what, found=place, expected=f"from {-length} to {length - 1}")
    return [place % length for place in given]


def _edited(model: Model, inputs: Inputs, interventions: Sequence[Intervention]) -> Inputs:
    """The inputs with other tokens in place, the first of several inputs."""
    edits = [one for one in interventions if one.quantity == TOKEN]
    if not edits:
        return inputs
    name = next(iter(inputs.given))
    array = inputs.given[name].copy()
    for one in edits:
        steps = _places("step", one.steps, length=array.shape[1])
        array[:, steps] = _token(model, one.value, features=array.shape[2:])
    return replace(inputs, given={**inputs.given, name: array})


def _token(model: Model, value: Any, *, features: tuple[int, ...]) -> Any:
    """What is read in place of a token: an id, or numbers (features,)."""
    if features:
        numbers = np.asarray(value)
        if numbers.dtype.kind not in "iuf" or numbers.shape != features:
            raise WrongIntervention(why=f"a step of this text is {features[0]} numbers")
        if not np.isfinite(numbers).all():
            raise WrongIntervention(why="the numbers of a step are finite")
        return numbers
    if isinstance(value, str):
        ids = model.encode(value).ids
        if len(ids) != 1:
            raise WrongIntervention(why=f"'{value}' is {len(ids)} tokens, not one")
        value = int(ids[0])
    if isinstance(value, bool) or not isinstance(value, int):
        raise WrongIntervention(why="a token is given by its text or its id")
    rows = min(len(node.weights) for node in model.nodes if isinstance(node, Embedding))
    if not 0 <= value < rows:
        raise TokenOutOfRange(found=value, highest=rows - 1)
    return value
