"""Where the model comes from: a bundled task, an untrained network, a run, a file.

A value of `state.TASK` names an origin: the name of a task, "untrained", or a kind and an id, as
"run:<id>". `origin` turns it into an object that answers what every page asks: a model for a text,
a label, texts to begin with, and which cells there are to choose from. A new kind is one class with
the members of `Origin`, its word in KINDS, and its ids in `dashboard.choices.origins`.
Not chosen: asking in each widget what kind it is, which a second kind would make a habit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from core import data
from core.model import Model
from dashboard import cache, i18n, state
from dashboard.i18n import labels, t
from dashboard.origins.run import OfRun
from dashboard.origins.upload import OfModel


class Origin(Protocol):
    """What pages ask of where a model comes from."""

    @property
    def label(self) -> str:
        """What it is called in lists."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells that it has a model of, in the order of `state.CELLS`."""

    @property
    def picks_cell(self) -> bool:
        """Whether the reader chooses one of them; else the origin says which it is."""

    def model(self, text: str, *, cell: str | None = None) -> Model:
        """Return the model that reads a text; with `cell`, its sibling. Raises CoreError."""

    def samples(self) -> tuple[str, ...]:
        """Return texts to begin with, at least one, in the reader's language where there are."""

    def is_sample(self, text: str) -> bool:
        """Whether a text belongs to it, in whatever language, and goes when another is chosen."""


@dataclass(frozen=True)
class OfTask:
    """The models that ship with the project, one of each cell, trained on a task."""

    name: str
    picks_cell: bool = True

    @property
    def label(self) -> str:
        """The task in the reader's language."""
        return labels("reading", "task")[self.name]

    @property
    def cells(self) -> tuple[str, ...]:
        """All three."""
        return state.CELLS

    def model(self, text: str, *, cell: str | None = None) -> Model:
        """Return the model of a cell; it knows its own tokens, whatever the text is."""
        del text
        return cache.bundled(f"{self.name}-{cell or state.get(state.CELL)}")

    def samples(self) -> tuple[str, ...]:
        """Return the task's own."""
        return task_samples(self.name)

    def is_sample(self, text: str) -> bool:
        """Whether it is one of the task's."""
        return text in data.TASKS[self.name].samples


@dataclass(frozen=True)
class Untrained:
    """Weights drawn from a seed, with the settings that the reader chose."""

    picks_cell: bool = True

    @property
    def label(self) -> str:
        """That it has learned nothing."""
        return t("reading.task.untrained")

    @property
    def cells(self) -> tuple[str, ...]:
        """All three."""
        return state.CELLS

    def model(self, text: str, *, cell: str | None = None, **own: Any) -> Model:
        """Return a model that knows the tokens of the text; `own` settings overrule the chosen."""
        split: Any = state.get(state.SPLIT)
        cell = cell or state.get(state.CELL)
        return cache.untrained(cell, words=text, split=split, **settings() | own)

    def samples(self) -> tuple[str, ...]:
        """Return those of the task that the pages begin with."""
        return task_samples(state.TASK.default)

    def is_sample(self, text: str) -> bool:
        """Whether it is one of those."""
        return text in data.TASKS[state.TASK.default].samples


KINDS: dict[str, Callable[[str], Origin]] = {state.RUN: OfRun.named, state.MODEL: OfModel.named}
"""By the word that their values begin with; each is given the id behind it."""


def origin(task: str | None = None) -> Origin:
    """Return what a value of `state.TASK` stands for; the chosen one unless a value is given."""
    task = state.get(state.TASK) if task is None else task
    for kind, named in KINDS.items():
        if task.startswith(kind):
            return named(task.removeprefix(kind))
    return Untrained() if task == state.UNTRAINED else OfTask(task)


def origin_labels(tasks: tuple[str, ...]) -> dict[str, str]:
    """Return what values are called in a list; two of one name are told apart by their ids."""
    named = {task: origin(task).label for task in tasks}
    taken = list(named.values())
    return {
        task: f"{name} · {task[-6:]}" if taken.count(name) > 1 else name
        for task, name in named.items()
    }


def chosen_model(text: str, *, cell: str | None = None) -> Model:
    """Return the chosen model; with `cell`, its sibling of another cell. Raises CoreError."""
    return origin().model(text, cell=cell)


def samples() -> tuple[str, ...]:
    """Return texts for the chosen model to begin with."""
    return origin().samples()


def drop_sample(task: str) -> None:
    """Forget the text if it is a sample of this origin: a text of the reader's own stays."""
    text = state.get(state.TEXT)
    if text is not None and origin(task).is_sample(text):
        state.reset(state.TEXT, state.START, state.STEP)


def task_samples(task: str) -> tuple[str, ...]:
    """Return a task's texts in the reader's language, or all where there are none in it."""
    known = data.TASKS[task]
    return known.samples_by_language.get(i18n.language()) or known.samples


def settings() -> dict[str, Any]:
    """Return the settings of an untrained model, as `core.new_model` takes them."""
    return {
        "seed": state.get(state.SEED),
        "units": (state.get(state.UNITS),) * state.get(state.LAYERS),
        "bidirectional": state.get(state.BOTH_WAYS),
        "initialiser": state.get(state.INITIALISER),
        "scale": state.get(state.SCALE),
        "spread": state.get(state.SPREAD),
        "forget_bias": state.get(state.FORGET_BIAS),
        "activation": state.get(state.ACTIVATION),
        "reset_after": state.get(state.RESET_AFTER),
    }
