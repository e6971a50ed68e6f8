"""The table in which token ids are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from core.activations import Array
from core.errors import ShapeMismatch, UnsupportedModel
from core.nodes.base import Back, Contribution, Node, NodeTrace
from core.nodes.flow import MAIN, Flow, Spec, both


@dataclass(frozen=True, eq=False)
class Embedding(Node):
    """Token ids to features: row `id` of `weights` (vocabulary, features).

    With `mask_zero`, id 0 is padding: every later layer skips those steps.
    """

    weights: Array
    mask_zero: bool = False

    kind: ClassVar[str] = "embedding"
    title: ClassVar[str] = "Embedding"
    needed: ClassVar[tuple[str, ...]] = ("weights",)
    settings: ClassVar[tuple[str, ...]] = ("mask_zero",)

    def __post_init__(self) -> None:
        if self.weights.ndim != 2:
            expected = "(vocabulary, features)"
            raise ShapeMismatch(what=self.name, found=self.weights.shape, expected=expected)

    @property
    def outputs(self) -> int:
        """The number of features."""
        return self.weights.shape[1]

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """Features where there were ids."""
        if read[0].features is not None:
            raise UnsupportedModel(what="An embedding above another layer", why="it reads ids")
        return {MAIN: replace(read[0], features=self.outputs)}

    def run(self, *read: Flow) -> NodeTrace:
        """x_t = weights[id_t]."""
        (ids,) = read
        mask = both(ids.imposed, ids.values != 0) if self.mask_zero else ids.mask
        return self.trace(read, replace(ids, values=self.weights[ids.values], mask=mask))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """To the rows that were looked up; nothing to the ids."""
        d, ids = self.arrived(gradients, run), run.inputs
        total = np.zeros_like(self.weights)
        np.add.at(total, ids, d)  # x_t = weights[id_t]

        def each() -> Array:
            steps = ids.shape[1]
            rows = np.zeros((steps, *self.weights.shape), self.weights.dtype)
            np.add.at(rows, (np.arange(steps)[None, :], ids), d)
            return rows

        table = Contribution(total, each, once=False)
        return Back((None,), self.contributions(weights=table), {"outputs": d})
