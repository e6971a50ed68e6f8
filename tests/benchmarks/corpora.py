"""A corpus: recording beside Keras's `predict`, which keeps nothing; search beside brute force.

    python -m tests.benchmarks corpus --runs 3 --steps 10000000

IMDB's test texts where the environment variable IMDB_FOLDER names Keras's two files, else ids drawn
at random, as many and as long. The states that are searched are drawn: 24 slow directions mixed
into 256 units, and noise on each, of which the sketch knows sixteen. faiss takes part in the search
for a state where it is installed, all states in its memory as halves, compared one by one.
"""

from __future__ import annotations

import os
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
from scipy.signal import lfilter

import core
from core.corpus import Corpus, Source, Text, record
from core.corpus.columns import Columns
from core.corpus.manifest import Batch, Manifest, Quantity
from core.corpus.neighbours import nearest
from core.corpus.pattern import find
from core.corpus.sketch import build
from core.corpus.stretch import Column, Pattern
from core.corpus.tokens import write_table
from core.training.files import replace_json
from tests.benchmarks.timing import alternate, table

TEXTS, LENGTH, WORDS, UNITS = 2_000, 500, 10_000, 32
WIDE = 256
KEY = "lstm/states/hidden"


def corpora(*, runs: int, peers: bool, steps: int) -> str:
    """Both tables; `steps` are those that are searched, 512 bytes each on the disk."""
    return f"{_recording(runs=runs, peers=peers)}\n\n{_searching(steps, runs=runs, peers=peers)}"


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


def _drawn(folder: Path, steps: int) -> Corpus:
    size = 100_000
    quantity = Quantity("lstm", "states/hidden", WIDE, "arrays/hidden.npy")
    batches = tuple(
        Batch(start, size, start // 100, size // 100) for start in range(0, steps, size)
    )
    manifest = Manifest(
        "0", "drawn", {"kind": "list"}, "float16", (quantity,), "finished", batches, steps // 100
    )
    replace_json(folder / "manifest.json", manifest.to_json())
    replace_json(folder / "progress.json", {"batches": len(batches)})
    columns = Columns(folder, (quantity,), steps=steps, dtype="float16", most=size)
    random = np.random.default_rng(0)
    mix = random.normal(size=(24, WIDE)) * 0.8 ** np.arange(24)[:, None]
    import pyarrow as pa

    for number, batch in enumerate(batches):
        slow = lfilter([0.5], [1, -0.85], random.normal(size=(size, 24)), axis=0)
        noise = random.standard_normal((size, WIDE), np.float32)
        states = np.tanh((0.5 * slow @ mix).astype(np.float32) + np.float32(0.05) * noise)
        whole = {"places": np.array([0]), "lengths": np.array([size])}
        columns.take(KEY, states[None], **whole)
        columns.turn()
        columns.write(start=batch.start, count=size)
        lengths = {"length": np.full(size // 100, 100)}
        schema = pa.schema([("length", pa.int64())])
        write_table(folder / f"texts/{number:05d}.parquet", lengths, schema)
    columns.close()
    corpus = Corpus.open(folder)
    build(corpus, KEY)
    return corpus


def _searching(steps: int, *, runs: int, peers: bool) -> str:
    steps = max(1, steps // 100_000) * 100_000
    with tempfile.TemporaryDirectory() as folder:
        corpus = _drawn(Path(folder), steps)
        array = corpus.array(KEY)
        state = array[steps // 2].astype(np.float32)
        asked: dict[str, dict[str, Callable[[], object]]] = {}
        for units in (10, 60):
            places = [int(unit) for unit in np.argsort(-state)[:units]]
            columns = tuple(Column(KEY, unit) for unit in places)
            pattern = Pattern(columns, 0.2, length=3, shortest=2)
            asked[f"pattern of {units} units"] = {
                "ours": partial(find, corpus, pattern),
                "NumPy": partial(_most_on, array, places),
            }
        asked["state, 20 nearest"] = {
            "ours": partial(nearest, corpus, KEY, state),
            "NumPy": partial(_all_states, array, state),
        }
        if peers and find_spec("faiss"):
            asked["state, 20 nearest"]["faiss"] = _flat(array, state)
        told = {name: alternate(of, runs=runs, of=min) for name, of in asked.items()}
        held = {name: _most_memory(of["ours"]) for name, of in asked.items()}
        processor = {name: _processor(of["ours"]) for name, of in asked.items()}
    rows = [
        [name, f"{of['ours']:.3f}", f"{processor[name]:.3f}", f"{held[name] / 1e6:.1f}",
         f"{of['NumPy']:.3f}", f"{of['faiss']:.3f}" if "faiss" in of else ""]
        for name, of in told.items()
    ]  # fmt: skip
    head = ["", "ours, s", "processor, s", "memory, MB", "NumPy, s", "faiss, s"]
    said = f"{steps:,} steps × {WIDE} units, float16, {steps * WIDE * 2 / 1e9:.2f} GB on disk"
    return f"{said}; the least of each\n\n" + table(rows, head=head)


def _most_on(array: Any, places: list[int]) -> int:
    """Brute force: the step at which most of some units are on."""
    return int((array[:, places] >= np.float16(0.2)).sum(axis=1).argmax())


def _all_states(array: Any, state: Any) -> Any:
    """Brute force: the distance of every state."""
    far = np.empty(len(array), np.float32)
    for start in range(0, len(array), 65_536):
        apart = array[start : start + 65_536].astype(np.float32) - state
        far[start : start + 65_536] = np.einsum("ij,ij->i", apart, apart)
    return np.argpartition(far, 20)[:20]


def _flat(array: Any, state: Any) -> Callable[[], object]:
    faiss: Any = import_module("faiss")
    index = faiss.IndexScalarQuantizer(array.shape[1], faiss.ScalarQuantizer.QT_fp16)
    index.train(state[None])
    for start in range(0, len(array), 100_000):
        index.add(np.ascontiguousarray(array[start : start + 100_000], np.float32))
    return lambda: index.search(state[None], 20)


def _most_memory(of: Callable[[], object]) -> int:
    """The bytes that it holds at most, beside what there is."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    of()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most - before


def _processor(of: Callable[[], object]) -> float:
    taken: dict[str, float] = {}
    for _ in range(3):
        _watched("", of, taken)()
    return taken[""]
