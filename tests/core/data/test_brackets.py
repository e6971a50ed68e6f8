from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import brackets


def balanced(text: str) -> bool:
    """By rewriting: what is left after removing () and [] again and again."""
    while "()" in text or "[]" in text:
        text = text.replace("()", "").replace("[]", "")
    return not text


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_words_are_balanced_and_not_too_deep(seed):
    word = brackets.word(np.random.default_rng(seed))
    assert word.endswith(".")
    assert word[:-1]
    assert balanced(word[:-1])
    depths = [len(brackets.open_brackets(word[:step])) for step in range(len(word))]
    assert max(depths) <= brackets.DEEPEST


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_each_next_character_is_legal(seed):
    text = brackets.TASK.generate(1, seed=seed)[0].text
    assert brackets.LEAST_LENGTH <= len(text) <= brackets.LONGEST
    assert all(text[step] in brackets.legal_next(text[:step]) for step in range(len(text)))


def test_the_greatest_depth_is_reached():
    texts = [example.text for example in brackets.TASK.generate(200, seed=0)]
    depths = {len(brackets.open_brackets(text[:step])) for text in texts for step in range(60)}
    assert depths == set(range(brackets.DEEPEST + 1))


@pytest.mark.parametrize(
    ("text", "stack", "legal"),
    [
        ("", "", "(["),
        ("(", "(", "([)"),
        ("([", "([", "([]"),
        ("([]", "(", "([)"),
        ("()", "", "([."),
        ("().", "", "(["),
        ("((((((", "((((((", ")"),
    ],
)
def test_what_is_open_and_what_may_follow(text, stack, legal):
    assert brackets.open_brackets(text) == tuple(stack)
    assert brackets.legal_next(text) == frozenset(legal)
