"""A text as a model reads it: tokens, ids, and what pads it to a length."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

Padding = Literal["before", "after", "none"]
PADDINGS: tuple[Padding, ...] = get_args(Padding)
PADDING_ID, UNKNOWN_ID = 0, 1
PADDING, UNKNOWN = "<pad>", "<unk>"
START, END = "⊢", "⊣"
"""Tokens of what a decoder writes: what it reads first, and what it writes last.

One character each, of no script and no punctuation: no text has them, and no fold drops them.
"""


@dataclass(frozen=True, eq=False)
class Encoded:
    """A text as a model reads it.

    Attributes:
        tokens: as the user wrote them, (time,) of them.
        ids: int64 (time,).
        known: bool (time,), false where the token is not in the vocabulary.
        left_out: how many tokens of the text were cut off to fit a length.
    """

    tokens: tuple[str, ...]
    ids: NDArray[np.int64]
    known: NDArray[np.bool_]
    left_out: int = field(default=0, kw_only=True)

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

    def fitted(self, length: int, *, padding: Padding = "after") -> Encoded:
        """Cut, or filled up with padding, to `length` tokens; as it is with "none".

        The padding stands "before" the text or "after" it, and a longer text is cut at the same
        side: before, the last tokens are kept, as Keras's `pad_sequences` does unless told
        otherwise; after, the first, as TextVectorization does.
        """
        if padding == "none":
            return self
        missing = max(0, length - len(self))
        if padding == "before":
            kept, around = self.part(max(0, len(self) - length), len(self)), (missing, 0)
        else:
            kept, around = self.part(0, length), (0, missing)
        front, back = ((PADDING,) * count for count in around)
        return Encoded(
            (*front, *kept.tokens, *back),
            np.pad(kept.ids, around, constant_values=PADDING_ID),
            np.pad(kept.known, around, constant_values=True),
            left_out=self.left_out + len(self) - len(kept),
        )
