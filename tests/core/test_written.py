"""What is read from a file is held to the types that were written."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

import pytest

from core.written import NotAsWritten, read_as


@dataclass(frozen=True)
class Part:
    """A part."""

    count: int
    share: float = 0.5


@dataclass(frozen=True)
class Whole:
    """One field of each kind."""

    name: str
    state: Literal["on", "off"]
    sure: bool
    part: Part
    parts: tuple[Part, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)
    best: int | None = None


GIVEN = Whole("a", "on", True, Part(3), (Part(1, 2.0),), {"x": 1.0}, 7)


def test_what_was_written_is_read():
    assert read_as(Whole, json.loads(json.dumps(asdict(GIVEN)))) == GIVEN


def test_what_is_not_named_has_its_default_and_what_is_not_known_is_left_out():
    written = {"name": "a", "state": "on", "sure": True, "part": {"count": 3}, "later": 1}
    assert read_as(Whole, written) == Whole("a", "on", True, Part(3))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("name", 5), ("name", None), ("state", "maybe"), ("state", ["on"]), ("sure", 1),
        ("part", None), ("part", []), ("part", {}), ("parts", {}), ("parts", [1]),
        ("parts", [{"count": 1.0}]), ("shares", {"x": "1"}), ("shares", {"x": math.nan}),
        ("shares", {"x": math.inf}), ("shares", {"x": 10**400}), ("shares", {"x": True}),
        ("shares", []), ("best", 1.0), ("best", 10**400), ("best", True), ("best", "1"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_by_its_name(path, value):
    with pytest.raises(NotAsWritten, match=f"'({path}|count|x)' is"):
        read_as(Whole, asdict(GIVEN) | {path: value})


@pytest.mark.parametrize("written", [None, [], "x", 5, {}, {"name": "a"}])
def test_what_is_no_such_thing_is_refused(written):
    with pytest.raises(NotAsWritten):
        read_as(Whole, written)
