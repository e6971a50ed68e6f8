"""The analyses beside peers that answer the same: PyTorch's autograd, TensorFlow's Jacobians."""

from __future__ import annotations

from typing import Any

import numpy as np

import core
from core.analysis.triangle import triangle
from tests.benchmarks.timing import Contestant, alternate, table

FEATURES = 32
TRIANGLE_TIME, TRIANGLE_UNITS = 200, 64


def analysing(*, runs: int, peers: bool) -> str:
    """The table of all analyses that have a peer."""
    rows = []
    for cell in ("lstm", "gru"):
        rows += _triangle(cell, runs=runs, peers=peers)
    return table(rows, head=["analysis", "who", "ms", "× ours"])


def _compared(what: str, contestants: dict[str, Contestant], *, runs: int) -> list[list[str]]:
    seconds = alternate(contestants, runs=runs)
    ours = seconds["ours"]
    return [[what, name, f"{1e3 * s:.1f}", f"{s / ours:.1f}"] for name, s in seconds.items()]


def _triangle(cell: str, *, runs: int, peers: bool) -> list[list[str]]:
    time, units = TRIANGLE_TIME, TRIANGLE_UNITS
    model = core.new_model(cell, features=FEATURES, units=[units], outputs=1)
    x = np.random.default_rng(0).normal(0, 1, (1, time, FEATURES)).astype(np.float32)
    trace, target = core.record(model, x), np.array([[1.0]])
    contestants: dict[str, Contestant] = {"ours": lambda: triangle(model, trace, target)}
    if peers:
        contestants["torch, a way back for each loss"] = _ways_back(cell, x, units=units)
    return _compared(f"triangle, {cell}, T = {time}, {units} units", contestants, runs=runs)


def _ways_back(cell: str, inputs: np.ndarray, *, units: int) -> Contestant:
    """Norms of the gradients of every loss at every state before, whole and not split."""
    import torch

    from tests.benchmarks.torch_peers import torch_cell

    layer: Any = torch_cell(cell, features=inputs.shape[2], units=units)
    readout, x = torch.nn.Linear(units, 1), torch.from_numpy(inputs)
    measure = torch.nn.functional.binary_cross_entropy_with_logits
    one = torch.ones(1, 1)

    def run() -> object:
        memories, losses, state = [], [], None
        for t in range(x.shape[1]):
            state = layer(x[:, t], state)
            hidden, memory = state if isinstance(state, tuple) else (state, state)
            memories.append(memory)
            losses.append(measure(readout(hidden), one))
        norms = torch.full((len(losses), len(losses)), torch.nan)
        for t, loss in enumerate(losses):
            back = torch.autograd.grad(loss, memories[: t + 1], retain_graph=True)
            norms[t, : t + 1] = torch.stack([d.norm() for d in back])
        return norms

    return run
