"""Texts of which a part is unknown, or that are one token: told before they are learned."""

from __future__ import annotations

import pytest

from core.training.sources import prepare
from core.training.sources.errors import OneTokenOnly, PartMostlyUnknown


def of_text(text, validation=0.1, **options):
    return prepare("text", {"text": text, "length": 8} | options, seed=0, validation=validation)


def test_parts_that_the_vocabulary_does_not_know_are_told():
    plain = "abcdefgh" * 300
    assert of_text(plain).remarks == ()
    [test] = of_text(plain + "xyzw" * 66, test=0.1).remarks
    assert isinstance(test, PartMostlyUnknown)
    assert test.facts["what"] == "testing"
    assert test.facts["share"] > 0.9
    both = of_text(plain + "xyzw" * 300, test=0.2, validation=0.2).remarks
    assert [each.facts["what"] for each in both] == ["validation", "testing"]
    # A tenth that is unknown says no more than life does.
    assert of_text(plain + "abcdefghabcdefghabx" * 14, test=0.1).remarks == ()


@pytest.mark.parametrize("text", ["a " * 300, " ".join(f"w{at}" for at in range(300))])
def test_a_text_that_reads_as_one_token_is_told(text):
    data = of_text(text, unit="word")
    assert isinstance(data.remarks[0], OneTokenOnly)
    assert not any(isinstance(each, OneTokenOnly) for each in of_text("ab " * 300).remarks)
