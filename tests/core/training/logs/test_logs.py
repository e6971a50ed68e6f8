"""Logs of TensorBoard and CSVLogger as runs: written by TensorFlow and Keras, read without them."""

from __future__ import annotations

import json
import struct
import subprocess
import sys

import numpy as np
import pytest

from core.errors import CoreError
from core.training.logs.errors import NoLogs, NotALog, TooMuchLog
from core.training.logs.events import Scalars, read_events
from core.training.logs.importing import import_files, import_log, measure
from core.training.logs.records import masked_crc, read_records
from core.training.store import RunStore
from tests.unprivileged import run_unprivileged

WRITE = """
import sys
from pathlib import Path
import keras
import numpy as np
import tensorflow as tf

folder = Path(sys.argv[1])

def events(place, told, *, plain):
    place.mkdir(parents=True)
    with tf.io.TFRecordWriter(str(place / "events.out.tfevents.17.host")) as records:
        first = tf.compat.v1.Event(wall_time=17.0, file_version="brain.Event:2")
        records.write(first.SerializeToString())
        for tag, step, value in told:
            if plain:
                kept = tf.compat.v1.Summary.Value(tag=tag, simple_value=value)
            else:
                tensor = tf.make_tensor_proto(value, tf.float32)
                kept = tf.compat.v1.Summary.Value(tag=tag, tensor=tensor)
                kept.metadata.plugin_data.plugin_name = "scalars"
            summary = tf.compat.v1.Summary(value=[kept])
            event = tf.compat.v1.Event(wall_time=20.0 + step, step=step, summary=summary)
            records.write(event.SerializeToString())
        picture = tf.make_tensor_proto(np.zeros((600, 600), np.float32))
        big = tf.compat.v1.Summary(value=[tf.compat.v1.Summary.Value(tag="image", tensor=picture)])
        records.write(tf.compat.v1.Event(step=1, summary=big).SerializeToString())

events(folder / "keras/train", [("epoch_loss", e, 1 / (e + 1)) for e in range(3)]
       + [("epoch_accuracy", e, 0.5 + e / 10) for e in range(3)]
       + [("batch_loss", e, 9.0) for e in range(50)]
       + [("epoch_learning_rate", e, 0.001) for e in range(3)], plain=False)
events(folder / "keras/validation", [("epoch_loss", e, 1.5 / (e + 1)) for e in range(3)]
       + [("epoch_accuracy", e, 0.4 + e / 10) for e in range(3)], plain=False)
events(folder / "torch/first", [("Loss/train", e, 2.0 / e) for e in (10, 20)]
       + [("Loss/val", 20, 0.7), ("F1/val", 20, 0.25)], plain=True)

model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
model.compile("sgd", "mse", metrics=["mae"])
x, y = np.arange(16.0).reshape(8, 2) / 16, np.arange(8.0) / 8
for again in (False, True):
    told = model.fit(x, y, epochs=2, verbose=0, validation_split=0.25,
                     callbacks=[keras.callbacks.CSVLogger(str(folder / "mine.csv"), append=again)])
import json
print(json.dumps(told.history))
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory, root):
    """A folder of logs, as TensorFlow and Keras write them, and what the last fit told."""
    folder = tmp_path_factory.mktemp("logs")
    done = subprocess.run(
        [sys.executable, "-c", WRITE, str(folder)], cwd=root, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "runs")


@pytest.fixture
def found(written, store):
    runs = import_log(written[0], name="old", folder=store.folder)
    return {run.label.name: run for run in runs}


def test_every_folder_and_table_is_a_run_of_its_name(found, store):
    assert set(found) == {"old/keras", "old/torch/first", "mine"}
    assert {run.id for run in store.runs()} == {run.id for run in found.values()}
    for run in found.values():
        assert run.brought.kind == "log"
        assert run.status.state == "finished"
        assert run.status.actions == ("delete",)
        assert run.model_epochs == ()


def test_keras_s_train_and_validation_are_one_run_of_epochs_from_1(found):
    told = found["old/keras"].epochs
    assert list(told["epoch"]) == [1, 2, 3]
    np.testing.assert_allclose(told["loss"], [1, 1 / 2, 1 / 3], rtol=1e-6)
    np.testing.assert_allclose(told["metric"], [0.5, 0.6, 0.7], rtol=1e-6)
    np.testing.assert_allclose(told["validation_loss"], [1.5, 0.75, 0.5], rtol=1e-6)
    np.testing.assert_allclose(told["validation_metric"], [0.4, 0.5, 0.6], rtol=1e-6)
    np.testing.assert_allclose(told["learning_rate"], 0.001, rtol=1e-6)
    assert found["old/keras"].brought.metric == "accuracy"
    assert found["old/keras"].status.best_epoch == 3


def test_pytorch_s_tags_at_steps_of_its_own(found):
    told = found["old/torch/first"].epochs.set_index("epoch")
    assert list(told.index) == [10, 20]
    np.testing.assert_allclose(told["loss"], [0.2, 0.1], rtol=1e-6)
    assert told["validation_loss"][20] == pytest.approx(0.7)
    assert told["validation_metric"][20] == 0.25
    assert found["old/torch/first"].brought.metric == "f1"


def test_a_csv_that_a_second_fit_went_on_with_counts_on(found, written):
    told = found["mine"].epochs
    assert list(told["epoch"]) == [1, 2, 3, 4]
    history = written[1]
    for ours, theirs in {"loss": "loss", "validation_loss": "val_loss", "metric": "mae",
                         "validation_metric": "val_mae"}.items():  # fmt: skip
        np.testing.assert_allclose(told[ours][2:], history[theirs], rtol=1e-5)


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("epoch_loss", "loss"), ("Loss/train", "loss"), ("train/loss", "loss"),
        ("validation/loss", "val_loss"), ("loss/test", "val_loss"), ("val_acc", "val_acc"),
        ("epoch/validation_loss", "val_loss"), ("lr", "learning_rate"), ("latest", "latest"),
        ("epoch_learning_rate", "learning_rate"), ("train", "train"),
    ],
)  # fmt: skip
def test_a_tag_says_what_it_measures(tag, name):
    assert measure(tag) == name


def test_the_check_is_castagnoli_s(written):
    rows = np.frombuffer(b"123456789", np.uint8)[None]
    crc = 0xE3069283  # RFC 3720's check of these digits
    turned = ((crc >> 15) | (crc << 17)) + 0xA282EAD8
    assert int(masked_crc(rows)[0]) == turned & 0xFFFFFFFF


def event_file(written):
    return next((written[0] / "keras/train").iterdir()).read_bytes()


def test_a_file_that_is_still_written_gives_what_is_whole(written):
    data = event_file(written)
    every = len(read_records(data).found)
    for cut in (1, 5, 13):
        part = read_records(data[:-cut])
        assert (len(part.found), part.damaged) == (every - 1, None)


@pytest.mark.parametrize("where", [3, 9, 40, 400])
def test_damage_ends_the_reading_where_it_is(written, where, store):
    data = bytearray(event_file(written))
    whole = read_records(bytes(data)).found
    data[where] ^= 0x10
    part = read_records(bytes(data))
    assert part.damaged is not None
    assert part.damaged <= where
    assert list(part.found) == list(whole[: len(part.found)])
    assert len(part.found) < len(whole)


def test_what_stands_before_damage_is_shown_and_the_damage_said(written, store):
    data = bytearray(event_file(written))
    data[400] ^= 1
    [run] = import_files({"a/events.out.tfevents.1": bytes(data)}, store=store, name="hurt")
    assert len(run.epochs) == 3
    [note] = run.status.notes
    assert note["name"] == "LogDamaged"


def frame(data: bytes) -> bytes:
    def check(part: bytes) -> bytes:
        return struct.pack("<I", int(masked_crc(np.frombuffer(part, np.uint8)[None])[0]))

    length = struct.pack("<Q", len(data))
    return length + check(length) + data + check(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"\0" * 100, b"not an event file at all, whatever its name", frame(b"\xff" * 40),
     frame(b""), struct.pack("<Q", 1 << 62) + b"\0" * 60],
)  # fmt: skip
def test_what_is_no_event_file_is_refused_in_a_sentence(data, store):
    with pytest.raises(NotALog, match="Read are event files"):
        import_files({"events.out.tfevents.9": data}, store=store)
    assert store.runs() == []


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe\x00", b"a,b\n1,2\n", b"epoch,loss\n", b"epoch,loss\nx,y\n",
     b"epoch" + b",x" * 300 + b"\n0" + b",1" * 300 + b"\n", b"epoch,loss\n1e300,2\n"],
)  # fmt: skip
def test_what_is_no_log_of_csv_is_refused_in_a_sentence(data, store):
    with pytest.raises(CoreError):
        import_files({"log.csv": data}, store=store)
    assert store.runs() == []


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_missing_cells_and_lists(store, separator):
    text = "epoch,loss,weights,val_loss\n0,0.5,[1 2],NA\n1,0.25,[1 2],0.75\n"
    text = text.replace(",", separator)
    [run] = import_files({"a.csv": text.encode()}, store=store)
    told = run.epochs
    assert list(told["loss"]) == [0.5, 0.25]
    assert np.isnan(told["validation_loss"][0])
    assert told["validation_loss"][1] == 0.75
    assert "weights" not in told


def test_random_bytes_never_get_further_than_a_sentence():
    random = np.random.default_rng(0)
    for _ in range(200):
        scalars = Scalars()
        read_events(frame(random.bytes(int(random.integers(0, 60)))), into=scalars)
        read_events(random.bytes(80), into=scalars)
        assert scalars.points < 20


def test_folders_without_logs_and_too_much_are_refused(tmp_path, store, monkeypatch):
    with pytest.raises(NoLogs):
        import_log(tmp_path / "nowhere", folder=store.folder)
    monkeypatch.setattr("core.training.logs.importing.MOST_BYTES", 10)
    with pytest.raises(TooMuchLog):
        import_files({"a.csv": b"epoch,loss\n0,1\n"}, store=store)


def test_a_log_that_may_not_be_read_is_named(tmp_path):
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("epoch,loss\n0,1.5\n")
    (tmp_path / "b.csv").chmod(0)
    program = f"""
from core.training.logs.importing import import_log
from core.training.logs.errors import NotALog
try:
    import_log({str(tmp_path)!r}, folder={str(tmp_path / "runs")!r})
except NotALog as error:
    print(error.facts)
"""
    said = run_unprivileged(program)
    assert "b.csv" in said
    assert "Permission denied" in said
    assert not (tmp_path / "runs").exists()
