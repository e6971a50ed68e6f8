"""Vectors of words in their sentences, against what a recording of the sentence alone has."""

from __future__ import annotations

import numpy as np
import pytest

import core
from core.analysis.context import ReadsOneWay, levels, neighbours, padded, vectors
from core.errors import OutOfRange, ShapeMismatch
from core.initialise import new_model, new_two_way_model
from core.model import Model


@pytest.fixture(scope="module")
def model() -> Model:
    made = new_two_way_model("lstm", vocabulary=30, units=(5, 5), seed=4, spread=0.8)
    random = np.random.default_rng(5)
    return made.with_parameters(
        {n: random.normal(0, 0.6, a.shape).astype(a.dtype) for n, a in made.parameters.items()}
    )


SENTENCES = [np.array(ids) for ids in ([3, 4, 5, 6], [7, 5], [5, 9, 2, 11, 12, 13], [14])]
PLACES = [2, 1, 0, 0]


def test_vectors_are_those_of_the_sentence_alone(model: Model) -> None:
    found = vectors(model, SENTENCES, PLACES)
    assert found.shape == (3, 4, 10)
    for number, (ids, place) in enumerate(zip(SENTENCES, PLACES, strict=True)):
        trace = core.record(model, ids[None])
        states = {layer.name: layer.states["hidden"][0, place] for layer in trace.layers}
        assert model.embedding is not None
        expected = [
            np.tile(model.embedding.weights[ids[place]], 2),
            np.concatenate([states["forward_1"], states["backward_1"]]),
            np.concatenate([states["forward_2"], states["backward_2"]]),
        ]
        np.testing.assert_allclose(found[:, number], expected, atol=1e-6)


def test_one_token_has_one_static_vector_and_many_in_context(model: Model) -> None:
    found = vectors(model, SENTENCES[:3], PLACES[:3])  # token 5 in three sentences
    np.testing.assert_array_equal(found[0, 0], found[0, 1])
    assert np.abs(found[1:, 0] - found[1:, 1]).max() > 0.05
    # The forward half does not know what follows, the backward half not what stands before.
    again = vectors(model, [np.array([3, 4, 5, 20]), np.array([21, 4, 5, 6])], [2, 2])
    np.testing.assert_allclose(again[1:, 0, :5], found[1:, 0, :5], atol=1e-6)
    np.testing.assert_allclose(again[1:, 1, 5:], found[1:, 0, 5:], atol=1e-6)
    assert np.abs(again[1:, 0, 5:] - found[1:, 0, 5:]).max() > 0.01


def test_many_sentences_are_read_in_parts(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = vectors(model, SENTENCES, PLACES)
    monkeypatch.setattr("core.analysis.context._AT_ONCE", 3)
    np.testing.assert_allclose(vectors(model, SENTENCES, PLACES), whole, atol=1e-6)


def test_what_cannot_be_asked_is_said(model: Model) -> None:
    with pytest.raises(OutOfRange):
        vectors(model, SENTENCES, [2, 2, 0, 0])
    with pytest.raises(ShapeMismatch):
        vectors(model, SENTENCES, [0])
    for one_way in (
        new_model("lstm", vocabulary=30, units=(5, 5), readout="every"),
        new_model("lstm", vocabulary=30, units=(5, 5), bidirectional=True),
        new_two_way_model("lstm", vocabulary=30, units=(5, 6)),
    ):
        with pytest.raises(ReadsOneWay):
            levels(one_way)
    assert [pair.backward for pair in levels(model)] == ["backward_1", "backward_2"]


def test_neighbours_are_the_largest_cosines() -> None:
    random = np.random.default_rng(6)
    among = random.normal(size=(2, 40, 7))
    among[1, 3] = 0
    found = neighbours(among[:, 8], among, most=5, without=8)
    for level in range(2):
        lengths = np.linalg.norm(among[level], axis=1)
        with np.errstate(invalid="ignore"):
            cosines = np.nan_to_num(among[level] @ among[level, 8] / (lengths * lengths[8]))
        cosines[8] = -2
        assert found.places[level].tolist() == np.argsort(-cosines)[:5].tolist()
        np.testing.assert_allclose(found.cosines[level], np.sort(cosines)[::-1][:5])
    assert neighbours(among[:, 0], among[:, :3], most=9).places.shape == (2, 3)
    with pytest.raises(ShapeMismatch):
        neighbours(among[0], among, most=1)


def test_padding_stands_after_sentences() -> None:
    assert padded(SENTENCES[:2]).tolist() == [[3, 4, 5, 6], [7, 5, 0, 0]]


def test_the_two_ways_meet_in_the_embedding_alone(model: Model) -> None:
    exact = model.astype(np.float64)
    ids = np.array([[3, 4, 5, 6, 4]])
    trace = core.record(exact, ids)
    targets = {"next": np.array([[4, 5, 6, 4, 1]]), "previous": np.array([[1, 3, 4, 5, 6]])}
    both = core.backprop(exact, trace, targets)
    one, other = (core.backprop(exact, trace, {name: targets[name]}) for name in targets)
    [table_name] = (name for name in both.parameters if name.startswith("embedding/"))
    table = both.parameters[table_name]
    summed = one.parameters[table_name] + other.parameters[table_name]
    np.testing.assert_allclose(table, summed, atol=1e-12)
    assert np.abs(one.parameters["backward_1/forget/kernel"]).max() == 0
    assert np.abs(other.parameters["forward_2/forget/kernel"]).max() == 0
