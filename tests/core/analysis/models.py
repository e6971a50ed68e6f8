"""Models and runs that hide nothing: random distinct weights, non-zero initial states, masks."""

from __future__ import annotations

from typing import Any

import numpy as np

import core
from core.model import Model
from core.trace import Trace
from tests.core.networks import randomised, states_for

CELLS = ("simple_rnn", "lstm", "gru", "gru_reset_before")
"""Every cell, and the GRU in its other form."""


def random_model(cell: str, *, seed: int = 3, spread: float = 0.6, **settings: Any) -> Model:
    """A model whose every weight, biases too, is drawn anew; `gru_reset_before` is a GRU."""
    if cell == "gru_reset_before":
        cell, settings["reset_after"] = "gru", False
    return randomised(core.new_model(cell, **settings), seed=seed, scale=spread)


def recorded(model: Model, *, batch: int, time: int, masked: bool = False, seed: int = 5) -> Trace:
    """A run on random features from random initial states.

    With a mask, the first sequence begins and the last one ends with steps to skip.
    """
    generator = np.random.default_rng(seed)
    mask = None
    if masked:
        mask = generator.random((batch, time)) < 0.7
        mask[0, 0] = mask[-1, -1] = False
        mask[:, time // 2] = True
    return core.record(
        model,
        generator.standard_normal((batch, time, model.features)),
        mask=mask,
        initial_states=states_for(model, batch=batch, seed=seed + 1),
    )
