from __future__ import annotations

from collections import Counter

from core.data import latch


def test_the_answer_is_the_first_symbol():
    for side in ("train", "test"):
        for example in latch.TASK.generate(300, seed=1, side=side):
            assert latch.TASK.answers[example.answer] == example.text[0]


def test_test_gaps_are_the_long_ones_and_training_has_all():
    test = [len(e.text) - 1 for e in latch.TASK.generate(500, seed=1, side="test")]
    train = [len(e.text) - 1 for e in latch.TASK.generate(3000, seed=1)]
    assert min(test) == latch.LONG
    assert max(test) == latch.LONGEST
    assert set(train) == set(range(1, latch.LONGEST + 1)) - {1} | ({1} & set(train))


def test_nothing_after_the_first_symbol_tells_it():
    examples = latch.TASK.generate(8000, seed=2)
    last = Counter((e.text[0], e.text[-1]) for e in examples if len(e.text) > 2)
    assert len(last) == len(latch.SYMBOLS) ** 2
    expected = sum(last.values()) / len(last)
    assert all(0.6 * expected < count < 1.4 * expected for count in last.values())
