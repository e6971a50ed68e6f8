"""How long a run of a language model will take here, told before it starts.

Nearly all of a step of training is matrix products: of each layer's input, once for a whole window;
of its state, once a step; and of the readout. They are measured on this machine as they will be
made, in a fraction of a second, and counted: once forwards and twice back. `BESIDE` is what comes
to them (gate functions, the optimizer, moving the arrays), as measured of whole runs; so the
estimate is right to a factor of two, enough to know minutes from hours.
"""

from __future__ import annotations

from time import thread_time

import numpy as np

from core import cells
from core.threads import one_thread
from core.training.config import RunConfig

FORWARD_AND_BACK = 3
BESIDE = 2.0
TRIES, TALL = 2, 128


def seconds_of(config: RunConfig, *, tokens: int, outputs: int) -> float:
    """All epochs of a run that reads `tokens` an epoch and answers one of `outputs` at each."""
    fit, network = config.fit, config.network
    length = int(config.data.options["length"])
    rows = fit.batch * length
    maps, features, window = len(cells.get(network.cell).maps), network.embedding, 0.0
    for units in network.units:
        window += _seconds(rows, features, maps * units)
        window += length * _seconds(fit.batch, units, maps * units)
        features = units
    window += _seconds(rows, features, outputs)
    return window * FORWARD_AND_BACK * BESIDE * fit.epochs * tokens / rows


def _seconds(rows: int, features: int, units: int) -> float:
    """One product of that size, the quickest of a few; of a tall one, from its first rows."""
    if rows > TALL:
        return _seconds(TALL, features, units) * rows / TALL
    left, right = np.ones((rows, features), np.float32), np.ones((features, units), np.float32)
    into, times = np.empty((rows, units), np.float32), []
    with one_thread():
        for _ in range(TRIES):
            begun = thread_time()  # what others do meanwhile is not counted
            np.matmul(left, right, out=into)
            times.append(thread_time() - begun)
    return min(times)
