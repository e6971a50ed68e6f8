"""What a model would answer along a text, its answers named in the reader's language."""

from __future__ import annotations

import numpy as np

from core.analysis.guesses import Answers
from core.analysis.questions import predicts_tokens
from core.model import Model
from core.text import visible
from dashboard import cache
from dashboard.i18n import t
from dashboard.widgets.reading import Reading

SAID = ("against", "for", "none", "even", "odd")
"""Answers that are words, and so have a translation; letters and tokens are shown as they are."""

QUADRATIC = 400
"""Steps from which on answers of a model that also reads backward, or that pads every text to one
length, take long: each is a new run."""


def slow_answers(reading: Reading) -> bool:
    """Return whether answering at every step takes seconds."""
    model = reading.model
    both_ways = any(layer.direction == "backward" for layer in model.layers)
    return (both_ways or model.steps is not None) and reading.trace.time > QUADRATIC


def answers_of(reading: Reading) -> Answers:
    """Return what the model would answer if the text ended at each step.

    A language model is asked for the token that came next; nobody knows the one after the last.
    """
    targets = None
    if predicts_tokens(reading.model):
        targets = np.append(reading.trace.inputs[0, 1:], -1)
    return Answers.of(
        cache.answers(reading.model, reading.trace),
        activation=reading.model.activation,
        classes=classes_of(reading.model),
        targets=targets,
    )


def classes_named(model: Model) -> tuple[str, ...]:
    """Return what a model's card calls its classes: for caches, since no digest holds names."""
    return tuple(model.card.get("answers", ()))


def classes_of(model: Model) -> tuple[str, ...]:
    """Return what the outputs are called; () where they have no names."""
    if predicts_tokens(model) and model.vocabulary is not None:
        known, size = model.vocabulary, model.vocabulary.size
        # An embedding may have more rows than the vocabulary has words.
        return tuple(
            visible(known.token_of(at)) if at < size else str(at) for at in range(model.outputs)
        )
    return tuple(
        t(f"reading.answer.{name}") if name in SAID else name
        for name in model.card.get("answers", ())
    )
