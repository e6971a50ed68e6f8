"""How a series was scaled before a model learned from it: by hand, or as a scaler's file says.

Each column is moved and stretched by itself, (x − shift) / spread, which is all that the scalers of
scikit-learn do: StandardScaler, MinMaxScaler, RobustScaler and MaxAbsScaler are read from JSON with
the names of their attributes. A pickled scaler would run what is in it; it is refused, with the
lines that write it as JSON. Not chosen: to guess a scaling from a model's weights.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from core.text.errors import NotAScaler, OtherScaler, PickledScaler

Numbers = NDArray[np.float64]

LINES = """import json, numpy

kept = {name: numpy.asarray(value).tolist() for name, value in vars(scaler).items()}
with open("scaler.json", "w") as file:
    json.dump(kept, file)
"""
"""What writes a fitted scaler as a file that `read_scaler` reads."""

_PICKLES = (b"\x80", b"\x78\x01", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b", b"BZ", b"\xfd7zXZ", b"ZF")
"""How pickles begin, and what joblib makes of them."""


@dataclass(frozen=True)
class Affine:
    """(x − shift) / spread."""

    shift: float = 0.0
    spread: float = 1.0

    def apply(self, values: Numbers) -> Numbers:
        """Scale."""
        return (values - self.shift) / self.spread

    def undo(self, values: Numbers) -> Numbers:
        """The values that scaling has made these of."""
        return values * self.spread + self.shift


@dataclass(frozen=True)
class Scaling:
    """What is done to which columns, by their names; the others stay as they are."""

    columns: Mapping[str, Affine] = field(default_factory=dict)

    def of(self, name: str) -> Affine:
        """What is done to a column."""
        return self.columns.get(name, Affine())

    def to_text(self) -> str:
        """The scaling as a line of JSON, "" for none."""
        if not self.columns:
            return ""
        return json.dumps({n: [c.shift, c.spread] for n, c in self.columns.items()})

    @classmethod
    def from_text(cls, text: str) -> Scaling:
        """The inverse of `to_text`. Raises NotAScaler."""
        try:
            read = json.loads(text) if text else {}
            columns = {name: _affine(*pair) for name, pair in read.items()}
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise NotAScaler(why="it is no list of columns with two numbers each") from error
        return cls(columns)

    @classmethod
    def standard(cls, columns: Mapping[str, Numbers]) -> Scaling:
        """Mean 0 and deviation 1, as StandardScaler; a column that never moves is moved alone."""
        return cls(
            {
                name: Affine(mean := float(c.mean()), _nonzero(float(c.std()), beside=mean))
                for name, c in columns.items()
            }
        )

    @classmethod
    def least_and_greatest(cls, columns: Mapping[str, Numbers]) -> Scaling:
        """From 0 to 1, as MinMaxScaler; a column that never moves is moved alone."""
        return cls(
            {n: Affine(float(c.min()), _nonzero(float(np.ptp(c)))) for n, c in columns.items()}
        )


def read_scaler(data: bytes, *, columns: Sequence[str]) -> Scaling:
    """The scaling that a scaler's attributes in JSON say, for columns in the order of the model's.

    With `feature_names_in_` the columns are found by their names; else there have to be as many
    as the scaler knows.

    Raises PickledScaler, NotAScaler for what is none, OtherScaler for a setting that would change
    the numbers and is not read.
    """
    if data.startswith(_PICKLES):
        raise PickledScaler
    try:
        said = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotAScaler(why="it is no JSON") from error
    if not isinstance(said, dict):
        raise NotAScaler(why="it is no object with the attributes of a scaler")
    if said.get("clip"):
        raise OtherScaler(setting="clip")
    shifts, spreads = _affine_of(said)
    names = said.get("feature_names_in_")
    if names is None:
        if len(shifts) != len(columns):
            why = f"it scales {len(shifts)} columns, and {len(columns)} are read"
            raise NotAScaler(why=why)
        names = list(columns)
    if not isinstance(names, list) or len(names) != len(shifts):
        raise NotAScaler(why="feature_names_in_ does not name its columns")
    known = {str(n): _affine(a, b) for n, a, b in zip(names, shifts, spreads, strict=True)}
    if not set(known) & set(columns):
        raise NotAScaler(why=f"it knows none of the columns {', '.join(columns)}")
    return Scaling({name: known[name] for name in columns if name in known})


def _affine_of(said: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    """Shift and spread of each column, by whichever attributes there are."""
    if "data_min_" in said and "data_max_" in said:
        low, high = _lists(said, "data_min_", "data_max_")
        bounds = _list(said, "feature_range") if "feature_range" in said else [0.0, 1.0]
        if len(bounds) != 2 or bounds[0] >= bounds[1]:
            raise NotAScaler(why="feature_range is no range")
        width = bounds[1] - bounds[0]
        spans = [_nonzero(b - a) / width for a, b in zip(low, high, strict=True)]
        return [a - bounds[0] * span for a, span in zip(low, spans, strict=True)], spans
    if "min_" in said:
        # x · scale_ + min_
        moved, scales = _lists(said, "min_", "scale_")
        if 0.0 in scales:
            raise NotAScaler(why="scale_ has a zero")
        return [-a / b for a, b in zip(moved, scales, strict=True)], [1 / b for b in scales]
    if "max_abs_" in said:
        spreads = [_nonzero(most) for most in _list(said, "max_abs_")]
        return [0.0] * len(spreads), spreads
    middle = "center_" if "center_" in said else "mean_"
    # StandardScaler keeps what it was told not to use, and says None for what it has not.
    use_middle = said.get("with_mean", True) and said.get("with_centering", True)
    use_scale = said.get("with_std", True) and said.get("with_scaling", True)
    shifts = _list(said, middle) if said.get(middle) is not None else []
    spreads = _list(said, "scale_") if said.get("scale_") is not None else []
    if not shifts and not spreads:
        raise NotAScaler(why="it has neither mean_ and scale_ nor data_min_ and data_max_")
    if shifts and spreads and len(shifts) != len(spreads):
        raise NotAScaler(why=f"{middle} and scale_ are of different length")
    none, one = [0.0] * len(shifts or spreads), [1.0] * len(shifts or spreads)
    return (shifts or none) if use_middle else none, (spreads or one) if use_scale else one


def _lists(said: Mapping[str, Any], *names: str) -> tuple[list[float], list[float]]:
    one, other = (_list(said, name) for name in names)
    if len(one) != len(other):
        raise NotAScaler(why=f"{' and '.join(names)} are of different length")
    return one, other


def _list(said: Mapping[str, Any], name: str) -> list[float]:
    found = said.get(name)
    if not isinstance(found, list) or not all(_is_finite(each) for each in found):
        raise NotAScaler(why=f"{name} is no list of numbers")
    return [float(each) for each in found]


def _affine(shift: object, spread: object) -> Affine:
    if not _is_finite(shift) or not _is_finite(spread) or spread == 0:
        raise NotAScaler(why=f"a column is divided by {spread!r:.20}")
    return Affine(float(shift), float(spread))


def _is_finite(value: object) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value)


def _nonzero(spread: float, *, beside: float = 1.0) -> float:
    # As scikit-learn, which also lets what is left of rounding count as no spread at all.
    return spread if abs(spread) > 10 * np.finfo(np.float64).eps * abs(beside) else 1.0
