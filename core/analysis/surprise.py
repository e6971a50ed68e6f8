"""How surprised is a language model along a text?

    bits_t = −log₂ p(token_t | tokens before)        perplexity = 2^(mean of the bits)

Shannon 1951. The first token is read before anything is expected, so its bits are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.errors import OutOfRange, ShapeMismatch


@dataclass(frozen=True, eq=False)
class Surprise:
    """`bits` (time,) of each token, NaN for the first."""

    bits: NDArray[np.float64]

    @property
    def bits_per_token(self) -> float:
        """The mean over all tokens but the first."""
        return float(self.bits[1:].mean())

    @property
    def perplexity(self) -> float:
        """Among how many equally likely tokens the model would be as unsure."""
        return float(2.0**self.bits_per_token)


def surprise(probabilities: Array, *, ids: NDArray[np.integer]) -> Surprise:
    """The surprise of each token, from what was answered after each.

    `probabilities` (time, tokens), row t those of token t + 1, as a readout at every step gives
    them; `ids` (time,). Raises ShapeMismatch, and OutOfRange for a text of one token.
    """
    if probabilities.ndim != 2 or len(probabilities) != len(ids):
        expected = f"({len(ids)}, tokens)"
        raise ShapeMismatch(what="probabilities", found=probabilities.shape, expected=expected)
    if len(ids) < 2:
        raise OutOfRange(what="The number of tokens", found=len(ids), expected="at least 2")
    bits = np.full(len(ids), np.nan)
    bits[1:] = bits_of(probabilities[np.arange(len(ids) - 1), ids[1:]])
    return Surprise(bits)


def bits_of(probability: Any) -> Any:
    """−log₂ of a probability, or of an array of them.

    What underflowed in float32 was less than its smallest number: finite, so that means are.
    """
    floor = float(np.finfo(np.float32).smallest_subnormal)
    bits = -np.log2(np.maximum(np.asarray(probability, np.float64), floor))
    return float(bits) if bits.ndim == 0 else bits
