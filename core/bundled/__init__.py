"""The small trained models that ship with the project.

Each is two files beside this one: `<task>-<cell>.npz`, the model with its named weights and its
vocabulary, and `<task>-<cell>.json`, its card: the task and its data, parameters, seed, test score,
versions and the command that made it (`python -m core.training.bundled`). The cards lie apart so
that all of them can be listed without opening a model.

Not chosen: Keras files, which need 4 s of TensorFlow to open, and pickles, which run code.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from typing import Any

from core.errors import UnknownName
from core.model import Model

CELL_ORDER = ("simple_rnn", "lstm", "gru")


class UnknownBundledModel(UnknownName):
    """A model was asked for that does not ship with the project."""

    message = "There is no bundled model called '{found}'. There are: {known}."

    def __init__(self, *, found: str, known: str) -> None:
        super().__init__(found=found, known=known)


def bundled_models() -> list[dict[str, Any]]:
    """Return the cards of all models that ship, those of one task together.

    A card's `id` is what `bundled_model` takes. Each call gives new dictionaries.
    """
    cards = [json.loads(text) for text in _cards()]
    return sorted(cards, key=lambda card: (card["task"], CELL_ORDER.index(card["cell"])))


def bundled_model(model_id: str) -> Model:
    """Return a model that ships, by its id such as "sentiment-lstm".

    Its weights are read-only and float32; it carries its vocabulary and its card. Each is read from
    disk once.

    Raises:
        UnknownBundledModel: when there is no such model; the error names those there are.
    """
    known = [card["id"] for card in bundled_models()]
    if model_id not in known:
        raise UnknownBundledModel(found=str(model_id), known=", ".join(known))
    return _loaded(model_id)


@cache
def _cards() -> tuple[str, ...]:
    here = files(__name__)
    return tuple(_text(f) for f in here.iterdir() if f.name.endswith(".json"))


def _text(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")


@cache
def _loaded(model_id: str) -> Model:
    card = next(card for card in bundled_models() if card["id"] == model_id)
    with as_file(files(__name__) / f"{model_id}.npz") as path:
        return replace(Model.load(path), card=card)
