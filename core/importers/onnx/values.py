"""What a name in a graph stands for while the graph is read: what has become of the sequence.

A graph is no chain, but what it computes may be one. So each name is followed to what it holds:

    Const    numbers, or sizes that are known only when the graph runs
    Filled   one number over and over, such as the states that a layer starts from
    Flow     what a chain of stages gives
    Tips     what single recurrent layers give, before it is settled how they are put together: one
             or both directions, summed or side by side, every step or the last one
    Aside    what has no part in the chain: cell states that are handed out, further inputs

A Flow carries its stages along, so nothing is ever looked up backwards in the graph.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.importers.onnx.axes import ONE, PART, UNITS, Atom, Axes
from core.importers.onnx.proto import Node
from core.nodes import Direction, Layer, Part, Readout, Recurrent

Step = Literal["start", "end"]
"""A step of the text: its first or its last."""


@dataclass(frozen=True, eq=False)
class Const:
    """Numbers; whole ones may be `Size`s, in an array of objects."""

    array: Array


@dataclass(frozen=True, eq=False)
class Filled:
    """An array of any shape that holds one number."""

    number: float


@dataclass(frozen=True, eq=False)
class Aside:
    """`what` it is, for a message."""

    what: str


@dataclass(frozen=True, eq=False)
class Flow:
    """What `stages` give of the input called `source`.

    `axes` say what lies where. `step` is the one step of the text that has been taken of stages
    that give every step; `flipped` are the labels of axes that run backwards; `padded` whether
    the texts had lengths of their own, so that steps past them mean nothing.
    """

    stages: tuple[Part, ...]
    axes: Axes
    source: str
    step: Step | None = None
    flipped: frozenset[str] = frozenset()
    padded: bool = False

    @property
    def unrolls(self) -> bool:
        """Whether a recurrent layer is among its stages."""
        return any(isinstance(stage, Recurrent) for stage in self.stages)


@dataclass(frozen=True, eq=False)
class Tip:
    """A recurrent layer in one direction above `below`: every step of it, or one.

    `stage` is what the stage is to be called.
    """

    below: tuple[Part, ...]
    layer: Layer
    stage: str
    step: Step | None = None

    @property
    def last_read(self) -> Step:
        """The step that the layer reads last."""
        return last_read(self.layer.direction)


@dataclass(frozen=True, eq=False)
class Tips:
    """Layers beside each other: each axis `k` of `parts` is an atom `part<k>` in `axes`."""

    parts: NDArray[Any]
    axes: Axes
    source: str
    flipped: frozenset[str] = frozenset()
    padded: bool = False

    def with_parts(self, parts: NDArray[Any], axes: Axes) -> Tips:
        """Other parts, their atoms numbered anew; atoms of one part are let go."""
        sizes: list[list[int]] = [[] for _ in range(parts.ndim)]
        for group in axes:
            for atom in group:
                if atom.part is not None and isinstance(atom.size, int):
                    sizes[atom.part].append(atom.size)
        flat = [size for own in sizes for size in own]
        numbers = iter(range(len(flat)))
        at = {number: [next(numbers) for _ in own] for number, own in enumerate(sizes)}
        kept = [number for number, size in enumerate(flat) if size != 1]

        def renamed(atom: Atom) -> Atom:
            if atom.part is None:
                return atom
            number = at[atom.part].pop(0)
            if flat[number] == 1:
                return Atom(ONE, 1)
            return replace(atom, label=f"{PART}{kept.index(number)}")

        named = tuple(tuple(renamed(atom) for atom in group) for group in axes)
        return replace(self, parts=parts.reshape([flat[n] for n in kept]), axes=named)


Value = Const | Filled | Aside | Flow | Tips


def tips_of(tips: list[Tip]) -> NDArray[Any]:
    """The tips in an array of one axis."""
    parts = np.empty(len(tips), object)
    parts[:] = tips
    return parts


def last_read(direction: Direction) -> Step:
    """The step of the text that a layer reads last."""
    return "end" if direction == "forward" else "start"


def settled(value: Value | None, node: Node, *, handed_out: bool = False) -> Flow:
    """The value as a Flow: what `node` reads has to be what a chain of stages gives.

    What is `handed_out` at the end may have its two directions along an axis of their own.
    """
    if isinstance(value, Flow):
        return value
    if not isinstance(value, Tips):
        found = value.what if isinstance(value, Aside) else "numbers of the file"
        raise node.refuse(f"it reads {'nothing' if value is None else found}")
    tips: list[Tip] = list(value.parts.ravel())
    if value.parts.ndim > 1 or len(tips) > 2:
        raise node.refuse(f"it reads {len(tips)} recurrent layers at once")
    axes = value.axes
    if len(tips) == 2:
        axes = _without_parts(axes) if handed_out else _side_by_side(axes, node)
    flow = joined(tips, "concat", node, axes=axes, of=value)
    width = sum(tip.layer.units for tip in tips)
    named = tuple(
        tuple(Atom(UNITS, width) if atom.label == UNITS else atom for atom in group)
        for group in flow.axes
    )
    return replace(flow, axes=named)


def joined(tips: list[Tip], merge: str, node: Node, *, axes: Axes, of: Tips) -> Flow:
    """One or two layers as the last stage of a chain."""
    first = tips[0]
    name = first.stage
    steps: set[Step | None] = {tip.step for tip in tips}
    returns: Readout = "every"
    step: Step | None = None
    if all(tip.step == tip.last_read for tip in tips):
        returns = "last"
    elif len(steps) == 1:
        # Both directions at one step of the text: one of them has not read it to the end.
        (step,) = steps
    else:
        raise node.refuse("it reads one direction at another step than the one it reads last")
    if len(tips) == 1:
        stage = Recurrent(name, (replace(first.layer, name=name),), None, returns)
    else:
        other = tips[1]
        if described(first.below) != described(other.below):
            raise node.refuse("it reads two recurrent layers of different heights")
        if first.layer.direction == other.layer.direction:
            raise node.refuse("it reads two recurrent layers that read in one direction")
        layers = tuple(replace(tip.layer, name=f"{name}/{tip.layer.direction}") for tip in tips)
        stage = Recurrent(name, layers, merge, returns)
    return Flow((*first.below, stage), axes, of.source, step, of.flipped, of.padded)


def _side_by_side(axes: Axes, node: Node) -> Axes:
    """The axes of two layers whose units lie beside each other, as those of one."""
    for at, group in enumerate(axes):
        counted = [atom for atom in group if atom.size != 1 or atom.label == UNITS]
        for atom, inner in pairwise(counted):
            if atom.part is not None and inner.label == UNITS:
                kept = tuple(each for each in group if each is not atom)
                return (*axes[:at], kept, *axes[at + 1 :])
    raise node.refuse("it reads two directions that do not lie side by side")


def _without_parts(axes: Axes) -> Axes:
    return tuple(tuple(atom for atom in group if atom.part is None) for group in axes)


def described(stages: tuple[Part, ...]) -> list[tuple[str, str]]:
    """What tells one chain of a graph from another."""

    def way(stage: Part) -> str:
        if isinstance(stage, Recurrent):
            return stage.returns
        return str(getattr(stage, "activation", ""))

    return [(stage.name, way(stage)) for stage in stages]
