"""What `record` was given, checked once for both engines."""

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
    NonFiniteInput,
    ShapeMismatch,
    TokenOutOfRange,
    UnknownName,
    WrongInputs,
)
from core.layer_trace import Mask
from core.model import Model


@dataclass(frozen=True, eq=False)
class Inputs:
    """Checked inputs.

    `given` ids (batch, time) or features (batch, time, features); `mask` (batch, time) as it was
    given, or None; `initial_states` for each layer its states by name, (batch, units).
    """

    given: NDArray[Any]
    mask: Mask | None
    initial_states: tuple[dict[str, Array], ...]

    @classmethod
    def of(cls, model: Model, inputs: Any, *, mask: Any, initial_states: Any) -> Inputs:
        """Checks and completes what the user gave. Raises as `record` says."""
        given = _given(model, inputs)
        batch, time = given.shape[:2]
        if batch == 0 or time == 0:
            raise EmptyText
        if model.steps is not None and time != model.steps:
            expected = f"exactly {model.steps} steps, because it has a Flatten"
            raise WrongInputs(expected=expected, found=f"{time} steps")
        valid = _mask(mask, (batch, time))
        given = _finite_where_read(given, valid)
        return cls(given, valid, _states(model, initial_states, batch=batch))

    @property
    def batch(self) -> int:
        """The number of sequences."""
        return self.given.shape[0]


def _given(model: Model, inputs: Any) -> NDArray[Any]:
    if isinstance(inputs, str):
        inputs = model.encode(inputs).ids[None]
    try:
        given = np.asarray(inputs)
    except ValueError as error:
        expected = "sequences of one length; pad the shorter ones, and mask the padding"
        raise WrongInputs(expected=expected, found="sequences of several lengths") from error
    if model.embedding is None:
        expected = f"numbers of the shape (batch, time, {model.features})"
        if given.ndim != 3 or given.dtype.kind not in "biuf":
            raise WrongInputs(expected=expected, found=f"{given.dtype} of the shape {given.shape}")
        if given.shape[2] != model.features:
            raise ShapeMismatch(
                what="inputs", found=given.shape, expected=f"(batch, time, {model.features})"
            )
        return given.astype(model.dtype)
    if given.ndim != 2 or given.dtype.kind not in "iu":
        found = f"{given.dtype} of the shape {given.shape}"
        raise WrongInputs(expected="token ids, whole numbers (batch, time)", found=found)
    rows = model.embedding.weights.shape[0]
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
    bad = int(array.size - np.isfinite(array).sum())
    if bad:
        raise NonFiniteInput(what=what, count=bad)


def _mask(mask: ArrayLike | None, shape: tuple[int, int]) -> Mask | None:
    if mask is None:
        return None
    valid = np.asarray(mask, dtype=bool)
    if valid.shape != shape:
        raise ShapeMismatch(what="mask", found=valid.shape, expected=shape)
    return valid


def _states(
    model: Model,
    given: Sequence[Mapping[str, ArrayLike]] | Mapping[str, Mapping[str, ArrayLike]] | None,
    *,
    batch: int,
) -> tuple[dict[str, Array], ...]:
    by_layer: dict[str, Mapping[str, ArrayLike]] = {}
    names = [layer.name for layer in model.layers]
    if isinstance(given, Mapping):
        by_layer = dict(given)
    elif given is not None:
        if not all(isinstance(own, Mapping) for own in given):
            expected = "initial states by name, such as {'hidden': …}, for each layer"
            raise WrongInputs(expected=expected, found=f"{given!r:.60}")
        if len(given) != len(names):
            expected = f"({len(names)},): one for each layer"
            raise ShapeMismatch(what="initial_states", found=(len(given),), expected=expected)
        by_layer = dict(zip(names, given, strict=True))
    for name in by_layer:
        if name not in names:
            raise UnknownName(kind="layer", found=name, known=", ".join(names))
    result = []
    for layer in model.layers:
        cell, own = cells.get(layer.cell), by_layer.get(layer.name, {})
        states = {}
        for name in own:
            if name not in cell.states:
                known = ", ".join(cell.states)
                raise UnknownName(kind=f"state of {layer.name}", found=name, known=known)
        for name in cell.states:
            shape = (batch, layer.units)
            array = np.asarray(own.get(name, np.zeros(shape)), dtype=model.dtype)
            if array.shape != shape:
                what = f"initial state {name} of {layer.name}"
                raise ShapeMismatch(what=what, found=array.shape, expected=shape)
            _check_finite(f"The initial states {name} of {layer.name}", array)
            states[name] = array
        result.append(states)
    return tuple(result)
