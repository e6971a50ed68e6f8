"""What watching a training of one's own costs, beside the same `fit` without it.

LSTM(32) on 2,560 random texts of 200 words, batches of 64, an epoch at a time; watched, every batch
is written, and after the epoch the model, a look at its gates and the film of two texts of 60
words.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from core.training import watch
from tests.benchmarks.timing import alternate, table

COUNT, STEPS, WORDS = 2_560, 200, 5_000


def watching(*, runs: int) -> str:
    """Seconds of an epoch, bare and watched."""
    with tempfile.TemporaryDirectory() as folder:
        probes = [" ".join(f"w{(7 * at + text) % 900}" for at in range(60)) for text in range(2)]
        words = ["", "[UNK]", *(f"w{at}" for at in range(WORDS - 2))]
        watched = watch("timed", probes=probes, vocabulary=words, folder=Path(folder))
        contestants = {"fit": _fitting(), "fit, watched, two texts filmed": _fitting(watched)}
        seconds = alternate(contestants, runs=runs, of=min)  # a busy machine only ever adds
    bare = seconds["fit"]
    rows = [
        [name, f"{time:.2f}", f"{time / bare:.3f}", f"{(time - bare) * 1_000:.0f}"]
        for name, time in seconds.items()
    ]
    head = [f"an epoch of {COUNT:,} texts", "seconds", "beside fit", "ms more"]
    return table(rows, head=head)


def _fitting(*callbacks: Any) -> Callable[[], object]:
    import keras

    random = np.random.default_rng(0)
    ids = random.integers(2, WORDS, (COUNT, STEPS))
    labels = random.integers(0, 2, COUNT).astype(np.float32)
    model = keras.Sequential(
        [
            keras.Input((None,)),
            keras.layers.Embedding(WORDS, 32),
            keras.layers.LSTM(32),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return lambda: model.fit(ids, labels, batch_size=64, verbose=0, callbacks=list(callbacks))
