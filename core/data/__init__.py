"""Tasks that recurrent networks are trained on, each drawn from a seed. A leaf of `core`.

A new task is one file with a `TASK`. `TASKS` are those that have bundled models; all of them, and
those with options, are sources of training data (`core.training.sources`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.data import brackets, characters, dyck, flip_flop, latch, parity, reber, sentiment
from core.data.task import Example, Side, Task
from core.errors import UnknownName

OPTIONS: dict[str, Mapping[str, Any]] = {
    "dyck1": {"deepest": 5},
    "dyck2": {"deepest": 3},
    "reber": {"asked": "possible"},
}
"""How tasks that ship differ from their own defaults: such that few states do them, and no guess.

Each is asked at every step for what is certain there, and is a finite automaton that one can draw.
"""

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        sentiment.TASK,
        brackets.TASK,
        latch.TASK,
        flip_flop.TASK,
        parity.TASK,
        dyck.build(1, **OPTIONS["dyck1"]),
        dyck.build(2, **OPTIONS["dyck2"]),
        reber.build(**OPTIONS["reber"]),
        characters.TASK,
    )
}


def task(name: str) -> Task:
    """The task of that name.

    Raises:
        UnknownName: when there is none.
    """
    if name not in TASKS:
        raise UnknownName(kind="task", found=name, known=", ".join(TASKS))
    return TASKS[name]


__all__ = ["OPTIONS", "TASKS", "Example", "Side", "Task", "task"]
