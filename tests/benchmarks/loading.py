"""`core.load_model` beside Keras's, each in a fresh process; and the way to a first picture."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import core
from core.importers.save import model_bytes
from tests.benchmarks.timing import Contestant, alternate, table

ROOT = Path(__file__).resolve().parents[2]
ROWS, FEATURES, UNITS, TOKENS = 200_000, 64, 128, 100

_OURS = "import core; core.load_model({path!r})"
_TRUSTED = "import core; core.load_model({path!r}, trusted=True)"
_KERAS = "import keras; keras.models.load_model({path!r})"


def _fresh(code: str, path: Path) -> Contestant:
    """Runs the code in a process of its own, its start and its imports included."""
    command = [sys.executable, "-c", code.format(path=str(path))]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    return lambda: subprocess.run(
        command, cwd=ROOT, env=environment, check=True, capture_output=True
    )


def _model(rows: int) -> core.Model:
    return core.new_model("lstm", vocabulary=rows, embedding=FEATURES, units=[UNITS], seed=1)


def loading(*, runs: int, peers: bool) -> str:
    """The table of loading a file of 50 MB, and of what a page does after an upload."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(model_bytes(_model(ROWS), ".keras"))
        contestants = {
            "ours, in a child": _fresh(_OURS, path),
            "ours, trusted": _fresh(_TRUSTED, path),
        }
        if peers:
            contestants["keras.models.load_model"] = _fresh(_KERAS, path)
        seconds = alternate(contestants, runs=runs)
        size = path.stat().st_size / 1e6
    ours = seconds["ours, in a child"]
    rows = [
        [f"{size:.0f} MB .keras, fresh process", who, f"{1e3 * each:.0f}", f"{each / ours:.2f}"]
        for who, each in seconds.items()
    ]
    return table([*rows, _first_picture(runs)], head=["load", "who", "ms", "× ours"])


def _first_picture(runs: int) -> list[str]:
    """What stands between an upload and its first picture: loading, and recording a text."""
    uploaded = model_bytes(_model(10_000), ".keras")
    tokens = np.random.default_rng(0).integers(1, 10_000, (1, TOKENS))
    seconds = alternate(
        {"ours": lambda: core.record(core.load_model(uploaded), tokens)}, runs=runs
    )["ours"]
    what = f"upload of {UNITS} units, {TOKENS} tokens recorded"
    return [what, "ours, in a child", f"{1e3 * seconds:.0f}", ""]
