"""A planted unit is found and nothing beside it; networks that know nothing find nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import stats

import core
from core.analysis.activity import activity
from core.analysis.probes import probes
from core.analysis.selectivity import correlations, scrambled, selectivity
from core.analysis.token_features import Feature, TokenFeatures, token_features
from core.analysis.units import extremes, units
from core.data import TASKS
from core.data.task import Example
from core.errors import OutOfRange
from tests.core.analysis.models import CELLS
from tests.core.analysis.planted import DEPTH, QUOTE, planted, texts

TEXTS = texts(150, seed=4)


@pytest.fixture(scope="module")
def known():
    """The planted network, what it did, and the features of what it read."""
    model = planted()
    read = activity(model, TEXTS)
    return model, read, token_features(read)


def test_exact_counters_earn_their_names_and_nothing_else_does(known):
    model, read, features = known
    found = selectivity(model, read, features)
    depth, quote = (
        features.features.index(Feature("depth", counts=True)),
        features.features.index(Feature("quote")),
    )
    assert found.correlation[DEPTH, depth] == pytest.approx(1, abs=1e-5)
    assert found.correlation[QUOTE, quote] == pytest.approx(1, abs=1e-5)
    assert found.names(DEPTH)[0] == depth
    assert found.names(QUOTE)[0] == quote
    others = np.delete(found.earned, (DEPTH, QUOTE), axis=0)
    assert not others.any()
    assert (found.by_chance[[depth, quote]] < 0.95).all()


def test_labels_of_other_texts_give_no_names(known):
    model, read, features = known
    strange = TokenFeatures(features.features, features.values[::-1].copy())
    assert not selectivity(model, read, strange).earned.any()


def test_networks_that_know_nothing_hardly_find_anything():
    """At a rate of one in twenty, three of eight networks would be rarer than one in a hundred."""
    found = 0
    for seed, (task, cell) in enumerate(product(("brackets", "sentiment"), CELLS)):
        known = core.bundled_model(f"{task}-gru").vocabulary
        examples = TASKS[task].generate(60, seed=1, side="test")
        model = core.new_model(
            cell.removesuffix("_reset_before"),
            vocabulary=known,
            units=[16],
            outputs=None,
            seed=seed,
        )
        read = activity(model, examples)
        features = token_features(read)
        found += bool(selectivity(model, read, features, seed=seed, shuffles=40).earned.any())
    assert found <= 2


def test_training_has_made_units_of_depth():
    model = core.bundled_model("brackets-lstm")
    read = activity(model, TASKS["brackets"].generate(150, seed=5, side="test"))
    features = token_features(read)
    found = selectivity(model, read, features)
    names = {features.features[at].kind for unit in range(read.units) for at in found.names(unit)}
    assert "depth" in names


def test_correlations_are_pearsons():
    random = np.random.default_rng(1)
    values = random.normal(3, 2, (500, 3)).astype(np.float32)
    columns = (values[:, :2] + random.normal(0, 3, (500, 2))).astype(np.float32)
    values[:, 2] = 7.5
    found = correlations(values, columns)
    for unit in (0, 1):
        for column in (0, 1):
            expected = stats.pearsonr(values[:, unit], columns[:, column]).statistic
            assert found[unit, column] == pytest.approx(expected, abs=1e-5)
    assert (found[2] == 0).all()


def test_scrambling_keeps_how_much_a_network_echoes():
    model = core.bundled_model("brackets-gru")
    other = scrambled(model, np.random.default_rng(0))
    for name, array in model.parameters.items():
        if array.ndim == 2:
            mine, its = (np.linalg.svd(each, compute_uv=False) for each in
                         (array, other.parameters[name]))  # fmt: skip
            np.testing.assert_allclose(mine, its, rtol=1e-4, atol=1e-5)
            assert np.abs(array - other.parameters[name]).max() > 0.1


def test_dead_saturated_and_duplicated_units_are_listed(known):
    _, read, _ = known
    random = np.random.default_rng(0)
    values = random.uniform(0.2, 0.8, (len(read), 6)).astype(np.float32)
    values[:, 1] = 0.5 + 1e-4 * random.normal(size=len(read))
    values[:, 2] = np.where(random.random(len(read)) < 0.5, 0.01, 0.99)
    values[:, 4] = 1 - values[:, 0]
    found = units(replace(read, values=values, bounds=(0.0, 1.0)))
    assert np.flatnonzero(found.dead).tolist() == [1]
    assert np.flatnonzero(found.saturated).tolist() == [2]
    assert [pair[:2] for pair in found.duplicates] == [(0, 4)]
    assert found.duplicates[0][2] == pytest.approx(-1, abs=1e-5)
    assert np.isnan(units(replace(read, values=values, bounds=(None, None))).at_ends).all()
    still = units(replace(read, values=np.zeros_like(values)))
    assert still.dead.all()
    assert still.duplicates == ()


def test_contexts_are_the_extremes_one_a_text(known):
    _, read, _ = known
    high, low = extremes(read, DEPTH, count=4)
    values = read.values[:, DEPTH]
    tops = sorted((values[a:b].max() for a, b in zip(read.starts, read.starts[1:], strict=False)))
    assert [values[at] for at in high] == tops[::-1][:4]
    assert len({int(read.text_of[at]) for at in high}) == 4
    assert values[low[0]] == values.min()
    with pytest.raises(OutOfRange):
        extremes(read, read.units)


def test_probes_find_what_is_there_and_not_what_is_not(known):
    _, read, features = known
    random = np.random.default_rng(0)
    noise = TokenFeatures(
        (*features.features, Feature("label", "noise")),
        np.column_stack([features.values, random.random(len(read)) < 0.3]).astype(np.float32),
    )
    found = {(each.feature.kind, each.feature.of): each for each in probes(read, noise)}
    assert found["depth", ""].score > 0.99
    assert found["quote", ""].score > 0.99
    assert found["depth", ""].selectivity > 0.3
    chance = found["label", "noise"]
    assert abs(chance.gain) < 0.05
    assert chance.chance == pytest.approx(0.7, abs=0.02)


def test_the_control_task_is_learned_by_heart(known):
    """A network whose state is its last token knows any answer that hangs on the token alone."""
    _, read, features = known
    different = np.unique(read.ids)
    last = replace(read, values=(read.ids[:, None] == different).astype(np.float32))
    for each in probes(last, features):
        assert each.control == pytest.approx(1, abs=1e-3)
        assert each.selectivity < 0.01


@pytest.mark.parametrize("text", ["a", "aaaa"])
def test_little_text_gives_no_names_and_no_error(text):
    model = planted()
    read = activity(model, [Example(text)])
    features = token_features(read)
    assert not selectivity(model, read, features).earned.any()
    assert len(probes(read, features)) == (0 if len(text) == 1 else len(features.features))
    assert extremes(read, 0)[0] != []
    units(read)
