"""How Numba compiles our loops."""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, Any] = {
    "nogil": True,  # other readers' pages go on meanwhile, and two threads can share a batch
    "error_model": "numpy",  # x / 0 is infinite, and no exception within a loop
    # Products and sums may be fused into one rounding. Nothing else: sums in another order, or the
    # promise that all numbers are finite, would cost digits that the trace is to have.
    "fastmath": {"contract"},
}

KNOWN = frozenset({"tanh", "sigmoid", "linear", "relu", "exponential", "log_sigmoid"})
"""The activations that compiled loops have (`functions.py`), each with its slope beside it."""
