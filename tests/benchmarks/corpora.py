"""A corpus: recording beside Keras's `predict`, which keeps nothing; search beside brute force.

    python -m tests.benchmarks corpus --runs 3

IMDB's test texts where the environment variable IMDB_FOLDER names Keras's two files, else ids drawn
at random, as many and as long. The states that are searched are drawn: 24 slow directions mixed
into 256 units, and noise on each, of which the sketch knows sixteen.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from scipy.signal import lfilter

import core
from core.corpus import Corpus, Source, Text, record
from core.corpus.columns import Columns
from core.corpus.neighbours import nearest
from core.corpus.pattern import find
from core.corpus.recorded import Batch, Manifest, Quantity
from core.corpus.sketch import build
from core.corpus.stretch import Column, Pattern
from core.corpus.tokens import write_table
from core.training.files import replace_json
from tests.benchmarks.timing import alternate, table

TEXTS, LENGTH, WORDS, UNITS = 2_000, 500, 10_000, 32
STEPS, WIDE = 1_000_000, 256
GOAL = 10_000_000
KEY = "lstm/states/hidden"


def corpora(*, runs: int, peers: bool) -> str:
    """Both tables."""
    return f"{_recording(runs=runs, peers=peers)}\n\n{_searching(runs=runs)}"


def _ids() -> np.ndarray[Any, np.dtype[np.int64]]:
    folder = os.environ.get("IMDB_FOLDER")
    if folder:
        from core.training.sources import prepare

        options = {"folder": folder, "train_examples": 2, "test_examples": TEXTS}
        return prepare("imdb", options, seed=0, validation=0.0).test.alone.astype(np.int64)
    return np.random.default_rng(0).integers(1, WORDS, (TEXTS, LENGTH))


def _recording(*, runs: int, peers: bool) -> str:
    ids = _ids()
    model = core.new_model("lstm", vocabulary=WORDS, embedding=32, units=[UNITS], seed=0)
    core.record(model, ids[:32], engine="fast")  # compiled before anybody's clock runs

    def each() -> Iterator[Text]:
        return (Text(str(number), ids=row) for number, row in enumerate(ids))

    with tempfile.TemporaryDirectory() as folder:
        fresh = count()

        def ours() -> None:
            record(model, Source({"kind": "list"}, each), Path(folder) / str(next(fresh)))

        contestants = {"recorded to disk": ours}
        if peers:
            keras_model = core.to_keras(model)
            for batch in (32, 128):
                contestants[f"`predict`, batches of {batch}"] = lambda batch=batch: (
                    keras_model.predict(ids, batch_size=batch, verbose=0)
                )
        processor: dict[str, float] = {}
        seconds = alternate(
            {name: _watched(name, of, processor) for name, of in contestants.items()}, runs=runs
        )
        size = Corpus.open(Path(folder) / "0").manifest.bytes
    mine = seconds["recorded to disk"]
    rows = [
        [name, f"{time:.2f}", f"{time / mine:.2f}", f"{processor[name]:.2f}"]
        for name, time in seconds.items()
    ]
    of = "IMDB's test texts" if os.environ.get("IMDB_FOLDER") else "random ids"
    said = (
        f"{TEXTS:,} texts of {LENGTH} steps ({of}), LSTM({UNITS}), {size / 1e6:,.0f} MB in float16"
    )
    return f"{said}\n\n" + table(rows, head=["", "seconds", "of ours", "processor, s"])


def _watched(
    name: str, contestant: Callable[[], object], processor: dict[str, float]
) -> Callable[[], object]:
    """The contestant; the least processor time that it took, of all threads, goes under its name.

    Others on the machine change it little, while a contestant of many threads is given more cores.
    """

    def run() -> None:
        since = process_time()
        contestant()
        processor[name] = min(process_time() - since, processor.get(name, np.inf))

    return run


def _drawn(folder: Path) -> Corpus:
    size = 100_000
    quantity = Quantity("lstm", "states/hidden", WIDE, "arrays/hidden.npy")
    batches = tuple(
        Batch(start, size, start // 100, size // 100) for start in range(0, STEPS, size)
    )
    manifest = Manifest(
        "0", "drawn", {"kind": "list"}, "float16", (quantity,), "finished", batches, STEPS // 100
    )
    replace_json(folder / "manifest.json", manifest.to_json())
    replace_json(folder / "progress.json", {"batches": len(batches)})
    columns = Columns(folder, (quantity,), steps=STEPS, dtype="float16", most=size)
    random = np.random.default_rng(0)
    mix = random.normal(size=(24, WIDE)) * 0.8 ** np.arange(24)[:, None]
    import pyarrow as pa

    for number, batch in enumerate(batches):
        slow = lfilter([0.5], [1, -0.85], random.normal(size=(size, 24)), axis=0)
        states = np.tanh(0.5 * slow @ mix + 0.05 * random.normal(size=(size, WIDE)))
        whole = {"places": np.array([0]), "lengths": np.array([size])}
        columns.take(KEY, states[None].astype(np.float32), **whole)
        columns.turn()
        columns.write(start=batch.start, count=size)
        lengths = {"length": np.full(size // 100, 100)}
        schema = pa.schema([("length", pa.int64())])
        write_table(folder / f"texts/{number:05d}.parquet", lengths, schema)
    columns.close()
    corpus = Corpus.open(folder)
    build(corpus, KEY)
    return corpus


def _searching(*, runs: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        corpus = _drawn(Path(folder))
        array = corpus.array(KEY)
        state = array[STEPS // 2].astype(np.float32)
        told = {}
        for units in (10, 60):
            columns = tuple(Column(KEY, int(unit)) for unit in np.argsort(-state)[:units])
            pattern = Pattern(columns, 0.2, length=3, shortest=2)
            places = [column.unit for column in columns]

            def brute(places: list[int] = places) -> int:
                held = (array[:, places] >= np.float16(0.2)).sum(axis=1)
                return int(held.argmax())

            told[f"pattern of {units} units"] = alternate(
                {"ours": lambda pattern=pattern: find(corpus, pattern), "NumPy": brute}, runs=runs
            )

        def all_states() -> Any:
            far = np.empty(STEPS, np.float32)
            for start in range(0, STEPS, 65_536):
                apart = array[start : start + 65_536].astype(np.float32) - state
                far[start : start + 65_536] = np.einsum("ij,ij->i", apart, apart)
            return np.argpartition(far, 20)[:20]

        told["state, 20 nearest"] = alternate(
            {"ours": lambda: nearest(corpus, KEY, state), "NumPy": all_states}, runs=runs
        )
    rows = [
        [name, f"{of['ours']:.3f}", f"{of['NumPy']:.3f}", f"{of['NumPy'] / of['ours']:.1f}",
         f"{of['ours'] * GOAL / STEPS:.2f}"]
        for name, of in told.items()
    ]  # fmt: skip
    head = ["", "ours, s", "NumPy, s", "times as fast", f"{GOAL:,} steps, s (by proportion)"]
    return f"{STEPS:,} steps × {WIDE} units, float16\n\n" + table(rows, head=head)
