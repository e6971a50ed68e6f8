"""Two texts as data: drawn, read from files, arranged for teacher forcing, and what is refused."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from core.data import dates, sums
from core.data.task import side_of
from core.text import END, START
from core.training.errors import WrongSetting
from core.training.sources import prepare
from core.training.sources.errors import (
    NoPair,
    NoPairsLeft,
    NoTextInArchive,
    UnreadableFile,
)

SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"


def prepared(source, **options):
    return prepare(source, options, seed=1, validation=0.25)


def words(ids, vocabulary):
    return [vocabulary.token_of(int(index)) for index in ids if index]


@pytest.mark.parametrize("name", ["dates", "sums"])
def test_the_decoder_reads_what_should_stand_before(name):
    data = prepared(name, train_examples=40, test_examples=20)
    target = data.vocabularies["target"]
    for part in (data.train, data.validation, data.test):
        for row in range(len(part)):
            read = words(part.inputs["target"][row], target)
            answered = words(part.targets[row], target)
            assert read[0] == START
            assert answered[-1] == END
            assert read[1:] == answered[:-1]
            np.testing.assert_array_equal(part.counts[row], part.targets[row] != 0)
            assert "".join(words(part.inputs["source"][row], data.vocabulary)) == part.texts(row)
    assert 0 < data.chance < 1


def test_dates_say_the_same_day_in_every_form():
    seen = set()
    for pair in dates.TASK.generate(400, seed=3):
        day = date.fromisoformat(pair.target)
        assert dates.FIRST <= day <= dates.LAST
        text = pair.source.title()
        forms = ["%m/%d/%y", "%B %d, %Y", "%b %d, %Y", "%A, %B %d, %Y"]
        for form in forms:
            try:
                read = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
            assert read == day, pair
            seen.add((form, pair.source.isupper(), pair.source.islower()))
            break
        else:
            raise AssertionError(pair)
    assert len(seen) == 10  # numbers have no case


def test_sums_are_right_and_of_every_length():
    lengths = set()
    for pair in sums.build(digits=3).generate(500, seed=2):
        one, other = pair.source.split("+")
        assert int(one) + int(other) == int(pair.target)
        lengths.add((len(one), len(other)))
    assert len(lengths) == 9


@pytest.mark.parametrize("task", [dates.TASK, sums.TASK])
def test_no_source_is_both_learned_and_tested(task):
    train = {pair.source for pair in task.generate(500, seed=1)}
    test = [pair.source for pair in task.generate(200, seed=9, side="test")]
    assert len(set(test)) == 200
    assert not train & set(test)
    assert {side_of(text) for text in test} == {"test"}
    letters = set("".join(train) + "".join(test))
    assert letters <= set(task.source_tokens)


def test_more_different_test_sums_than_there_are_cannot_be_asked_for():
    with pytest.raises(WrongSetting, match="test_examples"):
        prepared("sums", digits=2, test_examples=5_000)


WHEN = ("well", "long", "now", "there", "again")
LINES = [
    f"The cat number {at % 6} sleeps {WHEN[at // 6]}.\tEl gato {at % 6} duerme {at // 6}.\tsomebody"
    for at in range(30)
]
LINES += ["Go!\t¡Vete!\tx", "Go!\tVaya.\tx", "Who?\t¿Quién?\tx"]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "pairs.txt"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return path


def test_a_file_of_pairs_is_split_by_its_sources(file):
    data = prepared("translation", file=str(file), longest=8, test=0.2)
    source, target = data.vocabulary, data.vocabularies["target"]
    assert "cat" in source
    assert {"gato", "vete", "quién"} & set(target.tokens)
    assert not {"sleeps.", "¡vete", "¿quién"} & {*source.tokens, *target.tokens}
    everything = [data.train, data.validation, data.test]
    assert sum(map(len, everything)) == 33
    tested = {data.test.texts(at) for at in range(len(data.test))}
    learned = {part.texts(at) for part in everything[:2] for at in range(len(part))}
    assert tested
    assert not tested & learned
    again = prepare("translation", {"file": str(file), "longest": 8, "test": 0.2},
                    seed=7, validation=0.25)  # fmt: skip
    assert {again.test.texts(at) for at in range(len(again.test))} == tested


def test_limits_leave_out_what_is_longer_unknown_or_said_twice(file):
    whole = prepared("translation", file=str(file), longest=8)
    first = prepared("translation", file=str(file), longest=8, first=True)
    count = lambda data: len(data.train) + len(data.validation) + len(data.test)  # noqa: E731
    assert count(whole) - count(first) == 1
    few = prepared("translation", file=str(file), longest=8, examples=12)
    assert len(few.train) + len(few.validation) == 12
    known = prepared("translation", file=str(file), longest=8, words=17, known=True, test=0.4)
    assert count(known) < count(whole)
    for part in (known.train, known.test):
        assert not (part.inputs["source"] == 1).any()
    with pytest.raises(NoPairsLeft, match="3 pairs are left"):
        prepared("translation", file=str(file), longest=2)


def test_a_zip_is_read_and_swapped(file, tmp_path):
    archive = tmp_path / "pairs.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("spa-eng/_about.txt", "nothing to learn")
        written.writestr("spa-eng/spa.txt", file.read_text("utf-8"))
    data = prepared("translation", file=str(archive), longest=8, swap=True)
    assert "gato" in data.vocabulary
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("_about.txt", "nothing to learn")
    with pytest.raises(NoTextInArchive):
        prepared("translation", file=str(archive))


def test_a_line_without_two_texts_is_named(file, tmp_path):
    file.write_text("one\tuno\n\ntwo\n", encoding="utf-8")
    with pytest.raises(NoPair, match="Line 3"):
        prepared("translation", file=str(file))
    with pytest.raises(UnreadableFile):
        prepared("translation", file=str(tmp_path / "missing.txt"))
    with pytest.raises(WrongSetting, match="file"):
        prepared("translation")


@pytest.mark.parametrize(
    ("name", "options", "source", "target"),
    [
        ("date.txt", {"separator": "_", "unit": "character", "fold": "none", "longest": 30,
                      "target_longest": 12}, "september 27, 1994", "1994-09-27"),
        ("addition.txt", {"separator": "_", "unit": "character", "fold": "none", "longest": 8},
         "16+75", "91"),
        ("spa-eng.zip", {}, "Who?", "quién"),
    ],
)  # fmt: skip
def test_files_of_course_books_are_read(name, options, source, target):
    if not (SHARED / name).exists():
        pytest.skip(f"{name} is not among the shared data")
    data = prepared("translation", file=str(SHARED / name), **options)
    assert len(data.train) > 1_000
    parts = (data.train, data.validation, data.test)
    part, row = next(
        (part, at) for part in parts for at in range(len(part)) if part.texts(at) == source
    )
    said = words(part.targets[row], data.vocabularies["target"])
    assert said[-1] == END
    assert ("" if len(target) > 6 or name == "addition.txt" else " ").join(said[:-1]) == target
