"""Several flows made one: side by side, or number by number.

What the two directions of a bidirectional layer are joined by, and what branches of a model meet
in. As in Keras, a step is skipped where all that are merged skip it, and nowhere if one of them
has no mask.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import ClassVar

import numpy as np

from core.activations import Array
from core.errors import ShapeMismatch, UnsupportedModel
from core.nodes.base import Back, Node, NodeTrace
from core.nodes.flow import MAIN, Flow, Mask, Spec


class Merge(Node):
    """A node that makes one flow of two or more, of the same steps."""

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """The steps that all have."""
        if len(read) < 2:
            raise UnsupportedModel(what=f"{self.name} of one thing", why="it merges two or more")
        for spec in read:
            self.check_features(spec)
        if len({spec.steps for spec in read}) > 1:
            why = "one has steps and another is one vector"
            raise UnsupportedModel(what=f"{self.name} of these", why=why)
        widths = tuple(spec.features or 0 for spec in read)
        lengths = [spec.length for spec in read if spec.length is not None]
        if len(set(lengths)) > 1:
            raise ShapeMismatch(what=self.name, found=tuple(lengths), expected="one length")
        return {MAIN: Spec(self.merged(widths), read[0].steps, lengths[0] if lengths else None)}

    def merged(self, widths: tuple[int, ...]) -> int:
        """The number of features of what it gives, from those of what it reads."""
        if len(set(widths)) > 1:
            expected = (widths[0],) * len(widths)
            raise ShapeMismatch(what=self.name, found=widths, expected=expected)
        return widths[0]

    @abstractmethod
    def joined(self, arrays: Sequence[Array]) -> Array:
        """What it makes of the values."""

    @abstractmethod
    def parted(self, d: Array, arrays: Sequence[Array]) -> Sequence[Array]:
        """∂loss/∂ of each of them, from ∂loss/∂ of what it made."""

    def run(self, *read: Flow) -> NodeTrace:
        """One flow; a step is skipped where it is in all of them."""
        mask = _of_all(read)
        imposed = None if mask is None else read[0].imposed
        values = self.joined([flow.values for flow in read])
        return self.trace(read, replace(read[0], values=values, mask=mask, imposed=imposed))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """To each of what was merged."""
        d = self.arrived(gradients, run)
        return Back(tuple(self.parted(d, [flow.values for flow in run.read])))


def _of_all(read: Sequence[Flow]) -> Mask | None:
    """Where any counts; None where one of them has no mask."""
    masks = [flow.mask for flow in read if flow.mask is not None]
    return reduce(np.logical_or, masks) if len(masks) == len(read) else None


@dataclass(frozen=True, eq=False)
class Concatenate(Merge):
    """The features of all, side by side."""

    kind: ClassVar[str] = "concatenate"
    title: ClassVar[str] = "Concatenate"

    def merged(self, widths: tuple[int, ...]) -> int:
        """The sum."""
        return sum(widths)

    def joined(self, arrays: Sequence[Array]) -> Array:
        """Side by side."""
        return np.concatenate(arrays, axis=-1)

    def parted(self, d: Array, arrays: Sequence[Array]) -> Sequence[Array]:
        """Each gets its own features."""
        edges = np.cumsum([array.shape[-1] for array in arrays])[:-1]
        return np.split(d, edges, axis=-1)


@dataclass(frozen=True, eq=False)
class Add(Merge):
    """The sum, number by number."""

    kind: ClassVar[str] = "add"
    title: ClassVar[str] = "Add"

    def joined(self, arrays: Sequence[Array]) -> Array:
        """Added up."""
        return reduce(np.add, arrays)

    def parted(self, d: Array, arrays: Sequence[Array]) -> Sequence[Array]:
        """The same for each."""
        return [d] * len(arrays)


@dataclass(frozen=True, eq=False)
class Average(Merge):
    """The mean, number by number."""

    kind: ClassVar[str] = "average"
    title: ClassVar[str] = "Average"

    def joined(self, arrays: Sequence[Array]) -> Array:
        """Added up and divided."""
        return reduce(np.add, arrays) / len(arrays)

    def parted(self, d: Array, arrays: Sequence[Array]) -> Sequence[Array]:
        """An equal share for each."""
        return [d / len(arrays)] * len(arrays)


@dataclass(frozen=True, eq=False)
class Multiply(Merge):
    """The product, number by number; a factor whose step is skipped is left out, as in Keras."""

    kind: ClassVar[str] = "multiply"
    title: ClassVar[str] = "Multiply"

    def joined(self, arrays: Sequence[Array]) -> Array:
        """Multiplied."""
        return reduce(np.multiply, arrays)

    def parted(self, d: Array, arrays: Sequence[Array]) -> Sequence[Array]:
        """For each, times the product of the others."""
        return [
            reduce(np.multiply, [other for k, other in enumerate(arrays) if k != at], d)
            for at in range(len(arrays))
        ]

    def run(self, *read: Flow) -> NodeTrace:
        """One flow; zero where all are skipped."""
        done = super().run(*[flow.giving(_or_one(flow)) for flow in read])
        return self.trace(read, done.gave[MAIN].giving(_or_zero(done.outputs, _of_all(read))))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """To each factor that counts."""
        d = _or_zero(self.arrived(gradients, run), _of_all(run.read))
        parts = self.parted(d, [_or_one(flow) for flow in run.read])
        return Back(tuple(map(_or_zero, parts, (flow.mask for flow in run.read))))


def _or_one(flow: Flow) -> Array:
    """The values, and one at steps to skip."""
    if flow.mask is None:
        return flow.values
    return np.where(flow.mask[..., None], flow.values, 1).astype(flow.values.dtype)


def _or_zero(values: Array, mask: Mask | None) -> Array:
    """The values, and zero at steps to skip."""
    return values if mask is None else np.where(mask[..., None], values, 0).astype(values.dtype)
