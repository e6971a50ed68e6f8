"""The writers that ship: small, in float32, and as good as their cards say of a text of ours."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
import pytest

import core
from core.bundled import UnknownBundledModel
from core.bundled.writers import writer, writers
from core.training.sources import prepare
from core.training.writers import CONFIGS, SAMPLES


def test_each_is_small_and_can_begin_with_its_samples():
    assert set(writers()) == set(CONFIGS)
    for name in writers():
        model = writer(name)
        assert len((files("core.bundled") / "writing" / f"{name}.npz").read_bytes()) < 700_000
        assert model.dtype == np.float32
        assert model.name == model.card["id"] == name
        assert model.card["parameters"]["total"] == model.parameter_count
        assert model.layers[0].cell == CONFIGS[name].network.cell
        assert tuple(model.card["samples"]) == SAMPLES[name]
        for sample in SAMPLES[name]:
            assert core.generate(model, sample, steps=5).text.startswith(sample)


def test_an_unknown_writer_is_named_with_those_there_are():
    with pytest.raises(UnknownBundledModel, match=r"'milton'.*shakespeare-gru"):
        writer("milton")


def test_shakespeare_reaches_what_its_card_says(shared_data):
    model = writer("shakespeare-gru")
    options = CONFIGS["shakespeare-gru"].data.options | {"folder": str(shared_data)}
    test = prepare("shakespeare", options, seed=0, validation=0.2).test
    outputs = core.record(model, test.inputs.ravel()[None]).outputs[0]
    right = (outputs.argmax(axis=1) == test.targets.ravel()).mean()
    score = model.card["score"]
    assert right == pytest.approx(score["test accuracy"], abs=0.006)
    assert score["validation accuracy"] > 0.53 > score["chance"]
