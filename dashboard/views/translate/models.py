"""Which models write a text from another, and what their graphs say of how they do it."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import CoreError
from core.generate import is_translator
from core.model import Model
from core.nodes import AdditiveAttention, Attention, RepeatAlong
from dashboard import cache, state
from dashboard.i18n import labels, t
from dashboard.origins import origin, origin_labels


def translators() -> tuple[str, ...]:
    """Return the ids of what ships, and the origins of runs and uploads that translate."""
    return (*cache.translators(), *(task for task in state.TASK.known() if _translates(task)))


def _translates(task: str) -> bool:
    if not task.startswith((state.RUN, state.MODEL)):
        return False
    try:
        if task.startswith(state.RUN):
            run = cache.store().run(task.removeprefix(state.RUN))
            if run.brought is None and run.config.network.architecture == "chain":
                return False
        return is_translator(origin(task).model(""))
    except CoreError:  # a broken run or file is told where it is opened
        return False


def model_of(identifier: str) -> Model:
    """Return the model of an id. Raises CoreError where it cannot be opened."""
    if identifier.startswith((state.RUN, state.MODEL)):
        return origin(identifier).model("")
    return cache.bundled(identifier)


def task_of(identifier: str) -> str:
    """Return what a model was trained on; of one that does not ship, itself."""
    if identifier in cache.translators():
        return str(cache.bundled(identifier).card["task"])
    return identifier


def attention_of(model: Model) -> str:
    """Return how a model's decoder looks back: "dot", "additive", or "none"."""
    for node in model.nodes:
        if isinstance(node, AdditiveAttention):
            return "additive"
        if isinstance(node, Attention):
            return "dot"
    return "none"


def is_backwards(model: Model) -> bool:
    """Whether its encoder reads the source from the end, and in no other direction."""
    return model.layers[0].direction == "backward"


def is_peeky(model: Model) -> bool:
    """Whether its decoder sees what the encoder ended with at every step."""
    return any(isinstance(node, RepeatAlong) for node in model.nodes)


def labels_of(identifiers: Iterable[str]) -> dict[str, str]:
    """Return what models are called in a list: the task, and the attention."""
    known = tuple(identifiers)
    ships = set(cache.translators())
    named = origin_labels(tuple(each for each in known if each not in ships))
    return {each: named[each] if each in named else _label(each) for each in known}


def _label(identifier: str) -> str:
    task = task_of(identifier)
    called = labels("translate", "task").get(task, task)
    return f"{called} · {t(f'translate.attention.{attention_of(cache.bundled(identifier))}')}"


def siblings(identifier: str) -> tuple[str, ...]:
    """Return the models that ship with the same task, this one among them."""
    task = task_of(identifier)
    return tuple(each for each in cache.translators() if task_of(each) == task)
