"""Film over many texts and units over a corpus: the same numbers whoever reads, and none lost."""

from __future__ import annotations

import os
import signal
from functools import partial

import numpy as np
import pytest

import core
from core.analysis.activity import activity
from core.analysis.cka import cka
from core.analysis.selectivity import selectivity
from core.analysis.token_features import token_features
from core.data import TASKS
from core.data.task import Example
from core.scale import Scale, workers
from core.scale.errors import GivenUp
from core.training import filming
from core.training.filming import Script, film, likeness
from core.training.store import RunStore
from tests.core.scale.test_cluster import process_at
from tests.dashboard.runs import config, write_run

TEXTS = TASKS["sentiment"].generate(120, seed=3, side="test")


def killing(scale: Scale) -> None:
    """Let one of those who work for `scale` be killed while it is at work."""
    killed = []

    def idle() -> None:
        for worker, place in scale.board.doing.items():
            if place > 0 and not killed:
                killed.append(worker)
                os.kill(process_at(worker) if ":" in worker else int(worker), signal.SIGKILL)

    scale.map = partial(scale.map, idle=idle)  # type: ignore[method-assign]


def test_units_are_those_that_are_read_here(by):
    model = core.bundled_model("sentiment-lstm")
    here = activity(model, TEXTS, quantity="gates/forget")
    there = activity(model, TEXTS, quantity="gates/forget", by=by)
    np.testing.assert_array_equal(there.values, here.values)
    np.testing.assert_array_equal(there.answers, here.answers)
    assert (there.tokens, there.bounds) == (here.tokens, here.bounds)
    features = token_features(here, classes=("negative", "positive"))
    found = [
        selectivity(model, here, features, shuffles=3, networks=3, by=who) for who in (None, by)
    ]
    np.testing.assert_array_equal(found[1].adjusted, found[0].adjusted)
    assert found[0].adjusted.min() < 1


def test_a_unit_is_not_lost_with_its_worker(by, monkeypatch):
    # Batches of a tenth of a second or so, so that whoever is killed is at work.
    monkeypatch.setattr("core.analysis.activity.BATCH", 12_000_000)
    model = core.new_model("lstm", vocabulary=_words(), embedding=8, units=[128], seed=2)
    texts = [Example(" ".join(["good", "bad", "not"] * n)) for n in range(36, 40)] * 100
    here = activity(model, texts, longest=120)
    killing(by)
    there = activity(model, texts, longest=120, by=by)
    assert by.board.retried >= 1
    np.testing.assert_array_equal(there.values, here.values)


def _words():
    return core.bundled_model("sentiment-lstm").vocabulary


@pytest.fixture
def run(tmp_path):
    return write_run(RunStore(tmp_path), epochs=6, configured=config(epochs=6))


def scripts(run, count: int) -> list[Script]:
    random = np.random.default_rng(5)
    rows = len(run.model(0).embedding.weights)
    return [Script(random.integers(1, rows, 10 + n % 7), answer=n % 2) for n in range(count)]


def test_a_film_is_that_which_is_made_here(by, run, monkeypatch):
    monkeypatch.setattr(filming, "TOGETHER", 4)
    asked, epochs = scripts(run, 10), (0, 2, 3)
    here = list(film(run, asked, layer=0, epochs=epochs))
    there = list(film(run, asked, layer=0, epochs=epochs, by=by))
    assert [len(own) for own in there] == [10, 10, 10]
    for own, other in zip(here, there, strict=True):
        for one, two in zip(own, other, strict=True):
            np.testing.assert_array_equal(two.hidden, one.hidden)
            np.testing.assert_array_equal(two.gradient, one.gradient)
            assert (two.reach, two.answer) == (one.reach, one.answer)
    model = run.model(2)
    trace = core.record(model, asked[7].inputs[None])
    np.testing.assert_array_equal(there[1][7].hidden, trace.layers[0].states["hidden"][0])
    states = [np.concatenate([each.hidden for each in own]) for own in here]
    np.testing.assert_allclose(
        likeness(there, estimate="debiased"), cka(states, estimate="debiased")
    )


def test_a_film_is_not_lost_with_its_worker(by, run, monkeypatch):
    monkeypatch.setattr(filming, "TOGETHER", 300)
    asked, epochs = scripts(run, 300), range(4)
    here = list(film(run, asked, layer=0, epochs=epochs))
    killing(by)
    there = list(film(run, asked, layer=0, epochs=epochs, by=by))
    assert by.board.retried >= 1
    for own, other in zip(here, there, strict=True):
        for one, two in zip(own, other, strict=True):
            np.testing.assert_array_equal(two.hidden, one.hidden)


def test_cancelled_it_says_so(run):
    asked = scripts(run, 3)
    with workers("", 1) as scale:
        frames = film(run, asked, layer=0, epochs=range(6), by=scale)
        next(frames)
        scale.cancel()
        with pytest.raises(GivenUp):
            list(frames)
        scale.map = lambda *_, **__: iter(())  # cancelled before anything was done
        with pytest.raises(GivenUp, match=r"0 of \d+ tasks"):
            activity(core.bundled_model("sentiment-lstm"), TEXTS, by=scale)


def test_the_command_says_when_it_settled(run, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RNN_RUNS_DIR", str(tmp_path))
    file, out = tmp_path / "texts.txt", tmp_path / "answers.csv"
    file.write_text("the film was good\nnot bad\n\nboring and bad\n", encoding="utf-8")
    assert filming.main([run.id, str(file), "--out", str(out), "--at-once", "1"]) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [str(epoch) for epoch in range(7)]
    assert lines[-1].split()[1:] == ["1.000", "100.0%"]
    assert "3 texts, 0 not read; 7 tasks by 1 workers, 0 tried again" in said.err
    rows = out.read_text(encoding="utf-8").splitlines()
    assert rows[0] == "text,epoch,answer"
    expected = [
        int(core.record(run.model(4), text).outputs[0, 0] >= 0.5)
        for text in ("the film was good", "not bad", "boring and bad")
    ]
    assert [int(row.split(",")[2]) for row in rows if row.split(",")[1] == "4"] == expected
    assert filming.main(["nobody", str(file)]) == 1
    assert filming.main([run.id, str(tmp_path / "none.txt")]) == 1
