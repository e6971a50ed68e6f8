"""How good a model is at a task, in one number, computed from what `core.record` recorded.

- accuracy: the share of answers asked for, one a text or one a step, that get the most probability.
- closing accuracy (brackets): over all steps at which some bracket is open, the share at which the
  right closing bracket gets more probability than the wrong one. Guessing gives 0.5. Which bracket
  *opens* next is chance, so it is not asked.
- bits per token (characters): the mean of −log₂ of the probability given to the token that came.
  Less is better; log₂ of the vocabulary's size is what knowing nothing gives.

Scores are those of the exported model, not of the Keras model it was trained as, so what a table
says is what everyone who opens the model can compute again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Example, Task
from core.data.brackets import CLOSING, open_brackets
from core.engines import record
from core.errors import MissingVocabulary
from core.model import Model
from core.text import PADDING_ID, Vocabulary
from core.training.dataset import Part
from core.training.sources.drawn import part_of

AT_ONCE = 256


def score(model: Model, task: Task, examples: Sequence[Example]) -> float:
    """The model's score on the examples by the task's metric."""
    return METRICS[task.metric](model, task, examples)


def accuracy(model: Model, task: Task, examples: Sequence[Example]) -> float:
    """The share of answers that get the most probability, where one is asked for."""
    right = []
    for part, outputs in _recorded(model, task, examples):
        if task.loss == "binary_crossentropy":
            right.append((outputs > 0.5) == (part.targets > 0.5))
            continue
        same = outputs.argmax(axis=-1) == part.targets
        if task.readout == "every":
            same = same[part.inputs != PADDING_ID if part.counts is None else part.counts > 0]
        right.append(same)
    return float(np.concatenate(right).mean())


def bits_per_token(model: Model, task: Task, examples: Sequence[Example]) -> float:
    """The mean of −log₂ of the probability given to the token that came."""
    bits = []
    for part, outputs in _recorded(model, task, examples):
        given = np.take_along_axis(outputs, part.targets[..., None], axis=-1)[..., 0]
        bits.append(-np.log2(np.maximum(given[part.inputs != PADDING_ID], 1e-12)))
    return float(np.concatenate(bits).mean(dtype=np.float64))


def closing_accuracy(model: Model, task: Task, examples: Sequence[Example]) -> float:
    """The share of steps with an open bracket at which the right closing one is preferred."""
    vocabulary = _vocabulary(model)
    id_of = {token: vocabulary.encode_tokens([token]).ids[0] for token in CLOSING.values()}
    one, other = id_of.values()
    right = []
    recorded = _recorded(model, task, examples)
    texts = (example.text for example in examples)
    for _, outputs in recorded:
        for row in outputs:
            text = next(texts)
            for step in range(len(text) - 1):
                stack = open_brackets(text[: step + 1])
                if stack:
                    wanted = id_of[CLOSING[stack[-1]]]
                    right.append(row[step, wanted] > row[step, other if wanted == one else one])
    return float(np.mean(right))


METRICS: dict[str, Callable[[Model, Task, Sequence[Example]], float]] = {
    "accuracy": accuracy,
    "bits per token": bits_per_token,
    "closing accuracy": closing_accuracy,
}
LESS_IS_BETTER = frozenset({"bits per token"})


def chance(model: Model, task: Task) -> float:
    """The score of one who knows what may be answered and nothing else."""
    if task.metric == "bits per token":
        return float(np.log2(_vocabulary(model).size))
    return 1 / len(CLOSING) if task.metric == "closing accuracy" else 1 / len(task.answers)


def _recorded(
    model: Model, task: Task, examples: Sequence[Example]
) -> Iterator[tuple[Part, NDArray[Any]]]:
    vocabulary = _vocabulary(model)
    for start in range(0, len(examples), AT_ONCE):
        part = part_of(task, vocabulary, examples[start : start + AT_ONCE])
        yield part, record(model, part.inputs).outputs


def _vocabulary(model: Model) -> Vocabulary:
    if model.vocabulary is None:
        raise MissingVocabulary
    return model.vocabulary
