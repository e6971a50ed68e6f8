"""Which token comes next: greedy, by temperature, from the top k, or from the nucleus.

    p_i ∝ exp(log p_i / T)                      temperature T: below 1 surer, above 1 bolder
    top k                                       all but the k likeliest become 0
    nucleus, top p                              all but the fewest that have p together become 0

In this order, and then scaled to add up to 1. Nucleus: Holtzman et al. 2020; the token that crosses
p still counts, so that one is always left. Ties are broken by the smaller id, so that the same
seed writes the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import OutOfRange, UnknownName
from core.generate.errors import ZeroTemperature

Strategy = Literal["sample", "greedy"]
STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)


@dataclass(frozen=True)
class Sampling:
    """How a token is chosen.

    `strategy` "greedy" takes the likeliest and heeds nothing else. Raises UnknownName,
    ZeroTemperature, and OutOfRange for a `top_k` below 1 or a `top_p` outside (0, 1].
    """

    strategy: Strategy = "sample"
    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            known = ", ".join(STRATEGIES)
            raise UnknownName(kind="strategy", found=self.strategy, known=known)
        if not (self.temperature > 0 and np.isfinite(self.temperature)):
            raise ZeroTemperature(found=float(self.temperature))
        if self.top_k is not None and self.top_k < 1:
            raise OutOfRange(what="top_k", found=self.top_k, expected="at least 1")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise OutOfRange(what="top_p", found=self.top_p, expected="above 0 and at most 1")

    def weighed(self, probabilities: Array) -> NDArray[np.float64]:
        """The probabilities (tokens,) that a token is drawn with, from those the model gave."""
        if self.strategy == "greedy":
            weights = np.zeros(len(probabilities))
            weights[probabilities.argmax()] = 1
            return weights
        weights = self._relative(np.asarray(probabilities, np.float64))
        return weights / weights.sum()

    def draw(self, probabilities: Array, *, random: np.random.Generator) -> int:
        """A token's id."""
        if self.strategy == "greedy":
            return int(probabilities.argmax())
        # As `random.choice` does it, which spends most of its time on checking the weights.
        up_to = self._relative(np.asarray(probabilities, np.float64)).cumsum()
        return int(up_to.searchsorted(random.random() * up_to[-1], side="right"))

    def _relative(self, given: NDArray[np.float64]) -> NDArray[np.float64]:
        """What `weighed` gives, but that it need not add up to 1."""
        weights = given
        if self.temperature != 1:  # as exp(log p / T), and 0 stays 0
            weights = (given / given.max()) ** (1 / self.temperature)
        if self.top_k is None and self.top_p is None:
            return weights
        weights, order = weights.copy(), np.argsort(-given, kind="stable")
        if self.top_k is not None:
            weights[order[self.top_k :]] = 0
        if self.top_p is not None:
            shares = weights[order] / weights.sum()
            weights[order[np.cumsum(shares) - shares >= self.top_p]] = 0
        return weights
