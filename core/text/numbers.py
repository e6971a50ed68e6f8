"""Typed input of models that read no words: token ids, or the numbers of each step.

"3 17 204" is three ids; a line "0.5, 1" is one step of two features. Where a step has one feature,
line breaks part numbers like blanks do. The result is an `Encoded`, so that whoever shows a text
shows these too: an id is named by itself, a step by its number.

Decimal commas are not read, because commas part the columns of a table. Not chosen: NumPy's
`loadtxt`, which cannot say in a sentence what is wrong and where.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import EmptyText, TokenOutOfRange
from core.text.encoded import Encoded
from core.text.errors import NotAnId, NotANumber, TooManyCharacters, WrongWidth
from core.text.tokens import MOST_CHARACTERS
from core.text.visible import visible

_APART = re.compile(r"[\s,;]+")
_CELLS = re.compile(r"\s*[,;\t]\s*|\s+")
_ID = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SHOWN = 40


@dataclass(frozen=True, eq=False)
class Measured(Encoded):
    """Steps of numbers: `values` (time, features); the tokens are the numbers of the steps.

    Its `ids` count the steps from 0, and no model is given them.
    """

    values: NDArray[np.float64]

    @property
    def inputs(self) -> NDArray[Any]:
        """What a model is given: a batch of one, (1, time, features)."""
        return self.values[None]

    def part(self, start: int, stop: int) -> Self:
        """The steps from `start` up to `stop`."""
        return replace(super().part(start, stop), values=self.values[start:stop])


def read_ids(text: str, *, rows: int, limit: int = MOST_CHARACTERS) -> Encoded:
    """Token ids parted by blanks, commas or line breaks, each below `rows`.

    Raises EmptyText, TooManyCharacters, NotAnId, and TokenOutOfRange.
    """
    tokens = _parts(text, _APART, limit)
    for place, token in enumerate(tokens, start=1):
        if not _ID.fullmatch(token):
            raise NotAnId(found=_shown(token), place=place)
    ids = np.array([int(token) for token in tokens], np.int64)
    outside = ids[ids >= rows]
    if outside.size:
        raise TokenOutOfRange(found=int(outside[0]), highest=rows - 1)
    return Encoded(tuple(map(str, ids)), ids, np.ones(len(ids), np.bool_))


def read_numbers(text: str, *, features: int, limit: int = MOST_CHARACTERS) -> Measured:
    """One line a step, with `features` numbers each; with one feature, any number is a step.

    Raises EmptyText, TooManyCharacters, NotANumber, and WrongWidth.
    """
    if features == 1:
        rows = [(token,) for token in _parts(text, _APART, limit)]
    else:
        lines = _parts(text, re.compile(r"\s*\n\s*"), limit)
        rows = [tuple(filter(None, _CELLS.split(line.strip(" \t,;")))) for line in lines]
    for row, cells in enumerate(rows, start=1):
        for place, cell in enumerate(cells, start=1):
            # An infinity would come out of '1e999' as well.
            if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
                raise NotANumber(found=_shown(cell), row=row, place=place, features=features)
        if len(cells) != features:
            raise WrongWidth(row=row, found=len(cells), expected=features)
    values = np.array([[float(cell) for cell in cells] for cells in rows])
    steps = np.arange(len(values))
    names = tuple(str(step + 1) for step in steps)
    return Measured(names, steps, np.ones(len(values), np.bool_), values)


def _parts(text: str, between: re.Pattern[str], limit: int) -> list[str]:
    if len(text) > limit:
        raise TooManyCharacters(found=len(text), limit=limit)
    parts = [part for part in between.split(text.strip()) if part]
    if not parts:
        raise EmptyText
    return parts


def _shown(token: str) -> str:
    return visible(token[:_SHOWN])
