"""Run folders, corrupt or half written: what can be read is read, the rest is a sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.errors import CoreError, Failure
from core.training.config import DataSettings, RunConfig
from core.training.errors import BrokenRun, LinesSetAside
from core.training.files import read_json, replace_json
from core.training.run_folder import Run
from core.training.run_writer import RunWriter
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
    assert [away.label.name for away in store.deleted()] == [run.id]
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


def whole_run(run: Run, *, epochs: int = 4, batches: int = 5) -> None:
    """Lines as a worker writes them."""
    writer = RunWriter(run)
    for epoch in range(1, epochs + 1):
        for batch in range(1, batches + 1):
            row = {"epoch": epoch, "batch": batch, "loss": 1 / (epoch + batch), "metric": 0.5}
            writer.batch(row | {"learning_rate": 0.01, "seconds": 0.1, "norm/lstm": 2.5})
        writer.epoch({"epoch": epoch, "loss": 1 / epoch, "validation_loss": None})
        writer.look({"epoch": epoch, "batch": batches, "layers": []})
    writer.close()


LINES = ("batches.csv", "epochs.jsonl", "looks.jsonl")


@pytest.mark.parametrize("seed", range(60))
def test_damaged_lines_are_set_aside_and_the_rest_is_read_and_gone_on_from(run, seed):
    """Bytes replaced, put in or taken out anywhere in any of the files of lines."""
    whole_run(run)
    random = np.random.default_rng([seed, 8])
    name = LINES[seed % 3]
    before = run.file(name).read_bytes().splitlines()
    content = bytearray(run.file(name).read_bytes())
    start = content.index(b"\n") + 1 if name == "batches.csv" else 0  # the columns' names stay
    for _ in range(int(random.integers(1, 6))):
        at = int(random.integers(start, len(content) - 1))
        match int(random.integers(3)):
            case 0:
                content[at] = int(random.integers(256))
            case 1:
                content[at:at] = random.bytes(3)
            case _:
                del content[at : at + 4]
    run.file(name).write_bytes(content)
    assert all(kind.kind in "iuf" for kind in run.batches.dtypes)
    assert run.epochs.empty or run.epochs["epoch"].map(lambda epoch: type(epoch) is int).all()

    writer = RunWriter(run)
    writer.rewind(3)
    writer.close()
    kept = run.file(name).read_bytes().splitlines()
    aside = run.file(f"{name}.aside")
    set_aside = aside.read_bytes().splitlines() if aside.exists() else []
    notes = [note["facts"] for note in writer.status.notes]
    assert bool(set_aside) == bool(notes)
    if notes:
        assert notes[0]["file"] == name
        with pytest.raises(LinesSetAside, match=re.escape(name)):
            raise Failure.from_json(writer.status.notes[0]).error()
    # Lines that were not touched are where they belong: kept up to the third epoch.
    untouched = set(bytes(content).splitlines()) & set(before)
    for line in untouched:
        epoch = epoch_of(name, line)
        assert (line in kept) == (epoch is None or epoch <= 3)
    assert (run.batches["epoch"] <= 3).all()
    for other in set(LINES) - {name}:
        assert all(epoch_of(other, line) in (None, 1, 2, 3)
                   for line in run.file(other).read_bytes().splitlines())  # fmt: skip


def epoch_of(name: str, line: bytes) -> int | None:
    if name != "batches.csv":
        return int(json.loads(line)["epoch"])
    first = line.partition(b",")[0]
    return None if first == b"epoch" else int(first)


@pytest.mark.parametrize("line", ["1x,1,0.5,0.5,0.1,0.1,2.5", "1", "", ",,,,,,", "9" * 400])
def test_a_line_of_batches_that_is_none_does_not_stop_a_resume(run, line):
    whole_run(run)
    names, *lines = run.file("batches.csv").read_text().splitlines()
    run.file("batches.csv").write_text("\n".join([names, *lines[:7], line, *lines[7:], ""]))
    writer = RunWriter(run)
    writer.rewind(4)
    writer.close()
    assert run.file("batches.csv").read_text().splitlines() == [names, *lines]


def test_left_overs_of_dead_processes_are_removed_and_others_stay(run):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    old = [run.file(f"status.json.{dead.pid}.new"), run.file(f"label.json.{dead.pid}-0a1b2c3d.new")]
    alive = run.file(f"label.json.{os.getpid()}-0a1b2c3d.new")
    for path in (*old, alive):
        path.touch()
    RunWriter(run).close()
    assert not any(path.exists() for path in old)
    assert alive.exists()


def test_many_threads_replace_one_file_and_each_time_it_is_whole(tmp_path):
    file = tmp_path / "settings.json"
    replace_json(file, [0] * 500)

    def write(number: int) -> None:
        replace_json(file, [number] * 500)
        assert len(set(read_json(file))) == 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(200)))
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
