"""What holds for every source that draws its examples."""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from core.data.errors import NoFurtherExamples
from core.data.sentiment import TASK
from core.errors import UnknownName
from core.text import PADDING_ID, UNKNOWN_ID, tokenize
from core.training.errors import WrongSetting
from core.training.sources import SOURCES, prepare

FEW = {"train_examples": 60, "test_examples": 20}
CASES = {
    "latch": {"shortest": 3, "longest": 8, "test_shortest": 5},
    "adding": {"length": 12},
    "temporal_order": {"length": 20},
    "copy": {"gap": 5, "length": 6},
    "parity": {},
    "dyck1": {"longest": 20, "test_shortest": 22, "test_longest": 30},
    "dyck2": {"longest": 20, "test_shortest": 22, "test_longest": 30},
    "reber": {},
    "sines": {"length": 15},
    "sentiment": {},
    "brackets": {},
    "flip-flop": {},
    "characters": {},
}
NUMBERS = {"adding", "sines"}
NEXT_TOKEN = {"brackets", "characters"}
DRAWN = {name: {**FEW, **options} for name, options in CASES.items()}
every_source = pytest.mark.parametrize("name", DRAWN)


@pytest.fixture(scope="module")
def prepared():
    made = {}

    def of(name):
        if name not in made:
            made[name] = prepare(name, DRAWN[name], seed=7, validation=0.25)
        return made[name]

    return of


def parts(dataset):
    return {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}


def test_every_source_is_here_or_has_tests_of_its_own():
    assert set(SOURCES) - set(DRAWN) == {
        *("strokes", "waves", "melodies"),
        *("imdb", "reuters", "text", "table"),
        *("dates", "sums", "translation", "spanish"),  # test_pairs.py
        *("shakespeare", "treebank", "senses", "series"),
    }
    assert all(name == source.name for name, source in SOURCES.items())


@every_source
def test_the_seed_decides_and_tests_are_the_same_for_all_seeds(name, prepared):
    once = prepared(name)
    again = prepare(name, DRAWN[name], seed=7, validation=0.25)
    other = prepare(name, DRAWN[name], seed=8, validation=0.25)
    for part in ("train", "validation"):
        assert np.array_equal(parts(once)[part].inputs, parts(again)[part].inputs)
        assert np.array_equal(parts(once)[part].targets, parts(again)[part].targets)
        assert not np.array_equal(parts(once)[part].inputs, parts(other)[part].inputs)
    if name not in {"sentiment", "characters"}:  # these gather their vocabulary from training
        assert np.array_equal(once.test.inputs, other.test.inputs)
    if once.test.texts:
        assert [once.test.texts(n) for n in range(20)] == [other.test.texts(n) for n in range(20)]


@every_source
def test_inputs_targets_and_outputs_fit_each_other(name, prepared):
    dataset = prepared(name)
    assert [len(part) for part in parts(dataset).values()] == [45, 15, 20]
    classes = dataset.outputs if dataset.loss == "sparse_categorical_crossentropy" else 2
    for part in parts(dataset).values():
        if name in NUMBERS:
            assert part.inputs.dtype == part.targets.dtype == np.float32
            assert part.inputs.shape[2] == dataset.features
            assert part.targets.shape[-1] == dataset.outputs
            continue
        assert part.inputs.dtype == np.int32
        assert part.inputs.max() < dataset.vocabulary.size
        assert part.targets.dtype == (np.float32 if dataset.outputs == 1 else np.int32)
        assert 0 <= part.targets.min() <= part.targets.max() < classes
        steps = part.inputs.shape if dataset.readout == "every" else (len(part),)
        assert part.targets.shape == (steps if classes > 2 or dataset.outputs > 1 else (*steps, 1))
        assert part.counts is None or part.counts.shape == part.inputs.shape
    assert (dataset.vocabulary is None) == (name in NUMBERS)
    assert dataset.citation
    assert set(dataset.class_counts) == set(dataset.answers)


@every_source
def test_a_text_is_what_the_network_reads_and_is_found_again_when_typed(name, prepared):
    dataset = prepared(name)
    if name in NUMBERS:
        assert dataset.test.texts is None
        return
    for part in parts(dataset).values():
        for number in range(len(part)):
            typed = dataset.vocabulary.encode(part.texts(number)).ids
            row = part.inputs[number]
            length = np.count_nonzero(row)
            assert (row[length:] == 0).all(), "zeros stand at the end"
            assert typed[: len(typed) - (name in NEXT_TOKEN)].tolist() == row[:length].tolist()
            if name in NEXT_TOKEN:
                assert part.targets[number, :length].tolist() == typed[1:].tolist()


@every_source
def test_no_test_text_was_trained_on(name, prepared):
    dataset = prepared(name)
    if name == "characters":  # stretches of different paragraphs, see tests/core/data
        return
    trained = {row.tobytes() for part in (dataset.train, dataset.validation) for row in part.inputs}
    if dataset.train.texts:
        trained = {part.texts(n) for part in (dataset.train, dataset.validation)
                   for n in range(len(part))}  # fmt: skip
        assert not trained & {dataset.test.texts(n) for n in range(20)}
    else:
        assert not trained & {row.tobytes() for row in dataset.test.inputs}


