"""States that are handed on from block to block and from batch to batch."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

import numpy as np
import pytest

from core import record
from core.training.dataset import streams
from core.training.loop import Loop
from core.training.progress import Progress
from core.training.run_writer import RunWriter
from core.training.sources import prepare
from core.training.step import batch_of
from core.training.store import RunStore
from core.training.windows import blocks
from tests.core.training import runs

TEXT = "the cat sat on the mat and the dog sat on the log; " * 30


@pytest.fixture
def loop_of(tmp_path):
    writers = []

    def build(settings, data):
        run = RunStore(tmp_path).create(settings)
        writers.append(RunWriter(run))
        return Loop(settings, data, writers[-1], Progress(writers[-1], onto=StringIO()))

    yield build
    for writer in writers:
        writer.close()


def plain(**changes):
    return runs.config(network__dropout=0.0, network__recurrent_dropout=0.0, **changes)


def test_blocks_are_the_batch_and_nothing_else():
    data = prepare("copy", {"train_examples": 20, "test_examples": 8}, seed=0, validation=0.25)
    whole = batch_of(data.test, np.arange(8), size=8, dataset=data)
    found = list(blocks(whole, 7))
    assert all(block.inputs.shape[1] == 7 for block in found[:-1])
    for field in ("inputs", "targets", "weights"):
        joined = np.concatenate([getattr(block, field) for block in found], axis=1)
        np.testing.assert_array_equal(joined, getattr(whole, field))


def test_a_text_in_blocks_is_read_as_in_one_go(loop_of):
    data = prepare("copy", {"train_examples": 40, "test_examples": 8}, seed=0, validation=0.2)
    loop = loop_of(plain(fit__truncate=7, fit__batch=8), data)
    model = loop.model(0)
    whole = batch_of(data.test, np.arange(8), size=8, dataset=data)
    wanted = record(model, whole.inputs).outputs
    for _ in range(2):  # the second time from zero states again
        loop.stepper.reset()
        seen = loop.stepper.evaluate(blocks(whole, 7))[2]
        np.testing.assert_allclose(np.concatenate(seen, axis=1), wanted, atol=1e-5)
    unreset = loop.stepper.evaluate(blocks(whole, 7))[2]
    assert np.abs(unreset[0] - wanted[:, :7]).max() > 1e-4


def test_a_batch_goes_on_where_the_one_before_it_ended(loop_of):
    options = {"text": TEXT, "unit": "character", "length": 16}
    data = prepare("text", options, seed=0, validation=0.1)
    settings = plain(data__source="text", data__options=options, fit__batch=4, fit__stateful=True)
    loop = loop_of(settings, replace(data, validation=None))
    model = loop.model(0)
    arranged = streams(data.train, batch=4)
    rows = arranged.inputs.reshape(-1, 4, arranged.inputs.shape[1])
    joined = np.concatenate(list(rows), axis=1)  # each of four streams in one piece
    wanted = record(model, joined).outputs
    answered = loop.evaluate(data_part := loop.dataset.train)[2]
    assert len(answered) == len(data_part)
    seen = np.stack(answered).reshape(*rows.shape, -1)
    np.testing.assert_allclose(np.concatenate(list(seen), axis=1), wanted, atol=1e-5)


def test_a_long_text_is_learned_with_states_that_go_on(tmp_path):
    options = {"text": TEXT, "unit": "character", "length": 16}
    settings = plain(
        data__source="text", data__options=options, data__validation=0.2, fit__batch=4,
        fit__stateful=True, fit__epochs=6, optimizer__learning_rate=0.02, network__units=[16],
        optimizer__schedule="constant",
    )  # fmt: skip
    run = runs.train(RunStore(tmp_path), settings)
    assert run.status.state == "finished", run.log_end
    perplexity = run.epochs["validation_metric"]
    np.testing.assert_allclose(perplexity, np.exp(run.epochs["validation_loss"]), rtol=1e-5)
    assert perplexity.iloc[-1] < 0.6 * perplexity.iloc[0]
