"""How fast training is, beside Keras's own `fit` on the same network and data.

LSTM(32) on IMDB, 500 words, batches of 128; the reviews are the real ones where `../shared/data`
is, else random words, which take the same time. Two questions: what is the fastest way to run Keras
here, and what does it cost to record everything (norms of each batch, looks inside, the model and
a film of four texts, checkpoints)?
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from core.text import Vocabulary
from core.training import network
from core.training.config import RunConfig
from core.training.dataset import Dataset, Part
from core.training.loop import Loop
from core.training.order import portions
from core.training.presets import PRESETS
from core.training.progress import Progress
from core.training.run_writer import RunWriter
from core.training.sources import prepare
from core.training.step import batch_of
from core.training.store import RunStore
from tests.benchmarks.timing import alternate, table

FEW, ALL = 2_560, 20_000
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PROBES = (
    "A wonderful film, not boring for a moment.",
    "It is not good: two hours of nothing, and then nothing again.",
    "I went because of the music and stayed for the people.",
    "Never again will I listen to a critic, not even to this one.",
)


def training(*, runs: int) -> str:
    """Both tables."""
    return f"{ways(runs=runs)}\n\n{recorded(runs=max(1, runs // 3))}"


def ways(*, runs: int) -> str:
    """Seconds of an epoch of few reviews, each way to run Keras."""
    import keras

    data, masked = reviews(FEW, mask=False), reviews(FEW, mask=True)
    contestants: dict[str, Callable[[], object]] = {
        "fit": fitting(data),
        "fit, jit_compile": fitting(data, jit_compile=True),
        "fit, jit_compile, steps_per_execution=10": fitting(
            data, jit_compile=True, steps_per_execution=10
        ),
        "fit, jit_compile, tf.data with prefetch": fitting(data, jit_compile=True, stream=True),
        "the run's step": stepping(data),
        "fit, masked": fitting(masked),
        "fit, masked, jit_compile": fitting(masked, jit_compile=True),
        "the run's step, masked, by length": stepping(masked),
    }
    seconds = alternate(contestants, runs=runs)
    rows = []
    for name, time in seconds.items():
        bare = seconds["fit, masked" if "masked" in name else "fit"]
        rows.append([name, f"{time / (FEW / 128) * 1000:.0f}", f"{bare / time:.2f}"])
    keras.utils.clear_session()
    head = ["IMDB, 500 words, LSTM(32), batch 128", "ms a batch", "times as fast as fit"]
    return table(rows, head=head)


def recorded(*, runs: int) -> str:
    """Seconds of a whole epoch with everything recorded, beside bare `fit` compiled alike."""
    data = reviews(ALL, mask=False)
    with tempfile.TemporaryDirectory() as folder:
        everything, close = watching(data, Path(folder))
        contestants = {
            "fit, jit_compile": fitting(data, jit_compile=True),
            "a run, everything recorded, film of four texts": everything,
        }
        seconds = alternate(contestants, runs=runs)
        close()
    bare = seconds["fit, jit_compile"]
    rows = [[name, f"{time:.1f}", f"{time / bare:.3f}"] for name, time in seconds.items()]
    return table(rows, head=[f"an epoch of {ALL:,} reviews", "seconds", "beside fit"])


def reviews(count: int, *, mask: bool) -> Dataset:
    """The first of the reviews, or as many rows of random words."""
    if SHARED.is_dir():
        options = {"folder": str(SHARED), "train_examples": count, "test_examples": 10}
        return prepare("imdb", options | {"mask": mask}, seed=0, validation=0.0)
    random = np.random.default_rng(0)
    ids = random.integers(1, 10_000, size=(count, 500)).astype(np.int32)
    for row, length in zip(ids, random.integers(50, 500, size=count), strict=True):
        row[:-length] = 0
    part = Part(ids, random.integers(0, 2, size=(count, 1)).astype(np.float32))
    words = Vocabulary(tuple(f"w{number}" for number in range(9_998)), "word", fold="lower")
    return Dataset(
        name="imdb", train=part, validation=None, test=part, vocabulary=words, features=None,
        outputs=1, loss="binary_crossentropy", readout="last", metric="accuracy", padding="pre",
        mask=mask,
    )  # fmt: skip


def config() -> RunConfig:
    """The preset, with probes and without an end."""
    known = PRESETS["imdb-lstm-32"].config
    return replace(known, probes=PROBES, fit=replace(known.fit, epochs=10_000))


def fitting(dataset: Dataset, *, stream: bool = False, **options: Any) -> Callable[[], object]:
    """An epoch of `model.fit`."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(0)
    model = network.build(config(), dataset)
    model.compile("rmsprop", "binary_crossentropy", metrics=["accuracy"], **options)
    part = dataset.train
    if not stream:
        return lambda: model.fit(part.inputs, part.targets, batch_size=128, epochs=1, verbose=0)
    slices = tf.data.Dataset.from_tensor_slices((part.inputs, part.targets))
    batches = slices.shuffle(len(part)).batch(128, drop_remainder=True).prefetch(2)
    return lambda: model.fit(batches, epochs=1, verbose=0)


def stepping(dataset: Dataset) -> Callable[[], object]:
    """An epoch of the training step that runs use, nothing else recorded."""
    import keras

    keras.utils.set_random_seed(0)
    own = network.steps_of(config(), dataset, carries=False)

    def epoch() -> None:
        for portion in portions(dataset.train, dataset=dataset, batch=128, seed=0):
            batch = batch_of(
                dataset.train, portion.places, size=128, dataset=dataset, length=portion.length
            )
            own.train(batch, rate=1e-3)

    return epoch


def watching(dataset: Dataset, folder: Path) -> tuple[Callable[[], object], Callable[[], object]]:
    """An epoch of a real run, and what closes its files."""
    run = RunStore(folder).create(config())
    writer = RunWriter(run)
    loop = Loop(config(), dataset, writer, Progress(writer, onto=StringIO()))
    return loop.train_epoch, writer.close
