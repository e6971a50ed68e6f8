"""Fewer steps, or more: poolings over windows, steps repeated, a vector repeated in time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from core.activations import Array
from core.errors import OutOfRange, UnsupportedModel
from core.nodes.base import Back, Node, NodeTrace
from core.nodes.checks import check_name
from core.nodes.flow import MAIN, Flow, Spec
from core.nodes.windows import Windows


def _check_at_least_one(node: Node, *names: str) -> None:
    for name in names:
        if getattr(node, name) < 1:
            what, number = f"{name} of {node.name}", getattr(node, name)
            raise OutOfRange(what=what, found=number, expected="at least 1")


@dataclass(frozen=True, eq=False)
class _Pooling1D(Node):
    size: int
    stride: int
    padding: str = "valid"

    settings: ClassVar[tuple[str, ...]] = ("size", "stride", "padding")

    def __post_init__(self) -> None:
        check_name("padding", self.padding, ("valid", "same"))
        _check_at_least_one(self, "size", "stride")

    @property
    def windows(self) -> Windows:
        """Which steps each step out is made of."""
        return Windows(self.name, self.size, self.stride, 1, self.padding)

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """As many features at fewer steps."""
        spec = self.check_steps(self.check_features(read[0]))
        return {MAIN: Spec(spec.features, length=self.windows.length(spec.length))}

    def gathered(self, x: Array, *, filled: float) -> Array:
        """Every window, (batch, steps out, size, features), `filled` where it is past the text."""
        padded, windows = self.windows.padded(x, filled=filled), self.windows
        taps = [padded[:, windows.steps(tap, x.shape[1])] for tap in range(self.size)]
        return np.stack(taps, axis=2)

    @abstractmethod
    def pooled(self, x: Array) -> Array:
        """What it makes of each window, (batch, steps out, features)."""

    @abstractmethod
    def shares(self, x: Array) -> Array:
        """∂y/∂ of each number of each window, (batch or 1, steps out, size, features or 1)."""

    def run(self, *read: Flow) -> NodeTrace:
        """One step a window. As in Keras, masked steps count like others, and the mask ends."""
        return self.trace(read, self.windows.flow(read[0], self.pooled(read[0].values)))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """To the steps of each window, by their shares."""
        x, windows = run.inputs, self.windows
        d = self.arrived(gradients, run)[:, :, None] * self.shares(x)
        d_padded = np.zeros_like(windows.padded(x, filled=0))
        for tap in range(self.size):
            d_padded[:, windows.steps(tap, x.shape[1])] += d[:, :, tap]
        return Back((windows.unpadded(d_padded, x.shape[1]),))


@dataclass(frozen=True, eq=False)
class MaxPooling1D(_Pooling1D):
    """The greatest of each feature in each window of `size` steps, one every `stride`."""

    kind: ClassVar[str] = "max_pooling"
    title: ClassVar[str] = "MaxPooling1D"

    def pooled(self, x: Array) -> Array:
        """The greatest."""
        return self.gathered(x, filled=-np.inf).max(axis=2)

    def shares(self, x: Array) -> Array:
        """All to the first of the greatest."""
        first = self.gathered(x, filled=-np.inf).argmax(axis=2)[:, :, None]
        return (np.arange(self.size)[:, None] == first).astype(x.dtype)


@dataclass(frozen=True, eq=False)
class AveragePooling1D(_Pooling1D):
    """The mean of each feature in each window; padding does not count."""

    kind: ClassVar[str] = "average_pooling"
    title: ClassVar[str] = "AveragePooling1D"

    def pooled(self, x: Array) -> Array:
        """The mean over the steps of the text."""
        return (self.gathered(x, filled=0) * self.shares(x)).sum(axis=2)

    def shares(self, x: Array) -> Array:
        """Equal parts for the steps of the text."""
        there = self.gathered(np.ones((1, x.shape[1], 1), x.dtype), filled=0)
        return there / there.sum(axis=2, keepdims=True)


@dataclass(frozen=True, eq=False)
class UpSampling1D(Node):
    """Each step `size` times."""

    size: int

    kind: ClassVar[str] = "up_sampling"
    title: ClassVar[str] = "UpSampling1D"
    settings: ClassVar[tuple[str, ...]] = ("size",)

    def __post_init__(self) -> None:
        _check_at_least_one(self, "size")

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """As many features at more steps."""
        spec = self.check_steps(self.check_features(read[0]))
        return {MAIN: Spec(spec.features, length=spec.length and spec.length * self.size)}

    def run(self, *read: Flow) -> NodeTrace:
        """Repeated."""
        clock = read[0].clock if self.size == 1 else self.name
        return self.trace(read, Flow(read[0].values.repeat(self.size, axis=1), clock=clock))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """The sum over the copies."""
        d = self.arrived(gradients, run)
        batch, time, features = run.inputs.shape
        return Back((d.reshape(batch, time, self.size, features).sum(axis=2),))


@dataclass(frozen=True, eq=False)
class RepeatVector(Node):
    """A vector as a sequence of `steps` times the same: what a decoder without input reads."""

    steps: int

    kind: ClassVar[str] = "repeat_vector"
    title: ClassVar[str] = "RepeatVector"
    settings: ClassVar[tuple[str, ...]] = ("steps",)

    def __post_init__(self) -> None:
        _check_at_least_one(self, "steps")

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """So many steps."""
        spec = self.check_features(read[0])
        if spec.steps:
            why = f"{spec.of} hands on a sequence, and it reads one vector"
            raise UnsupportedModel(what=f"{self.name} above {spec.of}", why=why)
        return {MAIN: Spec(spec.features, length=self.steps)}

    def run(self, *read: Flow) -> NodeTrace:
        """Repeated; its steps are its own."""
        repeated: Any = np.repeat(read[0].values[:, None], self.steps, axis=1)
        return self.trace(read, Flow(repeated, clock=self.name))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """The sum over the steps."""
        return Back((self.arrived(gradients, run).sum(axis=1),))


@dataclass(frozen=True, eq=False)
class RepeatAlong(Node):
    """A vector at every step of a sequence: it reads the vector, and then the sequence.

    What lets a decoder see the encoder's last state at each of its own steps ("peeky").
    """

    kind: ClassVar[str] = "repeat_along"
    title: ClassVar[str] = "RepeatAlong"

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """The vector's features at the sequence's steps."""
        if len(read) != 2:
            what = f"{self.name} of {len(read)} things"
            raise UnsupportedModel(what=what, why="it reads a vector and a sequence")
        vector, sequence = read
        self.check_features(vector)
        if vector.steps:
            why = f"{vector.of} hands on a sequence, and it reads one vector"
            raise UnsupportedModel(what=f"{self.name} above {vector.of}", why=why)
        self.check_steps(sequence)
        return {MAIN: replace(sequence, features=vector.features)}

    def run(self, *read: Flow) -> NodeTrace:
        """Repeated; of the sequence it takes its steps and its mask."""
        vector, sequence = read
        time = sequence.values.shape[1]
        return self.trace(read, sequence.giving(np.repeat(vector.values[:, None], time, axis=1)))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """The sum over the steps, to the vector alone."""
        return Back((self.arrived(gradients, run).sum(axis=1), None))
