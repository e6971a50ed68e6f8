"""How runs wait, stop and fail: real workers, real full disks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

from core.training import worker
from core.training.errors import DiskFull
from core.training.store import RunStore
from tests.core.training import runs
from tests.endurance.starving import kill_for_memory, starve, why_not_killed


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def test_a_run_waits_for_its_turn_and_can_be_cancelled_while_it_waits(store):
    store.at_once = 1
    run = store.create(runs.config(), name="waiting")
    places = store.folder / ".places"
    places.mkdir()
    with FileLock(places / "0.lock"):  # another run trains
        store.launch(run)
        runs.wait_until(lambda: run.has_worker and run.status.state == "queued")
        other_window = RunStore(store.folder).run(run.id)
        assert other_window.status.state == "queued"
        other_window.cancel()
        runs.wait_until(lambda: not run.has_worker)
    assert run.status.state == "cancelled"
    assert run.epochs.empty


def test_who_came_first_trains_first(store):
    store.at_once = 1
    first, second = (store.create(runs.config(), name=name) for name in ("first", "second"))
    with FileLock(first.file("worker.lock")):  # the first one's process waits
        assert not worker._is_first(second, store)
        assert worker._is_first(first, store)
    assert worker._is_first(second, store)  # its process is gone: nobody waits for the dead


def test_a_run_stops_in_the_middle_of_an_epoch_and_goes_on_later(store):
    settings = runs.config(data__options={**runs.LATCH, "train_examples": 4_000}, fit__epochs=2)
    run = store.create(settings, name="long")
    process = runs.start(run)
    runs.wait_until(lambda: run.status.state == "training" and len(run.batches) > 3)
    run.cancel()
    process.wait(timeout=20)
    assert run.status.state == "cancelled"
    assert run.status.error is None
    assert len(run.batches) < 2 * 94
    done = len(run.epochs)
    assert run.model_epochs == tuple(range(done + 1))
    assert worker.main([str(run.folder), "--now"]) == 0
    assert run.status.state == "finished"
    assert run.epochs["epoch"].tolist() == [1, 2]
    assert len(run.batches) == run.batches[["epoch", "batch"]].drop_duplicates().shape[0]


def test_one_run_has_one_worker(store):
    run = store.create(runs.config(), name="busy")
    with FileLock(run.file("worker.lock")):
        done = subprocess.run(
            [sys.executable, "-m", "core.training.worker", str(run.folder)],
            cwd=runs.ROOT, capture_output=True, check=False, text=True,
        )  # fmt: skip
    assert done.returncode == 1
    assert "is still working" in done.stderr
    assert run.status.state == "queued"


def test_a_worker_that_was_killed_is_shown_as_dead_with_the_end_of_its_log(store):
    store.at_once = 1
    run = store.create(runs.config(), name="killed")
    places = store.folder / ".places"
    places.mkdir()
    with FileLock(places / "0.lock"), run.file("worker.log").open("wb") as log:
        log.write(b"a last word\n")
        process = runs.start(run)
        runs.wait_until(lambda: run.has_worker)
        runs.wait_until(lambda: b'"taken": true' in run.file("status.json").read_bytes())
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert run.status.state == "died"
    assert "a last word" in run.log_end


def test_a_loss_that_blows_up_ends_the_run_with_a_sentence(store):
    settings = runs.config(
        data__source="sines",
        data__options={"train_examples": 64, "test_examples": 10},
        network__cell="simple_rnn",
        network__units=[4],
        optimizer__name="sgd",
        optimizer__schedule="constant",
        optimizer__warm_up=0.0,
        optimizer__clip=None,
        optimizer__learning_rate=100.0,
        fit__epochs=100,
        fit__batch=8,
    )
    run = store.create(settings, name="nan")
    assert worker.main([str(run.folder), "--now"]) == 1
    assert run.status.state == "failed"
    assert run.status.error["name"] == "LossNotFinite"
    assert run.status.error["facts"]["rate"] == "100"
    assert run.model(0).parameter_count > 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"data__options": {"symbols": 1}}, "WrongSetting"),
        ({"data__options": {"colours": 3}}, "UnknownSetting"),
        ({"data__source": "nowhere", "data__options": {}}, "UnknownName"),
        ({"data__source": "imdb", "data__options": {"folder": "/does/not/exist"}}, None),
        ({"fit__truncate": 4}, "WrongSetting"),
        ({"fit__stateful": True}, "WrongSetting"),
    ],
)
def test_what_cannot_be_trained_ends_the_run_with_a_sentence(store, changes, error):
    run = store.create(runs.config(**changes), name="wrong")
    assert worker.main([str(run.folder), "--now"]) == 1
    status = run.status
    assert status.state == "failed"
    assert status.error["facts"]
    assert error in (None, status.error["name"])
    assert not run.has_worker


@contextmanager
def small_disk(place: Path, *, kilobytes: int) -> Iterator[Path]:
    """A disk of that size, which only root can mount."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode != 0:
        pytest.skip("a small disk can be mounted by root only")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_ends_the_run_with_a_sentence_and_keeps_what_was_finished(tmp_path):
    with small_disk(tmp_path / "small", kilobytes=400) as small:
        settings = runs.config(
            data__options={**runs.LATCH, "train_examples": 2_000}, fit__epochs=99
        )
        run = RunStore(small).create(settings, name="full")
        assert worker.main([str(run.folder), "--now"]) == 1
        assert run.status.state == "failed"
        assert run.status.error["name"] == "DiskFull"
        assert len(run.epochs) >= 1
        run.model(run.model_epochs[-1])
        # With room again it goes on.
        subprocess.run(["mount", "-o", "remount,size=8m", str(small)], check=True)
        again = len(run.epochs) + 1
        run.file("config.json").write_text(
            run.file("config.json").read_text().replace('"epochs": 99', f'"epochs": {again}')
        )
        assert worker.main([str(run.folder), "--now"]) == 0
        assert run.status.state == "finished"


@pytest.mark.parametrize("pages", range(7))
def test_a_disk_that_is_full_before_the_first_word_is_named_in_status_or_log(
    tmp_path, capsys, pages
):
    with small_disk(tmp_path / "small", kilobytes=100) as small:
        run = RunStore(small).create(runs.config(), name="full")
        (small / "rest").write_bytes(bytes(shutil.disk_usage(small).free - pages * 4096))
        assert worker.main([str(run.folder), "--now"]) == 1
        written = run.status.error
        assert str(DiskFull()) in capsys.readouterr().err
        assert written is None or written["name"] == "DiskFull"
        assert run.status.state == ("failed" if written else "queued")
        assert not list(run.folder.glob("*.new"))


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded as Linux does it")
def test_without_memory_a_run_ends_in_words(store):
    run = store.create(runs.config(network__units=(600,), fit__epochs=1), name="starved")
    assert starve(run, megabytes=200) == "failed, in words (OutOfMemory)"
    assert run.status.error["facts"] == {"batch": 32}
    assert run.epochs.size == 0


def test_a_run_that_the_system_kills_for_its_memory_died_and_goes_on_where_there_is_room(store):
    if why := why_not_killed():
        pytest.skip(f"no group of limited memory can be made here: {why}")
    run = store.create(runs.config(fit__epochs=2), name="killed")
    assert kill_for_memory(run, megabytes=5) == "died"
    assert worker.main([str(run.folder), "--now"]) == 0
    assert runs.difference(run, runs.train(store, run.config)) == 0.0
