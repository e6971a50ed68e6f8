"""A layer that reads the same for ever: a map of all that it carries on to itself.

With one input x held, a layer is s ↦ F(s, x), s its states side by side (hidden and cell of an
LSTM). What a network computes with, where it rests and how it flows, are questions about this map
(`analysis/fixed_points.py`, `analysis/flow.py`). It is the recorder's own step, in float64, all
states at once as if they were a batch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.activations import Array
from core.analysis.jacobian import one_step_jacobians
from core.engines import record
from core.errors import ShapeMismatch, UnsupportedModel
from core.model import Model
from core.nodes import Layer, LayerTrace

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Held:
    """The map of one layer; `states` are the names of what is side by side in s."""

    model: Model
    reading: Array
    states: tuple[str, ...]
    units: int

    @classmethod
    def of(cls, layer: Layer, reading: ArrayLike | None) -> Held:
        """That of a layer which reads `reading` (features,), zeros unless given.

        Raises ShapeMismatch, and UnsupportedModel for a layer whose initial states come from
        another node.
        """
        if len(layer.reads) > 1:
            why = "its initial states come from another node"
            raise UnsupportedModel(what=layer.name, why=why)
        model = alone(layer)
        read = np.zeros(layer.features) if reading is None else np.asarray(reading, np.float64)
        if read.shape != (layer.features,):
            raise ShapeMismatch(what="reading", found=read.shape, expected=(layer.features,))
        names = tuple(record(model, np.zeros((1, 1, layer.features))).layers[0].states)
        return cls(model, read, names, layer.units)

    @property
    def size(self) -> int:
        """How many numbers are carried on."""
        return self.units * len(self.states)

    def after(self, s: Numbers) -> Numbers:
        """F(s) for states (states, size)."""
        return self._beside(self._run(s))

    def step(self, s: Numbers) -> tuple[Numbers, Numbers]:
        """F(s), and its Jacobian at each, (states, size, size)."""
        layer = self._run(s)
        return self._beside(layer), np.asarray(one_step_jacobians(layer), np.float64)

    def _run(self, s: Numbers) -> LayerTrace:
        inputs = np.broadcast_to(self.reading, (len(s), 1, len(self.reading)))
        given = {self.model.layers[0].name: apart(s, self.states)}
        return record(self.model, inputs, initial_states=given).layers[0]

    def _beside(self, layer: LayerTrace) -> Numbers:
        parts = [layer.states[name][:, 0] for name in self.states]
        return np.concatenate(parts, axis=1).astype(np.float64, copy=False)


def alone(layer: Layer) -> Model:
    """The layer in float64 as a model of its own: forward, since one step has no order."""
    wide = {name: array.astype(np.float64) for name, array in layer.parameters().items()}
    made = replace(layer, direction="forward", reads=(), returns="every")
    return Model((made.with_parameters(wide),))


def apart(s: Numbers, states: tuple[str, ...]) -> Mapping[str, Numbers]:
    """States side by side (states, size) by their names, (states, units) each."""
    parts = np.split(s, len(states), axis=1)
    return dict(zip(states, map(np.ascontiguousarray, parts), strict=True))
