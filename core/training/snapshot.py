"""The model of a training that somebody else's program does, as it is now, or why there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from core.analysis.questions import answering
from core.errors import CoreError
from core.model import Model
from core.training.given_words import vocabulary_given
from core.wiring import check_unrolls


def with_words(model: Model, *, given: Any) -> Model:
    """The model with the vocabulary that the script gave; None for none.

    Raises what `vocabulary_given` raises.
    """
    if given is None or model.embedding is None:
        return model
    rows = len(model.embedding.weights)
    return replace(model, vocabulary=vocabulary_given(given, rows=rows))


def with_answers(model: Model, *, names: Sequence[str]) -> Model:
    """The model whose answers are called so, where they are as many as it has."""
    return answering(model, tuple(map(str, names))) if names else model


def pictured(snapshot: Callable[[], Model]) -> tuple[Model | None, str]:
    """The model that can be pictured step by step, or none and the reason in words."""
    try:
        model = snapshot()
        check_unrolls(model.layers)
    except CoreError as error:
        return None, str(error)
    return model, ""
