"""What a source of data is: a name, its options, and a function that prepares a `Dataset`.

Options are a frozen dataclass of plain JSON values, so that a run's configuration names all that
its data depend on. Bounds and choices are declared with the field (`whole`, `share`, a `Literal`),
checked in one place here, and readable by whoever draws a form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from core.training.dataset import Dataset
from core.training.errors import UnknownSetting, WrongSetting

Report = Callable[[str, float], None]
"""Called with what is being done and how far it is, from 0 to 1."""


@dataclass(frozen=True)
class Setting:
    """What a source is given beside its options.

    Attributes:
        seed: of whatever is drawn.
        validation: the share of the training examples to keep for validation.
        report: hears of progress.
        folder: against which relative paths in options are read.
    """

    seed: int
    validation: float
    report: Report
    folder: Path


@dataclass(frozen=True)
class Options:
    """Base of all options.

    Raises:
        WrongSetting: when a value has another type than its field, or lies outside its bounds.
    """

    def __post_init__(self) -> None:
        hints = get_type_hints(type(self))
        for each in fields(self):
            _check(each.name, getattr(self, each.name), hints[each.name], each.metadata)

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Options:
        """Options from plain data; what is not written keeps its default.

        Raises:
            UnknownSetting: for a name that is no option.
            WrongSetting: for a value that cannot be used, or a missing one that has no default.
        """
        known = [each.name for each in fields(cls)]
        for name in written:
            if name not in known:
                raise UnknownSetting(setting=_path(name), known=", ".join(known))
        return cls(**written)


@dataclass(frozen=True)
class Source:
    """Where data come from.

    Attributes:
        name: in code and in configurations.
        description: one English sentence: what is read, what is asked.
        citation: the paper or the origin.
        options: the type of its options.
        make: the dataset, without a validation part unless the source splits by itself.
    """

    name: str
    description: str
    citation: str
    options: type[Options]
    make: Callable[[Any, Setting], Dataset] = field(repr=False)


def whole(default: int | None, *, low: int, high: int) -> Any:
    """A field that holds a whole number within bounds (or None, where its type says so)."""
    return field(default=default, metadata={"low": low, "high": high})


def real(default: float, *, low: float, high: float) -> Any:
    """A field that holds a number within bounds."""
    return field(default=default, metadata={"low": low, "high": high})


def ordered(options: Options, *names: str) -> None:
    """Hold the named options to be in rising order, as a shortest and a longest length should be.

    Raises:
        WrongSetting: for the first that is below the one before it.
    """
    for lower, upper in pairwise(names):
        least, found = getattr(options, lower), getattr(options, upper)
        if found < least:
            expected = f"at least {least}, which is '{lower}'"
            raise WrongSetting(setting=_path(upper), found=found, expected=expected)


def at_least(options: Options, name: str, low: int) -> None:
    """Hold one option to a bound that follows from others.

    Raises:
        WrongSetting: when it is below.
    """
    found = getattr(options, name)
    if found < low:
        raise WrongSetting(setting=_path(name), found=found, expected=f"at least {low}")


def given(options: Options, name: str) -> None:
    """Hold a text option to be given.

    Raises:
        WrongSetting: when it is empty.
    """
    if not getattr(options, name):
        raise WrongSetting(setting=_path(name), found="empty", expected="given")


def either(options: Options, one: str, other: str) -> None:
    """Hold just one of two text options to be given.

    Raises:
        WrongSetting: when none is, or both are.
    """
    both = bool(getattr(options, one)), bool(getattr(options, other))
    if both[0] == both[1]:
        found = "given as well" if both[0] else "empty"
        expected = f"empty, or '{one}' empty" if both[0] else f"given, or '{one}' given"
        raise WrongSetting(setting=_path(other), found=found, expected=expected)


def _check(name: str, value: object, hint: Any, bounds: Mapping[str, Any]) -> None:
    choices = get_args(hint)
    if get_origin(hint) is not None and not any(isinstance(choice, type) for choice in choices):
        if value not in choices:
            _refuse(name, value, " or ".join(map(repr, choices)))
        return
    kinds = choices or (hint,)
    # True is an int to Python, and 3 is as good a real number as 3.0.
    accepted = (*kinds, int) if float in kinds else kinds
    if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in kinds):
        names = {NoneType: "None", int: "a whole number", float: "a number", str: "a text",
                 bool: "true or false"}  # fmt: skip
        _refuse(name, value, " or ".join(names.get(kind, kind.__name__) for kind in kinds))
    if bounds and isinstance(value, int | float) and not bounds["low"] <= value <= bounds["high"]:
        _refuse(name, value, f"from {bounds['low']:,} to {bounds['high']:,}")


def _refuse(name: str, value: object, expected: str) -> None:
    raise WrongSetting(setting=_path(name), found=repr(value), expected=expected)


def _path(name: str) -> str:
    return f"data.options.{name}"
