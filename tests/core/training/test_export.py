"""A run's figures in other programs' files are the figures that the run wrote."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from core.training.export import main, table, tensorboard
from core.training.files import read_json_lines
from core.training.store import RunStore
from tests.dashboard.runs import BATCHES, write_run

READ_BACK = """
import json, sys
from pathlib import Path
from core.training.export import tensorboard
from core.training.run_folder import Run
import tensorflow as tf
file = tensorboard(Run(Path(sys.argv[1])), Path(sys.argv[2]))
found = []
for event in tf.compat.v1.train.summary_iterator(str(file)):
    found += [(value.tag, event.step, value.simple_value) for value in event.summary.value]
print(json.dumps([str(file), found]))
"""


@pytest.fixture
def run(tmp_path):
    return write_run(RunStore(tmp_path / "runs"), epochs=2)


def test_event_files_hold_every_number_at_its_step(run, tmp_path, root):
    done = subprocess.run(
        [sys.executable, "-c", READ_BACK, str(run.folder), str(tmp_path / "out")],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    file, found = json.loads(done.stdout.splitlines()[-1])
    assert f"/{run.id}/events.out.tfevents." in file
    numbers = {(tag, step): value for tag, step, value in found}
    assert len(numbers) == len(found)
    batches = run.batches
    for name in set(batches.columns) - {"epoch", "batch"}:
        for step in range(1, 2 * BATCHES + 1):
            told = numbers.pop((f"batch/{name}", step))
            assert told == pytest.approx(batches[name].iloc[step - 1], rel=1e-6)
    for row in run.epochs.to_dict("records"):
        for name in ("loss", "metric", "validation_loss", "validation_metric", "learning_rate",
                     "seconds"):  # fmt: skip
            assert numbers.pop((f"epoch/{name}", row["epoch"])) == pytest.approx(
                row[name], rel=1e-6
            )
    assert not numbers


def test_a_broken_run_is_refused(run, tmp_path):
    run.file("batches.csv").write_bytes(b'epoch,batch\n"\xff\n')
    with pytest.raises(ValueError, match=r"batches\.csv"):
        tensorboard(run, tmp_path)


def test_the_table_has_a_column_for_each_layer(run, tmp_path):
    frame = table(run)
    assert frame["norm/dense"].tolist() == [0.2, 0.2]
    assert frame["validation_loss"].tolist() == [
        row["validation_loss"] for row in read_json_lines(run.file("epochs.jsonl"))
    ]
    main(["csv", str(run.folder), str(tmp_path / "out.csv")])
    head, *rows = (tmp_path / "out.csv").read_text().splitlines()
    assert head.startswith("epoch,loss")
    assert len(rows) == 2
