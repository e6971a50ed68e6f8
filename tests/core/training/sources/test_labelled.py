"""Labels that look alike, texts that disagree, and a first row that is no row of names: told."""

from __future__ import annotations

import unicodedata
from collections import Counter

import numpy as np
import pytest

from core.text import read_table
from core.training.sources import prepare
from core.training.sources.errors import (
    EmptyCell,
    FirstRowIsData,
    LabelsAlike,
    RareLabel,
    TextsDisagree,
)
from core.training.sources.labelled import labelled
from core.training.sources.table import held_out

ALIKE = {
    "case": ("neg", "Neg"),
    "no width": ("neg", "neg\u200b"),
    "no width within": ("neg", "n\u2060eg"),
    "a mark of direction": ("neg", "\u202dneg"),
    "two blanks": ("very good", "very  good"),
    "another blank": ("very good", "very\u00a0good"),
    "a tab": ("very good", "very\tgood"),
    "full width": ("1", "１"),
    "a number": ("1", "1.0"),
    "a signed number": ("1", "+1"),
    "a power": ("100", "1e2"),
    "nothing known": ("NaN", "nan"),
    "long s": ("strasse", "straße"),
}
APART = [
    ("neg", "pos"),
    ("1", "2"),
    ("1", "-1"),
    ("1", "1a"),
    ("a b", "ab"),
    ("é", "e"),
    ("+", "-"),
]


def written(*rows, names="text;label"):
    return "\n".join([names, *(";".join(row) for row in rows)]) + "\n"


def rows_of(**counts):
    return [(f"text {at} of {name}", label) for name, (label, count) in counts.items()
            for at in range(count)]  # fmt: skip


def told(found, kind):
    return [remark for remark in found.remarks if isinstance(remark, kind)]


@pytest.mark.parametrize(("one", "other"), ALIKE.values(), ids=ALIKE)
def test_labels_that_a_reader_takes_for_one_are_told_with_both_counts(one, other):
    rows = rows_of(one=(one, 9), other=(other, 3), third=("third", 4))
    found = labelled(read_table(written(*rows)))
    assert len(found.labels) == 3  # nothing is put together
    [remark] = told(found, LabelsAlike)
    assert (remark.facts["count"], remark.facts["others"]) == (9, 3)
    assert remark.facts["one"] != remark.facts["other"]  # as both are shown


@pytest.mark.parametrize(("one", "other"), APART)
def test_labels_that_differ_are_not_remarked_on(one, other):
    found = labelled(read_table(written(*rows_of(one=(one, 3), other=(other, 3)))))
    assert found.remarks == ()


@pytest.mark.parametrize("label", ["긍정", "café", "ﬁne é"])
def test_what_unicode_holds_to_be_one_label_is_one(label):
    forms = [unicodedata.normalize(form, label) for form in ("NFC", "NFD")]
    assert forms[0] != forms[1]
    found = labelled(read_table(written(*rows_of(
        one=(forms[0], 2), two=(forms[1], 3), three=("other", 2)
    ))))  # fmt: skip
    assert found.counts == {forms[0]: 5, "other": 2}
    assert found.remarks == ()


def test_many_labels_that_look_alike_are_counted():
    labels = [f"label {at}" for at in range(12)]
    rows = [(f"{label} {case} {at}", case(label)) for label in labels
            for case in (str.lower, str.upper) for at in range(2)]  # fmt: skip
    remarks = told(labelled(read_table(written(*rows)), label_column="label"), LabelsAlike)
    assert {remark.facts["pairs"] for remark in remarks} == {12}
    assert len(remarks) == 5


def test_texts_with_several_labels_are_told_and_do_not_fill_the_test_part(tmp_path):
    rows = rows_of(neg=("neg", 8), pos=("pos", 8))
    rows += [("same text", label) for label in ("pos", "neg")] * 5 + [(" same text ", "pos")]
    found = labelled(read_table(written(*rows)))
    [remark] = told(found, TextsDisagree)
    assert remark.facts == {"texts": 1, "rows": 11, "total": 27, "row": 18}
    testing = held_out(found, share=0.2)
    assert 2 <= testing.sum() <= 6
    (tmp_path / "a.csv").write_text(written(*rows), encoding="utf-8")
    data = prepare("table", {"file": "a.csv"}, seed=0, validation=0.0, folder=tmp_path)
    assert told(data, TextsDisagree)
    with pytest.raises(RareLabel, match="counts for its first"):
        labelled(read_table(written(*[(text, label) for text in "abc" for label in ("p", "n")])))


@pytest.mark.parametrize("seed", range(30))
def test_the_share_for_testing_is_one_of_rows_whatever_stands_there_twice(seed):
    """Within what the most frequent text takes; each label is on both sides."""
    random = np.random.default_rng(seed)
    rows = []
    for label in ("a", "b", "c")[: 2 + seed % 2]:
        for at in range(random.integers(2, 12)):
            rows += [(f"{label} {at}", label)] * int(random.integers(1, 8))
    found, share = labelled(read_table(written(*rows))), float(random.uniform(0.05, 0.9))
    testing = held_out(found, share=share)
    sides: list[set[str]] = [set(), set()]
    for (text, label), tested in zip(rows, testing, strict=True):
        sides[int(tested)] |= {text, label}
    assert sides[0] & sides[1] == set(found.labels)
    for place, label in enumerate(found.labels):
        counts = Counter(text for text, own in rows if own == label)
        tested = testing[found.answers == place].sum()
        assert abs(tested - share * sum(counts.values())) <= max(counts.values())


@pytest.mark.parametrize("names", ["good film here;pos", "text;neg", "3.5;label", "text;1"])
def test_a_first_row_that_looks_like_data_is_told(names):
    rows = rows_of(one=("neg", 3), two=("pos", 3))
    [remark] = labelled(read_table(written(*rows, names=names))).remarks
    assert isinstance(remark, FirstRowIsData)
    assert remark.facts["rows"] == 6
    assert labelled(read_table(written(*rows, names="a film;class"))).remarks == ()


def test_an_empty_cell_below_blank_lines_has_the_number_that_a_spreadsheet_shows():
    with pytest.raises(EmptyCell) as caught:
        labelled(read_table("text,label\n\n\ngood,pos\n\n  ,neg\n"))
    assert caught.value.facts["row"] == 6
    with pytest.raises(RareLabel) as rare:
        labelled(read_table("text,label\n\na good one,pos\nfine,pos\n\n\nbad,neg\n"))
    assert rare.value.facts["row"] == 7
