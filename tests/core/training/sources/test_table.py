from __future__ import annotations

import csv
import io
from collections import Counter

import numpy as np
import pytest

from core.text import NoSuchColumn, RaggedRow, read_table
from core.training.errors import WrongSetting
from core.training.sources import prepare
from core.training.sources.errors import (
    EmptyCell,
    NothingRepeats,
    OneClassOnly,
    RareLabel,
    TooManyClasses,
)
from core.training.sources.labelled import labelled
from core.training.sources.table import held_out

WORDS = ("good", "fine", "bad", "dull", "bright", "slow", "quick", "plain")


def rows(count=120, labels=("neg", "pos"), seed=0):
    random = np.random.default_rng(seed)
    return [(f"{' '.join(random.choice(WORDS, size=6))} {number}", labels[number % len(labels)])
            for number in range(count)]  # fmt: skip


def written(body, names=("review", "label")):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([names, *body])
    return out.getvalue()


def prepared(tmp_path, body, names=("review", "label"), validation=0.0, **options):
    (tmp_path / "a.csv").write_text(written(body, names), encoding="utf-8")
    given = {"file": "a.csv", **options}
    return prepare("table", given, seed=0, validation=validation, folder=tmp_path)


@pytest.mark.parametrize(
    ("labels", "answers"),
    [(("pos", "neg"), ("neg", "pos")), (("10", "9", "-1.5"), ("-1.5", "9", "10")),
     (("b", "10", "a"), ("10", "a", "b"))],
)  # fmt: skip
def test_labels_are_sorted_and_each_text_keeps_its_own(tmp_path, labels, answers):
    body = rows(labels=labels)
    data = prepared(tmp_path, body, length=10)
    assert data.answers == answers
    label_of = dict(body)
    binary = len(labels) == 2
    assert data.loss == ("binary_crossentropy" if binary else "sparse_categorical_crossentropy")
    assert data.outputs == (1 if binary else 3)
    assert data.train.targets.shape == ((96, 1) if binary else (96,))
    for part in (data.train, data.test):
        for number, target in enumerate(part.targets.ravel().astype(int)):
            text = part.texts(number)
            assert answers[target] == label_of[text]
            row = part.inputs[number]
            assert data.vocabulary.encode(text).ids.tolist() == row[row > 0].tolist()
    assert data.class_counts == dict.fromkeys(answers, 96 // len(labels))


def test_test_rows_are_the_same_in_every_run_and_of_each_label(tmp_path):
    body = rows(200, labels=("a", "a", "a", "b"))
    tested = []
    for seed in (0, 1):
        (tmp_path / "a.csv").write_text(written(body), encoding="utf-8")
        options = {"file": "a.csv", "test": 0.3}
        data = prepare("table", options, seed=seed, validation=0.2, folder=tmp_path)
        tested.append([data.test.texts(number) for number in range(len(data.test))])
        assert len(data.validation) == round(0.2 * 140)
    assert tested[0] == tested[1]
    assert Counter(dict(body)[text] for text in tested[0]) == {"a": 45, "b": 15}


def test_a_text_that_stands_there_often_is_on_one_side_only(tmp_path):
    body = rows(40) * 3 + [(f"  {text} ", label) for text, label in rows(40)]
    data = prepared(tmp_path, body)
    sides = [{part.texts(n).strip() for n in range(len(part))} for part in (data.train, data.test)]
    assert not sides[0] & sides[1]
    assert len(data.train) + len(data.test) == 160


def test_the_rarest_label_is_both_learned_and_tested():
    body = [*rows(100), ("only once", "rare"), ("and once more", "rare")]
    found = labelled(read_table(written(body)))
    testing = held_out(found, share=0.01)
    rare = testing[found.answers == found.labels.index("rare")]
    assert sorted(rare.tolist()) == [False, True]
    assert found.counts == {"neg": 50, "pos": 50, "rare": 2}
    nearly_all = held_out(found, share=0.9)
    assert {found.answers[row] for row in np.flatnonzero(~nearly_all)} == {0, 1, 2}


def test_columns_are_found_or_named(tmp_path):
    body = [(label, text, "x") for text, label in rows()]
    names = ("label", "review", "other")
    with pytest.raises(WrongSetting, match=r"label_column.*label, other"):
        prepared(tmp_path, body, names)
    data = prepared(tmp_path, body, names, label_column="label")
    assert data.train.texts(0) == body[0][1] or data.test.texts(0) == body[0][1]
    with pytest.raises(NoSuchColumn, match=r"'stars'.*label, review, other"):
        prepared(tmp_path, body, names, label_column="stars")
    with pytest.raises(WrongSetting, match="another column"):
        prepared(tmp_path, body, names, text_column="label", label_column="label")
    # The longer column is not taken for the texts when it is named as that of labels.
    swapped = labelled(read_table(written(rows())), label_column="label")
    assert swapped.labels == ("neg", "pos")


@pytest.mark.parametrize("blank", ["", "  \t", "\u3000"])
@pytest.mark.parametrize("column", ["review", "label"])
def test_an_empty_cell_is_named_by_row_and_column(blank, column):
    body = rows()
    text, label = body[41]
    body[41] = (blank, label) if column == "review" else (text, blank)
    with pytest.raises(EmptyCell) as caught:
        labelled(read_table(written(body)))
    # The column names are row 1, so the first text is in row 2.
    assert caught.value.facts == {"row": 43, "column": column}


def test_a_text_of_which_the_fold_leaves_nothing_is_named_as_well(tmp_path):
    body = rows()
    body[7] = ("?!", "pos")
    assert prepared(tmp_path, body).vocabulary.fold == "none"
    with pytest.raises(EmptyCell, match=r"Row 9 .*'review'"):
        prepared(tmp_path, body, fold="strip")


def test_classes_that_cannot_be_told_apart_are_refused():
    with pytest.raises(OneClassOnly, match="'pos' in the column 'label'"):
        labelled(read_table(written(rows(labels=("pos", " pos ")))))
    many = [(f"text {number}", f"label {number // 2}") for number in range(2 * 1001)]
    with pytest.raises(TooManyClasses, match=r"1,001 .*1,000"):
        labelled(read_table(written(many)), label_column="label")
    most = labelled(read_table(written(many[:2000])), label_column="label")
    assert len(most.labels) == 1000
    with pytest.raises(RareLabel, match=r"'odd' \(row 122 as .*has 1 text.*at least 2"):
        labelled(read_table(written([*rows(), ("one", "odd")])))
    with pytest.raises(RareLabel, match=r"'odd' .*has 1 text"):
        labelled(read_table(written([*rows(), ("one", "odd"), (" one ", "odd")])))
    first = rows()[0][0]
    with pytest.raises(RareLabel, match=r"'odd' .*has 0 text"):
        labelled(read_table(written([*rows(), (first, "odd")])))


def test_texts_without_a_word_in_common_are_refused_before_they_are_trained_on(tmp_path):
    alike = [(f"w{number} v{number}", "ab"[number % 2]) for number in range(40)]
    with pytest.raises(NothingRepeats, match="characters"):
        prepared(tmp_path, alike)
    assert prepared(tmp_path, alike, unit="character").remarks == ()


def test_what_is_cut_or_unknown_is_remarked_on(tmp_path):
    long = [("good bad " * (50 if number < 3 else 2) + f"x{number}", "ab"[number % 2])
            for number in range(20)]  # fmt: skip
    cut, *others = prepared(tmp_path, long, length=5).remarks
    assert not others
    assert cut.facts == {"count": 3, "total": 20, "length": 5, "longest": 101}
    rare = [(f"good x{number} y{number}", "ab"[number % 2]) for number in range(20)]
    (unknown,) = prepared(tmp_path, rare).remarks
    assert unknown.facts == {"share": pytest.approx(2 / 3), "words": 3}


def test_tables_that_are_not_sound_are_told_by_row(tmp_path):
    (tmp_path / "a.csv").write_text("review,label\na,b\nc,d,e\n", encoding="utf-8")
    with pytest.raises(RaggedRow, match="Row 3 "):
        prepare("table", {"file": "a.csv"}, seed=0, validation=0, folder=tmp_path)
    with pytest.raises(WrongSetting, match=r"data\.options\.file"):
        prepare("table", {}, seed=0, validation=0)


def test_padding_that_is_not_masked_is_of_the_length_that_was_asked_for(tmp_path):
    for mask, width in ((True, 7), (False, 50)):
        assert prepared(tmp_path, rows(), length=50, mask=mask).train.inputs.shape == (96, width)


@pytest.mark.parametrize(("padding", "cut"), [("pre", "post"), ("post", "pre"), ("pre", "pre")])
def test_long_texts_are_cut_and_short_ones_filled_where_asked(tmp_path, padding, cut):
    body = [*rows(20), *((f"{word} x", label) for word in WORDS for label in ("neg", "pos"))]
    body = list(dict(body).items())
    data = prepared(tmp_path, body, length=4, padding=padding, cut=cut)
    assert data.train.inputs.shape[1] == 4
    lengths = set()
    for number, row in enumerate(data.train.inputs):
        whole = data.vocabulary.encode(data.train.texts(number)).ids.tolist()
        kept = whole[-4:] if cut == "pre" else whole[:4]
        zeros = [0] * (4 - len(kept))
        assert row.tolist() == (zeros + kept if padding == "pre" else kept + zeros)
        lengths.add(len(kept))
    assert lengths == {2, 4}
    assert (data.padding, data.mask) == (padding, True)
