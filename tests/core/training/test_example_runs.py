"""The runs that ship: what is in them, that nobody can change them, and how they are made."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from core.data import latch
from core.training.errors import NoSuchRun, RunIsAnExample
from core.training.example_runs import LSTM, RUNS, SYMBOLS, make
from core.training.experiment import differing
from core.training.files import read_json
from core.training.run_folder import EXAMPLES
from core.training.store import RunStore

MOST_BYTES = 400_000
CLOCKS = {"status.json", "result.json"}


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def test_they_are_an_experiment_of_two_that_differ_in_their_cell_alone(store):
    found = store.examples()
    assert [run.id for run in found] == list(RUNS)
    assert [run.config for run in found] == list(RUNS.values())
    assert differing([run.config for run in found]) == ["network.cell"]
    assert store.runs() == []
    assert [run.id for run in store.runs_and_examples()] == list(RUNS)


def test_they_are_small_and_have_the_model_of_every_epoch(store):
    assert sum(path.stat().st_size for path in EXAMPLES.rglob("*")) < MOST_BYTES
    for run in store.examples():
        assert run.model_epochs == tuple(range(13))
        assert run.status.state == "finished"


def test_one_learned_it_and_the_other_guesses_as_their_own_models_say(store):
    """Scores and probes are those of the models, by the one recorder, on texts never seen."""
    options = LSTM.data.options
    task = latch.build(
        symbols=SYMBOLS, longest=options["longest"], test_shortest=options["test_shortest"]
    )
    examples = task.generate(200, seed=77, side="test")
    for run, low, high in zip(store.examples(), (0.98, 0.1), (1.0, 0.4), strict=True):
        model = run.model()
        right = [
            int(core.record(model, text.text).outputs[0].argmax()) == text.answer
            for text in examples
        ]
        assert low <= np.mean(right) <= high
        assert low <= run.result["metric"] <= high
    learned = store.examples()[0]
    for probe in learned.config.probes:
        answer = core.record(learned.model(), probe).outputs[0].argmax()
        assert "ABCD"[int(answer)] == probe[0]


def test_nothing_can_be_done_to_them_but_reading(store):
    run = store.examples()[0]
    before = {path: path.stat().st_mtime_ns for path in EXAMPLES.rglob("*")}
    for change in (
        lambda: run.relabel(name="mine"),
        run.cancel,
        lambda: store.delete(run),
        lambda: store.resume(run),
        lambda: store.launch(run),
    ):
        with pytest.raises(RunIsAnExample):
            change()
    with pytest.raises(NoSuchRun):
        store.undelete(run.id)
    assert not run.has_worker
    assert not run.is_busy
    assert {path: path.stat().st_mtime_ns for path in EXAMPLES.rglob("*")} == before


def test_making_one_again_gives_the_same_but_for_clocks(tmp_path):
    few = {**LSTM.data.options, "train_examples": 60, "test_examples": 20}
    small = replace(LSTM, data=replace(LSTM.data, options=few))
    small = small.with_settings({"fit.epochs": 2, "fit.batch": 24, "fit.jit": False})
    once, again = (make("example-x", small, folder=tmp_path / name) for name in ("one", "two"))
    names = {path.relative_to(once.folder) for path in once.folder.rglob("*") if path.is_file()}
    assert {str(name) for name in names} >= {"epochs/0000.npz", "epochs/0002.npz", "looks.jsonl"}
    for name in names:
        if str(name) not in CLOCKS:
            assert (once.folder / name).read_bytes() == (again.folder / name).read_bytes(), name
    for file in CLOCKS:
        one, two = read_json(once.file(file)), read_json(again.file(file))
        assert {key for key in one if one[key] != two[key]} <= {"seconds"}
    assert len(once.epochs) == 2
    assert len(once.looks) == 2
    assert once.status.state == "finished"
