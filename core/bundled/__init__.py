"""The small trained models that ship with the project.

Each is two files beside this one: `<task>-<cell>.npz`, the model with its named weights and its
vocabulary, and `<task>-<cell>.json`, its card: the task and its data, parameters, seed, test score,
versions and the command that made it (`python -m core.training.bundled`). The cards lie apart so
that all of them can be listed without opening a model.

Models that no task is told by, each shown by a page of its own, lie beneath, in `apart`.
Not chosen: Keras files, which need 4 s of TensorFlow to open, and pickles, which run code.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np

from core.errors import UnknownName
from core.model import Model

APART = "apart"
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
    cards = [json.loads(text) for text in _cards("")]
    return sorted(cards, key=lambda card: (card["task"], CELL_ORDER.index(card["cell"])))


def models_apart() -> list[dict[str, Any]]:
    """Return the cards of the models that ship for one page each, such as "context-lstm"."""
    cards = [json.loads(text) for text in _cards(APART)]
    return sorted(cards, key=lambda card: str(card["id"]))


def bundled_model(model_id: str) -> Model:
    """Return a model that ships, by its id such as "sentiment-lstm".

    Its weights are read-only and float32; it carries its vocabulary and its card. Each is read from
    disk once.

    Raises:
        UnknownBundledModel: when there is no such model; the error names those there are.
    """
    known = [card["id"] for card in (*bundled_models(), *models_apart())]
    if model_id not in known:
        raise UnknownBundledModel(found=str(model_id), known=", ".join(known))
    return _loaded(model_id)


@cache
def _cards(folder: str) -> tuple[str, ...]:
    here = files(__name__) / folder
    return tuple(_text(f) for f in here.iterdir() if f.name.endswith(".json"))


def _text(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")


@cache
def _loaded(model_id: str) -> Model:
    cards = {card["id"]: "" for card in bundled_models()}
    folder = cards.get(model_id, APART)
    known = bundled_models() if model_id in cards else models_apart()
    card = next(card for card in known if card["id"] == model_id)
    with as_file(files(__name__) / folder / f"{model_id}.npz") as path:
        # What lies apart may be stored in half precision.
        return replace(Model.load(path).astype(np.float32), card=card)
