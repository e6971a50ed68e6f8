"""A task: a function of core by its name, and what it is given.

The name is all that travels, beside plain data: whoever does a task imports it, so that nothing
that arrives is executed but what is installed there. What a task rightly refuses (a CoreError) is
an answer too, and crosses as `core.errors.Failure`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

from core.errors import CoreError, Failure
from core.scale.errors import NoSuchTask, TaskOutOfMemory
from core.scale.parcel import pack, unpack

Task = Callable[..., Any]
ANSWER, FAILURE = b"a", b"f"
"""The first byte of what comes back."""


def name_of(task: Task) -> str:
    """The name by which any process finds a function, "core.scale.probe:probe".

    Raises NoSuchTask for what cannot be found so: a lambda, a method, a function within another,
    or one of another package.
    """
    module = getattr(task, "__module__", None) or ""
    name = f"{module}:{getattr(task, '__qualname__', type(task).__qualname__)}"
    if task_named(name) is not task:
        raise NoSuchTask(task=name, why="another function has that name")
    return name


def task_named(name: str) -> Task:
    """The function of that name. Raises NoSuchTask."""
    module, _, function = name.partition(":")
    if module.partition(".")[0] != "core":
        raise NoSuchTask(task=name, why="it is not of core")
    if not function.isidentifier():
        raise NoSuchTask(task=name, why="it has no name at the top level of a module")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise NoSuchTask(task=name, why="there is no such function") from error
    if not callable(found):
        raise NoSuchTask(task=name, why="there is no such function")
    return found


def perform(name: str, given: bytes) -> bytes:
    """Does a task, in whatever process this is: a byte that says which, then answer or failure."""
    try:
        return ANSWER + pack(task_named(name)(**unpack(given)))
    except CoreError as error:
        failure = error
    except MemoryError:
        failure = TaskOutOfMemory(task=name)
    return FAILURE + json.dumps(Failure.of(failure).to_json()).encode()


def answer_of(returned: bytes) -> tuple[Any, CoreError | None]:
    """What `perform` returned: the answer, or None and the error."""
    if returned[:1] == ANSWER:
        return unpack(returned[1:]), None
    return None, Failure.from_json(json.loads(returned[1:])).error()
