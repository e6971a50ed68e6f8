from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.training.dataset import Dataset, Part, streams
from core.training.errors import NoValidation, OneTextOnly, TooFewExamples


def numbered(count, length=3):
    """Each example says its own number everywhere."""
    inputs = np.repeat(np.arange(count, dtype=np.int32)[:, None], length, axis=1)
    counts = (inputs % 2).astype(np.float32)
    return Part(inputs, inputs[:, 0] * 10, counts, lambda number: f"text {inputs[number, 0]}")


def dataset(train):
    return Dataset(
        name="numbered",
        train=train,
        validation=None,
        test=numbered(2),
        vocabulary=None,
        features=None,
        outputs=1,
        loss="sparse_categorical_crossentropy",
        readout="last",
        metric="accuracy",
    )


def test_a_part_of_a_part_keeps_inputs_targets_counts_and_texts_together():
    chosen = numbered(10).at(np.array([7, 2])).at(np.array([1, 0, 1]))
    assert len(chosen) == 3
    assert chosen.inputs[:, 0].tolist() == [2, 7, 2]
    assert chosen.targets.tolist() == [20, 70, 20]
    assert chosen.counts[:, 0].tolist() == [0, 1, 0]
    assert [chosen.texts(number) for number in range(3)] == ["text 2", "text 7", "text 2"]
    bare = Part(np.zeros((4, 2, 1)), np.zeros((4, 1))).at(np.array([0]))
    assert bare.counts is None
    assert bare.texts is None


@pytest.mark.parametrize(("share", "kept"), [(0.2, 20), (0.005, 1), (0.9, 90)])
def test_validation_is_drawn_from_training_by_the_seed(share, kept):
    whole = dataset(numbered(100 if share > 0.01 else 200))
    parted = whole.with_validation(share, seed=3)
    train, validation = parted.train.inputs[:, 0], parted.validation.inputs[:, 0]
    assert len(validation) == kept
    assert sorted([*train, *validation]) == list(range(len(whole.train)))
    assert (parted.train.targets == train * 10).all()
    again, other = (whole.with_validation(share, seed=seed).validation for seed in (3, 4))
    assert again.inputs[:, 0].tolist() == validation.tolist()
    assert other.inputs[:, 0].tolist() != validation.tolist()
    assert sorted(validation) != list(range(kept)) or kept == 1


def test_no_validation_and_too_little_of_it():
    assert dataset(numbered(5)).with_validation(0.0, seed=0).validation is None
    with pytest.raises(NoValidation, match=r"share of 0\.04 of the 10 .* is 0 of them"):
        dataset(numbered(10)).with_validation(0.04, seed=0)
    with pytest.raises(NoValidation, match=r"share of 0\.9 of the 3 .* is 3 of them"):
        dataset(numbered(3)).with_validation(0.9, seed=0)


def in_groups(sizes):
    """As many examples of each group as `sizes` says, mixed."""
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    return replace(numbered(len(groups)), groups=groups)


@pytest.mark.parametrize(
    ("sizes", "share", "kept"),
    [
        ([20] * 20, 0.2, 80),
        ([1] * 30 + [70], 0.2, 20),
        ([3] * 40, 0.1, 12),
        ([50, 30, 20], 0.1, 20),
        ([99, 1], 0.5, 1),
    ],
)
def test_no_group_is_both_learned_and_validated(sizes, share, kept):
    whole = dataset(in_groups(sizes))
    parted = whole.with_validation(share, seed=3)
    assert not set(parted.train.groups.tolist()) & set(parted.validation.groups.tolist())
    assert len(parted.validation) == kept
    places = np.concatenate([parted.train.inputs[:, 0], parted.validation.inputs[:, 0]])
    assert sorted(places) == list(range(sum(sizes)))
    assert (whole.train.groups[places[: len(parted.train)]] == parted.train.groups).all()


def test_where_nothing_repeats_groups_change_nothing():
    plain = dataset(numbered(50)).with_validation(0.2, seed=3)
    groups = np.random.default_rng(1).permutation(900)[:50]
    alone = dataset(replace(numbered(50), groups=groups)).with_validation(0.2, seed=3)
    # As drawn since the first version: runs that are resumed go on with what they began with.
    order = np.random.default_rng([3, 2]).permutation(50)
    for parted in (plain, alone):
        assert parted.validation.inputs[:, 0].tolist() == order[:10].tolist()
        assert parted.train.inputs[:, 0].tolist() == order[10:].tolist()


def test_one_text_alone_cannot_be_validated_on():
    with pytest.raises(OneTextOnly, match="All 12 examples"):
        dataset(in_groups([12])).with_validation(0.2, seed=0)


@pytest.mark.parametrize(("windows", "batch"), [(12, 4), (13, 4), (7, 1), (5, 5)])
def test_each_row_of_a_batch_continues_that_row_of_the_batch_before(windows, batch):
    arranged = streams(numbered(windows), batch=batch)
    steps = windows // batch
    rows = arranged.inputs[:, 0].reshape(steps, batch)
    assert (np.diff(rows, axis=0) == 1).all()
    assert (rows[0] == np.arange(batch) * steps).all()
    assert (arranged.targets == arranged.inputs[:, 0] * 10).all()


def test_more_streams_than_windows_are_refused():
    with pytest.raises(TooFewExamples, match=r"3 .* streams; at least 4"):
        streams(numbered(3), batch=4)
