"""Killed at any instant, a run goes on and gets the numbers of one that was never interrupted.

Real workers, killed with SIGKILL. One run of reference and three that are killed at random.
"""

from __future__ import annotations

import json
import shutil
import signal
import time
from contextlib import closing

import numpy as np
import pytest

from core.arrays import load_arrays, save_arrays
from core.training import worker
from core.training.checkpoint import KIND
from core.training.loop import Loop
from core.training.progress import Progress
from core.training.run_writer import RunWriter
from core.training.sources import prepare
from core.training.store import RunStore
from tests.core.training import runs

EPOCHS = 6


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return RunStore(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def settings():
    return runs.config(fit__epochs=EPOCHS)


@pytest.fixture(scope="module")
def undisturbed(store, settings):
    run = runs.train(store, settings)
    assert run.status.state == "finished"
    return run


def assert_same(run, reference):
    assert run.status.state == "finished"
    for column in ("epoch", "loss", "metric", "validation_loss", "validation_metric"):
        np.testing.assert_allclose(
            run.epochs[column], reference.epochs[column], rtol=2e-5, err_msg=column
        )
    batches, wanted = run.batches, reference.batches
    assert batches[["epoch", "batch"]].equals(wanted[["epoch", "batch"]])
    np.testing.assert_allclose(batches["loss"], wanted["loss"], rtol=2e-5)
    np.testing.assert_allclose(batches["learning_rate"], wanted["learning_rate"], rtol=1e-6)
    for name, weights in reference.model().parameters.items():
        np.testing.assert_allclose(run.model().parameters[name], weights, atol=2e-6, err_msg=name)
    assert run.result["loss"] == pytest.approx(reference.result["loss"], rel=2e-5)
    assert run.model_epochs == tuple(range(EPOCHS + 1))


def test_two_runs_of_one_configuration_are_the_same(store, settings, undisturbed):
    assert_same(runs.train(store, settings), undisturbed)


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_a_random_moment_a_run_resumes_to_the_same_numbers(
    store, settings, undisturbed, seed
):
    run = store.create(settings, name="killed")
    random = np.random.default_rng([seed, 77])
    process = runs.start(run)
    after = int(random.integers(1, EPOCHS - 1))
    runs.wait_until(lambda: len(run.epochs) >= after)
    time.sleep(random.uniform(0, 0.15))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not run.has_worker
    done = len(run.epochs)
    if run.status.state != "finished":
        assert run.status.state == "died"
        run.model(done)  # what was finished can be read
    assert worker.main([str(run.folder), "--now"]) == 0
    assert_same(run, undisturbed)


def test_killed_between_an_epoch_s_line_and_its_checkpoint_nothing_is_counted_twice(
    store, settings, undisturbed
):
    run = store.create(settings, name="torn")
    runs_until(run, epochs=3)
    # What a kill leaves just before the checkpoint is replaced: lines and files of an epoch more.
    with run.file("epochs.jsonl").open("ab") as file:
        file.write(b'{"epoch": 4, "loss": 99.0, "metric": 0.0}\n{"epoch": 5, "lo')
    with run.file("batches.csv").open("ab") as file:
        file.write(b"4,1,99.0,0,0.1,0.1,1,1,1,1\n4,2,99")
    run.file("epochs/0004.npz").write_bytes(b"half a mod")
    assert worker.main([str(run.folder), "--now"]) == 0
    assert_same(run, undisturbed)


def runs_until(run, *, epochs):
    """Trains in this process and cancels when so many epochs are done."""
    import threading

    def watch():
        runs.wait_until(lambda: len(run.epochs) >= epochs)
        run.cancel()

    watching = threading.Thread(target=watch)
    watching.start()
    worker.main([str(run.folder), "--now"])
    watching.join()
    # The watcher may have been late by an epoch or two; go back to where it was meant to stop.
    assert len(run.epochs) >= epochs


def test_a_checkpoint_of_another_network_is_refused(store, settings, undisturbed):
    other = store.create(settings.with_setting("network.units", [7]), name="other")
    other.file("checkpoint.npz").write_bytes(undisturbed.file("checkpoint.npz").read_bytes())
    assert worker.main([str(other.folder), "--now"]) == 1
    assert other.status.error["name"] == "BrokenRun"
    assert other.status.error["facts"]["file"] == "checkpoint.npz"


def test_a_damaged_checkpoint_gives_way_to_the_newest_epoch_that_is_whole(store, undisturbed):
    """And damaged lines are set aside; what was before is as it was, and the run ends."""
    run = store.create(undisturbed.config, name="damaged")
    shutil.copytree(undisturbed.folder, run.folder, dirs_exist_ok=True)
    for name in ("result.json", "epochs/0005.npz", "epochs/0006.npz"):
        run.file(name).unlink()
    written = json.loads(run.file("status.json").read_text())
    run.file("status.json").write_text(json.dumps(written | {"state": "training", "epoch": 4}))
    for name in ("checkpoint.npz", "epochs/0004.npz"):
        data = bytearray(run.file(name).read_bytes())
        data[len(data) // 2] ^= 16
        run.file(name).write_bytes(data)
    first, *lines = run.file("epochs.jsonl").read_text().splitlines()
    run.file("epochs.jsonl").write_text("\n".join([first[5:], *lines, ""]))

    assert run.status.state == "died"
    assert "resume" in run.status.actions
    assert worker.main([str(run.folder), "--now"]) == 0
    assert run.status.state == "finished"
    notes = {note["name"]: note["facts"] for note in run.status.notes}
    assert notes["CheckpointLost"]["epoch"] == 3
    assert notes["LinesSetAside"] == {"file": "epochs.jsonl", "count": 1}
    assert run.model_epochs == tuple(range(EPOCHS + 1))
    assert run.model(3).digest == undisturbed.model(3).digest
    assert run.epochs["epoch"].tolist() == [2, 3, 4, 5, 6]
    before = run.batches["epoch"] <= 3
    assert run.batches[before].equals(undisturbed.batches[undisturbed.batches["epoch"] <= 3])
    assert len(run.batches) == len(undisturbed.batches)
    assert run.result["metric"] >= 0


def test_a_damaged_best_model_is_replaced_by_the_newest_whole_one_and_that_is_said(
    store, undisturbed
):
    run = store.create(undisturbed.config, name="lost")
    shutil.copytree(undisturbed.folder, run.folder, dirs_exist_ok=True)
    best = run.final_epoch
    run.file(f"epochs/{best:04d}.npz").write_bytes(b"PK\x03\x04")
    assert worker.main([str(run.folder), "--now"]) == 0
    [note] = run.status.notes
    assert note["name"] == "ModelLost"
    assert run.result["epoch"] == note["facts"]["other"] != best


def cut_short(store, undisturbed, name):
    """A run whose six epochs are whole, and which has not come to its scores."""
    run = store.create(undisturbed.config, name=name)
    shutil.copytree(undisturbed.folder, run.folder, dirs_exist_ok=True)
    run.file("result.json").unlink()
    written = json.loads(run.file("status.json").read_text())
    run.file("status.json").write_text(json.dumps(written | {"state": "training", "epoch": 5}))
    return run


def with_loop(checkpoint, **changes):
    """The checkpoint with something else in what the loop remembered."""
    described, arrays = load_arrays(checkpoint, kind=KIND)
    loop = described.pop("loop") | changes
    save_arrays(checkpoint, kind=KIND, description={"loop": loop}, arrays=arrays)


def with_texts(checkpoint):
    described, arrays = load_arrays(checkpoint, kind=KIND)
    arrays |= {name: array.astype("U") for name, array in arrays.items()}
    save_arrays(checkpoint, kind=KIND, description={"loop": described["loop"]}, arrays=arrays)


LOST = {
    "gone": lambda file: file.unlink(),
    "a link to itself": lambda file: (file.unlink(), file.symlink_to(file)),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
    "texts": with_texts,
    "99 epochs": lambda file: with_loop(file, epoch=99),
    "epoch -1": lambda file: with_loop(file, epoch=-1),
    "epoch NaN": lambda file: with_loop(file, epoch=float("nan")),
    "epoch 1.5": lambda file: with_loop(file, epoch=1.5),
    "step as text": lambda file: with_loop(file, step="many"),
    "best loss as text": lambda file: with_loop(file, best_loss="0.1"),
    "seconds without end": lambda file: with_loop(file, seconds=float("inf")),
    "something more": lambda file: with_loop(file, more=1),
}


@pytest.mark.parametrize("damage", LOST.values(), ids=LOST)
def test_without_a_checkpoint_that_can_be_whole_epochs_are_kept_and_that_is_said(
    store, undisturbed, damage
):
    run = cut_short(store, undisturbed, "lost")
    damage(run.file("checkpoint.npz"))
    data = prepare(
        run.config.data.source,
        run.config.data.options,
        seed=run.config.seed,
        validation=run.config.data.validation,
    )
    with closing(RunWriter(run)) as writer:
        training = Loop(run.config, data, writer, Progress(writer))
        training.resume()
    assert training.remembered.epoch == EPOCHS
    [note] = writer.status.notes
    assert note["name"] == "CheckpointLost"
    assert note["facts"]["epoch"] == EPOCHS
    assert run.epochs.equals(undisturbed.epochs)
    assert run.batches.equals(undisturbed.batches)
    assert run.model_epochs == undisturbed.model_epochs
    assert training.model(EPOCHS).digest == undisturbed.model(EPOCHS).digest


def test_files_of_somebody_else_among_the_epochs_stay_and_stop_nothing(store, undisturbed):
    run = cut_short(store, undisturbed, "copies")
    own = [run.file(name) for name in ("epochs/0001 copy.npz", "film/1 (2).npz", "epochs/9.npz")]
    for file in own:
        file.write_bytes(b"mine")
    with closing(RunWriter(run)) as writer:
        writer.rewind(2)
    assert all(file.read_bytes() == b"mine" for file in own)
    assert run.model_epochs == (0, 1, 2)


@pytest.mark.parametrize("name", ["checkpoint.npz", "dataset.json", "reserve", "epochs"])
def test_what_is_in_the_way_of_a_run_is_named_in_its_status(store, settings, name):
    run = store.create(settings.with_setting("fit.epochs", 1), name="in the way")
    run.file(name).write_bytes(b"") if name == "epochs" else run.file(name).mkdir()
    assert worker.main([str(run.folder), "--now"]) == 1
    assert run.status.state == "failed"
    assert run.status.error["facts"]["file"] == name
