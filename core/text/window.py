"""A window over a text that is too long to show at once.

Nothing is cut silently: a window knows the whole, says where it stands in it, and moves. The model
reads what is in the window, from its initial state, as if the text began there: exact for the
window, and the page says so. The cost is that a dependence that crosses its edge is not seen. Not
chosen: to trace the whole and draw a part, which for ten million tokens would be gigabytes.

Places count tokens from 0; `stop` is the place after the last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from core.errors import OutOfRange

Item = TypeVar("Item")

MOST_TOKENS = 2_000
"""Tokens that are shown at once unless the user says otherwise."""


@dataclass(frozen=True)
class Window:
    """`length` tokens from `start` on, of a text of `total`; fewer where the text ends.

    Attributes:
        start: place of the first token shown.
        length: the most tokens to show.
        total: how many tokens the text has.

    Raises:
        OutOfRange: when the length is below 1 or the start outside the text.
    """

    start: int
    length: int
    total: int

    def __post_init__(self) -> None:
        if self.total < 0:
            raise OutOfRange(what="total", found=self.total, expected="0 or more")
        if self.length < 1:
            raise OutOfRange(what="length", found=self.length, expected="1 or more")
        last = max(self.total - 1, 0)
        if not 0 <= self.start <= last:
            raise OutOfRange(what="start", found=self.start, expected=f"from 0 to {last}")

    @classmethod
    def over(cls, *, total: int, length: int = MOST_TOKENS, near: int = 0) -> Window:
        """Return a full window with the place `near` in its middle, as far as the ends allow.

        Any `near` will do: one outside the text (an old link, a text made shorter) gives the
        nearest window there is.
        """
        return cls(0, length, total).at(near - length // 2)

    @property
    def stop(self) -> int:
        return min(self.start + self.length, self.total)

    @property
    def is_whole(self) -> bool:
        """Whether the text is shown from end to end."""
        return self.start == 0 and self.stop == self.total

    @property
    def last_start(self) -> int:
        """The furthest start from which a window is still full: the end of a slider."""
        return max(self.total - self.length, 0)

    @property
    def before(self) -> int:
        """How many tokens stand before the window, not shown."""
        return self.start

    @property
    def after(self) -> int:
        """How many tokens stand after the window, not shown."""
        return self.total - self.stop

    def at(self, start: int) -> Window:
        """Return the window moved to begin here, or as near to here as leaves it full."""
        return replace(self, start=min(max(start, 0), self.last_start))

    def moved(self, *, by: int) -> Window:
        """Return the window moved by some tokens, backward when negative, and never past an end."""
        return self.at(self.start + by)

    def all(self) -> tuple[Window, ...]:
        """Return windows of this length that cover the text side by side, the last one maybe short.

        Together they show every token exactly once.
        """
        starts = range(0, max(self.total, 1), self.length)
        return tuple(replace(self, start=start) for start in starts)

    def of(self, tokens: Sequence[Item]) -> Sequence[Item]:
        """Return the part of a sequence of `total` items that is in the window.

        Raises:
            OutOfRange: when the sequence has another length than the window was made for.
        """
        if len(tokens) != self.total:
            raise OutOfRange(what="the number of tokens", found=len(tokens), expected=self.total)
        return tokens[self.start : self.stop]
