"""What in a model's weights is worth a word before anything is read.

Said of weights alone, so only what holds whatever the model reads:

- the spectral radius ρ of the map from state to state (a SimpleRNN's, and the candidate's of cells
  with gates): |λ| of its largest eigenvalue. Of a SimpleRNN near zero it says whether what was read
  fades or grows from step to step; with gates it is one factor among others.
  (Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks", 2013)
- the mean bias of forget gates. σ(1) = 0.73 keeps at first, σ(−1) = 0.27 forgets.
  (Jozefowicz, Zaremba, Sutskever, "An empirical exploration of recurrent network architectures",
  2015)
- gates of sigmoid that their bias alone opens or shuts past 0.98 or 0.02.
- dead units: none of their incoming weights differs from another, or they are relu units that no
  input can raise above 0.

Cost: the eigenvalues, 0.1 s for 256 units and 3 s for 1024; above `MOST_UNITS` they are left out.
NaN and infinity are no findings: `Model` refuses such weights. Not chosen: norms in place of
eigenvalues, which bound one step and not many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.model import Model
from core.nodes import Dense, Layer

MOST_UNITS = 1024
SHUT = 4.0
"""|bias| from which on a sigmoid is past 0.982 or below 0.018."""
FADES, GROWS = 0.5, 1.05
_BOUNDED = {"tanh": 1.0, "sigmoid": 1.0, "hard_sigmoid": 1.0, "softsign": 1.0}


@dataclass(frozen=True)
class Finding:
    """One thing found.

    `kind` is one of "radius", "forget_bias", "open", "shut", "dead", "never_above_zero"; `place`
    the layer or node, `gate` the gate or "". `value` is the radius or the mean bias, else the
    number of units out of `units`. `worrying`: whether it is likely to do harm.
    """

    kind: str
    place: str
    gate: str
    value: float
    units: int
    worrying: bool


def findings(model: Model) -> tuple[Finding, ...]:
    """What is found in the weights, layer by layer."""
    found: list[Finding] = []
    bounds = _bounds_of_inputs(model)
    for layer in model.layers:
        found += _of_layer(layer)
        if not cells.get(layer.cell).gated and layer.activation == "relu":
            found += _never(layer, bounds.get(layer.name))
    for node in model.nodes:
        if isinstance(node, Dense):
            dead = _constant(node.kernel) if node.features > 1 else np.zeros(node.outputs, bool)
            if dead.any():
                count = int(dead.sum())
                found.append(Finding("dead", node.name, "", count, node.outputs, worrying=True))
            below = _below(model, node.name)
            if node.activation == "relu" and below == model.recurrent[-1].nodes[-1].name:
                found += _silent(node, model)
    return tuple(found)


def spectral_radius(matrix: Array) -> float:
    """|λ| of the largest eigenvalue of a square matrix."""
    return float(np.abs(np.linalg.eigvals(matrix.astype(np.float64))).max())


def _of_layer(layer: Layer) -> Iterator[Finding]:
    cell = cells.get(layer.cell)
    recurrent = layer.weights[cell.candidate].get("recurrent_kernel")
    if layer.units <= MOST_UNITS and recurrent is not None:
        value = spectral_radius(recurrent)
        plain = not cell.gated
        worrying = plain and (value > GROWS or value < FADES)
        yield Finding("radius", layer.name, cell.candidate, value, layer.units, worrying=worrying)
    for gate, weights in layer.weights.items():
        bias = _bias(weights)
        if gate in cell.forget_bias:
            value = 0.0 if bias is None else cell.forget_bias[gate] * float(bias.mean())
            yield Finding("forget_bias", layer.name, gate, value, layer.units, worrying=value < 0)
        opened = cell.function_of(gate) == "recurrent_activation"
        if not opened or bias is None or layer.recurrent_activation != "sigmoid":
            continue
        for kind, there in (("open", bias > SHUT), ("shut", bias < -SHUT)):
            if there.any():
                count = int(there.sum())
                worrying = 2 * count > layer.units
                yield Finding(kind, layer.name, gate, count, layer.units, worrying=worrying)
    dead = _dead(layer)
    if dead.any():
        count = int(dead.sum())
        yield Finding("dead", layer.name, "", count, layer.units, worrying=True)


def _bias(weights: Mapping[str, Array]) -> Array | None:
    """What is added whatever is read; a GRU's second bias stands behind the reset gate."""
    biases = [weights[name] for name in ("bias", "recurrent_bias") if name in weights]
    return sum(biases[1:], biases[0]) if biases else None


def _dead(layer: Layer) -> NDArray[np.bool_]:
    """Units, (units,), whose incoming weights are all alike in every map: nothing moves them."""
    matrices = [
        np.concatenate([array for array in weights.values() if array.ndim == 2])
        for weights in layer.weights.values()
    ]
    if len(matrices[0]) < 3:
        return np.zeros(layer.units, bool)
    return np.logical_and.reduce([_constant(rows) for rows in matrices])


def _constant(kernel: Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (kernel == kernel[:1]).all(axis=0)
    return found


def _bounds_of_inputs(model: Model) -> dict[str, Any]:
    """For layers right above an embedding, every input there can be, (rows, features)."""
    table = model.embedding
    if table is None:
        return {}
    above = [layer.name for layer in model.layers if _below(model, layer.name) == table.name]
    return dict.fromkeys(above, table.weights)


def _below(model: Model, name: str) -> str | None:
    """The node that a node reads first."""
    return model.wiring.owners.get(model.wiring.reads[name][0])


def _never(layer: Layer, inputs: Array | None) -> Iterator[Finding]:
    """Units of relu that stay 0 from the first step on: no input lifts them, no state either."""
    if inputs is None:
        return
    weights = layer.weights[cells.get(layer.cell).candidate]
    bias = _bias(weights)
    highest = (inputs @ weights["kernel"]).max(axis=0) + (0 if bias is None else bias)
    # States of relu are never negative, so weights that are not positive cannot help.
    silent = (highest <= 0) & (weights["recurrent_kernel"] <= 0).all(axis=0)
    if silent.any():
        count = int(silent.sum())
        yield Finding("never_above_zero", layer.name, "", count, layer.units, worrying=True)


def _silent(dense: Dense, model: Model) -> Iterator[Finding]:
    """Units of relu above states of known bounds, which no state can lift above 0."""
    layers = model.recurrent[-1].layers
    bound = _BOUNDED.get(layers[0].activation)
    if bound is None or model.recurrent[-1].merge not in (None, "concat"):
        return
    highest = bound * np.abs(dense.kernel).sum(axis=0)
    if dense.bias is not None:
        highest = highest + dense.bias
    silent = highest <= 0
    if silent.any():
        count = int(silent.sum())
        yield Finding("never_above_zero", dense.name, "", count, dense.outputs, worrying=True)
