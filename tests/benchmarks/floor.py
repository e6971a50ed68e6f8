"""The least that a recurrent layer costs in NumPy: its recurrent products and its functions.

No recording, no gates multiplied, no biases: what is left when everything else is free.
"""

from __future__ import annotations

import numpy as np

from core import cells
from core.threads import one_thread
from tests.benchmarks.timing import Contestant


def floor(cell: str, *, batch: int, time: int, units: int) -> Contestant:
    """`time` steps of one (batch, units) × (units, maps·units) product and its functions."""
    generator = np.random.default_rng(0)
    maps = len(cells.get(cell).maps)
    kernel = generator.normal(0, 0.1, (units, maps * units)).astype(np.float32)
    hidden = generator.normal(0, 1, (batch, units)).astype(np.float32)
    products = np.empty((batch, maps * units), np.float32)
    states = np.empty_like(hidden)

    def run() -> None:
        with one_thread():
            for _ in range(time):
                np.matmul(hidden, kernel, out=products)
                np.tanh(products, out=products)
                if cell == "lstm":
                    np.tanh(hidden, out=states)

    return run
