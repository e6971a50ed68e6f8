"""Which layers does a task ask for? A learned mixture of layers, and what it is worth.

ELMo (Peters et al. 2018, equation 1) gives a task one vector a token, a mixture of all levels of
the language model with weights that are learned with the task:

    e = γ Σ_j s_j h_j,  s = softmax(w)          p(y | e) = softmax(e V + b)

Shapes: h (levels, examples, features); w and s (levels,); V (features, classes); b (classes,). Here
the task is a logistic regression, so that what is reached is reached by the vectors; w, γ, V and b
are found together by L-BFGS on the mean cross-entropy with λ/2 ‖·‖² on w and V. Each feature of
each level is first brought to mean 0 and variance 1 over the training examples, in place of the
layer normalisation of the paper: else the level with the largest numbers would win. One level alone
is the same with s fixed there; level 0 alone is the static embedding. Cost: some hundred passes
over the training vectors. Not chosen: scikit-learn, which does not learn w.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, ndtri

from core.activations import Array
from core.errors import OutOfRange, ShapeMismatch
from core.threads import one_thread

PENALTY = 1e-3
MOST_PASSES = 150
CONFIDENCE = 0.95
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """So many of so many, and between which shares the true one lies with 95 % confidence.

    The bounds are Wilson's (1927), which stay within 0 and 1 and hold for small counts too.
    """

    right: int
    count: int

    @property
    def value(self) -> float:
        """The share itself."""
        return self.right / self.count

    @property
    def bounds(self) -> tuple[float, float]:
        """The lower and the upper bound."""
        z = float(ndtri(0.5 + CONFIDENCE / 2))
        n, p = self.count, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - float(half)), min(1.0, middle + float(half))


@dataclass(frozen=True, eq=False)
class Mixture:
    """What was learned: the `weights` s (levels,), `scale` γ, and how many tests were `right`."""

    weights: Numbers
    scale: float
    accuracy: Share


@dataclass(frozen=True, eq=False)
class Examples:
    """Vectors (levels, examples, features) and the class of each, from 0."""

    vectors: Array
    classes: NDArray[np.intp]

    def __post_init__(self) -> None:
        if self.vectors.ndim != 3 or self.vectors.shape[1] != len(self.classes):
            expected = f"(levels, {len(self.classes)}, features)"
            raise ShapeMismatch(what="vectors", found=self.vectors.shape, expected=expected)
        if not len(self.classes):
            raise OutOfRange(what="examples", found=0, expected="at least 1")


def mixture(
    train: Examples, test: Examples, *, only: Sequence[int] = (), penalty: float = PENALTY
) -> Mixture:
    """Learn on `train`, count on `test`; `only` are the levels that may be mixed, all unless given.

    Raises OutOfRange for a level that there is not, ShapeMismatch where the two do not fit.
    """
    count = len(train.vectors)
    chosen = list(only) or list(range(count))
    for level in chosen:
        if not 0 <= level < count:
            raise OutOfRange(what="level", found=level, expected=f"from 0 to {count - 1}")
    if test.vectors.shape[::2] != train.vectors.shape[::2]:
        expected = train.vectors.shape[::2]
        raise ShapeMismatch(what="test vectors", found=test.vectors.shape[::2], expected=expected)
    h, unseen = _standardised(train.vectors[chosen], test.vectors[chosen])
    classes = int(max(train.classes.max(), test.classes.max())) + 1
    task = _Task(h, np.eye(classes)[train.classes], penalty)
    start = np.concatenate([np.zeros(len(chosen)), [1.0], np.zeros(task.size)])
    with one_thread():  # the products are small
        found = minimize(
            task.loss, start, jac=True, method="L-BFGS-B", options={"maxiter": MOST_PASSES}
        )
    w, scale, kernel, bias = task.split(found.x)
    s = _softmax(w)
    answers = (scale * np.tensordot(s, unseen, 1) @ kernel + bias).argmax(axis=1)
    weights = np.zeros(count)
    weights[chosen] = s
    right = int((answers == test.classes).sum())
    return Mixture(weights, float(scale), Share(right, len(test.classes)))


@dataclass(frozen=True, eq=False)
class _Task:
    """The loss of all that is learned, as one vector of numbers."""

    h: Numbers
    wanted: Numbers
    penalty: float

    @property
    def size(self) -> int:
        """The numbers of V and b."""
        return (self.h.shape[2] + 1) * self.wanted.shape[1]

    def split(self, numbers: Numbers) -> tuple[Numbers, float, Numbers, Numbers]:
        """The numbers as w, γ, V and b."""
        levels, _, features = self.h.shape
        w, scale, rest = numbers[:levels], numbers[levels], numbers[levels + 1 :]
        kernel = rest[: features * self.wanted.shape[1]].reshape(features, -1)
        return w, float(scale), kernel, rest[kernel.size :]

    def loss(self, numbers: Numbers) -> tuple[float, Numbers]:
        """The mean cross-entropy with its penalty, and its gradient."""
        w, scale, kernel, bias = self.split(numbers)
        s = _softmax(w)
        mixed = np.tensordot(s, self.h, 1)  # Σ s_j h_j
        logits = scale * mixed @ kernel + bias
        logs = logits - logsumexp(logits, axis=1, keepdims=True)
        d = (np.exp(logs) - self.wanted) / len(mixed)  # ∂/∂logits
        d_mixed = scale * d @ kernel.T
        d_s = np.einsum("lnf,nf->l", self.h, d_mixed)
        d_w = s * (d_s - s @ d_s) + self.penalty * w  # s = softmax(w)
        d_scale = float((d * (mixed @ kernel)).sum())
        d_kernel = scale * mixed.T @ d + self.penalty * kernel
        value = -float((logs * self.wanted).sum()) / len(mixed)
        value += self.penalty / 2 * float((w**2).sum() + (kernel**2).sum())
        return value, np.concatenate([d_w, [d_scale], d_kernel.ravel(), d.sum(axis=0)])


def _standardised(train: Array, test: Array) -> tuple[Numbers, Numbers]:
    """Both with the mean and the deviation of each training feature taken out."""
    exact = train.astype(np.float64)
    mean = exact.mean(axis=1, keepdims=True)
    spread: Any = exact.std(axis=1, keepdims=True)
    spread = np.where(spread > 1e-9, spread, 1.0)
    return (exact - mean) / spread, (test.astype(np.float64) - mean) / spread


def _softmax(w: Numbers) -> Numbers:
    return np.exp(w - logsumexp(w))
