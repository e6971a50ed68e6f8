from __future__ import annotations

import numpy as np
import pytest

from core.data import Example, task
from core.text import Vocabulary
from core.training.batches import by_length, encode, hidden, vocabulary_of
from core.training.recipes import CELLS, RECIPES, planned


def test_inputs_and_targets_of_a_readout_at_every_step():
    vocabulary = Vocabulary(("(", ")", "[", "]", "."), "character")
    batch = encode(task("brackets"), vocabulary, [Example("()."), Example("[")])
    assert batch.ids.shape == batch.targets.shape == (2, 16)
    assert batch.ids[0].tolist() == [2, 3] + [0] * 14
    assert batch.targets[0].tolist() == [3, 6] + [0] * 14
    assert batch.ids[1].tolist() == batch.targets[1].tolist() == [0] * 16


def test_inputs_and_targets_of_a_readout_at_the_last_step():
    vocabulary = Vocabulary(("not", "good"), "word")
    batch = encode(task("sentiment"), vocabulary, [Example("not so Good", 0), Example("good", 1)])
    assert batch.ids[:, :4].tolist() == [[2, 1, 3, 0], [3, 0, 0, 0]]
    assert batch.targets.tolist() == [[0.0], [1.0]]


@pytest.mark.parametrize("name", ["sentiment", "latch"])
def test_each_example_is_in_one_batch_with_its_own_answer(name):
    chosen = task(name)
    examples = chosen.generate(320, seed=4)
    vocabulary = vocabulary_of(chosen, examples)
    answers = {}
    for example in examples:
        ids = tuple(vocabulary.encode(example.text).ids)
        answers.setdefault(ids, []).append(example.answer)
    random = np.random.default_rng(0)
    seen = 0
    for batch in by_length(chosen, vocabulary, examples, size=32, random=random):
        for ids, target in zip(batch.ids, batch.targets.reshape(-1), strict=True):
            answers[tuple(ids[ids != 0])].remove(int(target))
            seen += 1
    assert seen == 320
    assert not any(answers.values())


def test_only_neutral_tokens_are_hidden_and_as_often_as_told():
    random = np.random.default_rng(1)
    ids = random.integers(0, 10, (200, 50)).astype(np.int32)
    changed = hidden(ids, np.array([4, 5]), share=0.3, random=random)
    neutral = np.isin(ids, [4, 5])
    assert (changed[~neutral] == ids[~neutral]).all()
    assert set(np.unique(changed[neutral])) == {1, 4, 5}
    assert (changed[neutral] == 1).mean() == pytest.approx(0.3, abs=0.04)


@pytest.mark.parametrize("name", RECIPES)
def test_planned_models_of_a_task_have_nearly_as_many_parameters(name):
    chosen = task(name)
    vocabulary = vocabulary_of(chosen, chosen.generate(2000, seed=0))
    counts = [planned(chosen, cell, vocabulary).parameter_count for cell in CELLS]
    assert max(counts) / min(counts) < 1.05
