"""Input: where what is read enters a model that says so itself, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from core.activations import Array
from core.errors import OutOfRange
from core.nodes.base import Back, Node, NodeTrace
from core.nodes.flow import MAIN, Flow, Spec


@dataclass(frozen=True, eq=False)
class Input(Node):
    """One thing that a model reads, called `name`.

    `width` is the number of features at each step, None for token ids; `length` the number of
    steps where only so many will do; with `vector`, it is one vector and has no steps. A chain
    with one input needs none of these: what its first node reads is called "input".
    """

    width: int | None = None
    length: int | None = None
    vector: bool = False

    kind: ClassVar[str] = "input"
    title: ClassVar[str] = "Input"
    settings: ClassVar[tuple[str, ...]] = ("width", "length", "vector")

    def __post_init__(self) -> None:
        for what, number in (("width", self.width), ("length", self.length)):
            if number is not None and number < 1:
                named = f"{what} of {self.name}"
                raise OutOfRange(what=named, found=number, expected="at least 1")

    def spec(self, *read: Spec) -> Mapping[str, Spec]:
        """What it says."""
        return {MAIN: Spec(self.width, steps=not self.vector, length=self.length)}

    def run(self, *read: Flow) -> NodeTrace:
        """What is given, as it is."""
        return self.trace(read, read[0])

    def back(
        self, gradients: Mapping[str, Array], run: NodeTrace, *, truncate: int | None = None
    ) -> Back:
        """To what is given; nothing to token ids."""
        if self.width is None:
            return Back((None,))
        return Back((self.arrived(gradients, run),))
