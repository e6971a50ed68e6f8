"""The same numbers in another shape: reshaped, steps and features exchanged, or step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import prod
from typing import Any, ClassVar, Self

import numpy as np

from core.activations import Array
from core.errors import OutOfRange, UnsupportedModel, WrongInputs
from core.nodes.base import Activated, Back, Contribution, Node, NodeTrace
from core.nodes.flow import MAIN, PREACTIVATIONS, Flow, Spec


@dataclass(frozen=True, eq=False)
class Reshape(Node):
    """The numbers of each text as `shape`: (steps, features), or (features,) for one vector.

    One of them may be −1: what is left. A mask ends here, as in Keras.
    """

    shape: tuple[int, ...]

    kind: ClassVar[str] = "reshape"
    title: ClassVar[str] = "Reshape"
    settings: ClassVar[tuple[str, ...]] = ("shape",)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))
        if len(self.shape) not in (1, 2):
            why = "it makes neither a sequence nor one vector"
            raise UnsupportedModel(what=f"{self.name} to {self.shape}", why=why)
        if self.shape.count(-1) > 1 or any(size < 1 and size != -1 for size in self.shape):
            expected = "sizes of at least 1, one of them perhaps -1"
            raise OutOfRange(what=f"shape of {self.name}", found=self.shape, expected=expected)

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """The shape, as far as it is known before a text is."""
        spec = self.check_features(read[0])
        shape = list(self.shape)
        if -1 in shape and (not spec.steps or spec.length is not None):
            numbers = (spec.features or 0) * (spec.length or 1)
            shape[shape.index(-1)] = numbers // -prod(shape)
        if shape[-1] == -1:
            why = "how many features it gives depends on the length of the text"
            raise UnsupportedModel(what=self.name, why=why)
        if len(shape) == 1:
            return {MAIN: Spec(shape[0], steps=False)}
        return {MAIN: Spec(shape[1], length=None if shape[0] == -1 else shape[0])}

    def run(self, *read: Flow) -> NodeTrace:
        """Reshaped. Raises WrongInputs for a text of another length than it can take."""
        x = read[0].values
        known = prod(size for size in self.shape if size != -1)
        numbers = x[0].size
        if numbers % known or (-1 not in self.shape and numbers != known):
            expected = f"texts whose numbers {self.name} can make {self.shape} of"
            raise WrongInputs(expected=expected, found=f"{x.shape[1]} steps")
        y = x.reshape(len(x), *self.shape)
        return self.trace(read, Flow(y, clock=None if y.ndim == 2 else self.name))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """Each number where it came from."""
        return Back((self.arrived(gradients, run).reshape(run.inputs.shape),))


@dataclass(frozen=True, eq=False)
class Permute(Node):
    """Steps as features and features as steps: texts of one length alone."""

    kind: ClassVar[str] = "permute"
    title: ClassVar[str] = "Permute"

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """Exchanged."""
        spec = self.check_steps(self.check_features(read[0]))
        if spec.length is None:
            why = "how many features it gives depends on the length of the text"
            raise UnsupportedModel(what=self.name, why=why)
        return {MAIN: Spec(spec.length, length=spec.features)}

    def run(self, *read: Flow) -> NodeTrace:
        """Exchanged."""
        return self.trace(read, Flow(read[0].values.swapaxes(1, 2), clock=self.name))

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """Exchanged again."""
        return Back((self.arrived(gradients, run).swapaxes(1, 2),))


@dataclass(frozen=True, eq=False)
class TimeDistributed(Activated):
    """Each step by itself through `inner`, a node that reads one vector; it has the same name."""

    inner: Node

    kind: ClassVar[str] = "time_distributed"
    title: ClassVar[str] = "TimeDistributed"
    settings: ClassVar[tuple[str, ...]] = ("inner",)

    def __post_init__(self) -> None:
        if self.inner.name != self.name:
            object.__setattr__(self, "inner", replace(self.inner, name=self.name))

    @property
    def activation(self) -> str:  # type: ignore[override]  # read off the inner node
        """The activation of the inner node; linear where it has none."""
        return self.inner.activation if isinstance(self.inner, Activated) else "linear"

    @property
    def features(self) -> int | None:
        """The number of inputs at each step."""
        return self.inner.features

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """What the inner node makes of one step, at every step."""
        spec = self.check_steps(self.check_features(read[0]))
        one = self.inner.spec(replace(spec, steps=False, length=None))[MAIN]
        if one.steps:
            why = f"{self.inner.title} makes a sequence of each step"
            raise UnsupportedModel(what=self.name, why=why)
        return {MAIN: replace(spec, features=one.features)}

    def run(self, *read: Flow) -> NodeTrace:
        """Every step as a text of its own."""
        x = read[0].values
        done = self.inner.run(Flow(x.reshape(-1, x.shape[2])))

        def by_step(array: Array) -> Array:
            return array.reshape(*x.shape[:2], -1)

        recorded = {name: by_step(array) for name, array in done.recorded.items()}
        return self.trace(read, read[0].giving(by_step(done.outputs)), recorded=recorded)

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """Every step by itself; the weights' gradients are sums over them."""
        whole = self._back(gradients, run, slice(None))

        def each(name: str) -> Array:
            steps = range(run.inputs.shape[1])
            parts = (self._back(gradients, run, slice(at, at + 1)) for at in steps)
            return np.stack([part.parameters[name].total for part in parts])

        parameters = {
            name: Contribution(part.total, partial(each, name), once=False)
            for name, part in whole.parameters.items()
        }
        (d,) = whole.inputs
        assert d is not None
        return Back((d.reshape(run.inputs.shape),), parameters, whole.arrays)

    def _back(self, gradients: Mapping[str, Array], run: NodeTrace, steps: slice) -> Back:
        def flat(array: Array) -> Array:
            part = array[:, steps]
            return part.reshape(-1, part.shape[2])

        given = {of: flat(gradients[of]) for of in (MAIN, PREACTIVATIONS) if of in gradients}
        return self.inner.back(given, self.inner.run(Flow(flat(run.inputs))))

    def parameters(self) -> dict[str, Array]:
        """Those of the inner node."""
        return self.inner.parameters()

    def with_parameters(self, values: Mapping[str, Array]) -> Self:
        """The same node with other weights; names not in `values` stay."""
        return replace(self, inner=self.inner.with_parameters(values))

    def resized(self, features: int | None) -> Self:
        """The inner node for another number of features."""
        return replace(self, inner=self.inner.resized(features))

    def described(self) -> dict[str, Any]:
        """With the inner node."""
        return super().described() | {"inner": self.inner.described()}
