"""Questions in one press: each is one experiment, of runs that differ in what is asked alone."""

from __future__ import annotations

import pytest

from core.training.comparisons import COMPARISONS
from core.training.experiment import differing, flattened
from core.training.sources import prepare


@pytest.mark.parametrize("name", COMPARISONS)
def test_its_runs_differ_in_what_is_asked_and_in_seeds(name):
    known = COMPARISONS[name]
    configs = known.configs()
    assert len(configs) == known.count <= 30
    assert len({config.experiment for config in configs}) == 1
    assert set(differing(configs)) == {*known.vary, "seed"}
    for path, values in known.vary.items():
        assert {flattened(config)[path] for config in configs} == set(values)


@pytest.mark.parametrize("name", COMPARISONS)
def test_its_data_can_be_drawn(name):
    config = COMPARISONS[name].base
    dataset = prepare(
        config.data.source, config.data.options, seed=0, validation=config.data.validation
    )
    assert len(dataset.train) > 2 * max(COMPARISONS[name].vary.get("fit.batch", (32,)))
    assert dataset.validation is not None
