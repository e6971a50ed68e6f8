"""A text as a model reads it: tokens, ids, and what pads it to a length."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

PADDING_ID, UNKNOWN_ID = 0, 1
PADDING, UNKNOWN = "<pad>", "<unk>"


@dataclass(frozen=True, eq=False)
class Encoded:
    """A text as a model reads it.

    Attributes:
        tokens: as the user wrote them, (time,) of them.
        ids: int64 (time,).
        known: bool (time,), false where the token is not in the vocabulary.
    """

    tokens: tuple[str, ...]
    ids: NDArray[np.int64]
    known: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.tokens)

    @property
    def inputs(self) -> NDArray[Any]:
        """What a model is given: a batch of one."""
        return self.ids[None]

    def part(self, start: int, stop: int) -> Self:
        """The tokens from `start` up to `stop`."""
        seen = slice(start, stop)
        return replace(self, tokens=self.tokens[seen], ids=self.ids[seen], known=self.known[seen])

    def fitted(self, length: int) -> Encoded:
        """Cut, or filled up with padding at the end, to `length` tokens, as Keras does it."""
        missing = max(0, length - len(self))
        return Encoded(
            (*self.tokens[:length], *(PADDING,) * missing),
            np.pad(self.ids[:length], (0, missing), constant_values=PADDING_ID),
            np.pad(self.known[:length], (0, missing), constant_values=True),
        )
