"""A source of texts as plain data: what a request says, made a source again, in any process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from core.corpus.errors import WrongSource
from core.corpus.sources import Source, column, data_set, drawn, folder
from core.errors import UnknownName
from core.written import NotAsWritten, value_as

KINDS: Mapping[str, Callable[[Mapping[str, Any]], Source]] = {
    "folder": lambda spec: folder(spec["path"], most=spec.get("most")),
    "column": lambda spec: column(
        spec["path"], spec["column"], label=spec.get("label", ""), most=spec.get("most")
    ),
    "task": lambda spec: drawn(spec["name"], count=spec["count"], seed=spec.get("seed", 0)),
    "data": lambda spec: data_set(
        spec["source"],
        spec["options"],
        seed=spec.get("seed", 0),
        base=spec.get("base", "."),
        most=spec.get("most"),
        called=spec.get("name", ""),
    ),
}
"""The sources that plain data can name."""
_TYPES: Mapping[str, Any] = (
    dict.fromkeys(("path", "column", "label", "name", "source", "base"), str)
    | dict.fromkeys(("most", "count"), int | None)
    | {"seed": int, "options": Mapping[str, Any]}
)
_NEEDED = {
    "folder": ("path",),
    "column": ("path", "column"),
    "task": ("name", "count"),
    "data": ("source", "options"),
}


def source_from(described: Mapping[str, Any]) -> Source:
    """The source that plain data describe.

    Raises UnknownName, WrongSource, and what the source raises.
    """
    kind = str(described.get("kind"))
    if kind not in KINDS:
        raise UnknownName(kind="source", found=kind, known=", ".join(KINDS))
    try:
        given = {
            name: value_as(_TYPES[name], value, name=name)
            for name, value in described.items()
            if name in _TYPES
        }
        for name in _NEEDED[kind]:
            if given.get(name) is None:
                raise NotAsWritten(name, None)
        for name in ("most", "count"):
            if given.get(name) is not None and given[name] < 1:
                raise NotAsWritten(name, given[name])
    except NotAsWritten as error:
        raise WrongSource(why=str(error)) from error
    return KINDS[kind](given)
