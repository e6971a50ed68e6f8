"""How alike are two representations of the same inputs, whatever their axes are called?

Centred kernel alignment with a linear kernel (Kornblith, Norouzi, Lee & Hinton 2019, 'Similarity
of Neural Network Representations Revisited', ICML): with K = XXᵀ and L = YYᵀ of representations
centred over examples, CKA = HSIC(K, L) / √(HSIC(K, K) · HSIC(L, L)). 1 for representations that
are one but for rotation and scale, 0 for unrelated ones. With few examples and many units any two
look alike; the `debiased` form takes the unbiased estimate of HSIC (Song et al. 2012; for CKA:
Nguyen, Raghu & Kornblith 2021), which is about 0 for noise and may fall a little below.

The Gram matrices of n examples are built a few rows at a time: e representations of u units cost
e·n²·(u + e) multiplications and hardly any memory. Not chosen: n × n matrices as a whole, which
for 2,000 tokens and 50 epochs are 1.6 GB; and canonical correlations, which need more examples
than units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import OutOfRange, ShapeMismatch

Estimate = Literal["plain", "debiased"]
Numbers = NDArray[np.float64]

FEWEST: dict[Estimate, int] = {"plain": 2, "debiased": 4}
"""Examples without which an estimate is not defined."""
ALIKE = 0.95
_NUMBERS_AT_ONCE = 2_000_000


def cka(representations: Sequence[Array], *, estimate: Estimate = "plain") -> Numbers:
    """The alignment of every pair, (representations, representations), symmetric.

    Each is (examples, units): the same examples in the same order, units of any number. NaN in
    the rows and columns of one that is the same for all examples. Raises ShapeMismatch for
    different numbers of examples, OutOfRange for fewer than 2, or 4 if debiased.
    """
    centred = [_centred(each) for each in representations]
    for each in centred[1:]:
        if len(each) != len(centred[0]):
            expected = f"{len(centred[0])} examples, as the first"
            raise ShapeMismatch(what="representation", found=each.shape, expected=expected)
    count = len(centred[0])
    if count < FEWEST[estimate]:
        expected = f"at least {FEWEST[estimate]}"
        raise OutOfRange(what="The number of examples", found=count, expected=expected)
    shared = _independence(centred, estimate)
    own = np.diagonal(shared)
    # What rounding leaves of a representation that does not vary is no variation.
    own = np.where(own > 0, own, np.nan)
    return shared / np.sqrt(np.outer(own, own))


def settled(alignment: NDArray[np.floating], *, least: float = ALIKE) -> int | None:
    """The first of several moments from which on all are at least so much like the last.

    `alignment` (moments, moments) as `cka` gives it. None where not even the moment before the
    last is, or the last cannot be compared.
    """
    alike = alignment[-1] >= least  # NaN is not
    later = np.flatnonzero(~alike)
    first = int(later[-1]) + 1 if len(later) else 0
    return first if first < len(alike) - 1 else None


def _centred(representation: Array) -> Numbers:
    found = np.asarray(representation, dtype=np.float64)
    if found.ndim != 2:
        expected = "(examples, units)"
        raise ShapeMismatch(what="representation", found=found.shape, expected=expected)
    centred = found - found.mean(axis=0)
    length = np.abs(centred).max(initial=0.0)
    # CKA knows no scale; without one, squares of squares neither overflow nor underflow.
    noise = np.finfo(np.float64).eps * np.abs(found).max(initial=0.0)
    return centred / length if length > noise else np.zeros_like(centred)


def _independence(centred: Sequence[Numbers], estimate: Estimate) -> Numbers:
    """HSIC of every pair, but for a factor that all share."""
    moments, count = len(centred), len(centred[0])
    products = np.zeros((moments, moments))  # ⟨K, L⟩
    sums = np.zeros((moments, count))  # K1
    rows = max(1, _NUMBERS_AT_ONCE // (moments * count))
    for start in range(0, count, rows):
        stop = min(start + rows, count)
        block = np.stack([each[start:stop] @ each.T for each in centred])
        if estimate == "debiased":  # its kernels are zero on the diagonal
            block[:, np.arange(stop - start), np.arange(start, stop)] = 0.0
            sums[:, start:stop] = block.sum(axis=-1)
        flat = block.reshape(moments, -1)
        products += flat @ flat.T
    if estimate == "plain":
        return products
    totals = sums.sum(axis=-1)
    correction = np.outer(totals, totals) / ((count - 1) * (count - 2))
    return products + correction - 2 / (count - 2) * (sums @ sums.T)
