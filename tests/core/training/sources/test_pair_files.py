"""Files of pairs as people have them: numbered, zipped beside others, mostly too long."""

from __future__ import annotations

import zipfile

import pytest

from core.training.sources import prepare
from core.training.sources.errors import (
    NoPair,
    NoTextInArchive,
    NumbersFirst,
    NumbersPassedOver,
    PairsTooLong,
    PairsUnknown,
    SeveralTexts,
    TooFewSources,
)

MANY = ("red", "blue", "green", "white", "black")
PAIRS = [(f"say {MANY[at % 5]} {'very ' * (at % 2)}now", f"sag {at % 3}") for at in range(30)]
PLAIN = "".join(f"{one}\t{other}\n" for one, other in PAIRS)


def prepared(folder, text="", file="pairs.txt", **options):
    if text:
        (folder / file).write_text(text, encoding="utf-8", newline="")
    return prepare("translation", {"file": file, **options}, seed=1, validation=0.2, folder=folder)


def zipped(folder, **texts):
    with zipfile.ZipFile(folder / "pairs.zip", "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    return {"folder": folder, "file": "pairs.zip"}


def kinds(data):
    return [type(remark) for remark in data.remarks]


def test_sound_pairs_have_no_remarks(tmp_path):
    assert kinds(prepared(tmp_path, PLAIN)) == []


def test_numbers_of_an_export_are_passed_over_and_said(tmp_path):
    text = "".join(f"{at}\t{one}\t{at + 900}\t{other}\n" for at, (one, other) in enumerate(PAIRS))
    data = prepared(tmp_path, text)
    assert "say" in data.vocabulary
    assert "sag" in data.vocabularies["target"]
    assert kinds(data) == [NumbersPassedOver]
    text = "".join(f"{at}\teng\t{one}\n" for at, (one, _) in enumerate(PAIRS))
    assert NumbersFirst in kinds(prepared(tmp_path, text))
    text = "".join(f"{at}\tnumber {at}\n" for at in range(30))  # numbers as words: no number of it
    assert NumbersFirst not in kinds(prepared(tmp_path, text))


def test_what_the_limits_leave_out_is_counted(tmp_path):
    long = "".join(f"{'so ' * 12}{at}\tsehr lang\n" for at in range(200))
    (said,) = prepared(tmp_path, PLAIN + long).remarks
    assert isinstance(said, PairsTooLong)
    assert "200 of 230 pairs" in str(said)
    rare = "".join(f"rare{at} word\tselten {at}\n" for at in range(15))
    few = prepared(tmp_path, "a b\tc\n" + PLAIN + rare, known=True, test=0.4)
    (said,) = (each for each in few.remarks if isinstance(each, PairsUnknown))
    kept = len(few.train) + len(few.validation) + len(few.test)
    assert 0 < said.facts["count"] == 46 - kept


@pytest.mark.parametrize("sources", [1, 2])
@pytest.mark.parametrize("test", [0.1, 0.5])
def test_too_few_sources_are_a_sentence(tmp_path, sources, test):
    text = "".join(f"same {at % sources}\tziel {at}\n" for at in range(30))
    with pytest.raises(TooFewSources, match=f"Only {sources} different texts .* 30 pairs"):
        prepared(tmp_path, text, test=test)
    text = "".join(f"same {at % 3}\tziel {at}\n" for at in range(30))
    data = prepared(tmp_path, text, test=test)
    assert min(map(len, (data.train, data.validation, data.test))) == 10


@pytest.mark.parametrize("ending", ["txt", "TXT", "Tsv"])
def test_the_only_text_of_a_zip_is_read_whatever_its_case(tmp_path, ending):
    about = {"_about.txt": "x", "__MACOSX/._deu.txt": "x", "picture.png": "x"}
    data = prepared(**zipped(tmp_path, **about, **{f"deu.{ending}": PLAIN}))
    assert "say" in data.vocabulary


def test_of_several_texts_one_is_named(tmp_path):
    given = zipped(tmp_path, **{"README.txt": "Read me.", "deu.txt": PLAIN})
    for entry in ("", "fra.txt"):
        with pytest.raises(SeveralTexts, match=r"pairs\.zip holds several texts: README\.txt, deu"):
            prepared(**given, entry=entry)
    assert "say" in prepared(**given, entry="deu.txt").vocabulary
    with pytest.raises(NoPair, match=r"Line 1 of README\.txt"):
        prepared(**given, entry="README.txt")
    given = zipped(tmp_path, **{"pairs.md": PLAIN}) | {"file": str(tmp_path / "pairs.zip")}
    with pytest.raises(NoTextInArchive) as caught:
        prepared(**given)
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("inside", ["\x0b", "\x0c", "\x85", "\u2028"])
def test_a_sign_within_a_line_parts_no_pair(tmp_path, inside):
    text = f"a{inside}b\tc\n" + PLAIN
    assert len(prepared(tmp_path, text).remarks) == 0
    with pytest.raises(NoPair, match=r"Line 32 of pairs\.txt"):
        prepared(tmp_path, text + "alone\n")
