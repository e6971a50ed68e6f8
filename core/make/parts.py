"""Untrained parts of a graph by name, their weights drawn one after another from one seed.

`core.new_model` draws chains; these are the same draws for graphs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count

import numpy as np

from core.initialise import INITIALISERS, new_model
from core.nodes import Dense, Layer, Node, Port, Readout, Recurrent


class Parts:
    """Draws parts from a seed."""

    def __init__(self, cell: str, *, seed: int) -> None:
        """All recurrent layers are of this cell."""
        self.cell = cell
        self._seeds = count(1_000 * seed)

    def layer(
        self, name: str, *, features: int, units: int, returns: Readout = "every",
        reads: Iterable[Port] = (),
    ) -> Layer:  # fmt: skip
        """A recurrent layer that reads forwards."""
        drawn = new_model(
            self.cell, features=features, units=(units,), outputs=None, seed=next(self._seeds)
        ).layers[0]
        return replace(drawn, name=name, returns=returns, reads=tuple(reads))

    def pair(
        self, name: str, *, features: int, units: int, reads: Iterable[Port] = ()
    ) -> tuple[Node, ...]:
        """A recurrent layer that reads in both directions and hands on every step."""
        one = self.layer(f"{name}/forward", features=features, units=units, reads=reads)
        other = self.layer(f"{name}/backward", features=features, units=units)
        other = replace(other, direction="backward")
        return Recurrent(name, (one, other), "concat").nodes

    def dense(
        self, name: str, *, features: int, outputs: int, activation: str = "linear",
        reads: Iterable[Port] = (),
    ) -> Dense:  # fmt: skip
        """A dense layer, its bias zero."""
        generator = np.random.default_rng(next(self._seeds))
        kernel = INITIALISERS["glorot_uniform"](generator, (features, outputs))
        bias = np.zeros(outputs, np.float32)
        return Dense(name, kernel.astype(np.float32), bias, activation, reads=tuple(reads))
