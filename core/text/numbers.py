"""Typed input of models that read no words: token ids, or the numbers of each step.

"3 17 204" is three ids; a line "0.5, 1" is one step of two features. Where a step has one feature,
line breaks part numbers like blanks do. A first line of names makes it a table with named columns.
The result is an `Encoded`, so that whoever shows a text shows these too: an id is named by itself,
a step by its number.

Decimal commas are not read, because commas part the columns of a table. Not chosen: NumPy's
`loadtxt`, which cannot say in a sentence what is wrong and where.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.errors import EmptyText, TokenOutOfRange
from core.text.encoded import Encoded
from core.text.errors import NotAnId, NotANumber, TooManyCharacters, WrongWidth
from core.text.scaling import Scaling
from core.text.tokens import MOST_CHARACTERS
from core.text.visible import visible

_APART = re.compile(r"[\s,;]+")
_CELLS = re.compile(r"\s*[,;\t]\s*|\s+")
_ID = re.compile(r"[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_LINES = re.compile(r"\s*\n\s*")
_NAMED_CELLS = re.compile(r"[,;\t]")
_MISSING = {"nan", "na", "n/a", "null", "none", "inf", "-inf", "+inf", "infinity"}
_MARKED = re.compile(r"(->|→|@)\s*(.+)")
_SHOWN = 40

TARGET, STEPS = "→", "@"
"""What stands before the names of columns that are predicted, and of the one of steps' names."""


