"""What the film keeps of each epoch, against core; and when it is computed anew."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core
from core.analysis.cka import cka
from core.analysis.trajectories import trajectories
from core.training.filming import MOST_EXAMPLES, Script
from core.training.run_folder import Run
from core.training.run_writer import RunWriter
from core.training.store import RunStore
from dashboard import cache
from dashboard.cache.film import MOST_EPOCHS
from tests.dashboard.runs import WORDS, config, write_run

TEXT = "the film was not good and not bad"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return write_run(RunStore(tmp_path), configured=config(probes=(TEXT,)))


def ids(run: Run, text: str = TEXT) -> np.ndarray:
    vocabulary = run.model(0).vocabulary
    assert vocabulary is not None
    return vocabulary.encode(text).ids


def test_frames_are_what_core_says_of_each_epoch(run):
    script = Script(ids(run), answer=1)
    found = cache.frames(run, script, layer=0, epochs=(0, 2, 3))
    for epoch, frame in zip((0, 2, 3), found, strict=True):
        model = run.model(epoch)
        trace = core.record(model, TEXT)
        np.testing.assert_array_equal(frame.hidden, trace.layers[0].states["hidden"][0])
        gradient = core.backprop(model, trace, [[1.0]]).layers[0].states["hidden"][0]
        expected = np.linalg.norm(gradient.astype(float), axis=-1)
        np.testing.assert_allclose(frame.gradient, expected, rtol=1e-6)
        assert frame.reach["cell"] == np.abs(trace.layers[0].states["cell"]).max()
    assert not np.allclose(found[0].hidden, found[1].hidden)


def test_the_question_is_part_of_the_gradient_and_may_be_missing(run):
    asked = [
        cache.frames(run, Script(ids(run), answer=answer), layer=0, epochs=(2,))[0].gradient
        for answer in (0, 1, None)
    ]
    assert not np.allclose(asked[0], asked[1])
    assert asked[2] is None


def test_the_film_that_training_left_is_shown(run):
    # Told apart from a new record by an engine that there is none of.
    kept = core.record(run.model(1), TEXT)
    RunWriter(run).film(replace(kept, engine="training"), probe=0, epoch=1)
    model, trace = cache.filmed(run, Script(ids(run), probe=0), epoch=1)
    assert model.digest == run.model(1).digest
    assert trace.engine == "training"
    np.testing.assert_array_equal(trace.outputs, kept.outputs)
    _, other = cache.filmed(run, Script(ids(run, "not bad"), probe=0), epoch=1)
    np.testing.assert_array_equal(other.outputs, core.record(model, "not bad").outputs)


@pytest.mark.parametrize("seed", range(20))
def test_a_film_that_is_damaged_is_recorded_anew(run, seed):
    kept = core.record(run.model(1), TEXT)
    writer = RunWriter(run)
    writer.film(kept, probe=0, epoch=1)
    file = run.file("film/0001-0.npz")
    content = bytearray(file.read_bytes())
    random = np.random.default_rng(seed)
    if seed % 3:
        content[random.integers(len(content))] ^= 1 << int(random.integers(8))
    else:
        del content[random.integers(len(content)) :]
    file.write_bytes(content)
    _, trace = cache.filmed(run, Script(ids(run), probe=0), epoch=1)
    np.testing.assert_array_equal(trace.outputs, kept.outputs)


def test_a_film_of_other_weights_is_not(run):
    RunWriter(run).film(core.record(run.model(2), TEXT), probe=0, epoch=3)
    _, trace = cache.filmed(run, Script(ids(run), probe=0), epoch=3)
    np.testing.assert_array_equal(trace.outputs, core.record(run.model(3), TEXT).outputs)


def test_an_epoch_that_is_done_again_is_read_again(run):
    script = Script(ids(run))
    before = cache.frames(run, script, layer=0, epochs=(1, 2))
    RunWriter(run).model(run.model(3), epoch=2)
    after = cache.frames(run, script, layer=0, epochs=(1, 2))
    assert after[0] is before[0]
    third = core.record(run.model(3), TEXT).layers[0].states["hidden"][0]
    np.testing.assert_array_equal(after[1].hidden, third)


def test_paths_and_likeness_are_those_of_the_states_of_all_texts(run):
    epochs, texts = (0, 1, 3), (TEXT, "boring and bad")
    states = [
        [core.record(run.model(epoch), text).layers[0].states["hidden"][0] for epoch in epochs]
        for text in texts
    ]
    found = cache.paths(run, Script(ids(run)), layer=0, epochs=epochs)
    np.testing.assert_allclose(found.points, trajectories(np.stack(states[0])).points)
    scripts = [Script(ids(run, text)) for text in texts]
    for estimate in ("plain", "debiased"):
        alike = cache.alignment(run, scripts, layer=0, epochs=epochs, estimate=estimate)
        joined = [np.concatenate(each) for each in zip(*states, strict=True)]
        np.testing.assert_allclose(alike, cka(joined, estimate=estimate))


def test_of_many_tokens_some_are_compared_the_ends_among_them(run):
    text = " ".join(WORDS[at % len(WORDS)] for at in range(MOST_EXAMPLES + 90))
    states = [core.record(run.model(e), text).layers[0].states["hidden"][0] for e in (0, 2)]
    kept = np.linspace(0, len(states[0]) - 1, MOST_EXAMPLES).round().astype(int)
    alike = cache.alignment(
        run, [Script(ids(run, text))], layer=0, epochs=(0, 2), estimate="plain"
    )  # fmt: skip
    np.testing.assert_allclose(alike, cka([each[kept] for each in states]))


def test_a_long_run_is_filmed_in_even_parts(run):
    model = run.model(1)
    for epoch in range(4, 2 * MOST_EPOCHS):
        run.file(f"epochs/{epoch:04d}.npz").touch()
    assert model.digest == run.model(1).digest
    epochs = cache.epochs_filmed(run)
    assert len(epochs) == MOST_EPOCHS
    assert (epochs[0], epochs[-1]) == (0, 2 * MOST_EPOCHS - 1)
    assert set(np.diff(epochs)) <= {2, 3}
