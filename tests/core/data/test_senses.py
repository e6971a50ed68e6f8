"""Words of two senses: each stands where it is said to, and its form does not tell the sense."""

from __future__ import annotations

import re

import pytest

from core.data import senses
from core.data.task import side_of
from core.text import tokenize


def test_the_word_stands_where_it_is_said_to_stand() -> None:
    for sentence in senses.generate(2_000, seed=3, side="train"):
        tokens = tokenize(sentence.text, "word")
        assert tokens == tuple(sentence.text.split())  # places are those of any tokenizer
        word = tokens[sentence.place]
        if sentence.word:
            assert word in senses.forms(sentence.word)
        else:
            assert word.startswith(sentence.sense.alone)
        assert not set("{}~") & set(sentence.text)


@pytest.mark.parametrize("word", senses.words())
def test_a_form_does_not_tell_the_sense(word: str) -> None:
    seen: dict[str, set[str]] = {}
    for sense in senses.senses():
        if sense.word == word:
            for frame in sense.frames:
                assert len(re.findall("~", frame)) == 1
                found = re.search(r"~(\w*)", frame)
                assert found is not None
                seen.setdefault(sense.key, set()).add(found[1])
    one, other = seen.values()
    assert len(one & other) >= 1
    assert len(senses.forms(word)) == len(one | other)


def test_a_particle_follows_the_sound() -> None:
    assert set(senses.forms("눈")) == {"눈을", "눈이", "눈은"}
    assert "배를" in senses.forms("배")
    assert "배을" not in senses.forms("배")
    assert senses.forms("bank") == ("bank",)
    assert senses.forms("unheard") == ("unheard",)


def test_sides_are_apart_and_seeds_repeat() -> None:
    train = senses.generate(3_000, seed=1, side="train")
    test = senses.generate(300, seed=1, side="test")
    assert not {each.text for each in train} & {each.text for each in test}
    assert len({each.text for each in test}) == 300
    assert {side_of(each.text) for each in test} == {"test"}
    assert senses.generate(50, seed=1, side="train") == train[:50]
    assert senses.generate(50, seed=2, side="train") != train[:50]


def test_both_languages_have_their_words() -> None:
    assert "bank" in senses.words("en")
    assert "배" in senses.words("ko")
    assert set(senses.words()) == {*senses.words("en"), *senses.words("ko")}
    counts = dict.fromkeys(senses.words(), 0)
    for sense in senses.senses():
        counts[sense.word] += 1
        assert set(sense.name) == {"en", "ko"}
    assert set(counts.values()) == {2}
