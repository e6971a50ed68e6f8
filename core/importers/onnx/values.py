"""What a name in a graph stands for while the graph is read.

    Const    numbers, or sizes that are known only when the graph runs
    Filled   one number over and over, such as the states that a layer starts from
    Flow     what a node of the model gives at one of its ports, or an input
    Tips     what single recurrent layers give, before it is settled how they are put together:
             side by side, stacked as PyTorch's states are, every step or the last one
    Aside    what has no part in the model: parts of inputs, masks of a Dropout
    Left     what cannot be read, and how far the model goes without it

The model's nodes stand in the Reading, in the order in which they were met.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import UnsupportedModel
from core.importers.onnx.axes import ONE, PART, Atom, Axes
from core.nodes import LAST, STATE, Direction, Layer, Port, port

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
    """`what` it is, for a message; `repeated` the numbers that are the same for each example."""

    what: str
    repeated: Array | None = None


@dataclass(frozen=True, eq=False)
class Flow:
    """What the model has at `port`; of the input called `source`, or of that among others.

    `axes` say what lies where. `step` is the one step of the text that has been taken of a port
    that has every one; `flipped` are the labels of axes that run backwards; `padded` whether
    the texts had lengths of their own, so that steps past them mean nothing. `bare` is an input
    as it comes; `unrolls` what a recurrent layer is part of.
    """

    port: Port
    axes: Axes
    source: str
    step: Step | None = None
    flipped: frozenset[str] = frozenset()
    padded: bool = False
    bare: bool = False
    unrolls: bool = False


@dataclass(frozen=True, eq=False)
class Tip:
    """A recurrent layer in one direction: every step of it, one, or a `state` after the last.

    `layer` is a node of the model by now; `stage` what it and others beside it are called.
    """

    layer: Layer
    stage: str
    step: Step | None = None
    state: str = ""

    @property
    def last_read(self) -> Step:
        """The step that the layer reads last."""
        return last_read(self.layer.direction)

    @property
    def pending(self) -> Step | None:
        """The step that is still to be taken: one that the layer does not read last."""
        return None if self.state or self.step == self.last_read else self.step

    @property
    def port(self) -> Port:
        """Where the model has it."""
        if self.state:
            return port(self.layer.name, port(STATE, self.state))
        return port(self.layer.name, LAST) if self.step == self.last_read else self.layer.name


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


@dataclass(frozen=True, eq=False)
class Left:
    """What comes of an operation that is refused; `before` is what it would have read."""

    refusal: UnsupportedModel
    before: tuple[Flow, ...]


Value = Const | Filled | Aside | Flow | Tips | Left


def tips_of(tips: list[Tip]) -> NDArray[Any]:
    """The tips in an array of one axis."""
    parts = np.empty(len(tips), object)
    parts[:] = tips
    return parts


def last_read(direction: Direction) -> Step:
    """The step of the text that a layer reads last."""
    return "end" if direction == "forward" else "start"
