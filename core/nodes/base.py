"""Node: a part of a model, which says what it does to what it reads, and back.

A model is a graph of nodes; a chain is the graph in which each reads the node before it. What
passes between them is a `Flow`: values, which steps of them count, and whose steps they are. A
node gives a flow at each of its ports, and reads others' ports by name: `encoder` is what a node
called encoder hands on at every step, `encoder.last` what it hands on at the step read last. `run`
records what a node did, `back` reads what was recorded.

    read ─▶ run ─▶ NodeTrace: what it gave at each port, what it recorded by name, with axes
    ∂loss/∂ports ─▶ back ─▶ Back: ∂loss/∂ of each thing read, and of the weights

Weights are fields, named in `needed` and `optional`, and everything else that makes a node up in
`settings`; files, digests and counts follow from these. Not chosen: a node for dropout and its
like, which do nothing once a model is trained; positions in place of names, which a graph would
make a riddle.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np

from core.activations import Array
from core.errors import ShapeMismatch, UnsupportedModel
from core.nodes.flow import MAIN, PREACTIVATIONS, Flow, Mask, Port, Spec


@dataclass(frozen=True, eq=False)
class NodeTrace:
    """What one node did.

    `read` are the flows it read, in order; `gave` those that it gave, by port; `recorded` further
    arrays by name with `recorded_axes` beside them, such as "weights" with ("batch", "query",
    "key") for an attention.
    """

    name: str
    read: tuple[Flow, ...]
    gave: Mapping[str, Flow]
    recorded: Mapping[str, Array] = field(default_factory=dict)
    recorded_axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def inputs(self) -> Array:
        """The values that it read, first of all."""
        return self.read[0].values

    @property
    def outputs(self) -> Array:
        """The values that it hands on."""
        return self.gave[MAIN].values

    @property
    def mask(self) -> Mask | None:
        """Which steps of `inputs` count, (batch, time); None where all do."""
        return self.read[0].mask

    @property
    def before_activation(self) -> Array | None:
        """What went into its activation, None where there is none."""
        return self.recorded.get(PREACTIVATIONS)

    @cached_property
    def arrays(self) -> Mapping[str, Array]:
        """Everything that it recorded, by name: "inputs", "outputs", and what it has besides."""
        return {"inputs": self.inputs, "outputs": self.outputs, **self.recorded}

    @cached_property
    def axes(self) -> Mapping[str, tuple[str, ...]]:
        """The axes of each of `arrays`, such as ("batch", "time", "features")."""
        known = {"inputs": self.read[0].axes, "outputs": self.gave[MAIN].axes}
        same = dict.fromkeys(self.recorded, self.gave[MAIN].axes)
        return known | same | dict(self.recorded_axes)


@dataclass(frozen=True, eq=False)
class Contribution:
    """The gradient of one weight: its `total`, and what `each` step adds to it.

    `each()` is (steps, …), in the order of the text; one step, where `once`: the weight was used
    on a vector, when the text had ended.
    """

    total: Array
    each: Callable[[], Array]
    once: bool

    @classmethod
    def of_product(cls, x: Array, d: Array) -> Contribution:
        """For z = x W: `x` (batch, time, features) or (batch, features), `d` = ∂loss/∂z."""
        total = x.reshape(-1, x.shape[-1]).T @ d.reshape(-1, d.shape[-1])
        rows = _by_step(x), _by_step(d)
        return cls(total, lambda: np.matmul(rows[0].transpose(0, 2, 1), rows[1]), x.ndim == 2)

    @classmethod
    def of_sum(cls, d: Array) -> Contribution:
        """For what is added or multiplied in place: `d` is its share at every position."""
        rows = _by_step(d)
        return cls(rows.sum(axis=(0, 1)), lambda: rows.sum(axis=1), d.ndim == 2)


def _by_step(array: Array) -> Array:
    """(batch, time, …) as (time, batch, …); one vector as one step."""
    return array[None] if array.ndim == 2 else array.swapaxes(0, 1)


@dataclass(frozen=True, eq=False)
class Back:
    """∂loss/∂ of each thing that a node read, in order, and of its weights by their full names.

    An entry of `inputs` is None where nothing flows back: token ids. `arrays` are ∂loss/∂ of what
    the node recorded, by the same names, as far as it tells.
    """

    inputs: tuple[Array | None, ...]
    parameters: Mapping[str, Contribution] = field(default_factory=dict)
    arrays: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Node(ABC):
    """A part of a model, without a loop unless it says so.

    `reads` names the ports that it reads; () is what the node before hands on.
    """

    name: str
    reads: tuple[Port, ...] = field(default=(), kw_only=True)

    kind: ClassVar[str]
    title: ClassVar[str]
    """What it is called, which is also the name of Keras's layer."""
    needed: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    settings: ClassVar[tuple[str, ...]] = ()

    @property
    def hands_on(self) -> Port:
        """The port that a node after this one reads when it names none."""
        return self.name

    @property
    def features(self) -> int | None:
        """The number of inputs at each step; None where any will do."""
        return None

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """What it gives at each port, from what it reads.

        Raises ShapeMismatch and UnsupportedModel where it cannot read that.
        """
        return {MAIN: self.check_features(read[0])}

    @abstractmethod
    def run(self, *read: Flow) -> NodeTrace:
        """What it makes of what it reads."""

    @abstractmethod
    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """From ∂loss/∂ of what it gave, by port, what `run` had read and what its weights did.

        A port that is missing has no gradient. `truncate` is for nodes with a loop in time.
        """

    def parameters(self) -> dict[str, Array]:
        """Every weight array by its full name."""
        named = {f"{self.name}/{w}": getattr(self, w) for w in (*self.needed, *self.optional)}
        return {name: array for name, array in named.items() if array is not None}

    def with_parameters(self, values: Mapping[str, Array]) -> Self:
        """The same node with other weights; names not in `values` stay."""
        prefix = f"{self.name}/"
        changed: dict[str, Any] = {
            name.removeprefix(prefix): np.asarray(values[name])
            for name in self.parameters()
            if name in values
        }
        return replace(self, **changed)

    def resized(self, features: int | None) -> Self:
        """The same node for another number of features, its weights zero where they must change.

        For counting: no memory is taken. Raises UnsupportedModel where the number is fixed.
        """
        if self.features in (None, features):
            return self
        what = f"{self.name} on {features} features"
        raise UnsupportedModel(what=what, why=f"it reads {self.features}")

    def described(self) -> dict[str, Any]:
        """Everything about the node but its weights, as plain data for JSON."""
        settings = {name: getattr(self, name) for name in self.settings}
        reads = {"reads": list(self.reads)} if self.reads else {}
        return {"kind": self.kind, "name": self.name, **reads, **settings}

    @classmethod
    def restore(cls, described: Mapping[str, Any], weights: Mapping[str, Array]) -> Self:
        """The inverse of `described`, with weights by full name.

        Raises KeyError where something is missing, and what the node itself raises.
        """
        name = described["name"]
        values: dict[str, Any] = {setting: described[setting] for setting in cls.settings}
        values |= {array: weights[f"{name}/{array}"] for array in cls.needed}
        values |= {array: weights.get(f"{name}/{array}") for array in cls.optional}
        return cls(name, reads=tuple(described.get("reads", ())), **values)

    def trace(
        self,
        read: tuple[Flow, ...],
        flow: Flow,
        *,
        recorded: Mapping[str, Array] | None = None,
        axes: Mapping[str, tuple[str, ...]] | None = None,
    ) -> NodeTrace:
        """The trace of a node with one port, and what it recorded besides."""
        return NodeTrace(self.name, read, {MAIN: flow}, recorded or {}, axes or {})

    def arrived(self, gradients: Mapping[str, Array], run: NodeTrace) -> Array:
        """∂loss/∂ of what it hands on; zero where nothing depends on it."""
        if MAIN in gradients:
            return gradients[MAIN]
        return np.zeros_like(run.outputs)

    def contributions(self, **parts: Contribution | None) -> dict[str, Contribution]:
        """Gradients of weights by their full names; None is left out."""
        return {f"{self.name}/{w}": part for w, part in parts.items() if part is not None}

    def check_features(self, spec: Spec) -> Spec:
        """Raises ShapeMismatch where its weights are made for another number of features."""
        if spec.features is None:
            raise UnsupportedModel(what=f"{self.name} on token ids", why="it reads numbers")
        if self.features not in (None, spec.features):
            first = next(iter(self.parameters()))
            expected = f"({spec.features}, …): what the node before gives"
            raise ShapeMismatch(what=first, found=f"({self.features}, …)", expected=expected)
        return spec

    def check_steps(self, spec: Spec) -> Spec:
        """Raises UnsupportedModel for one vector, where the node reads a sequence."""
        if not spec.steps:
            why = f"{spec.of} hands on one vector, and it reads a sequence"
            raise UnsupportedModel(what=f"{self.name} above {spec.of}", why=why)
        return spec


class Activated(Node):
    """A node whose last step is an activation, so that a loss can be measured before it.

    Its gradients may come at PREACTIVATIONS too.
    """

    activation: str
