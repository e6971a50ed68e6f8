"""Run folders, corrupt or half written: what can be read is read, the rest is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import CoreError
from core.training.config import DataSettings, RunConfig
from core.training.errors import BrokenRun
from core.training.run_folder import Run
from core.training.store import RunStore

GARBAGE = (b"", b"\x00\xff\x9c", b"[1, 2", b"[]", b"null", b'"x"', b"7", b"{}")


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path)


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(RunConfig(data=DataSettings(source="latch")), name="mine", note="a note")


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
@pytest.mark.parametrize("name", ["config.json", "label.json", "status.json", "result.json"])
def test_garbage_in_one_file_is_a_sentence_and_leaves_the_others(run, name, garbage):
    run.file("result.json").write_text('{"loss": 0.5, "metric": 0.8, "seconds": 3.5}')
    run.file(name).write_bytes(garbage)
    fresh = Run(run.folder)
    read = {
        "config.json": lambda: fresh.config.data.source,
        "label.json": lambda: fresh.label.note,
        "status.json": lambda: fresh.status.state,
        "result.json": lambda: fresh.result and fresh.result["metric"],
    }
    right = {
        "config.json": "latch",
        "label.json": "a note",
        "status.json": "queued",
        "result.json": 0.8,
    }
    for other in read.keys() - {name}:
        assert read[other]() == right[other]
    if name == "label.json":
        assert fresh.label.name == fresh.id
    elif (name, garbage) == ("result.json", b"null"):
        assert fresh.result is None
    else:
        with pytest.raises(BrokenRun, match=name):
            read[name]()


@pytest.mark.parametrize(
    ("name", "value"),
    [("epoch", "3"), ("memory", None), ("seconds", True), ("created", [1]), ("state", 5)],
)
def test_a_status_with_a_value_of_another_kind_is_refused(run, name, value):
    written = json.loads(run.file("status.json").read_text())
    run.file("status.json").write_text(json.dumps(written | {name: value}))
    with pytest.raises(BrokenRun, match=r"status\.json"):
        _ = run.status


def test_lists_of_runs_take_damage(store, run):
    run.file("label.json").write_bytes(b"\x00")
    assert [each.id for each in store.runs()] == [run.id]
    store.delete(run)
    assert [label.name for _, label in store.deleted()] == [run.id]
    for garbage in (b"\x00", b"[]", b'{"at_once": "two"}'):
        (store.folder / "settings.json").write_bytes(garbage)
        assert store.at_once >= 1
    store.at_once = 3
    assert store.at_once == 3


def test_files_go_into_the_folder_and_no_further(store):
    config = RunConfig(data=DataSettings(source="latch"))
    run = store.create(config, files={"texts.csv": b"a,b\n", "../../out.txt": b"x"})
    assert run.file("texts.csv").read_bytes() == b"a,b\n"
    assert run.file("out.txt").read_bytes() == b"x"
    assert not (store.folder.parent / "out.txt").exists()


def test_a_line_that_was_not_finished_is_left_out(run):
    run.file("epochs.jsonl").write_text('{"epoch": 1, "loss": 0.5}\nnot json\n{"epoch": 2, "lo')
    assert run.epochs["epoch"].tolist() == [1]
    run.file("batches.csv").write_text("epoch,batch,loss\n1,1,0.7\n1,2,0.")
    assert run.batches["loss"].tolist() == [0.7]
    run.file("batches.csv").write_bytes(b'epo\xff,batch\n1,"\n\xff,3,4\n')
    with pytest.raises(CoreError, match=r"batches\.csv"):
        _ = run.batches