@pytest.mark.parametrize("name", ["dyck1", "dyck2", "copy", "reber"])
def test_the_answers_of_steps_stand_where_they_are_asked(name, prepared):
    dataset = prepared(name)
    task_of = {"copy": 6, "reber": 1}
    for number in range(len(dataset.test)):
        text = dataset.test.texts(number)
        if name in task_of:
            counts = dataset.test.counts[number]
            assert counts.sum() == task_of[name]
            asked = dataset.test.targets[number][counts > 0]
            said = "".join(dataset.answers[answer] for answer in asked)
            assert said == (text[:6] if name == "copy" else text[1])
        else:
            assert dataset.test.counts is None
            row = dataset.test.targets[number][: len(text)]
            assert row[-1] == 0, "nothing is open in the end"
            assert all(row[: len(text) - 1][[symbol in "([" for symbol in text[:-1]]] > 0)


def test_chance_is_what_always_giving_the_most_frequent_answer_scores(prepared):
    dataset = prepared("dyck2")
    kept = dataset.test.inputs != 0
    shares = [np.mean(dataset.test.targets[kept] == answer) for answer in range(3)]
    assert dataset.chance in shares
    assert dataset.chance < dataset.solved
    text = prepared("brackets")
    # Seven outputs, of which two never come: one who knows how often each comes does better than 7.
    assert 3 < text.chance < 6
    assert text.metric == "perplexity"


def test_every_step_of_reber_has_a_best_score_below_one():
    dataset = prepare("reber", {**FEW, "asked": "every"}, seed=0, validation=0)
    assert dataset.chance < dataset.solved < 0.8
    counts = dataset.test.counts.sum(axis=1)
    assert counts.tolist() == [len(dataset.test.texts(n)) - 1 for n in range(20)]


@pytest.mark.parametrize("name", SOURCES)
def test_options_are_plain_json_and_read_back(name):
    source = SOURCES[name]
    written = {
        "table": {"file": "a.csv"}, "text": {"text": "abc"}, "translation": {"file": "a.txt"}
    }.get(name, {})  # fmt: skip
    options = source.options.read(written)
    again = source.options.read(json.loads(json.dumps(asdict(options))))
    assert again == options
    assert source.description.endswith(".")


def test_progress_is_told_from_beginning_to_end():
    heard = []
    prepare("parity", FEW, seed=0, validation=0, report=lambda *told: heard.append(told))
    shares = [share for _, share in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert all(doing for doing, _ in heard)


def test_what_cannot_be_drawn_is_told():
    with pytest.raises(UnknownName, match=r"'poetry'.*latch"):
        prepare("poetry", {}, seed=0, validation=0)
    with pytest.raises(WrongSetting, match=r"test_examples' is 500.*at most \d+"):
        prepare("copy", {"symbols": 4, "length": 3, "test_examples": 500}, seed=0, validation=0)
    with pytest.raises(NoFurtherExamples):
        prepare("copy", {"symbols": 2, "length": 3}, seed=0, validation=0)
    for name, options in (
        ("latch", {"shortest": 50, "longest": 40}),
        ("dyck1", {"test_shortest": 50, "test_longest": 40}),
        ("sines", {"shortest_period": 50, "longest_period": 40}),
        ("reber", {"words": 20}),
    ):
        with pytest.raises(WrongSetting, match="at least"):
            prepare(name, options, seed=0, validation=0)


def test_words_are_split_as_the_vocabulary_splits_them(prepared):
    dataset = prepared("sentiment")
    text = dataset.train.texts(0)
    assert np.count_nonzero(dataset.train.inputs[0]) == len(tokenize(text, "word"))


def test_only_neutral_tokens_are_hidden_and_as_often_as_told():
    plain = prepare("sentiment", DRAWN["sentiment"] | {"train_examples": 800}, seed=7, validation=0)
    options = DRAWN["sentiment"] | {"train_examples": 800, "hide": 0.3}
    dataset = prepare("sentiment", options, seed=7, validation=0)
    known = dataset.vocabulary
    neutral = np.isin(plain.train.inputs, known.encode_tokens(sorted(TASK.neutral)).ids)
    neutral &= plain.train.inputs != UNKNOWN_ID
    changed = plain.train.inputs != dataset.train.inputs
    assert not changed[~neutral].any()
    assert (dataset.train.inputs[changed] == UNKNOWN_ID).all()
    assert changed[neutral].mean() == pytest.approx(0.3, abs=0.03)
    np.testing.assert_array_equal(plain.test.inputs, dataset.test.inputs)


def test_sentences_break_off_as_often_as_told_and_only_in_training():
    options = DRAWN["sentiment"] | {"train_examples": 800}
    plain = prepare("sentiment", options, seed=7, validation=0)
    dataset = prepare("sentiment", options | {"broken_off": 0.4}, seed=7, validation=0)
    whole = (plain.train.inputs != PADDING_ID).sum(axis=1)
    left = (dataset.train.inputs != PADDING_ID).sum(axis=1)
    assert (left <= whole).all()
    assert left.min() >= 1
    assert (left < whole)[whole > 1].mean() == pytest.approx(0.4, abs=0.05)
    # Anywhere between the first word and the last but one.
    shares = ((left - 1) / np.maximum(1, whole - 2))[(left < whole) & (whole > 4)]
    assert shares.mean() == pytest.approx(0.5, abs=0.06)
    begun = np.arange(plain.train.inputs.shape[1]) < left[:, None]
    np.testing.assert_array_equal(dataset.train.inputs[begun], plain.train.inputs[begun])
    np.testing.assert_array_equal(plain.train.targets, dataset.train.targets)
    np.testing.assert_array_equal(plain.test.inputs, dataset.test.inputs)
