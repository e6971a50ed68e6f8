"""`watch`: a Keras training of somebody's own as a run, held to what Keras and the model say."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import core
from core.training import watch
from core.training.errors import CurvesOnly, NamelessRun, NotTrainedHere
from core.training.looks import look_at
from core.training.store import RunStore
from tests.core.training import runs
from tests.core.training.watched_script import WORDS, data, network

VOCABULARY = ["", "[UNK]", *WORDS]


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def fit(store, model=None, *, epochs=2, callbacks=(), name="mine", watched=None, **options):
    """Fits a small network, watched, and returns it with its run."""
    ids, targets = data()
    model = model or network()
    callback = watched or watch(name, folder=store.folder, **options)
    told = model.fit(
        ids, targets, epochs=epochs, batch_size=16, verbose=0, shuffle=False,
        validation_data=data(32, seed=1), callbacks=[callback, *callbacks],
    )  # fmt: skip
    return store.run(callback.watched.run_id), model, told.history


def test_the_run_holds_what_keras_said_and_the_models_of_every_epoch(store):
    probes = ["not good", "very dull film"]
    run, model, history = fit(store, epochs=3, probes=probes, vocabulary=VOCABULARY)
    assert run.label.name == "mine"
    status = run.status
    assert (status.state, status.epoch, status.batches) == ("finished", 3, 6)
    told = run.epochs
    for ours, theirs in {"loss": "loss", "metric": "accuracy", "validation_loss": "val_loss",
                         "validation_metric": "val_accuracy"}.items():  # fmt: skip
        np.testing.assert_allclose(told[ours], history[theirs], rtol=1e-6)
    assert status.best_epoch == 1 + int(np.argmin(history["val_loss"]))
    assert run.model_epochs == (0, 1, 2, 3)
    ids = data()[0][:5]
    expected = model.predict(ids, verbose=0)
    np.testing.assert_allclose(core.record(run.model(), ids).outputs, expected, atol=1e-6)
    assert not np.allclose(core.record(run.model(0), ids).outputs, expected, atol=1e-4)
    film = run.film(1, 2)
    own = run.model(2)
    assert film.model_digest == own.digest
    assert [own.vocabulary.token_of(each) for each in film.inputs[0]] == probes[1].split()
    assert [look["epoch"] for look in run.looks] == [1, 2, 3]
    assert run.brought.network == "Embedding(4) → LSTM(5) → Dense(1)"
    assert (run.brought.optimizer, run.brought.metric, run.brought.epochs) == (
        "adam",
        "accuracy",
        3,
    )
    assert run.config.probes == tuple(probes)
    assert not run.has_worker


def test_a_batch_has_its_own_loss_and_not_the_mean_so_far(store):
    import keras

    model = network(optimizer=keras.optimizers.SGD(0.0))  # the weights stay, so NumPy can tell
    run, _, _ = fit(store, model, epochs=1)
    ids, targets = data()
    answers = model.predict(ids, verbose=0)[:, 0].astype(np.float64)
    losses = -np.log(np.where(targets == 1, answers, 1 - answers))
    right = (answers > 0.5) == (targets == 1)
    np.testing.assert_allclose(run.batches["loss"], losses.reshape(6, 16).mean(axis=1), rtol=1e-4)
    np.testing.assert_allclose(run.batches["metric"], right.reshape(6, 16).mean(axis=1), atol=1e-4)
    assert list(run.batches["batch"]) == [1, 2, 3, 4, 5, 6]


def test_a_second_fit_goes_on_counting(store):
    model, watched = network(), watch("twice", folder=store.folder)
    fit(store, model, watched=watched)
    run, _, _ = fit(store, model, epochs=3, watched=watched)
    assert [run.id] == [each.id for each in store.runs()]
    assert list(run.epochs["epoch"]) == [1, 2, 3, 4, 5]
    assert run.model_epochs == (0, 1, 2, 3, 4, 5)
    assert run.brought.epochs == 5
    assert run.status.state == "finished"


def test_somebody_who_asks_on_the_page_stops_the_fit(store):
    import keras

    class Ask(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if (watched.watched.epoch, batch) == (1, 2):
                store.run(watched.watched.run_id).cancel()

    watched = watch("stopped", folder=store.folder)
    run, _, history = fit(store, epochs=50, watched=watched, callbacks=[Ask()])
    assert run.status.state == "cancelled"
    assert len(history["loss"]) == 2
    assert not run.file("cancel").exists()


def test_who_stops_early_is_said_to_have(store):
    import keras

    early = keras.callbacks.EarlyStopping("loss", patience=0, min_delta=10.0)
    run, _, _ = fit(store, epochs=9, callbacks=[early])
    assert run.status.stopped_early
    assert run.status.epoch < 9


def test_what_cannot_be_pictured_is_watched_by_its_curves(store):
    import keras

    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.GaussianNoise(0.1), keras.layers.Dense(1)]
    )
    model.compile("sgd", "mse", metrics=["mae"])
    with pytest.warns(UserWarning, match="only the curves are watched"):
        run, _, history = fit(store, model, probes=["1"])
    np.testing.assert_allclose(run.epochs["metric"], history["mae"], rtol=1e-6)
    assert run.status.state == "finished"
    [note] = run.status.notes
    assert note["name"] == "NotPictured"
    assert run.model_epochs == ()
    with pytest.raises(CurvesOnly):
        _ = run.config


def test_a_probe_that_cannot_be_read_costs_its_film_alone(store):
    with pytest.warns(UserWarning, match="Probe text 2 is not filmed"):
        run, _, _ = fit(store, probes=["2 3", "99"])
    assert run.film(0, 2).time == 2
    assert run.model_epochs == (0, 1, 2)
    assert not run.file("film/0002-1.npz").exists()


@pytest.mark.parametrize("what", ["folder", "broken"])
def test_nothing_that_goes_wrong_disturbs_the_fit(store, tmp_path, monkeypatch, what):
    undisturbed = network()
    ids, targets = data()
    expected = undisturbed.fit(ids, targets, epochs=2, batch_size=16, verbose=0, shuffle=False)
    if what == "folder":
        store.folder.write_text("no folder can be made here", encoding="utf-8")
    else:
        monkeypatch.setattr("core.training.run_writer.RunWriter.epoch", lambda self, row: 1 / 0)
    model, watched = network(), watch("mine", folder=store.folder)
    with pytest.warns(UserWarning, match="Nothing more is written of the run 'mine'") as told:
        found = model.fit(ids, targets, epochs=2, batch_size=16, verbose=0, shuffle=False,
                          callbacks=[watched])  # fmt: skip
    assert len([each for each in told if "Nothing more" in str(each.message)]) == 1
    assert found.history["loss"] == expected.history["loss"]
    if what == "broken":
        run = store.run(watched.watched.run_id)
        assert not run.has_worker
        assert run.status.state == "failed"
        assert run.status.error["name"] == "WatchEnded"


def test_where_warnings_are_errors_training_goes_on_all_the_same(store, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run, _, history = fit(store, probes=["99"])
    assert len(history["loss"]) == 2
    assert run.status.state == "finished"
    assert "Probe text 1 is not filmed" in capsys.readouterr().err


def test_an_interrupted_fit_is_let_go_of_when_the_next_begins(store):
    import keras

    class Interrupt(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    first = watch("first", folder=store.folder)
    with pytest.raises(KeyboardInterrupt):
        fit(store, watched=first, callbacks=[Interrupt()])
    run = store.run(first.watched.run_id)
    assert (run.status.state, run.has_worker) == ("training", True)
    fit(store, name="second")
    assert run.status.state == "died"


def test_a_watched_run_is_not_started_from_here(store):
    run, _, _ = fit(store, epochs=1)
    with pytest.raises(NotTrainedHere):
        store.launch(run)
    assert run.status.state == "finished"


def test_a_name_is_needed():
    with pytest.raises(NamelessRun):
        watch("  ")


def test_a_script_that_is_killed_has_died_and_what_it_wrote_is_kept(store):
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "error::UserWarning"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.core.training.watched_script", str(store.folder), "100000"],
        cwd=Path(__file__).parents[3], env=environment,
    )  # fmt: skip
    try:
        runs.wait_until(lambda: any(len(run.epochs) > 1 for run in store.runs()))
        [run] = store.runs()
        assert run.status.state == "training"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert run.status.state == "died"
    assert len(run.epochs) >= 2
    assert run.model(2).layers[0].cell == "lstm"


def test_no_warning_where_all_is_well(store):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        fit(store, epochs=1, probes=["not good"], vocabulary=VOCABULARY)


def test_answers_are_called_as_the_script_calls_them(store):
    run, _, _ = fit(store, vocabulary=VOCABULARY, answers=["dull", "good"], epochs=1)
    assert list(run.model().card["answers"]) == ["dull", "good"]
    assert json.loads(run.file("dataset.json").read_text())["answers"] == ["dull", "good"]
    with pytest.warns(UserWarning, match="3 names were given, and the model has 2"):
        other, _, _ = fit(store, name="other", answers=["a", "b", "c"], epochs=1)
    assert "answers" not in other.model().card
    assert other.status.state == "finished"


def test_validation_examples_are_looked_at_with_their_own_answers(store):
    ids, answers = data(32, seed=1)
    run, _, _ = fit(store, validation=(ids, answers), probes=["not good"], vocabulary=VOCABULARY)
    assert [look["epoch"] for look in run.looks] == [1, 2]
    model, few = run.model(2), slice(0, 4)
    trace = core.record(model, ids[few])
    asked = np.asarray(answers[few], float).reshape(trace.outputs.shape)
    expected = look_at(trace, core.backprop(model, trace, asked))
    assert run.looks[1]["layers"] == expected["layers"]
    own, _, _ = fit(store, name="own", probes=["not good"], vocabulary=VOCABULARY)
    assert own.looks[1]["layers"] != expected["layers"]


@pytest.mark.parametrize(
    "given", ["nothing", (np.zeros((4, 8), int),), (np.zeros((4, 8), int), [[1, 2]])]
)
def test_what_are_no_examples_costs_a_sentence_and_no_epoch(store, given):
    with pytest.warns(UserWarning, match="The validation examples are not looked at: "):
        run, _, _ = fit(store, validation=given, probes=["not good"], vocabulary=VOCABULARY)
    assert run.status.state == "finished"
    assert len(run.looks) == 2, "the probe is looked at instead"
