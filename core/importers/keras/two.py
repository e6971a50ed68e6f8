"""What Keras 2 means by words that Keras 3 uses otherwise.

`hard_sigmoid` is clip(0.2 x + 0.5) in Keras 2, and its LSTM and GRU used it unless told otherwise
until 2.3; in Keras 3 it is clip(x / 6 + 0.5). The one is the other of 1.2 x, and x is linear in
the weights of a gate: those are multiplied by 1.2, which gives what Keras 2 gives, to rounding,
in the trace as well as in every export. A GRU that does not say `reset_after` is older than the
setting, and resets before. Where branches with different masks meet, Keras 2 counts the steps that
count in all, and a layer heeds its mask also if it is given initial states: such layers bear
`of_keras_2`. On Theano, a convolution read its kernel from the last step to the first.
`time_major` swaps batch and time, and is refused.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.activations import Array
from core.cells import Cell
from core.engines.keras_layout import KERAS_CELLS
from core.errors import UnsupportedModel
from core.importers.keras.fields import KerasLayer
from core.importers.keras.plain import MERGES
from core.importers.keras.recurrent import RECURRENT

_HARD = "hard_sigmoid"
_STEEPER = np.float32(1.2)
_FORWARD = ("tensorflow", "cntk")
"""Backends on which a kernel begins with what it does to the first step."""


def as_keras_3(layer: KerasLayer, *, backend: str | None = "tensorflow") -> KerasLayer:
    """The layer that does in Keras 3 what `layer` does in Keras 2, on the backend that wrote it.

    Raises UnsupportedModel for `time_major`, for a hard sigmoid that is not of a linear map, and
    for a convolution where no backend is said.
    """
    inner = tuple(as_keras_3(inside, backend=backend) for inside in layer.inner)
    layer = replace(layer, inner=inner)
    if layer.kind == "Conv1D":
        layer = _correlated(layer, backend=backend)
    if layer.kind in (*RECURRENT, *MERGES):
        layer = replace(layer, config={**layer.config, "of_keras_2": True})
    if layer.config.get("time_major"):
        raise _refused(layer, "with time_major it reads (time, batch, features)")
    cell = KERAS_CELLS.get(layer.kind.removesuffix("Cell"))
    if cell is not None and cell.keras is not None:
        layer = replace(layer, config={**cell.keras.older, **layer.config})
        if layer.config.get("recurrent_activation") == _HARD and cell.gated:
            layer = replace(layer, weights=_steeper_gates(layer, cell))
    if layer.config.get("activation") != _HARD:
        return layer
    if layer.kind != "Dense" and (cell is None or cell.gated):
        raise _refused(layer, "its activation is the hard sigmoid of Keras 2, which is steeper")
    steeper = {name: array * _STEEPER for name, array in layer.weights.items()}
    return replace(layer, weights=steeper)


def _correlated(layer: KerasLayer, *, backend: str | None) -> KerasLayer:
    """A convolution with its kernel in the order of the steps that it reads."""
    kernel = layer.weights.get("kernel")
    if kernel is None or kernel.ndim != 3 or len(kernel) < 2 or backend in _FORWARD:
        return layer
    if backend != "theano":
        why = "Theano turned kernels round, and the file does not say which backend wrote it"
        raise _refused(layer, why)
    return replace(layer, weights={**layer.weights, "kernel": kernel[::-1]})


def _steeper_gates(layer: KerasLayer, cell: Cell) -> dict[str, Array]:
    """The weights with the columns of all gates but the candidate multiplied."""
    maps = cell.keras.order if cell.keras else cell.maps
    scaled = {}
    for name, array in layer.weights.items():
        units, rest = divmod(array.shape[-1] if array.ndim else 0, len(maps))
        factors = np.array([1.0 if gate == cell.candidate else _STEEPER for gate in maps])
        # What does not divide is refused by its shape later on.
        scaled[name] = array if rest else array * factors.astype(array.dtype).repeat(units)
    return scaled


def _refused(layer: KerasLayer, why: str) -> UnsupportedModel:
    return UnsupportedModel(what=f"The layer '{layer.name}' ({layer.kind})", why=why)
