"""What was read from a file of ours, held to the types that it was written with.

JSON from another version, or that somebody mended by hand, may have any value in any place: a text
for a count, NaN for seconds, a number that no float holds. The dataclass that was written says what
belongs where, so it is also what is read by. Not chosen: a library of schemas, which would say
every type a second time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

MOST = 2**53
"""Whole numbers up to which a float holds each."""
_SHOWN = 80
T = TypeVar("T")


class NotAsWritten(ValueError):
    """A value that cannot stand where it does. Callers say it in words of their own."""

    def __init__(self, name: str, value: object) -> None:
        said = repr(value)
        shown = said if len(said) <= _SHOWN else f"{said[: _SHOWN - 1]}…"
        why = f"'{name}' is {shown}"
        super().__init__(why)


def read_as(kind: type[T], written: object, *, name: str = "") -> T:
    """The dataclass that JSON was written from; names that it does not know are left out.

    Lists become tuples. A name that is not there has its default. Raises NotAsWritten.
    """
    if not isinstance(written, Mapping):
        raise NotAsWritten(name or kind.__name__, written)
    hints, found = _hints(kind), {}  # type: ignore[arg-type]  # a class is hashable
    for each in fields(kind):  # type: ignore[arg-type]  # T is a dataclass
        if each.name in written:
            found[each.name] = value_as(hints[each.name], written[each.name], name=each.name)
        elif each.default is MISSING and each.default_factory is MISSING:
            raise NotAsWritten(each.name, None)
    return kind(**found)


def value_as(kind: Any, value: object, *, name: str) -> Any:
    """A value of JSON as one of a type: of a field of a dataclass, say. Raises NotAsWritten."""
    inner = get_args(kind)
    match get_origin(kind) or kind:
        case origin if origin is Union or origin is UnionType:
            for each in inner:
                try:
                    return value_as(each, value, name=name)
                except NotAsWritten:
                    continue
        case origin if origin is Literal:
            if isinstance(value, str) and value in inner:
                return value
        case origin if origin in (Sequence, tuple, list):
            if isinstance(value, list | tuple):
                return tuple(value_as(inner[0], each, name=name) for each in value)
        case origin if origin in (Mapping, dict):
            if isinstance(value, Mapping):
                return {key: value_as(inner[1], each, name=name) for key, each in value.items()}
        case origin if isinstance(origin, type) and is_dataclass(origin):
            return read_as(origin, value, name=name)
        case origin if _fits(origin, value):
            return value
    raise NotAsWritten(name, value)


def _fits(kind: object, value: object) -> bool:
    """Whether a plain value is of a type; true and false are no numbers."""
    if kind is float:
        return (type(value) is float and math.isfinite(value)) or _fits(int, value)
    if kind is int:
        return type(value) is int and abs(value) <= MOST
    return kind is Any or type(value) is kind


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)
