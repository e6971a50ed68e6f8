"""`record` and `backprop` beside Keras, PyTorch, onnxruntime and the floor, on equal threads.

The fastest of alternating runs: whatever else the machine does only ever adds to a time. Keras
takes all cores whatever it is told, and so has more than its share on one thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np

import core
from core import cells
from tests.benchmarks import keras_peers, onnx_peers, torch_peers
from tests.benchmarks.floor import floor
from tests.benchmarks.timing import Contestant, alternate, table

TIME, FEATURES, UNITS = 500, 32, 128
PEERS = ("simple_rnn", "lstm", "gru")
"""The cells that other libraries have."""
NO_PEERS = ("ours, NumPy", "floor")
BACKPROP_GOALS = {1: 10, 32: 3}
"""How many times as fast as PyTorch's loop, by batch."""


def _setting(cell: str, batch: int) -> tuple[core.Model, np.ndarray]:
    model = core.new_model(cell, features=FEATURES, units=[UNITS], outputs=None)
    inputs = np.random.default_rng(0).normal(0, 1, (batch, TIME, FEATURES)).astype(np.float32)
    return model, inputs


@contextmanager
def _on(threads: int) -> Iterator[None]:
    """So many threads for us and for PyTorch."""
    import torch

    before, torch_before = os.environ.get("UNROLLED_THREADS"), torch.get_num_threads()
    os.environ["UNROLLED_THREADS"] = str(threads)
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(torch_before)
        if before is None:
            del os.environ["UNROLLED_THREADS"]
        else:
            os.environ["UNROLLED_THREADS"] = before


def _compare(
    what: list[str], contestants: Mapping[str, Contestant], wanted: Wanted
) -> tuple[list[list[str]], float | None]:
    """Rows of a table, and how many times as long as we the fastest peer took."""
    clock = process_time if wanted.processor else perf_counter
    seconds = alternate(contestants, runs=wanted.runs, of=min, clock=clock)
    ours = seconds["ours"]
    rows = [
        [*what, name, f"{1e3 * time:.1f}", f"{time / ours:.2f}"] for name, time in seconds.items()
    ]
    others = [time for name, time in seconds.items() if name not in ("ours", *NO_PEERS)]
    return rows, min(others) / ours if others else None


@dataclass(frozen=True)
class Wanted:
    """What is compared: how often, beside peers or not, which cells, on how many threads.

    In `processor` time a busy machine counts for little; Keras is left out, which takes all cores.
    """

    runs: int
    peers: bool = True
    cells: Sequence[str] = ()
    threads: Sequence[int] = ()
    processor: bool = False

    def settings(self) -> Iterator[tuple[str, int, int]]:
        """Cell, batch and threads of each comparison; all cells, one thread and all, if unsaid."""
        for cell in self.cells or cells.CELLS:
            for batch in (1, 32):
                for threads in self.threads or sorted({1, os.cpu_count() or 1}):
                    yield cell, batch, threads


def recording(wanted: Wanted) -> str:
    """The table of `record`, everything recorded, against peers that record nothing."""
    rows, goals = [], []
    for cell, batch, threads in wanted.settings():
        model, inputs = _setting(cell, batch)
        contestants: dict[str, Contestant] = {
            "ours": lambda m=model, x=inputs: core.record(m, x, engine="fast"),  # type: ignore[misc]
            "ours, NumPy": lambda m=model, x=inputs: core.record(m, x, engine="numpy"),  # type: ignore[misc]
            "floor": floor(cell, batch=batch, time=TIME, units=UNITS),
        }
        what = [f"{cell}, batch {batch}", str(threads)]
        with _on(threads):
            if wanted.peers and cell in PEERS:
                if not wanted.processor:
                    contestants["Keras predict_on_batch"] = keras_peers.predicting(model, inputs)
                contestants["torch.nn layer"] = torch_peers.fused(cell, inputs, units=UNITS)
                contestants["onnxruntime"] = onnx_peers.running(
                    cell, inputs, units=UNITS, threads=threads
                )
            made, fastest = _compare(what, contestants, wanted)
        rows += made
        if fastest is not None:
            goals.append([*what, f"{1 / fastest:.2f}", "1.00", "yes" if fastest >= 1 else "no"])
    told = table(rows, head=["record", "threads", "who", "fastest ms", "× ours"])
    if not goals:
        return told
    head = ["record", "threads", "ours / fastest peer", "goal", "met"]
    return f"{told}\n\n{table(goals, head=head)}"


def differentiating(wanted: Wanted) -> str:
    """The table of `record` and `backprop` together against loops that do both."""
    rows, goals = [], []
    for cell, batch, threads in wanted.settings():
        model, inputs = _setting(cell, batch)
        targets = np.zeros_like(core.record(model, inputs).outputs)

        def both(engine: str, model=model, inputs=inputs, targets=targets) -> Contestant:  # type: ignore[no-untyped-def]
            return lambda: core.backprop(model, core.record(model, inputs, engine=engine), targets)

        contestants: dict[str, Contestant] = {"ours": both("fast"), "ours, NumPy": both("numpy")}
        what, loop = [f"{cell}, batch {batch}", str(threads)], "torch cell loop, retain_grad"
        with _on(threads):
            if wanted.peers and cell in PEERS:
                if not wanted.processor:
                    contestants["TensorFlow tape"] = keras_peers.taped(cell, inputs, units=UNITS)
                contestants[loop] = torch_peers.looped_backward(cell, inputs, units=UNITS)
            made, _ = _compare(what, contestants, wanted)
        rows += made
        for row in made:
            if row[2] == loop:
                goal, times = BACKPROP_GOALS[batch], float(row[4])
                goals.append([*what, f"{times:.1f}", str(goal), "yes" if times >= goal else "no"])
    told = table(rows, head=["record + backprop", "threads", "who", "fastest ms", "× ours"])
    if not goals:
        return told
    head = ["record + backprop", "threads", "torch loop / ours", "goal", "met"]
    return f"{told}\n\n{table(goals, head=head)}"
