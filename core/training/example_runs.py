"""Make the runs that ship as an example: `python -m core.training.bundled` with the models.

An experiment of two: on the same examples of the latch, twelve epochs of an LSTM, which learns to
keep a letter, beside those of a SimpleRNN, which goes on guessing. Each is trained as every run is
(`core.training.worker`) and left in `core/bundled/runs` as a run's folder, so that whatever reads
runs reads these. The model of every epoch is kept, which is what a film is made of. What only a
worker needs is left out (its checkpoint, lock and log), as is what a clock decides: two makings on
one machine differ in how long they took (`status.json`, `result.json`) and in nothing else.

Cost: half a minute on two cores.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.data import latch
from core.training import worker
from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)
from core.training.run_folder import EXAMPLES, Run
from core.training.store import RunStore

SYMBOLS = 4
PROBE_GAPS = (24, 48)
AS_THEY_ARE = ("config.json", "label.json", "dataset.json", "mistakes.json", "test.npz")
BY_CLOCK = ("seconds", "memory", "examples_per_second")
"""Measured at every epoch or batch; how long the whole took is kept."""


def _probe(gap: int) -> str:
    """A text of the side that tests are drawn from: no training saw it."""
    task = latch.build(symbols=SYMBOLS, shortest=gap, longest=gap, test_shortest=gap)
    return task.generate(1, seed=gap, side="test")[0].text


LSTM = RunConfig(
    data=DataSettings(
        source="latch",
        options={
            "symbols": SYMBOLS,
            "longest": 60,
            "test_shortest": 40,
            "train_examples": 4_000,
            "test_examples": 400,
        },
    ),
    network=NetworkSettings(cell="lstm", units=(12,), embedding=6, forget_bias=3.0),
    optimizer=OptimizerSettings(name="adam", learning_rate=1e-2, clip=1.0),
    fit=FitSettings(epochs=12, batch=100, restore_best=False),
    probes=tuple(map(_probe, PROBE_GAPS)),
    experiment="example",
)
RUNS: dict[str, RunConfig] = {
    "example-latch-lstm": LSTM,
    "example-latch-simple-rnn": LSTM.with_setting("network.cell", "simple_rnn"),
}
"""Id of a run that ships → what it computes."""


def make(identifier: str, config: RunConfig, *, folder: Path = EXAMPLES) -> Run:
    """Trains one, and leaves what ships of it in its place.

    Raises SystemExit where the run fails: it has said why.
    """
    name = f"{config.data.source} {config.network.cell}"
    with TemporaryDirectory(prefix="unrolled-") as runs:
        drawn = RunStore(Path(runs)).create(config, name=name)
        run = Run(drawn.folder.rename(Path(runs) / identifier))
        if worker.main([str(run.folder), "--now"]):
            raise SystemExit(1)
        return _left(run, folder / identifier)


def _left(run: Run, place: Path) -> Run:
    """Copies of a run what ships."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in AS_THEY_ARE:
        shutil.copyfile(run.file(name), place / name)
    shutil.copytree(run.file("epochs"), place / "epochs")
    status = replace(run.status, created=0.0, started=None, ended=None)
    status = replace(status, memory=0, examples_per_second=None)
    _write(place / "status.json", vars(status) | {"taken": True})
    _write(place / "result.json", dict(run.result or {}))
    for name, lines in (("epochs.jsonl", _epochs(run)), ("looks.jsonl", _looks(run))):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (place / name).write_text(text, encoding="utf-8", newline="\n")
    text = _batches(run.file("batches.csv").read_text(encoding="utf-8"))
    (place / "batches.csv").write_text(text, encoding="utf-8", newline="\n")
    return Run(place)


def _write(file: Path, written: Mapping[str, Any]) -> None:
    text = json.dumps(dict(written), ensure_ascii=False, indent=2)
    file.write_text(text + "\n", encoding="utf-8", newline="\n")


def _lines(run: Run, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.file(name).read_text(encoding="utf-8").splitlines()]


def _epochs(run: Run) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in row.items() if name not in BY_CLOCK}
        for row in _lines(run, "epochs.jsonl")
    ]


def _looks(run: Run) -> list[dict[str, Any]]:
    """Those at the end of each epoch; those in between were taken when a clock said so."""
    last = {row["epoch"]: row for row in _lines(run, "looks.jsonl")}
    return list(last.values())


def _batches(written: str) -> str:
    rows = list(csv.DictReader(io.StringIO(written)))
    names = [name for name in rows[0] if name not in BY_CLOCK]
    text = io.StringIO()
    table = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()
