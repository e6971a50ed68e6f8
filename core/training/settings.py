"""Settings, declared once: a typed field with bounds and a default, and its help in the docstring.

    @settings
    class Fit:
        \"\"\"How long.

Attributes:
            epochs: at most so many.
        \"\"\"

        epochs: int = setting(10, low=1, high=10_000)

From that follow the check of a value (pydantic's), its sentence when it is refused, the file, the
command line (`Declared.read`), and the form and its links (`dashboard.views.train.fields`).
Strictly typed: "3" is no number and 1 is not true. Not chosen: checks of our own, which were
written three times; and msgspec, whose errors say nothing of bounds but a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, asdict, dataclass, fields, is_dataclass
from functools import wraps
from inspect import getdoc
from types import NoneType, UnionType
from typing import (
    Any,
    ClassVar,
    Literal,
    TypeVar,
    Union,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

import pydantic

from core.errors import CoreError
from core.training.errors import UnknownSetting, WrongSetting

Kind = TypeVar("Kind")
_CONFIG = pydantic.ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
_SHOWN = 80
"""Characters of a wrong value that its sentence repeats."""


def setting(
    default: Any = MISSING,
    *,
    low: float | None = None,
    high: float | None = None,
    least: int | None = None,
    most: int | None = None,
) -> Any:
    """A field with bounds, both included; `least` and `most` are of how many values it has.

    Without a default it has to be given. The bounds of each of several values are declared with
    their type: `tuple[Annotated[int, setting(low=1, high=9)], ...]`.
    """
    default = ... if default is MISSING else default
    limits: dict[str, Any] = {"ge": low, "le": high, "min_length": least, "max_length": most}
    told = {"low": low, "high": high, "least": least, "most": most}
    known = {name: limit for name, limit in limits.items() if limit is not None}
    return pydantic.Field(default, **known, json_schema_extra=dict[str, Any](told))


@dataclass_transform(kw_only_default=True, frozen_default=True)
def settings(kind: type[Kind]) -> type[Kind]:
    """Makes a class one of settings: frozen, checked whenever one is made.

    Raises WrongSetting and UnknownSetting, which name the setting by its path.
    """
    made: Any = pydantic.dataclasses.dataclass(frozen=True, kw_only=True, config=_CONFIG)(kind)
    check: Callable[..., None] = made.__init__

    @wraps(check)
    def checked(self: object, **values: Any) -> None:
        try:
            check(self, **values)
        except pydantic.ValidationError as error:
            raise _refusal(type(self), error) from error

    made.__init__ = checked
    return cast("type[Kind]", made)


class Settings:
    """Base of all settings: plain data and back."""

    at: ClassVar[str] = ""
    """What stands before its names in a path."""
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def to_json(self) -> dict[str, Any]:
        """Plain data, keys in a fixed order."""
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def read(cls: type[Kind], written: object) -> Kind:
        """What `to_json` gave; what is not written keeps its default.

        Raises WrongSetting and UnknownSetting.
        """
        check: Any = cls.__pydantic_validator__  # type: ignore[attr-defined]
        try:
            return cast("Kind", check.validate_json(json.dumps(written)))
        except pydantic.ValidationError as error:
            raise _refusal(cls, error) from error


@dataclass(frozen=True)
class Declared:
    """One setting, as a form, a link or a command line needs to know it.

    Attributes:
        path: its name, with those of the tables around it.
        kind: of its value, or of each of its values: bool, int, float or str.
        default: what holds unless it is given; MISSING where it has to be.
        low: the smallest value, None without a bound.
        high: the largest.
        least: how many values it has to have, None for a single one.
        most: how many it may have.
        choices: what a text may be; () for anything.
        optional: whether it may be None.
        help: one English sentence.
    """

    path: str
    kind: type
    default: Any
    low: float | None
    high: float | None
    least: int | None
    most: int | None
    choices: tuple[str, ...]
    optional: bool
    help: str

    @property
    def expected(self) -> str:
        """What a value has to be, in words."""
        if self.choices:
            return " or ".join(map(repr, self.choices))
        names = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
        found = names[self.kind]
        if self.most is not None:
            found = f"{self.least or 0} to {self.most} of these: {found}{self._bounds(', ')}"
        return found + (" or None" if self.optional else "")

    @property
    def bounds(self) -> str:
        """Its bounds in words, "" without any."""
        return self._bounds("")

    def _bounds(self, before: str) -> str:
        return "" if self.low is None else f"{before}from {self.low:,} to {self.high:,}"

    def read(self, written: str) -> Any:
        """The value that a text says; the text itself where it says none, for others to refuse."""
        if self.most is not None:
            between = r"\s*\n\s*" if self.kind is str else r"[\s,;]+"
            return [self._single(part) for part in re.split(between, written.strip()) if part]
        return None if self.optional and written.lower() == "none" else self._single(written)

    def _single(self, written: str) -> Any:
        if self.kind is bool:
            return {"true": True, "false": False}.get(written.lower(), written)
        try:
            return self.kind(written)
        except ValueError:
            return written


def declared(kind: type[Any], at: str = "") -> dict[str, Declared]:
    """Every setting of a class by its path, those of the tables in it as well."""
    found: dict[str, Declared] = {}
    for name, hint in _hints(kind).items():
        path = f"{at or getattr(kind, 'at', '')}{name}"
        if isinstance(hint, type) and is_dataclass(hint):
            found |= declared(hint, f"{path}.")
        elif get_origin(hint) not in (dict, Mapping):
            found[path] = _declared(kind, name, hint, path)
    return found


def _declared(kind: type[Any], name: str, hint: Any, path: str) -> Declared:
    info = kind.__pydantic_fields__[name]
    extra = info.json_schema_extra or {}
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    [single] = [part for part in parts if part is not NoneType]
    several = get_origin(single) is tuple
    if several:
        single = get_args(single)[0]
        for inside in getattr(single, "__metadata__", ()):
            extra = extra | {name: inside.json_schema_extra[name] for name in ("low", "high")}
        single = getattr(single, "__origin__", single)
    choices = get_args(single) if get_origin(single) is Literal else ()
    return Declared(
        path=path,
        kind=str if choices else single,
        default=MISSING if info.is_required() else info.get_default(call_default_factory=True),
        low=extra.get("low"),
        high=extra.get("high"),
        least=extra.get("least"),
        most=extra.get("most"),
        choices=choices,
        optional=NoneType in parts,
        help=_helps(kind).get(name, ""),
    )


def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    return {each.name: hints[each.name] for each in fields(kind)}


def _helps(kind: type[Any]) -> dict[str, str]:
    """What the docstrings of a class and of its bases say of each attribute."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        _, _, listed = (getdoc(each) or "").partition("Attributes:\n")
        for name, words in re.findall(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", listed, re.MULTILINE):
            found[name] = " ".join(words.split())
    return found


def _refusal(kind: type[Any], error: pydantic.ValidationError) -> CoreError:
    """The first thing that is wrong, as a sentence."""
    first = error.errors(include_url=False)[0]
    own = first.get("ctx", {}).get("error")
    if isinstance(own, CoreError):  # of a `__post_init__`
        return own
    *_, (table, path) = _tables(kind, first["loc"])
    if first["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        return UnknownSetting(setting=path, known=", ".join(_hints(table)))
    if first["type"] in ("missing", "missing_argument", "missing_keyword_only_argument"):
        return WrongSetting(setting=path, found="missing", expected="given")
    found = repr(first["input"])
    found = found if len(found) <= _SHOWN else found[: _SHOWN - 1] + "…"
    known = declared(kind).get(path)
    expected = "a table of settings" if known is None else known.expected
    if known is not None and known.most is None and first["type"] in _OUT_OF_BOUNDS:
        expected = known.bounds
    return WrongSetting(setting=path or "config", found=found, expected=expected)


_OUT_OF_BOUNDS = {"greater_than_equal", "less_than_equal", "finite_number"}


def _tables(kind: type[Any], place: tuple[int | str, ...]) -> Iterator[tuple[type[Any], str]]:
    """The classes that a place leads through, each with the path so far."""
    table, path = kind, getattr(kind, "at", "")
    yield table, path.rstrip(".")
    for name in place:
        if not isinstance(name, str):
            return
        path += name
        yield table, path
        hint = _hints(table).get(name)
        if not (isinstance(hint, type) and is_dataclass(hint)):
            return
        table, path = hint, f"{path}."
