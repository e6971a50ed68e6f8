"""What can be typed for a model: a text, token ids, or the numbers of each step.

A model with an embedding reads ids; with a vocabulary it reads texts. One without an embedding
reads numbers. Pages hold what is typed as one string, whichever it is.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from core.errors import ShapeMismatch
from core.model import Model
from core.padding import fitted, length_of, window_of
from core.text import MOST_CHARACTERS, Encoded, Padding, Scaling, read_ids, read_numbers
from core.text.numbers import header

Reads = Literal["text", "ids", "numbers"]

WINDOWS = 4
"""Windows that the first series of a model of windows holds side by side, so that one can move."""


def reads(model: Model) -> Reads:
    """What is typed for the model."""
    if model.embedding is None:
        return "numbers"
    return "ids" if model.vocabulary is None else "text"


def sample(model: Model, *, length: int = 32) -> str:
    """Something to begin with for a model that reads no words: ids from all over, or waves."""
    window = window_of(model)
    length = length_of(model) or (length if window is None else WINDOWS * window)
    if model.embedding is not None:
        rows = model.embedding.weights.shape[0]
        first = min(2, rows - 1)  # past padding and unknown, as most have them
        ids = np.random.default_rng(0).integers(first, rows, length)
        return " ".join(map(str, ids))
    steps, waves = np.arange(length)[:, None], np.arange(model.features)
    values = np.sin(2 * np.pi * steps / (8 + waves) + waves)
    lines = [", ".join(f"{value:.3f}" for value in row) for row in values]
    return "\n".join([header(features=[f"wave {wave + 1}" for wave in waves]), *lines])


def encode(
    model: Model,
    typed: str,
    *,
    limit: int = MOST_CHARACTERS,
    padding: Padding | None = None,
    scaling: Scaling | None = None,
) -> Encoded:
    """What was typed, as the model reads it: `inputs` are what `core.record` takes.

    Texts and ids are cut or padded for a model of texts of one length, see `core.padding`; numbers
    are not, because nobody knows what to pad them with: of more steps than a model can read, one
    reads a window. `scaling` is done to numbers. Raises ShapeMismatch for too few of them, and what
    `Model.encode`, `read_ids` and `read_numbers` raise.
    """
    match reads(model):
        case "text":
            return model.encode(typed, limit=limit, padding=padding)
        case "ids":
            assert model.embedding is not None
            rows = model.embedding.weights.shape[0]
            return fitted(model, read_ids(typed, rows=rows, limit=limit), padding=padding)
    measured = read_numbers(typed, features=model.features, limit=limit)
    if model.steps is not None and len(measured) < model.steps:
        expected = f"{model.steps} steps or more, because the model reads series of one length"
        raise ShapeMismatch(what="What is read", found=f"{len(measured)} steps", expected=expected)
    return measured if scaling is None else measured.scaled(scaling)
