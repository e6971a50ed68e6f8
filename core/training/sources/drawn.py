"""A dataset from a task of `core.data`, whose examples are drawn from a seed.

Training examples are drawn from the run's seed, test examples always from the same one, so that
runs with other seeds are scored on the same examples. No text stands on both sides
(`core.data.task`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data import Example, Task
from core.data.numbers import NumberTask
from core.errors import OutOfRange
from core.text import Vocabulary, tokenize
from core.training.dataset import Dataset, Part, grouped
from core.training.errors import WrongSetting
from core.training.settings import setting, settings
from core.training.sources.arrange import by_frequency, by_rote, padded
from core.training.sources.source import Options, Setting

TEST_SEED = 1_000_003


@settings
class DrawnOptions(Options):
    """How many examples are drawn; sources add what makes their task harder.

    Attributes:
        train_examples: for training and validation.
        test_examples: for testing.
    """

    train_examples: int = setting(10_000, low=10, high=1_000_000)
    test_examples: int = setting(1_000, low=1, high=100_000)


def drawn(task: Task, options: DrawnOptions, setting: Setting) -> Dataset:
    """Examples of a task of texts.

    Where the task states no `chance`, it is the score of who knows how often each answer comes and
    nothing of the text.

    Raises:
        WrongSetting, NoFurtherExamples: when there are not so many different test texts, or none.
    """
    setting.report("drawing", 0.0)
    train = task.generate(options.train_examples, seed=setting.seed)
    setting.report("drawing", 0.6)
    try:
        test = task.generate(options.test_examples, seed=TEST_SEED, side="test")
    except OutOfRange as error:
        raise WrongSetting(
            setting="data.options.test_examples",
            found=options.test_examples,
            expected=f"{error.facts['expected']}, for there are no more different test texts",
        ) from error
    setting.report("arranging", 0.8)
    vocabulary = vocabulary_of(task, train)
    parts = part_of(task, vocabulary, train), part_of(task, vocabulary, test)
    predicts = task.readout == "every" and not task.answers
    outputs = outputs_of(task, vocabulary)
    chance = task.chance
    if chance is None:
        chance = by_frequency(*parts, outputs=outputs) if predicts else by_rote(*parts)
    return Dataset(
        name=task.name,
        train=parts[0],
        validation=None,
        test=parts[1],
        vocabulary=vocabulary,
        features=None,
        outputs=outputs,
        loss=task.loss,
        readout=task.readout,
        metric="perplexity" if predicts else "accuracy",
        answers=task.answers,
        chance=chance,
        solved=task.solved,
        citation=task.citation,
        class_counts=_class_counts(task, train),
        mask=True,
    )


def drawn_numbers(task: NumberTask, options: DrawnOptions, setting: Setting) -> Dataset:
    """Examples of a task of numbers."""
    setting.report("drawing", 0.0)
    train = Part(*task.draw(np.random.default_rng([setting.seed, 0]), options.train_examples))
    test = Part(*task.draw(np.random.default_rng([TEST_SEED, 1]), options.test_examples))
    return Dataset(
        name=task.name,
        train=train,
        validation=None,
        test=test,
        vocabulary=None,
        features=train.alone.shape[-1],
        outputs=train.targets.shape[-1],
        loss="mean_squared_error",
        readout=task.readout,
        metric="mean_squared_error",
        chance=task.chance,
        solved=task.solved,
        citation=task.citation,
    )


def vocabulary_of(task: Task, examples: Sequence[Example]) -> Vocabulary:
    """The task's own vocabulary, or that of the examples where it has none.

    What stands in the examples once only is left out: there is nothing to learn it from.
    """
    if task.tokens:
        return Vocabulary(task.tokens, task.unit)
    texts = (example.text for example in examples)
    return Vocabulary.build(texts, unit=task.unit, at_least=2)


def outputs_of(task: Task, vocabulary: Vocabulary) -> int:
    """How many outputs a model of the task has: one for yes or no, else one for each answer."""
    if task.readout == "every" and not task.answers:
        return vocabulary.size
    return 1 if task.loss == "binary_crossentropy" else len(task.answers)


def part_of(task: Task, vocabulary: Vocabulary, examples: Sequence[Example]) -> Part:
    """Examples as arrays, padded at the end with id 0 to the longest.

    Where each token's answer is the next one, the inputs are all tokens but the last and the
    targets all but the first.
    """
    rows = [vocabulary.encode_tokens(tokenize(each.text, task.unit)).ids for each in examples]
    counts: NDArray[np.float32] | None = None
    if task.readout == "last":
        answers = np.array([each.answer for each in examples])
        binary = task.loss == "binary_crossentropy"
        targets = answers.astype(np.float32)[:, None] if binary else answers.astype(np.int32)
    elif task.answers:
        asked = [np.array([step is not None for step in each.steps]) for each in examples]
        steps = [np.array([step or 0 for step in each.steps]) for each in examples]
        targets = _beside(steps)
        if not all(row.all() for row in asked):
            counts = _beside(asked).astype(np.float32)
    else:
        targets = _beside([row[1:] for row in rows])
        rows = [row[:-1] for row in rows]
    groups = grouped(each.text for each in examples)
    return Part(_beside(rows), targets, counts, lambda number: examples[number].text, groups)


def _beside(rows: Sequence[NDArray[Any]]) -> NDArray[np.int32]:
    return padded(rows, length=max(map(len, rows)), padding="post", cut="post")


def _class_counts(task: Task, examples: Sequence[Example]) -> dict[str, int]:
    counts: Counter[int | None] = Counter()
    for example in examples:
        counts.update(example.steps or (example.answer,))
    return {answer: counts[place] for place, answer in enumerate(task.answers)}
