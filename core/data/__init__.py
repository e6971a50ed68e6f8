"""Tasks that recurrent networks are trained on, each drawn from a seed. A leaf of `core`.

A new task is one file with a `TASK`. `TASKS` are those that have bundled models; all of them, and
those with options, are sources of training data (`core.training.sources`).
"""

from __future__ import annotations

from core.data import brackets, characters, flip_flop, latch, sentiment
from core.data.task import Example, Side, Task
from core.errors import UnknownName

TASKS: dict[str, Task] = {
    task.name: task
    for task in (sentiment.TASK, brackets.TASK, latch.TASK, flip_flop.TASK, characters.TASK)
}


def task(name: str) -> Task:
    """The task of that name.

    Raises:
        UnknownName: when there is none.
    """
    if name not in TASKS:
        raise UnknownName(kind="task", found=name, known=", ".join(TASKS))
    return TASKS[name]


__all__ = ["TASKS", "Example", "Side", "Task", "task"]
