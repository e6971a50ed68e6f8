"""The analyses beside peers that answer the same: PyTorch's autograd, TensorFlow's Jacobians."""

from __future__ import annotations

from typing import Any

import numpy as np

import core
from core.analysis.attribution import POINTS, attribution
from core.analysis.fixed_points import TOLERANCE, fixed_points, visited
from core.analysis.spectra import products
from core.analysis.triangle import triangle
from core.nodes import Layer
from tests.benchmarks.keras_peers import batch_jacobian
from tests.benchmarks.timing import Contestant, alternate, table

FEATURES = 32
TRIANGLE_TIME, TRIANGLE_UNITS = 200, 64
ATTRIBUTED_TIME, ATTRIBUTED_UNITS = 200, 64
STARTS, RESTING_UNITS = 1_000, 64
JACOBIAN_TIME, JACOBIAN_UNITS = 100, 32


def analysing(*, runs: int, peers: bool) -> str:
    """The table of all analyses that have a peer."""
    rows = []
    for cell in ("lstm", "gru"):
        rows += _triangle(cell, runs=runs, peers=peers)
    for cell in ("lstm", "gru"):
        rows += _integrated(cell, runs=runs, peers=peers)
    rows += _fixed_points(runs=min(runs, 3), peers=peers)
    rows += _jacobians(runs=min(runs, 3), peers=peers)
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


def _integrated(cell: str, *, runs: int, peers: bool) -> list[list[str]]:
    """Integrated gradients of one text, all points of the integral side by side in both."""
    model = core.new_model(cell, features=FEATURES, units=[ATTRIBUTED_UNITS], outputs=1)
    x = np.random.default_rng(0).normal(0, 1, (1, ATTRIBUTED_TIME, FEATURES)).astype(np.float32)
    trace = core.record(model, x)
    contestants: dict[str, Contestant] = {"ours": lambda: attribution(model, trace)}
    if peers:
        contestants["torch.nn, as captum does it"] = _captum(cell, x, units=ATTRIBUTED_UNITS)
    what = f"integrated gradients, {cell}, {POINTS} points, {ATTRIBUTED_TIME} tokens"
    return _compared(what, contestants, runs=runs)


def _captum(cell: str, inputs: np.ndarray, *, units: int) -> Contestant:
    """What captum's IntegratedGradients does: one batch of the points, Gauss and Legendre."""
    import torch

    kinds: Any = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
    layer = kinds[cell](inputs.shape[2], units, batch_first=True)
    readout = torch.nn.Linear(units, 1)
    x, places = torch.from_numpy(inputs), np.polynomial.legendre.leggauss(POINTS)
    along, weights = (torch.from_numpy(part.astype(np.float32))[:, None, None] for part in places)

    def run() -> object:
        scaled = ((along + 1) / 2 * x).requires_grad_()
        answer = readout(layer(scaled)[0][:, -1])
        (gradient,) = torch.autograd.grad(answer.sum(), scaled)
        return (x[0] * (weights / 2 * gradient).sum(dim=0)).sum(dim=1)

    return run


def _fixed_points(*, runs: int, peers: bool) -> list[list[str]]:
    """A GRU from the states that it visits; both until q is below the tolerance everywhere."""
    model = core.new_model("gru", features=8, units=[RESTING_UNITS], outputs=None, seed=1)
    x = np.random.default_rng(0).normal(0, 1, (10, STARTS // 10, 8)).astype(np.float32)
    starts, layer = visited(core.record(model, x).layers[0]), model.layers[0]
    contestants: dict[str, Contestant] = {"ours": lambda: fixed_points(layer, starts)}
    if peers:
        contestants["torch, Adam on q as fixed-point-finder has it"] = _adam(layer, starts)
    what = f"fixed points, GRU({RESTING_UNITS}), {STARTS:,} starts"
    return _compared(what, contestants, runs=runs)


def _adam(layer: Layer, starts: np.ndarray) -> Contestant:
    """Adam with a rate that falls on plateaus, all starts side by side, at most 5,000 iterations.

    The settings are the defaults of Golub & Sussillo's FixedPointFinder.
    """
    import torch

    kernels, units = layer.kernels(), layer.units
    recurrent = torch.from_numpy(kernels.recurrent_kernel.copy())
    bias, late = (torch.from_numpy(kernels[name].copy()) for name in ("bias", "recurrent_bias"))

    def after(h: Any) -> Any:
        product = h @ recurrent + late.reshape(-1)
        z = torch.sigmoid(product[:, :units] + bias[0])
        r = torch.sigmoid(product[:, units : 2 * units] + bias[1])
        g = torch.tanh(bias[2] + r * product[:, 2 * units :])
        return z * h + (1 - z) * g

    def run() -> object:
        h = torch.from_numpy(starts.astype(np.float32)).requires_grad_()
        adam = torch.optim.Adam([h], lr=1.0)
        plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(
            adam, factor=0.95, patience=1, cooldown=0
        )
        for _ in range(5_000):
            adam.zero_grad()
            q = 0.5 * (after(h) - h).square().sum(dim=1)
            if float(q.detach().max()) <= TOLERANCE:
                break
            mean = q.mean()
            mean.backward()
            torch.nn.utils.clip_grad_norm_([h], 1.0)
            adam.step()
            plateau.step(mean.detach())
        return h

    return run


def _jacobians(*, runs: int, peers: bool) -> list[list[str]]:
    """∂s_T/∂s_t of an LSTM for one step t: ours as a share of that for all of them."""
    time, units = JACOBIAN_TIME, JACOBIAN_UNITS
    model = core.new_model("lstm", features=FEATURES, units=[units], outputs=None)
    x = np.random.default_rng(0).normal(0, 1, (1, time, FEATURES)).astype(np.float32)
    layer = core.record(model, x).layers[0]
    contestants: dict[str, Contestant] = {"ours": lambda: products(layer)}
    if peers:
        contestants["TensorFlow batch_jacobian over eager cells"] = batch_jacobian(x, units=units)
    seconds = alternate(contestants, runs=runs)
    seconds["ours"] /= time
    what = f"∂s_T/∂s_t for each t, lstm, T = {time}, {units} units"
    return [
        [what, name, f"{1e3 * s:.3f}", f"{s / seconds['ours']:.1f}"] for name, s in seconds.items()
    ]
