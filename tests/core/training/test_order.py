from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.training.dataset import Dataset, Part
from core.training.order import SHAPES, portions
from core.training.step import batch_of


def dataset(*, mask=True, padding="post", readout="last", examples=53, time=40):
    random = np.random.default_rng(0)
    inputs = np.zeros((examples, time), np.int32)
    for row in inputs:
        length = random.integers(1, time + 1)
        place = slice(time - length, None) if padding == "pre" else slice(length)
        row[place] = random.integers(1, 9, size=length)
    last = random.integers(0, 3, size=examples).astype(np.int32)
    part = Part(inputs, inputs if readout == "every" else last)
    return Dataset(
        name="test", train=part, validation=None, test=part, vocabulary=None, features=None,
        outputs=9, loss="sparse_categorical_crossentropy", readout=readout, metric="accuracy",
        padding=padding, mask=mask,
    )  # fmt: skip


@pytest.mark.parametrize("mask", [True, False])
def test_every_example_comes_once_an_epoch_in_another_order_each_time(mask):
    data = dataset(mask=mask)
    orders = []
    for epoch in (1, 2):
        found = portions(data.train, dataset=data, batch=8, seed=5, epoch=epoch)
        places = np.concatenate([portion.places for portion in found])
        assert sorted(places) == list(range(53))
        orders.append(places.tolist())
    assert orders[0] != orders[1]
    again = portions(data.train, dataset=data, batch=8, seed=5, epoch=2)
    assert np.concatenate([portion.places for portion in again]).tolist() == orders[1]
    other = portions(data.train, dataset=data, batch=8, seed=6, epoch=2)
    assert np.concatenate([portion.places for portion in other]).tolist() != orders[1]


def test_nothing_is_cut_where_nothing_is_masked():
    data = dataset(mask=False)
    assert {p.length for p in portions(data.train, dataset=data, batch=8, seed=0)} == {40}


@pytest.mark.parametrize("padding", ["pre", "post"])
@pytest.mark.parametrize("readout", ["last", "every"])
def test_what_is_cut_off_is_padding_in_all_of_a_batch_and_nothing_else(padding, readout):
    data = dataset(padding=padding, readout=readout)
    found = portions(data.train, dataset=data, batch=8, seed=1)
    assert 1 < len({portion.length for portion in found}) <= SHAPES
    for portion in found:
        cut = batch_of(data.train, portion.places, size=8, dataset=data, length=portion.length)
        whole = batch_of(data.train, portion.places, size=8, dataset=data)
        assert cut.inputs.shape == (8, portion.length)
        np.testing.assert_array_equal((cut.inputs != 0).sum(1), (whole.inputs != 0).sum(1))
        if readout == "every":
            np.testing.assert_array_equal(cut.targets[cut.inputs != 0], cut.inputs[cut.inputs != 0])
            assert cut.weights.sum() == whole.weights.sum()


def test_a_batch_that_is_filled_up_counts_its_own_examples_only():
    data = dataset(readout="every")
    batch = batch_of(data.train, np.array([3, 7]), size=5, dataset=data)
    real = (data.train.inputs[[3, 7]] != 0).astype(np.float32)
    np.testing.assert_array_equal(batch.weights, np.concatenate([real, np.zeros((3, 40))]))


def test_steps_that_are_not_asked_about_count_nothing():
    data = dataset(readout="every")
    counts = (np.arange(40) % 2).astype(np.float32) * np.ones((53, 1), np.float32)
    part = replace(data.train, counts=counts)
    batch = batch_of(part, np.arange(4), size=4, dataset=replace(data, train=part))
    assert (batch.weights[:, ::2] == 0).all()
    np.testing.assert_array_equal(batch.weights[:, 1::2], part.inputs[:4, 1::2] != 0)
