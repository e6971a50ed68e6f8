"""Where the model comes from: a bundled task, an untrained network, a run, a file.

A value of `state.TASK` names an origin: the name of a task, "untrained", or a kind and an id, as
"run:<id>". `origin` turns it into an object that answers what every page asks: a model for a text,
a label, texts to begin with, and which cells there are to choose from. `choose` is how any page
lets all of them read with another. A new kind is one file with the members of `Origin`, its word
in KINDS, and its ids in `dashboard.choices.origins`.
Not chosen: asking in each widget what kind it is, which a second kind would make a habit.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from core.model import Model
from dashboard import state
from dashboard.fields import Field, Refused
from dashboard.origins.bundled import OfTask
from dashboard.origins.run import OfRun
from dashboard.origins.untrained import Untrained
from dashboard.origins.upload import OfModel
from dashboard.origins.writer import OfWriter

__all__ = [
    "OfModel",
    "OfRun",
    "OfTask",
    "OfWriter",
    "Origin",
    "Untrained",
    "choose",
    "chosen_model",
    "give_back",
    "lend",
    "origin",
    "origin_labels",
    "samples",
]


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


_LENT = "lent origin"
_READ: tuple[Field[Any], ...] = (
    state.TASK, state.TEXT, state.START, state.STEP, state.EPOCH, state.LAYER, state.UNIT,
)  # fmt: skip
"""What is read and where one looks: all that a change of origin changes."""
KINDS: dict[str, Callable[[str], Origin]] = {
    state.RUN: OfRun.named,
    state.MODEL: OfModel.named,
    state.WRITER: OfWriter,
}
"""By the word that their values begin with; each is given the id behind it."""


def origin(task: str | None = None) -> Origin:
    """Return what a value of `state.TASK` stands for; the chosen one unless a value is given."""
    task = state.get(state.TASK) if task is None else task
    for kind, named in KINDS.items():
        if task.startswith(kind):
            return named(task.removeprefix(kind))
    return Untrained() if task == state.UNTRAINED else OfTask(task)


def choose(task: str, *, text: str | None = None) -> None:
    """Let every page read with another origin, and perhaps a text: in a callback, or before the
    widgets of what changes are drawn.

    What belonged to the one before is forgotten: an epoch is that of a run, a layer and a unit are
    those of a model, and a sample goes with its origin. A text of the reader's own stays, and with
    it the step in it.
    """
    if text is not None or _reads_sample():
        state.reset(state.TEXT, state.START, state.STEP)
    state.reset(state.EPOCH, state.LAYER, state.UNIT)
    state.put(state.TASK, task)
    if text is not None:
        state.put(state.TEXT, text)
    state.remember(_LENT, None)


def lend(task: str, *, text: bool = False) -> None:
    """Let a page that needs another origin than the chosen one have it, until it is left.

    With `text`, it begins with a text of that origin. Nothing is lost by a look at such a page:
    `give_back` brings back what was read before, unless the reader has chosen something there.
    """
    before = {field.name: state.get(field) for field in _READ if state.chosen(field)}
    choose(task)
    if text:
        state.reset(state.TEXT, state.START, state.STEP)
    state.remember(_LENT, (state.recall("page"), before, state.get(state.TEXT)))


def give_back() -> None:
    """Bring back what `lend` took the place of, on another page, before its widgets are drawn."""
    lent = state.recall(_LENT)
    if lent is None or lent[0] == state.recall("page"):
        return
    _, before, shown = lent
    state.remember(_LENT, None)
    typed = state.get(state.TEXT) != shown  # a text that was typed meanwhile goes along
    for field in _READ:
        if typed and field in (state.TEXT, state.START, state.STEP):
            continue
        state.reset(field)
        if field.name in before:
            with suppress(Refused):  # somebody deleted it meanwhile
                state.put(field, before[field.name])


def _reads_sample() -> bool:
    before, read = state.get(state.TASK), state.get(state.TEXT)
    # An origin that somebody has deleted meanwhile can no longer say what its samples were.
    return read is not None and before in state.TASK.known() and origin(before).is_sample(read)


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
