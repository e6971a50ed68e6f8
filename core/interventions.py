"""Interventions: what to put in place of what a network would have computed, as data.

What if this gate had been shut, this unit dead, this state that of another text (an interchange:
Geiger, Lu, Icard & Potts 2021, "Causal abstractions of neural networks"), this token another one?
An `Intervention` says what, where and by what; it is a few names and numbers, which go to JSON and
back, and `core.record(…, interventions=[…])` applies a list of them in the order in which they
stand: where two meet, the later one has it. No cell knows of them (`cells/replacing.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from core.errors import CoreError

MEAN = "mean"
"""In place of a value: the mean of the same unit over the steps that count, unchanged."""
BEFORE = "before"
"""In place of a value: what the state was before the step, so that it is frozen."""
LARGEST = 1e30
"""A value lies below it, well within what float32 holds."""
TOKEN = "token"
"""The quantity of what is read at a step."""


class WrongIntervention(CoreError):
    """An intervention that says nothing that can be done."""

    message = "An intervention cannot be made as asked: {why}."


@dataclass(frozen=True, kw_only=True)
class Intervention:
    """One change of a run.

    `quantity` is a gate or a state of `layer` (by name or place among the model's recurrent
    layers), or "token". `units` and `steps` (time indices in the order of the text; negative ones
    count from its end) are all unless given. `value` is a number, "mean" or "before"; of a token,
    its text, its id, or its numbers. In place of a `value`, `source` is a second text, as the model
    reads one: what the quantity is there at the same steps, or at `source_steps`, one for each of
    `steps`, is put in place. Raises WrongIntervention.
    """

    quantity: str
    value: float | str | tuple[float, ...] | None = None
    layer: int | str = 0
    units: tuple[int, ...] | None = None
    steps: tuple[int, ...] | None = None
    source: str | tuple[Any, ...] | None = None
    source_steps: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("value", "units", "steps", "source", "source_steps"):
            object.__setattr__(self, name, _frozen(getattr(self, name)))
        names: tuple[Any, Any] = (self.quantity, self.layer)  # plain data may hold anything
        if not isinstance(names[0], str) or not isinstance(names[1], int | str):
            raise WrongIntervention(why="a quantity and a layer are called by name")
        for name in ("units", "steps", "source_steps"):
            places = getattr(self, name)
            whole = isinstance(places, tuple) and all(type(place) is int for place in places)
            if places is not None and not whole:
                raise WrongIntervention(why=f"{name} are whole numbers")
        if (self.value is None) == (self.source is None):
            raise WrongIntervention(why="it needs a value or a source, and not both")
        if self.quantity == TOKEN and (self.source is not None or self.steps is None):
            raise WrongIntervention(why="a token is changed at given steps, by a value")
        if self.quantity != TOKEN and not _is_value(self.value):
            raise WrongIntervention(why=f"{self.value!r} is neither a number nor mean nor before")
        if self.source_steps is not None and len(self.source_steps) != len(self.steps or ()):
            raise WrongIntervention(why="there are as many source_steps as steps")

    def to_json(self) -> dict[str, Any]:
        """Plain data, without what was not given."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _thawed(fact) for name, fact in given.items() if fact is not None}

    @classmethod
    def from_json(cls, written: object) -> Intervention:
        """What `to_json` gave. Raises WrongIntervention for anything else."""
        known = {field.name for field in fields(cls)}
        if not isinstance(written, Mapping) or not set(written) <= known:
            raise WrongIntervention(why=f"it is made of {', '.join(sorted(known))}")
        if "quantity" not in written:
            raise WrongIntervention(why="it does not say which quantity")
        return cls(**{str(name): fact for name, fact in written.items()})


def interventions_of(given: Iterable[Intervention | Mapping[str, Any]]) -> tuple[Intervention, ...]:
    """Interventions, some of which may be plain data. Raises WrongIntervention."""
    return tuple(
        one if isinstance(one, Intervention) else Intervention.from_json(one) for one in given
    )


def save_interventions(interventions: Sequence[Intervention]) -> str:
    """The list as a line of JSON."""
    return json.dumps([one.to_json() for one in interventions], ensure_ascii=False)


def load_interventions(written: str) -> tuple[Intervention, ...]:
    """The list that `save_interventions` wrote. Raises WrongIntervention for anything else."""
    try:
        found = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise WrongIntervention(why="it is not JSON") from error
    if not isinstance(found, list):
        raise WrongIntervention(why="it is not a list")
    return interventions_of(found)


def _is_value(value: object) -> bool:
    if value is None or isinstance(value, str):
        return value in (None, MEAN, BEFORE)
    return isinstance(value, int | float) and abs(value) < LARGEST


def _frozen(fact: Any) -> Any:
    if hasattr(fact, "tolist"):
        fact = fact.tolist()
    return tuple(map(_frozen, fact)) if isinstance(fact, list | tuple | range) else fact


def _thawed(fact: Any) -> Any:
    return list(map(_thawed, fact)) if isinstance(fact, tuple) else fact