@dataclass(frozen=True, eq=False)
class Measured(Encoded):
    """Steps of numbers: `values` (time, features); the tokens are what the steps are called.

    Its `ids` count the steps from 0, and no model is given them. `names` are those of the features.
    `targets` (time, …) are columns that stand beside and are not read, `target_names` theirs.
    `unscaled` are the values before they were scaled, None where they were not.
    """

    values: NDArray[np.float64]
    names: tuple[str, ...] = ()
    targets: NDArray[np.float64] | None = None
    target_names: tuple[str, ...] = ()
    unscaled: NDArray[np.float64] | None = None

    @property
    def inputs(self) -> NDArray[Any]:
        """What a model is given: a batch of one, (1, time, features)."""
        return self.values[None]

    @property
    def columns(self) -> dict[str, NDArray[np.float64]]:
        """Every column by its name, as it was given, (time,): the features, then the targets."""
        given = self.values if self.unscaled is None else self.unscaled
        named = dict(zip(self.names, given.T, strict=True))
        beside = () if self.targets is None else self.targets.T
        return named | dict(zip(self.target_names, beside, strict=True))

    def part(self, start: int, stop: int) -> Self:
        """The steps from `start` up to `stop`."""
        seen = slice(start, stop)
        return replace(
            super().part(start, stop),
            values=self.values[seen],
            targets=None if self.targets is None else self.targets[seen],
            unscaled=None if self.unscaled is None else self.unscaled[seen],
        )

    def scaled(self, scaling: Scaling) -> Self:
        """The same with the features scaled, by their names; others stay as they are."""
        if not any(name in scaling.columns for name in self.names):
            return self
        values = np.stack(
            [
                scaling.of(name).apply(column)
                for name, column in zip(self.names, self.values.T, strict=True)
            ],
            axis=-1,
        )
        return replace(self, values=values, unscaled=self.values)


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

    A first line of names alone names the columns; there "→ y" or "-> y" is a column that the model
    is to predict and does not read, and "@ day" one that says what each step is called. Below a
    line of names, cells are parted by commas, semicolons or tabs alone.

    Raises EmptyText, TooManyCharacters, NotANumber, and WrongWidth.
    """
    if len(text) > limit:
        raise TooManyCharacters(found=len(text), limit=limit)
    first, _, rest = text.strip().partition("\n")
    names = tuple(cell.strip() for cell in _NAMED_CELLS.split(first.strip().rstrip(",;")))
    if rest and all(map(_is_name, names)):
        return _of_columns(rest, _roles(names), features=features)
    if features == 1:
        rows = [(token,) for token in _parts(text, _APART, limit)]
    else:
        lines = _parts(text, _LINES, limit)
        rows = [tuple(filter(None, _CELLS.split(line.strip(" \t,;")))) for line in lines]
    for row, cells in enumerate(rows, start=1):
        for place, cell in enumerate(cells, start=1):
            _check_number(cell, row=row, place=place, features=features)
        if len(cells) != features:
            raise WrongWidth(row=row, found=len(cells), expected=features)
    values = np.array([[float(cell) for cell in cells] for cells in rows])
    steps = np.arange(len(values))
    tokens = tuple(str(step + 1) for step in steps)
    names = tuple(str(place + 1) for place in range(features))
    return Measured(tokens, steps, np.ones(len(values), np.bool_), values, names)


def header(
    *, features: Sequence[str], targets: Sequence[str] = (), steps: str | None = None
) -> str:
    """The line of names above columns in the order steps, features, targets.

    What would not be read as a name again is put in other signs.
    """
    marked = [] if steps is None else [f"{STEPS} {_tame(steps)}"]
    marked += [_tame(name) for name in features]
    return ", ".join([*marked, *(f"{TARGET} {_tame(name)}" for name in targets)])


def _tame(name: str) -> str:
    plain = " ".join(re.sub(r"[,;\t\n\r]", " ", name).split())
    plain = re.sub(r"^(?:->|→|@|\s)+", "", plain) or "#"
    return plain if _is_name(plain) else f"#{plain}"


def _is_name(cell: str) -> bool:
    letters = any(sign.isalpha() or sign == "#" for sign in cell)
    return letters and cell.lower() not in _MISSING and not _NUMBER.fullmatch(cell)


def _roles(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """What each column is for, "step", "target" or "feature", and its name."""
    roles = []
    for name in names:
        found = _MARKED.fullmatch(name)
        mark = "" if found is None else found[1]
        role = {"": "feature", STEPS: "step"}.get(mark, "target")
        roles.append((role, name if found is None else found[2]))
    return roles


def _of_columns(text: str, roles: list[tuple[str, str]], *, features: int) -> Measured:
    read = sum(role == "feature" for role, _ in roles)
    if read != features:
        raise WrongWidth(row=1, found=read, expected=features)
    numbers, tokens = [], []
    for row, line in enumerate(filter(None, _LINES.split(text.strip())), start=2):
        cells = [cell.strip() for cell in _NAMED_CELLS.split(line)]
        if len(cells) != len(roles):
            raise WrongWidth(row=row, found=len(cells), expected=len(roles))
        token = str(row - 1)
        for place, (cell, (role, _)) in enumerate(zip(cells, roles, strict=True), start=1):
            if role == "step":
                token = cell or token
            else:
                _check_number(cell, row=row, place=place, features=len(roles))
        tokens.append(token)
        numbers.append(
            [float(c) for c, (role, _) in zip(cells, roles, strict=True) if role != "step"]
        )
    kinds = [(role, name) for role, name in roles if role != "step"]
    table = np.array(numbers)
    reads = np.array([role == "feature" for role, _ in kinds])
    return Measured(
        tuple(tokens),
        np.arange(len(table)),
        np.ones(len(table), np.bool_),
        table[:, reads],
        tuple(name for role, name in kinds if role == "feature"),
        table[:, ~reads],
        tuple(name for role, name in kinds if role == "target"),
    )


def _check_number(cell: str, *, row: int, place: int, features: int) -> None:
    # An infinity would come out of '1e999' as well.
    if not _NUMBER.fullmatch(cell) or not math.isfinite(float(cell)):
        raise NotANumber(found=_shown(cell), row=row, place=place, features=features)


def _parts(text: str, between: re.Pattern[str], limit: int) -> list[str]:
    if len(text) > limit:
        raise TooManyCharacters(found=len(text), limit=limit)
    parts = [part for part in between.split(text.strip()) if part]
    if not parts:
        raise EmptyText
    return parts


def _shown(token: str) -> str:
    return visible(token[:_SHOWN])
