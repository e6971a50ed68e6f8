"""What can be typed for a model: a text, token ids, or the numbers of each step.

A model with an embedding reads ids; with a vocabulary it reads texts. One without an embedding
reads numbers. Pages hold what is typed as one string, whichever it is.
"""

from __future__ import annotations

from typing import Literal

from core.errors import ShapeMismatch
from core.model import Model
from core.text import MOST_CHARACTERS, Encoded, read_ids, read_numbers

Reads = Literal["text", "ids", "numbers"]


def reads(model: Model) -> Reads:
    """What is typed for the model."""
    if model.embedding is None:
        return "numbers"
    return "ids" if model.vocabulary is None else "text"


def encode(model: Model, typed: str, *, limit: int = MOST_CHARACTERS) -> Encoded:
    """What was typed, as the model reads it: `inputs` are what `core.record` takes.

    Texts and ids are cut or padded for a model that reads texts of one length; numbers are not,
    because nobody knows what to pad them with. Raises ShapeMismatch for too many or too few of
    them, and what `Model.encode`, `read_ids` and `read_numbers` raise.
    """
    match reads(model):
        case "text":
            return model.encode(typed, limit=limit)
        case "ids":
            assert model.embedding is not None
            rows = model.embedding.weights.shape[0]
            found = read_ids(typed, rows=rows, limit=limit)
            return found if model.steps is None else found.fitted(model.steps)
    measured = read_numbers(typed, features=model.features, limit=limit)
    if model.steps not in (None, len(measured)):
        expected = f"{model.steps} steps, because the model has a Flatten"
        raise ShapeMismatch(what="What is read", found=f"{len(measured)} steps", expected=expected)
    return measured
