from __future__ import annotations

import unicodedata
from importlib.resources import files

import pytest

from core.data import characters


@pytest.mark.parametrize("language", characters.LANGUAGES)
def test_the_texts_are_long_enough_and_plain(language):
    raw = (files("core.data") / "texts" / f"{language}.txt").read_bytes()
    assert 12_000 <= len(raw) <= 20_000
    text = raw.decode("utf-8")
    assert unicodedata.normalize("NFC", text) == text
    assert all(letter == "\n" or letter.isprintable() for letter in text)
    hangul = sum("가" <= letter <= "힣" for letter in text)
    assert hangul == 0 if language == "en" else hangul > 4000


@pytest.mark.parametrize("language", characters.LANGUAGES)
def test_each_ninth_paragraph_is_held_out_whole(language):
    train, test = (characters.paragraphs(language, side) for side in ("train", "test"))
    assert not set(train) & set(test)
    assert len(test) == pytest.approx((len(train) + len(test)) / 9, abs=1)


def test_stretches_are_of_their_side_and_of_the_stated_length():
    for side in ("train", "test"):
        sources = ["".join(characters.paragraphs(language, side)) for language in ("en", "ko")]
        for example in characters.TASK.generate(100, seed=3, side=side):
            assert any(example.text in source for source in sources)
            assert len(example.text) == characters.WINDOW[example.shape]
