"""Losses, and their gradients where they meet the network.

For cross-entropy behind its own activation (sigmoid, softmax) the gradient is taken at the
logits, where it is simply prediction − target: no division by a probability that underflows.
Everything is averaged over sequences, and over the steps that count where the readout answers
at every step, as Keras averages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core import activations
from core.activations import Array
from core.errors import UnknownName, WrongTargets
from core.nodes import Mask

LOSSES = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "mean_squared_error",
)
_SMALLEST = 1e-7
"""Keras clips probabilities to [1e-7, 1 − 1e-7] before the logarithm; so does this."""


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss at one trace: its `value`, and the gradient at the readout's pre-activations.

    `at_preactivations` has the shape of the outputs.
    """

    name: str
    value: float
    at_preactivations: Array


def default_loss(activation: str | None) -> str:
    """The loss that belongs to a readout's activation."""
    match activation:
        case "sigmoid":
            return "binary_crossentropy"
        case "softmax":
            return "sparse_categorical_crossentropy"
    return "mean_squared_error"


def measure(
    name: str,
    *,
    outputs: Array,
    preactivations: Array,
    activation: str,
    targets: ArrayLike,
    mask: Mask | None,
) -> Loss:
    """The loss of `outputs` (…, outputs) against `targets`.

    `targets` have the shape of the outputs, or for sparse categorical cross-entropy that shape
    without the last axis, whole numbers. `mask`, of the shape without the last axis, leaves
    steps out. Raises UnknownName and WrongTargets.
    """
    weights = _weights(outputs, mask)
    values, gradient = measure_each(
        name, outputs=outputs, preactivations=preactivations, activation=activation,
        targets=targets,
    )  # fmt: skip
    value = float((values * weights[..., 0]).sum()) if values.size else 0.0
    return Loss(name, value, (gradient * weights).astype(outputs.dtype))


def measure_each(
    name: str, *, outputs: Array, preactivations: Array, activation: str, targets: ArrayLike
) -> tuple[Array, Array]:
    """The loss of each position by itself, (…), and its gradient at the pre-activations there.

    As `measure`, before anything is averaged over positions.
    """
    if name not in LOSSES:
        raise UnknownName(kind="loss", found=name, known=", ".join(LOSSES))
    wanted = _targets(name, np.asarray(targets), outputs)
    each, at_outputs, at_logits = _terms(name, outputs, wanted)
    values = each.mean(axis=-1) if each.size else np.zeros(each.shape[:-1], outputs.dtype)
    if at_logits is not None and activation == _OWN_ACTIVATION.get(name):
        return values, at_logits
    gradient = activations.get(activation).backward(
        at_outputs, outputs=outputs, inputs=preactivations
    )
    return values, gradient


_OWN_ACTIVATION = {
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
}


def _terms(name: str, y: Array, wanted: Array) -> tuple[Array, Array, Array | None]:
    """Each output's share of the loss; its gradient at the outputs; the same at the logits.

    The shares are averaged over the last axis, so cross-entropy over classes, which is a sum,
    comes as shares times the number of classes.
    """
    if name == "mean_squared_error":
        return (y - wanted) ** 2, 2 * (y - wanted) / y.shape[-1], None
    if name == "binary_crossentropy":
        p = np.clip(y, _SMALLEST, 1 - _SMALLEST)
        each = -(wanted * np.log(p) + (1 - wanted) * np.log1p(-p))
        width = y.shape[-1]
        return each, (p - wanted) / (p * (1 - p)) / width, (y - wanted) / width
    # Keras first divides by the sum, which for a softmax is 1.
    whole = y.sum(axis=-1, keepdims=True)
    p = np.clip(y / whole, _SMALLEST, 1 - _SMALLEST)
    each = -wanted * np.log(p) * y.shape[-1]
    total = wanted.sum(axis=-1, keepdims=True)
    return each, (total - wanted / p) / whole, y * total - wanted


def _targets(name: str, targets: NDArray[Any], outputs: Array) -> Array:
    if name != "sparse_categorical_crossentropy":
        if targets.shape != outputs.shape:
            raise WrongTargets(loss=name, expected=outputs.shape, found=targets.shape)
        if not np.isfinite(targets).all():
            raise WrongTargets(loss=name, expected="finite numbers", found="NaN or infinity")
        return targets.astype(outputs.dtype)
    classes = outputs.shape[-1]
    if targets.shape != outputs.shape[:-1] or targets.dtype.kind not in "iu":
        expected = f"whole numbers of the shape {outputs.shape[:-1]}"
        found = f"{targets.dtype} of the shape {targets.shape}"
        raise WrongTargets(loss=name, expected=expected, found=found)
    if targets.size and (targets.min() < 0 or targets.max() >= classes):
        wrong = targets[(targets < 0) | (targets >= classes)].flat[0]
        raise WrongTargets(loss=name, expected=f"classes 0 to {classes - 1}", found=int(wrong))
    return np.eye(classes, dtype=outputs.dtype)[targets]


def _weights(outputs: Array, mask: Mask | None) -> Array:
    """Each position's weight in the average, (…, 1); they add up to 1."""
    shape = outputs.shape[:-1]
    if mask is None or len(shape) == 1:
        return np.full((*shape, 1), 1 / np.prod(shape), outputs.dtype)
    return (mask / max(int(mask.sum()), 1)).astype(outputs.dtype)[..., None]
