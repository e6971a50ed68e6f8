"""The models that ship with the project as an origin: one of each cell, trained on a task."""

from __future__ import annotations

from dataclasses import dataclass

from core import data
from core.bundled import bundled_models
from core.model import Model
from dashboard import cache, i18n, state
from dashboard.i18n import labels


@dataclass(frozen=True)
class OfTask:
    """What was trained on a task."""

    name: str
    picks_cell: bool = True

    @property
    def label(self) -> str:
        """The task in the reader's language."""
        return labels("reading", "task")[self.name]

    @property
    def cells(self) -> tuple[str, ...]:
        """All that ship with it."""
        return tuple(card["cell"] for card in bundled_models() if card["task"] == self.name)

    def model(self, text: str, *, cell: str | None = None) -> Model:
        """Return the model of a cell; it knows its own tokens, whatever the text is."""
        del text
        return cache.bundled(f"{self.name}-{cell or chosen_cell(self.cells)}")

    def samples(self) -> tuple[str, ...]:
        """Return the task's own."""
        return task_samples(self.name)

    def is_sample(self, text: str) -> bool:
        """Whether it is one of the task's, in any language."""
        return text in data.TASKS[self.name].samples


def chosen_cell(offered: tuple[str, ...]) -> str:
    """Return the chosen cell, or that of the pages' beginning where it is none of those."""
    cell: str = state.get(state.CELL)
    return cell if cell in offered else state.CELL.default


def task_samples(task: str) -> tuple[str, ...]:
    """Return a task's texts in the reader's language, or all where there are none in it."""
    known = data.TASKS[task]
    return known.samples_by_language.get(i18n.language()) or known.samples


def first_samples() -> tuple[str, ...]:
    """Return the texts of the task that the pages begin with: what anything can be tried on."""
    return task_samples(state.TASK.default)
