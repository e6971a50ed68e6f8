from __future__ import annotations

import os
import time

import pytest

from core.training.config import RunConfig
from core.training.errors import BrokenRun, FolderNotWritable, NoSuchRun, RunIsBusy, WrongSetting
from core.training.files import replace_json
from core.training.folders import DELETED, KEPT_DAYS
from core.training.run_folder import Run
from core.training.store import RunStore, default_folder
from tests.core.training import runs


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


def test_a_run_is_found_again_by_whoever_looks_into_the_folder(store):
    created = store.create(runs.config(), name="My run", note="a note")
    found = RunStore(store.folder).run(created.id)
    assert found.config == runs.config()
    assert (found.label.name, found.label.note) == ("My run", "a note")
    assert found.versions["keras"]
    assert found.status.state == "queued" or not found.status.live
    assert [run.id for run in store.runs()] == [created.id]


def test_the_folder_is_the_one_the_environment_names(monkeypatch, tmp_path):
    monkeypatch.setenv("RNN_RUNS_DIR", str(tmp_path / "here"))
    assert default_folder() == tmp_path / "here"
    monkeypatch.delenv("RNN_RUNS_DIR")
    assert default_folder().parent.name == "unrolled"


@pytest.mark.parametrize("asked", ["../secrets", "", ".deleted", "a/b", "nothing-like-it", "A"])
def test_what_is_no_run_is_refused(store, asked):
    store.create(runs.config())
    with pytest.raises(NoSuchRun):
        store.run(asked)


def test_a_run_is_named_and_noted_without_touching_what_it_computes(store):
    run = store.create(runs.config(), name="one")
    before = run.file("config.json").read_bytes()
    run.relabel(note="better than before")
    run.relabel(name="이름")
    assert (run.label.name, run.label.note) == ("이름", "better than before")
    assert run.file("config.json").read_bytes() == before


def test_what_is_deleted_comes_back(store):
    run = store.create(runs.config(), name="one")
    store.delete(run)
    assert store.runs() == []
    with pytest.raises(NoSuchRun):
        store.run(run.id)
    assert [(away.id, away.label.name) for away in store.deleted()] == [(run.id, "one")]
    assert store.undelete(run.id).config == run.config
    assert store.deleted() == []
    with pytest.raises(NoSuchRun):
        store.undelete(run.id)


def test_what_was_deleted_long_ago_is_gone_when_the_next_is_deleted(store):
    old, new = store.create(runs.config(), name="old"), store.create(runs.config(), name="new")
    store.delete(old)
    long_ago = time.time() - (KEPT_DAYS + 1) * 86_400
    os.utime(store.folder / DELETED / old.id, (long_ago, long_ago))
    store.delete(new)
    assert [away.id for away in store.deleted()] == [new.id]


def test_how_many_train_at_once_is_kept_and_has_bounds(store):
    assert store.at_once >= 1
    store.at_once = 3
    assert RunStore(store.folder).at_once == 3
    with pytest.raises(WrongSetting):
        store.at_once = 0
    (store.folder / "settings.json").write_text('{"at_once": "many"}')
    assert store.at_once >= 1


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "runs").write_text("a file where the folder should be")
    with pytest.raises(FolderNotWritable) as caught:
        RunStore(tmp_path / "runs").create(runs.config())
    assert str(tmp_path / "runs") in str(caught.value)
    assert RunStore(tmp_path / "runs").runs() == []


def test_a_run_with_a_worker_is_neither_deleted_nor_launched_again(store):
    from filelock import FileLock

    run = store.create(runs.config())
    with FileLock(run.file("worker.lock")):
        assert run.has_worker
        with pytest.raises(RunIsBusy):
            store.delete(run)
        with pytest.raises(RunIsBusy):
            store.launch(run)
    assert not run.has_worker


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("config.json", b""),
        ("config.json", b"[1, 2"),
        ("config.json", b'{"config": {"seed": 1}}'),
        ("config.json", b"\xff\xfe\x00"),
        ("status.json", b'{"state": "dancing"}'),
        ("status.json", b"null"),
        ("result.json", b"{"),
        ("batches.csv", b'epoc\x00,batch\n1,2\n1,"2,3\n1,2,3,4\n'),
        ("test.npz", b"PK\x03\x04 not really"),
        ("epochs/0001.npz", b"no model"),
        ("film/0001-0.npz", b""),
    ],
)
def test_a_broken_file_is_named_and_the_others_are_read(store, name, content):
    run = store.create(runs.config(), name="one")
    run.file(name).parent.mkdir(exist_ok=True)
    run.file(name).write_bytes(content)
    fresh = Run(run.folder)
    questions = {
        "config.json": lambda: fresh.config,
        "status.json": lambda: fresh.status,
        "result.json": lambda: fresh.result,
        "batches.csv": lambda: fresh.batches,
        "test.npz": lambda: fresh.answers,
        "epochs/0001.npz": lambda: fresh.model(1),
        "film/0001-0.npz": lambda: fresh.film(0, 1),
        "label.json": lambda: fresh.label,
    }
    for asked, question in questions.items():
        if asked == name:
            with pytest.raises(BrokenRun) as caught:
                question()
            assert caught.value.facts["file"] == name
        elif not asked.endswith(".npz") or asked == "test.npz":
            question()


def test_a_run_whose_label_is_broken_goes_by_its_id(store):
    run = store.create(runs.config(), name="one")
    run.file("label.json").write_bytes(b"nonsense")
    assert run.label.name == run.id


def test_half_written_lines_are_left_out(store):
    run = store.create(runs.config())
    run.file("epochs.jsonl").write_bytes(b'{"epoch": 1, "loss": 0.5}\nnoise\n{"epoch": 2, "lo')
    run.file("batches.csv").write_bytes(b"epoch,batch,loss\n1,1,0.25\n1,2,0.2")
    assert run.epochs["epoch"].tolist() == [1]
    assert run.batches["loss"].tolist() == [0.25]


def test_a_worker_that_is_gone_without_a_word_is_dead(store):
    run = store.create(runs.config())
    written = {"state": "training", "created": 1.0, "launched": time.time(), "taken": True}
    replace_json(run.file("status.json"), written)
    assert run.status.state == "died"
    replace_json(run.file("status.json"), written | {"state": "queued", "taken": False})
    assert run.status.state == "queued"  # launched a moment ago: it is still starting
    replace_json(run.file("status.json"), written | {"state": "queued", "launched": 1.0})
    assert run.status.state == "died"


def test_a_new_run_waits_to_be_launched(store):
    config = RunConfig.read(runs.config().to_json())
    assert store.create(config).status.state == "queued"
