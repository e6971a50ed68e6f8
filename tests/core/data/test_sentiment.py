from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import sentiment
from core.data.grammars import english_sentences, korean_sentences
from core.data.grammars.phrase import text_of
from core.text import tokenize
from tests.core.data import english_reader, korean_reader

GRAMMARS = {
    "english": (english_sentences.sentence, english_reader.polarity),
    "korean": (korean_sentences.sentence, korean_reader.polarity),
}
seeds = st.integers(min_value=0, max_value=2**32)


@pytest.mark.parametrize("language", GRAMMARS)
@settings(max_examples=300, deadline=None)
@given(seed=seeds)
def test_the_label_follows_from_the_words_by_the_stated_rule(language, seed):
    sentence, polarity = GRAMMARS[language]
    phrase = sentence(np.random.default_rng(seed))
    assert polarity(phrase.words) == phrase.polarity, text_of(phrase.words)


@pytest.mark.parametrize("language", GRAMMARS)
@settings(max_examples=200, deadline=None)
@given(seed=seeds)
def test_words_are_read_back_from_the_text_as_they_were_written(language, seed):
    phrase = GRAMMARS[language][0](np.random.default_rng(seed))
    assert tokenize(text_of(phrase.words), "word") == phrase.words


# Read by hand, so that the readers above are themselves held to something.
@pytest.mark.parametrize(
    ("words", "polarity"),
    [
        ("the movie was not good but the music was wonderful", 1),
        ("the music was wonderful but the movie was not good", -1),
        ("i loved the acting although the plot was predictable", 1),
        ("although i loved the acting , the plot was predictable", -1),
        ("it was not boring but funny", 1),
        ("it was not only boring but also silly", -1),
        ("in spite of the rude staff , the room was never dirty", 1),
        ("nobody disliked the article", 1),
        ("the room was not too small", 1),
        ("the cake was by no means tasty .", -1),
    ],
)
def test_the_english_rule_on_sentences_read_by_hand(words, polarity):
    assert english_reader.polarity(tuple(words.split())) == polarity


@pytest.mark.parametrize(
    ("words", "polarity"),
    [
        ("이 영화는 지루하지 않았지만 결말이 아쉬웠다", -1),
        ("결말이 아쉬웠지만 이 영화는 지루하지 않았다", 1),
        ("음악이 좋다고 할 수 없었다", -1),
        ("전혀 지루하지 않은 소설이었다", 1),
        ("좋은 영화가 아니었어요", -1),
        ("지루한 것이 아니라 흥미로웠다", 1),
        ("재미있을 줄 알았는데 별로 안 좋았다", -1),
        ("강의가 너무 길었지만 유익했습니다 . 어제 동생과 같이 갔습니다", 1),
        ("결말이 마음에 들지 않았다", -1),
        ("돈이 아깝지 않았다", 1),
    ],
)
def test_the_korean_rule_on_sentences_read_by_hand(words, polarity):
    assert korean_reader.polarity(tuple(words.split())) == polarity


def test_both_answers_both_languages_and_both_turns_are_frequent():
    examples = sentiment.TASK.generate(2000, seed=5)
    korean = [any("가" <= letter <= "힣" for letter in example.text) for example in examples]
    assert 0.55 < np.mean(korean) < 0.65
    assert 0.45 < np.mean([example.answer for example in examples]) < 0.55
    turned = [example for example in examples if "not" in example.shape]
    assert 0.3 < len(turned) / len(examples) < 0.8
    # A negated clause says nothing about the answer by itself.
    assert 0.45 < np.mean([example.answer for example in turned]) < 0.55


def test_held_out_combinations_are_in_test_sentences_only():
    train = {example.shape for example in sentiment.TASK.generate(3000, seed=0)}
    test = {example.shape for example in sentiment.TASK.generate(600, seed=1, side="test")}
    assert not any(sentiment.held_out(shape) for shape in train)
    held_out = {shape for shape in test if sentiment.held_out(shape)}
    assert len(held_out) > 50
    assert not held_out & train


def test_hundreds_of_words_in_each_language():
    words: dict[bool, set[str]] = {True: set(), False: set()}
    for example in sentiment.TASK.generate(6000, seed=2):
        for word in tokenize(example.text, "word"):
            words["가" <= word[0] <= "힣"].add(word)
    assert len(words[False]) > 500
    assert len(words[True]) > 1500


def test_neutral_words_never_decide():
    neutral = sentiment.TASK.neutral
    assert len(neutral) > 600
    assert not neutral & {phrase[0] for phrase in english_reader.POLAR if len(phrase) == 1}
    assert not neutral & {"but", "not", "yet", "never", "however", "so", "too", "far", "nothing"}
    assert not neutral & {"너무", "않았다", "안", "하지만", "별로", "최고", "좋은", "아니다"}
