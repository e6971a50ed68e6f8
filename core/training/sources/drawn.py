"""A dataset from a task of `core.data`, whose texts are drawn from a seed.

Training texts are drawn from the run's seed; test texts always from the same one, so that runs with
other seeds are scored on the same examples. No text stands on both sides (`core.data.task`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from core.data import Example, Task
from core.text import Vocabulary, tokenize
from core.training.batches import outputs_of, vocabulary_of
from core.training.dataset import Dataset, Part
from core.training.sources.arrange import padded
from core.training.sources.source import Setting

TEST_SEED = 1_000_003


def drawn(task: Task, setting: Setting, *, train_examples: int, test_examples: int) -> Dataset:
    """So many examples of the task, as arrays."""
    setting.report("drawing", 0.0)
    train = task.generate(train_examples, seed=setting.seed)
    setting.report("drawing", 0.6)
    test = task.generate(test_examples, seed=TEST_SEED, side="test")
    setting.report("arranging", 0.8)
    vocabulary = vocabulary_of(task, train)
    counts = Counter(example.answer for example in train)
    return Dataset(
        name=task.name,
        train=_part(task, vocabulary, train),
        validation=None,
        test=_part(task, vocabulary, test),
        vocabulary=vocabulary,
        features=None,
        outputs=outputs_of(task, vocabulary),
        loss=task.loss,
        readout=task.readout,
        metric="accuracy",
        answers=task.answers,
        chance=task.chance,
        solved=task.solved,
        citation=task.citation,
        class_counts={answer: counts[place] for place, answer in enumerate(task.answers)},
        mask=True,
    )


def _part(task: Task, vocabulary: Vocabulary, examples: Sequence[Example]) -> Part:
    rows = [vocabulary.encode_tokens(tokenize(each.text, task.unit)).ids for each in examples]
    length = max(map(len, rows))
    answers = np.array([each.answer for each in examples])
    return Part(
        padded(rows, length=length, padding="post", cut="post"),
        answers.astype(np.int32),
        texts=lambda number: examples[number].text,
    )
