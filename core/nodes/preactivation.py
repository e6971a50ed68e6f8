"""Preactivation: what goes into a gate, and the parts that it is the sum of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Self

import numpy as np

from core.activations import Array


class Preactivation(np.ndarray[Any, Any]):
    """An array (batch, time, units), and the arrays of its shape that add up to it.

    The parts are computed when the first of them is asked for, and kept.
    """

    _parts: Callable[[], Mapping[str, Array]]

    @classmethod
    def of(cls, total: Array, *, parts: Callable[[], Mapping[str, Array]]) -> Self:
        """`total`, and what gives its parts by name."""
        array = total.view(cls)
        array._parts = cache(parts)
        return array

    @property
    def parts(self) -> Mapping[str, Array]:
        """What adds up to it by name: "from_input", "from_hidden", "bias", and what a cell adds."""
        return self._parts()

    @property
    def from_input(self) -> Array:
        """x_t W."""
        return self._part("from_input")

    @property
    def from_hidden(self) -> Array:
        """h_{t−1} U, as a gate lets it through where the cell has one there; zero without U."""
        return self._part("from_hidden")

    @property
    def bias(self) -> Array:
        """The sum of its biases: b."""
        return self._part("bias")

    def _part(self, name: str) -> Array:
        part = self.parts.get(name)
        return np.broadcast_to(self.dtype.type(0), self.shape) if part is None else part
