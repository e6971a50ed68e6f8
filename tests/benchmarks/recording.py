"""`record` and `backprop` beside Keras, PyTorch and the floor."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

import core
from core import cells
from tests.benchmarks import keras_peers, torch_peers
from tests.benchmarks.floor import floor
from tests.benchmarks.timing import Contestant, alternate, table

TIME, FEATURES, UNITS = 500, 32, 128


def _setting(cell: str, batch: int) -> tuple[core.Model, np.ndarray]:
    model = core.new_model(cell, features=FEATURES, units=[UNITS], outputs=None)
    inputs = np.random.default_rng(0).normal(0, 1, (batch, TIME, FEATURES)).astype(np.float32)
    return model, inputs


def _compare(what: str, contestants: Mapping[str, Contestant], *, runs: int) -> list[list[str]]:
    seconds = alternate(contestants, runs=runs)
    ours = seconds["ours"]
    return [
        [what, name, f"{1e3 * time:.1f}", f"{time / ours:.2f}"] for name, time in seconds.items()
    ]


def recording(*, runs: int, peers: bool) -> str:
    """The table of `record`, everything recorded, against peers that record nothing."""
    rows = []
    for cell in cells.CELLS:
        for batch in (1, 32):
            model, inputs = _setting(cell, batch)
            contestants: dict[str, Contestant] = {
                "ours": lambda m=model, x=inputs: core.record(m, x),  # type: ignore[misc]
                "floor": floor(cell, batch=batch, time=TIME, units=UNITS),
            }
            if peers:
                contestants["Keras predict_on_batch"] = keras_peers.predicting(model, inputs)
                contestants["torch.nn layer"] = torch_peers.fused(cell, inputs, units=UNITS)
                contestants["torch cell loop"] = torch_peers.looped(cell, inputs, units=UNITS)
            rows += _compare(f"{cell}, batch {batch}", contestants, runs=runs)
    return table(rows, head=["record", "who", "ms", "× ours"])


def differentiating(*, runs: int, peers: bool) -> str:
    """The table of `record` and `backprop` together against loops that do both."""
    rows = []
    for cell in cells.CELLS:
        for batch in (1, 32):
            model, inputs = _setting(cell, batch)
            trace = core.record(model, inputs)
            targets = np.zeros_like(trace.outputs)
            contestants: dict[str, Contestant] = {
                "ours": lambda m=model, x=inputs, y=targets: core.backprop(  # type: ignore[misc]
                    m, core.record(m, x), y
                ),
            }
            if peers:
                contestants["TensorFlow tape"] = keras_peers.taped(cell, inputs, units=UNITS)
                contestants["torch cell loop, retain_grad"] = torch_peers.looped_backward(
                    cell, inputs, units=UNITS
                )
            rows += _compare(f"{cell}, batch {batch}", contestants, runs=runs)
    return table(rows, head=["record + backprop", "who", "ms", "× ours"])
