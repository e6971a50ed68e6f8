"""Small runs to test with: real configurations, real workers, few examples."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.training import worker
from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)
from core.training.run_folder import Run
from core.training.store import RunStore

ROOT = Path(__file__).resolve().parents[3]
LATCH = {
    "symbols": 3,
    "shortest": 12,
    "longest": 12,
    "test_shortest": 12,
    "train_examples": 200,
    "test_examples": 60,
}


def config(**changes: Any) -> RunConfig:
    """A run of a second or two in which everything is switched on that has a state of its own."""
    base = RunConfig(
        data=DataSettings(source="latch", options=LATCH, validation=0.25),
        network=NetworkSettings(
            cell="lstm", units=(6,), embedding=4, dropout=0.2, recurrent_dropout=0.1
        ),
        optimizer=OptimizerSettings(name="adam", schedule="cosine", warm_up=0.1, clip=0.5),
        fit=FitSettings(epochs=4, batch=32, jit=False),  # XLA takes seconds to compile,
        seed=3,
    )
    for path, value in changes.items():
        base = base.with_setting(path.replace("__", "."), value)
    return base


def train(store: RunStore, settings: RunConfig) -> Run:
    """Trains a new run in this process."""
    run = store.create(settings, name="test")
    worker.main([str(run.folder), "--now"])
    return run


def start(run: Run) -> subprocess.Popen[bytes]:
    """Starts a worker that this test may kill."""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    with run.file("worker.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "core.training.worker", str(run.folder)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )


def wait_until(true: Callable[[], bool], *, seconds: float = 90.0) -> None:
    """Waits for something to become true. AssertionError when it does not."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def difference(run: Run, reference: Run) -> float:
    """The largest difference of a weight or an epoch's loss; infinite if one did not finish."""
    if run.status.state != "finished" or len(run.epochs) != len(reference.epochs):
        return float("inf")
    ours, theirs = run.model().parameters, reference.model().parameters
    weights = (np.abs(ours[name] - theirs[name]).max() for name in theirs)
    losses = np.abs(run.epochs["loss"] - reference.epochs["loss"]).max()
    return float(max(*weights, losses))
