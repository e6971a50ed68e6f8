"""Forms as a Korean grammar has them, written out by hand."""

from __future__ import annotations

import pytest

from core.data.grammars import korean_words
from core.data.grammars.korean_forms import nominal, particle, predicate


@pytest.mark.parametrize(
    ("entry", "style", "present", "past"),
    [
        ("좋/좋았/좋은", "plain", "좋다", "좋았다"),
        ("좋/좋았/좋은", "polite", "좋아요", "좋았어요"),
        ("지루하", "polite", "지루해요", "지루했어요"),
        ("지루하", "formal", "지루합니다", "지루했습니다"),
        ("아름답", "polite", "아름다워요", "아름다웠어요"),
        ("아름답", "formal", "아름답습니다", "아름다웠습니다"),
        ("재미있", "casual", "재미있어", "재미있었어"),
        ("힘들/힘들었/힘든", "formal", "힘듭니다", "힘들었습니다"),
        ("힘들/힘들었/힘든", "remark", "힘드네요", "힘들었네요"),
        ("감동적이", "polite", "감동적이에요", "감동적이었어요"),
        ("감동적이", "formal", "감동적입니다", "감동적이었습니다"),
        ("예쁘/예뻤/예쁜", "polite", "예뻐요", "예뻤어요"),
        ("빠르/빨랐/빠른", "polite", "빨라요", "빨랐어요"),
    ],
)
def test_endings_of_adjectives(entry, style, present, past):
    assert predicate(entry).ended(style, "present") == (present,)
    assert predicate(entry).ended(style, "past") == (past,)


@pytest.mark.parametrize(
    ("noun", "style", "present", "past"),
    [
        ("걸작", "plain", "걸작이다", "걸작이었다"),
        ("걸작", "polite", "걸작이에요", "걸작이었어요"),
        ("최고", "polite", "최고예요", "최고였어요"),
        ("최고", "formal", "최고입니다", "최고였습니다"),
        ("별로", "casual", "별로야", "별로였어"),
    ],
)
def test_endings_of_nouns(noun, style, present, past):
    assert nominal(noun).ended(style, "present") == (present,)
    assert nominal(noun).ended(style, "past") == (past,)


def test_negations():
    good = predicate("좋/좋았/좋은")
    assert good.negated(by="않").ended("plain", "past") == ("좋지", "않았다")
    assert good.negated(by="않").ended("polite", "present") == ("좋지", "않아요")
    assert good.short_negated().ended("plain", "present") == ("안", "좋다")
    masterpiece = nominal("걸작").negated(by="은는")
    assert masterpiece.ended("polite", "present") == ("걸작은", "아니에요")
    assert masterpiece.ended("formal", "past") == ("걸작은", "아니었습니다")
    assert nominal("최고").negated(by="이가").ended("plain", "past") == ("최고가", "아니었다")


@pytest.mark.parametrize(
    ("link", "adjective", "noun"),
    [
        ("지만", "지루하지만", "걸작이지만"),
        ("았지만", "지루했지만", "걸작이었지만"),
        ("는데", "지루한데", "걸작인데"),
        ("고", "지루하고", "걸작이고"),
        ("아서", "지루해서", "걸작이라서"),
    ],
)
def test_endings_that_go_on(link, adjective, noun):
    assert predicate("지루하").linked(link) == (adjective,)
    assert nominal("걸작").linked(link) == (noun,)


@pytest.mark.parametrize(
    ("entry", "form"),
    [
        ("좋/좋았/좋은", "좋을"),
        ("지루하", "지루할"),
        ("아름답", "아름다울"),
        ("재미있", "재미있을"),
        ("힘들/힘들었/힘든", "힘들"),
    ],
)
def test_the_form_before_only(entry, form):
    assert predicate(entry).prospective == form


def test_particles_follow_the_last_sound():
    assert particle("결말", "은는") == "결말은"
    assert particle("영화", "은는") == "영화는"
    assert particle("책", "이가") == "책이"
    assert particle("배우", "을를") == "배우를"


def test_every_entry_of_the_lexicon_can_be_written():
    groups = (korean_words.FOR, korean_words.AGAINST, korean_words.TOO)
    entries = {entry for group in groups for words in group.values() for entry in words}
    assert len(entries) > 120
    for entry in entries:
        assert predicate(entry).ended("plain", "past")[0].endswith("다")


def test_an_irregular_stem_alone_is_refused():
    with pytest.raises(ValueError, match="irregular"):
        predicate("좋")
