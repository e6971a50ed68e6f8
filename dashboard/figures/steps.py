"""The axis of steps that pictures share: one place for each token, named by it.

Steps are shown counting from 1, as t does in equations (h₀ is the initial state); units keep the
index that they have in arrays. Tokens repeat, so each place is called by its token with the step's
number as a subscript: a category axis then thins its labels to the room there is, refines them
under zoom, and hover names the token. Not chosen: numbers with chosen tick labels, which overlap
on narrow screens and know no token between two ticks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import ShapeMismatch
from dashboard.figures.markup import MOST_CHARACTERS, plain

FIRST = 1
"""The number that is shown for the step at index 0."""
FEW = 40
"""Steps up to which the axis of a picture that is about their number names them by their tokens."""


@dataclass(frozen=True)
class Steps:
    """The places on the axis, in order; each stands for `block` steps.

    `tokens` are the texts shown, as the user wrote them but made visible; None for plain numbers.
    The axis of more than `most` steps has numbers all the same: names would be a band beneath it.
    """

    count: int
    tokens: tuple[str, ...] | None = None
    block: int = 1
    most: int | None = None

    @classmethod
    def of(
        cls, time: int, tokens: Sequence[str] | None, *, block: int = 1, most: int | None = None
    ) -> Steps:
        """Return the axis of `time` steps. Raises ShapeMismatch for another number of tokens."""
        if tokens is not None and len(tokens) != time:
            raise ShapeMismatch(what="tokens", found=(len(tokens),), expected=(time,))
        return cls(time, None if tokens is None else tuple(tokens), block, most)

    @property
    def named(self) -> bool:
        """Whether the axis calls each place by its token."""
        return self.tokens is not None and (self.most is None or self.count <= self.most)

    @property
    def places(self) -> list[str] | list[float]:
        """What series have as x."""
        starts = range(0, self.count, self.block)
        if not self.named:
            middle = (self.block - 1) / 2 if self.block > 1 else 0
            return [FIRST + start + middle for start in starts]
        return [f"{self._token(start)}<sub>{self._numbers(start)}</sub>" for start in starts]

    def position(self, step: float) -> float:
        """Return where a step index, or a point between two, lies on the axis; for shapes."""
        if not self.named:
            return FIRST + step
        return (step + 0.5) / self.block - 0.5

    def axis(self, words: Mapping[str, str], *, title: bool = True) -> dict[str, Any]:
        """Return the settings of the x axis."""
        end = -(-self.count // self.block) * self.block
        edges = [self.position(-0.5), self.position(end - 0.5)]
        axis: dict[str, Any] = {"range": edges, "showgrid": False, "zeroline": False}
        if not self.named:
            return axis | {"title": {"text": words["step"] if title else None}}
        return axis | {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": self.places,
            "autotickangles": [0, -45, -90],
        }

    def columns(
        self, words: Mapping[str, str], *, units: Sequence[int] | None = None
    ) -> dict[str, Any]:
        """Return the first columns of a table: a row for each step, or for each step and unit."""
        rows = 1 if units is None else len(units)
        columns = {words["step"]: np.repeat(np.arange(self.count) + FIRST, rows)}
        if self.tokens is not None:
            columns[words["token"]] = np.repeat(np.asarray(self.tokens, dtype=object), rows)
        if units is not None:
            columns[words["unit"]] = np.tile(units, self.count)
        return columns

    def _token(self, start: int) -> str:
        assert self.tokens is not None
        shown = plain(self.tokens[start], most=MOST_CHARACTERS)
        return shown if self.block == 1 else f"{shown} …"

    def _numbers(self, start: int) -> str:
        end = min(start + self.block, self.count)
        return f"{FIRST + start}" if end - start == 1 else f"{FIRST + start}–{FIRST + end - 1}"


def spans(places: Sequence[int]) -> list[tuple[int, int]]:
    """Return runs of neighbouring numbers as (first, last)."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
