"""What is a model asked, so that there is a loss to differentiate?

A gradient belongs to a question. A classifier is asked for one class: its own answer, or another
that somebody chose. A model whose outputs are its own vocabulary is asked for the next token. And
what it reads is a text made as long as one likes, by repetition or by chance, since how far a
gradient reaches is a question about length. Not chosen: a random target, which would make the
picture's height a matter of chance.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import EmptyText, OutOfRange
from core.losses import default_loss
from core.model import Model
from core.trace import Trace

Ids = NDArray[np.int64]
OFF = 1.0
"""How far an answer that is a number is taken to be off. The same for all, as a class is."""
FIRST_TOKEN = 2
"""Ids below it are padding and unknown."""


def repeated(steps: NDArray[Any], *, length: int) -> NDArray[Any]:
    """Token ids, or numbers (time, features), over and over, cut at `length`.

    Raises EmptyText, OutOfRange.
    """
    _check(length)
    if not len(steps):
        raise EmptyText
    return np.resize(steps, (length, *steps.shape[1:]))


def random_tokens(model: Model, *, length: int, seed: int) -> NDArray[Any]:
    """Tokens drawn evenly from the rows of the embedding; without one, normal numbers.

    (length,) ids or (length, features). Raises OutOfRange.
    """
    _check(length)
    random = np.random.default_rng(seed)
    if model.embedding is None:
        return random.standard_normal((length, model.features))
    rows = len(model.embedding.weights)
    first = min(FIRST_TOKEN, rows - 1)
    return random.integers(first, rows, length, dtype=np.int64)


def predicts_tokens(model: Model) -> bool:
    """Whether the outputs are the model's own vocabulary, so that it is a language model.

    They are where there are as many, unless its card names each of them: a classifier may tell as
    many answers apart as it reads tokens.
    """
    read, named = model.embedding, model.card.get("answers")
    if isinstance(named, list | tuple) and len(named) == classes(model):
        return False
    return read is not None and bool(model.readout) and model.outputs == len(read.weights)


def classes(model: Model) -> int:
    """How many classes a classifier tells apart; one sigmoid output tells two."""
    return 2 if model.outputs == 1 else model.outputs


def answering(model: Model, names: Any) -> Model:
    """The model with a card that calls its answers by these names, if they are names of them.

    `names` may be anything that stood in a file. Where it is no list of as many texts as there are
    classes, or they are the tokens that it reads, the card does not mention any.
    """
    card = {name: value for name, value in model.card.items() if name != "answers"}
    if isinstance(names, list | tuple) and all(isinstance(name, str) for name in names):
        tokens = () if model.vocabulary is None else model.vocabulary.tokens
        own = len(tokens) > 0 and set(tokens) <= set(names)
        if model.readout is not None and not own and len(names) == classes(model):
            card["answers"] = tuple(names)
    return replace(model, card=card)


def targets(model: Model, trace: Trace, *, answer: int | None = None) -> NDArray[Any]:
    """Targets of what a model is asked about a text that it read, a batch of one.

    A classifier is asked for the class `answer`. A language model is asked for the tokens that came
    next, and after the last one for `answer`, since nobody knows what came there. Unless given, it
    is the model's own. A model whose answers are numbers is asked for others, OFF away, whatever
    `answer` is. Raises OutOfRange.
    """
    answer = own_answer(trace) if answer is None else answer
    if predicts_tokens(model):
        return next_tokens(trace, np.append(trace.inputs[0, 1:], answer))
    if answers_numbers(model):
        return trace.outputs - OFF
    return class_targets(model, trace, answer=answer)


def answers_numbers(model: Model) -> bool:
    """Whether a model's answers are numbers, which are neither right nor wrong but off."""
    return default_loss(model.activation) == "mean_squared_error"


def own_answer(trace: Trace) -> int:
    """The class, or the token, that a model answers at the end of a batch of one."""
    outputs = trace.outputs[0] if trace.outputs.ndim == 2 else trace.outputs[0, -1]
    return int(outputs[0] >= 0.5) if len(outputs) == 1 else int(np.argmax(outputs))


def next_tokens(trace: Trace, following: NDArray[Any]) -> Ids:
    """Targets of a language model: `following` (time,) are the tokens that come next."""
    asked = np.asarray(following, dtype=np.int64)
    return asked[-1:] if trace.outputs.ndim == 2 else asked[None]


def class_targets(model: Model, trace: Trace, *, answer: int) -> NDArray[Any]:
    """Targets that ask for one class, at the last step or at every step as the readout stands.

    Raises OutOfRange.
    """
    if not 0 <= answer < classes(model):
        raise OutOfRange(what="answer", found=answer, expected=f"from 0 to {classes(model) - 1}")
    places = trace.outputs.shape[:-1]
    if default_loss(model.activation) == "sparse_categorical_crossentropy":
        return np.full(places, answer, dtype=np.int64)
    if model.outputs == 1:
        return np.full((*places, 1), float(answer))
    return np.broadcast_to(np.eye(classes(model))[answer], trace.outputs.shape)


def _check(length: int) -> None:
    if length < 1:
        raise OutOfRange(what="length", found=length, expected="at least 1")
