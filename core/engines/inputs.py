"""What `record` was given, checked once for every engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core import cells
from core.activations import Array
from core.errors import (
    EmptyText,
    MissingVocabulary,
    NonFiniteInput,
    ShapeMismatch,
    TokenOutOfRange,
    UnknownName,
    UnsupportedModel,
    WrongInputs,
)
from core.model import Model
from core.nodes import Embedding, Flow, Mask, Port, Spec
from core.text import START


@dataclass(frozen=True, eq=False)
class Inputs:
    """Checked inputs.

    `given` are ids (batch, time), features (batch, time, features) or vectors (batch, features),
    by the names of the model's inputs; `masks` (batch, time) those that were given. `states` are
    read besides what the graph says: for each layer that was given them, its initial states by
    name, (batch, units), in the cell's order.
    """

    given: Mapping[str, NDArray[Any]]
    masks: Mapping[str, Mask]
    states: Mapping[str, Mapping[str, Array]]

    @classmethod
    def of(cls, model: Model, inputs: Any, *, mask: Any, initial_states: Any) -> Inputs:
        """Checks and completes what the user gave. Raises as `record` says."""
        by_name = _by_name(model, inputs)
        given: dict[str, NDArray[Any]] = {}
        for name, entrance in model.wiring.inputs.items():
            given[name] = _given(model, by_name[name], name=name, at=entrance)
        batches = {len(array) for array in given.values()}
        if len(batches) > 1:
            sizes = ", ".join(f"{name} {len(array)}" for name, array in given.items())
            raise WrongInputs(expected="as many sequences of each input", found=sizes)
        masks = mask if isinstance(mask, Mapping) else {next(iter(given)): mask}
        for name in masks:
            if name not in given:
                raise UnknownName(kind="input", found=name, known=", ".join(given))
        checked = {
            name: _mask(valid, given[name].shape)
            for name, valid in masks.items()
            if valid is not None
        }
        given = {
            name: _finite_where_read(array, checked.get(name)) for name, array in given.items()
        }
        (batch,) = batches
        return cls(given, checked, _states(model, initial_states, batch=batch))

    def entering(self, model: Model) -> dict[Port, Flow]:
        """What flows where the inputs enter the model."""
        flows = {}
        for name, entrance in model.wiring.inputs.items():
            spec = model.wiring.specs.get(name, model.wiring.specs[entrance])
            mask = self.masks.get(name)
            flows[entrance] = Flow(self.given[name], mask, name if spec.steps else None, mask)
        return flows

    def beside(self, layer: str) -> tuple[Flow, ...]:
        """What a layer reads besides what the graph says."""
        return tuple(Flow(state) for state in self.states.get(layer, {}).values())

    def stored(self) -> dict[str, NDArray[Any]]:
        """The arrays from which `restore` makes the inputs again."""
        arrays: dict[str, NDArray[Any]] = {}
        for name, given in self.given.items():
            arrays[f"given/{name}"] = given
        for name, mask in self.masks.items():
            arrays[f"masks/{name}"] = mask
        for layer, states in self.states.items():
            arrays |= {f"states/{name}/{layer}": state for name, state in states.items()}
        return arrays

    @classmethod
    def restore(cls, arrays: Mapping[str, NDArray[Any]]) -> Inputs:
        """The inverse of `stored`."""
        kinds: dict[str, dict[str, Any]] = {"given": {}, "masks": {}, "states": {}}
        for name, array in arrays.items():
            kind, _, rest = name.partition("/")
            if kind == "states":
                state, _, layer = rest.partition("/")
                kinds[kind].setdefault(layer, {})[state] = array
            elif kind in kinds:
                kinds[kind][rest] = array
        return cls(**kinds)


def _by_name(model: Model, inputs: Any) -> Mapping[str, Any]:
    """The inputs by name; of a model that reads one thing it need not be said."""
    if not isinstance(inputs, Mapping):
        if len(model.inputs) > 1:
            names = ", ".join(model.inputs)
            raise WrongInputs(expected=f"several things by name: {names}", found="one thing")
        return {model.inputs[0]: inputs}
    for name in inputs:
        if name not in model.inputs:
            raise UnknownName(kind="input", found=name, known=", ".join(model.inputs))
    for name in model.inputs:
        if name not in inputs:
            raise WrongInputs(expected=f"something called {name}", found=", ".join(inputs))
    return inputs


def _given(model: Model, inputs: Any, *, name: str, at: Port) -> NDArray[Any]:
    if isinstance(inputs, str):
        inputs = _ids_of(model, inputs, name=name)[None]
    try:
        given = np.asarray(inputs)
    except ValueError as error:
        expected = "sequences of one length; pad the shorter ones, and mask the padding"
        raise WrongInputs(expected=expected, found="sequences of several lengths") from error
    spec = model.wiring.specs[name] if name in model.wiring.specs else model.wiring.specs[at]
    given = _ids(model, given, name=name) if spec.features is None else _numbers(model, given, spec)
    if 0 in given.shape[: 2 if spec.steps else 1]:
        raise EmptyText
    steps = model.steps if name == model.inputs[0] else spec.length
    if spec.steps and steps is not None and given.shape[1] != steps:
        expected = f"exactly {steps} steps, because the model reads texts of one length"
        raise WrongInputs(expected=expected, found=f"{given.shape[1]} steps")
    return given


def _ids_of(model: Model, text: str, *, name: str) -> NDArray[np.int64]:
    """The ids of a text; what a decoder reads begins with the token that says so, if it has one."""
    if name == model.inputs[0]:
        return model.encode(text).ids
    vocabulary = model.vocabulary_of(name)
    if vocabulary is None:
        raise MissingVocabulary
    ids = vocabulary.encode(text).ids
    if START not in vocabulary:
        return ids
    return np.concatenate([vocabulary.encode_tokens([START]).ids, ids])


def _numbers(model: Model, given: NDArray[Any], spec: Spec) -> NDArray[Any]:
    axes = f"(batch, time, {spec.features})" if spec.steps else f"(batch, {spec.features})"
    if given.ndim != 2 + spec.steps or given.dtype.kind not in "biuf":
        found = f"{given.dtype} of the shape {given.shape}"
        raise WrongInputs(expected=f"numbers of the shape {axes}", found=found)
    if given.shape[-1] != spec.features:
        raise ShapeMismatch(what="inputs", found=given.shape, expected=axes)
    return given.astype(model.dtype)


def _ids(model: Model, given: NDArray[Any], *, name: str) -> NDArray[Any]:
    if given.ndim != 2 or given.dtype.kind not in "iu":
        found = f"{given.dtype} of the shape {given.shape}"
        raise WrongInputs(expected="token ids, whole numbers (batch, time)", found=found)
    rows = min(
        len(node.weights)
        for node in model.nodes
        if isinstance(node, Embedding) and model.wiring.reads[node.name][0] in (name, "input")
    )
    outside = given[(given < 0) | (given >= rows)]
    if outside.size:
        raise TokenOutOfRange(found=int(outside[0]), highest=rows - 1)
    return given


def _finite_where_read(given: NDArray[Any], valid: Mask | None) -> NDArray[Any]:
    """The inputs with 0 for NaN and infinity at steps that a mask leaves out: 0·NaN is NaN.

    Raises NonFiniteInput for those at other steps.
    """
    if valid is not None and given.dtype.kind == "f":
        left_out = ~valid[..., None] & ~np.isfinite(given)
        given = np.where(left_out, given.dtype.type(0), given)
    _check_finite("The inputs", given)
    return given


def _check_finite(what: str, array: Array) -> None:
    bad = array.size - np.count_nonzero(np.isfinite(array))
    if bad:
        raise NonFiniteInput(what=what, count=bad)


def _mask(mask: ArrayLike, shape: tuple[int, ...]) -> Mask:
    valid = np.asarray(mask, dtype=bool)
    if valid.shape != shape[:2]:
        raise ShapeMismatch(what="mask", found=valid.shape, expected=shape[:2])
    return valid


def _states(
    model: Model,
    given: Sequence[Mapping[str, ArrayLike]] | Mapping[str, Mapping[str, ArrayLike]] | None,
    *,
    batch: int,
) -> dict[str, dict[str, Array]]:
    by_layer: dict[str, Mapping[str, ArrayLike]] = {}
    names = [layer.name for layer in model.layers]
    if isinstance(given, Mapping):
        by_layer = dict(given)
    elif given is not None:
        if not all(isinstance(states, Mapping) for states in given):
            expected = "initial states by name, such as {'hidden': …}, for each layer"
            raise WrongInputs(expected=expected, found=f"{given!r:.60}")
        if len(given) != len(names):
            expected = f"({len(names)},): one for each layer"
            raise ShapeMismatch(what="initial_states", found=(len(given),), expected=expected)
        by_layer = dict(zip(names, given, strict=True))
    for name in by_layer:
        if name not in names:
            raise UnknownName(kind="layer", found=name, known=", ".join(names))
    checked = {}
    for layer in model.layers:
        states = by_layer.get(layer.name)
        if not states:
            continue
        if len(model.wiring.reads[layer.name]) > 1:
            why = "it reads them from another node"
            raise UnsupportedModel(what=f"An initial state given to {layer.name}", why=why)
        known = cells.get(layer.cell).states
        for name in states:
            if name not in known:
                raise UnknownName(kind=f"state of {layer.name}", found=name, known=", ".join(known))
        shape = (batch, layer.units)
        arrays = {}
        for name in known:
            array = np.asarray(states.get(name, np.zeros(shape)), dtype=model.dtype)
            if array.shape != shape:
                what = f"initial state {name} of {layer.name}"
                raise ShapeMismatch(what=what, found=array.shape, expected=shape)
            _check_finite(f"The initial states {name} of {layer.name}", array)
            arrays[name] = array
        checked[layer.name] = arrays
    return checked
