"""What do many steps together do to a gradient, or to a small change of the state?

The Jacobian of the last step read with respect to step t is a product, ∂s_T/∂s_t = J_T ⋯ J_{t+1},
with s all that is carried on (hidden and cell of an LSTM, side by side) and J_t = ∂s_t/∂s_{t−1} as
in `analysis/jacobian.py`. A singular value says how much a change of s_t along its direction is
lengthened or shortened by the end of the text. Their pace is the Lyapunov exponents,
λ_i = lim (1/n) ln σ_i: λ_1 > 0 where close states are driven apart, all below 0 where the start is
forgotten, and gradients with it (Vogt, Puelma Touzel, Shlizerman & Lajoie 2022, "On Lyapunov
exponents for RNNs"; Engelken, Wolf & Abbott 2023, "Lyapunov spectra of chaotic recurrent neural
networks"). As there, they are taken by QR (Benettin et al. 1980): a frame of k directions is
carried through the steps and made orthonormal again at each; the logarithms of what that took are
averaged.

Products of hundreds of steps leave the range of any number, so each is kept as a matrix whose
largest entry is about 1 and the logarithm of the rest. Singular values more than a factor 10¹²
below the largest of their product are lost to rounding and come out as NaN, not as noise.

Cost, for S numbers carried on: T one-step Jacobians, T products and T singular value
decompositions, all cubic in S; T · k² · S and T · k · S² for k exponents. Memory for one product at
a time, and for all of them, T · S², where `products` is asked for. Not chosen: automatic
differentiation, which takes S backward passes for each pair of steps.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.analysis.jacobian import jacobians
from core.analysis.sequence import check_index, valid_steps
from core.errors import OutOfRange, StatesOverflow
from core.nodes import LayerTrace
from core.nodes.layer_trace import Direction
from core.threads import one_thread

Numbers = NDArray[np.float64]
RESOLVED = 1e-12
"""Singular values below this share of the largest are rounding of float64."""
SHUT = 1e-14
"""What one step leaves of a direction below this share of the most is nothing but rounding."""
_BLOCK = 2_000_000
"""Numbers in the one-step Jacobians that are held at once."""


@dataclass(frozen=True, eq=False)
class Products:
    """∂s_T/∂s_t for every step t: `scaled` (time, size, size) · e^`log_scale` (time,).

    `step` is T, a time index of the text; entries are by time index t, the identity at T itself,
    NaN for steps read after it. `states` names what is carried on, `size` = units · states; rows
    are numbers of s_T, columns of s_t, in the order of `states`.
    """

    step: int
    states: tuple[str, ...]
    scaled: Numbers
    log_scale: Numbers

    def between(self, after: str, before: str) -> Numbers:
        """The block ∂after_T/∂before_t, (time, units, units), as numbers: 0 where too small."""
        units = self.scaled.shape[1] // len(self.states)
        row, column = (self.states.index(name) * units for name in (after, before))
        block = self.scaled[:, row : row + units, column : column + units]
        with np.errstate(over="ignore", under="ignore"):
            return np.asarray(block * np.exp(self.log_scale)[:, None, None])


@dataclass(frozen=True, eq=False)
class Spectra:
    """How far changes of the state are stretched from each step to step T, and at which pace.

    `log_singular` (time, top) holds the natural logarithms of the largest singular values of
    ∂s_T/∂s_t, largest first, by time index t: 0 at T itself, −∞ where the product is singular in
    that direction, NaN for steps read after T and below what float64 resolves. `log_hidden` (time,)
    is that of the largest one of ∂h_T/∂h_t alone, the output's own way to itself.
    `exponents` (top,) are Lyapunov exponents per step, in nats, largest first, and `so_far`
    (time, top) their averages up to each step: NaN at steps whose text is not counted (those of
    the warm-up, and masked ones). −∞ where a step forgets a direction altogether.
    """

    step: int
    direction: Direction
    log_singular: Numbers
    log_hidden: Numbers
    exponents: Numbers
    so_far: Numbers


def products(layer: LayerTrace, step: int = -1, *, batch: int = 0) -> Products:
    """∂s_T/∂s_t for every step t, with T = `step`, for one sequence.

    Time indices in the order of the text; negative ones count from its end. A layer that reads
    backwards has read the steps from the end of the text down to `step`. Raises OutOfRange,
    StatesOverflow where a state is not finite.
    """
    place, time = _place(layer, step, batch), layer.record.time
    size = layer.units * len(layer.record.states)
    scaled, logs = np.full((time, size, size), np.nan), np.full(time, np.nan)
    for at, product, log in _products(layer, place, batch):
        scaled[at], logs[at] = product, log
    names = tuple(layer.record.states)
    return Products(place, names, scaled, logs)


def spectra(
    layer: LayerTrace,
    step: int = -1,
    *,
    top: int = 4,
    warm_up: int | None = None,
    batch: int = 0,
) -> Spectra:
    """Singular values of ∂s_T/∂s_t for every t, and the Lyapunov exponents of the way to T.

    `top` is how many of each, at most as many as numbers are carried on. `warm_up` is how many
    steps turn the frame before the average begins, a tenth of the steps unless given: a frame
    that starts anywhere needs some to find the directions that grow most. Raises as `products`,
    and OutOfRange for `top` and `warm_up`.
    """
    place = _place(layer, step, batch)
    size = layer.units * len(layer.record.states)
    if not 1 <= top <= size:
        raise OutOfRange(what="top", found=top, expected=f"from 1 to {size}")
    time = layer.record.time
    singular, hidden = np.full((time, top), np.nan), np.full(time, np.nan)
    for at, product, log in _products(layer, place, batch):
        values = np.linalg.svd(product, compute_uv=False)[:top]
        resolved = values >= RESOLVED * values[0]
        # A direction that a zero of the weights shuts exactly is not a matter of rounding.
        with np.errstate(divide="ignore"):
            logs = np.log(values) + log
            own = product[: layer.units, : layer.units]
            hidden[at] = np.log(np.linalg.norm(own, ord=2)) + log if size > layer.units else logs[0]
        singular[at] = np.where(resolved | (values == 0), logs, np.nan)
    so_far = _exponents(layer, place, top=top, warm_up=warm_up, batch=batch)
    counted = so_far[np.isfinite(so_far).any(axis=1) | np.isneginf(so_far).any(axis=1)]
    last = counted if layer.direction == "forward" else counted[::-1]
    exponents = last[-1] if len(last) else np.full(top, np.nan)
    return Spectra(place, layer.direction, singular, hidden, exponents, so_far)


def _place(layer: LayerTrace, step: int, batch: int) -> int:
    """The time index of `step`, checked; and that every state up to there is a number."""
    check_index("batch", batch, length=layer.outputs.shape[0])
    time = layer.record.time
    if not -time <= step < time:
        raise OutOfRange(what="step", found=step, expected=f"from {-time} to {time - 1}")
    place = step % time
    for state in layer.states.values():
        broken = ~np.isfinite(state[batch]).all(axis=1)
        read = broken[: place + 1] if layer.direction == "forward" else broken[place:]
        if read.any():
            raise StatesOverflow(step=int(np.flatnonzero(broken)[0]) + 1, cell=layer.cell)
    return place


def _read_order(layer: LayerTrace, place: int) -> list[int]:
    """The time indices that are read up to `place`, first one first."""
    if layer.direction == "forward":
        return list(range(place + 1))
    return list(range(layer.record.time - 1, place - 1, -1))


def _one_step(layer: LayerTrace, order: list[int], batch: int) -> Iterator[tuple[int, Numbers]]:
    """Each of these steps with its own Jacobian, made in blocks of bounded memory."""
    size = layer.units * len(layer.record.states)
    length = max(1, _BLOCK // size**2)
    for start in range(0, len(order), length):
        block = order[start : start + length]
        yield from zip(
            block, jacobians(layer, steps=block, batch=batch).astype(np.float64), strict=True
        )


def _products(layer: LayerTrace, place: int, batch: int) -> Iterator[tuple[int, Numbers, float]]:
    """∂s_T/∂s_t, scaled, and the logarithm of its scale, from t = T back to the first step read."""
    size = layer.units * len(layer.record.states)
    product, log = np.eye(size), 0.0
    back = _read_order(layer, place)[::-1]
    yield back[0], product, log
    with one_thread():
        later = _one_step(layer, back[:-1], batch)
        for at, (_, jacobian) in zip(back[1:], later, strict=True):
            product = product @ jacobian  # ∂s_T/∂s_{t−1} = ∂s_T/∂s_t · J_t
            largest = np.abs(product).max()
            if largest > 0:
                product, log = product / largest, log + float(np.log(largest))
            yield at, product, log


def _exponents(
    layer: LayerTrace, place: int, *, top: int, warm_up: int | None, batch: int
) -> Numbers:
    """The averages of the logarithms so far, (time, top), by time index."""
    order = _read_order(layer, place)
    valid = valid_steps(layer.mask, batch=batch)
    counted = order if valid is None else [at for at in order if valid[at]]
    wait = len(counted) // 10 if warm_up is None else warm_up
    if wait < 0 or (warm_up is not None and wait >= max(len(counted), 1)):
        expected = f"from 0 to {max(len(counted), 1) - 1}"
        raise OutOfRange(what="warm_up", found=wait, expected=expected)
    size = layer.units * len(layer.record.states)
    # Any start but a special one will do; a fixed seed gives the same figures each time.
    frame = np.linalg.qr(np.random.default_rng(0).standard_normal((size, top)))[0]
    total, so_far = np.zeros(top), np.full((layer.record.time, top), np.nan)
    with one_thread():
        for number, (at, jacobian) in enumerate(_one_step(layer, counted, batch)):
            frame, stretched = np.linalg.qr(jacobian @ frame)
            if number < wait:
                continue
            left = np.abs(np.diagonal(stretched))
            with np.errstate(divide="ignore"):
                total = total + np.log(np.where(left > SHUT * left.max(), left, 0))
            so_far[at] = np.sort(total / (number - wait + 1))[::-1]
    return so_far
