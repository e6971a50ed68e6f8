"""Any model that is known, by one name: what stands beside another of whatever origin.

A name says an origin and, where that has several models, which: `sentiment/lstm` ships with the
project, `untrained/lstm/8` is drawn with so many units, `run:<id>` and `model:<id>` are what
`state.TASK` calls them. Not chosen: the cell and the task as two lists, which cannot say which of
three cells goes with which of three tasks.
"""

from __future__ import annotations

from core.bundled import bundled_models
from core.model import Model
from core.text import Unit
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.origins import origin, origin_labels
from dashboard.origins.untrained import chosen_settings

UNITS = (4, 8, 16, 32, 64, 128)
"""Sizes of untrained models that are offered."""


def offered() -> tuple[str, ...]:
    """Return the names of all: what ships, what was brought or trained, and what can be drawn."""
    brought = (task for task in state.origins() if task.startswith(state.ALONE))
    shipped = (f"{card['task']}/{card['cell']}" for card in bundled_models())
    drawn = (f"{state.UNTRAINED}/{cell}/{units}" for cell in state.CELLS for units in UNITS)
    return (*shipped, *brought, *drawn)


def titles(names: tuple[str, ...]) -> dict[str, str]:
    """Return what they are called in the reader's language; no two alike."""
    brought = tuple(name for name in names if name.startswith(state.ALONE))
    found = origin_labels(brought)
    return {name: found.get(name) or _title(name) for name in names}


def task_of(name: str) -> str:
    """Return the value of `state.TASK` that a model belongs to."""
    return name if name.startswith(state.ALONE) else name.partition("/")[0]


def name_of(task: str, cell: str, *, units: int) -> str:
    """Return the name of an origin's model of a cell; of an untrained one, that nearest in size."""
    if task.startswith(state.ALONE):
        return task
    if task != state.UNTRAINED:
        return f"{task}/{cell}"
    return f"{task}/{cell}/{min(UNITS, key=lambda size: abs(size - units))}"


def model_named(name: str, text: str, *, split: Unit) -> Model:
    """Return the model of a name; an untrained one knows the tokens of the text.

    Raises what its origin raises.
    """
    task, *rest = [name] if task_of(name) == name else name.split("/")
    if task != state.UNTRAINED:
        return origin(task).model(text, cell=rest[0] if rest else None)
    cell, units = rest
    settings = chosen_settings()
    settings["units"] = (int(units),) * len(settings["units"])
    return cache.untrained(cell, words=text, split=split, **settings)


def _title(name: str) -> str:
    task, cell, *units = name.split("/")
    title = t(f"quantity.{cell}")
    if units:
        return t("compare.models.untrained", cell=title, units=units[0])
    return t("chart.about.model", name=origin(task).label, cell=title)
