"""Models and runs that hide nothing: random distinct weights, non-zero initial states, masks."""

from __future__ import annotations

from typing import Any

import numpy as np

import core
from core.model import Model
from core.trace import Trace

CELLS = ("simple_rnn", "lstm", "gru", "gru_reset_before")


def random_model(cell: str, *, seed: int = 3, spread: float = 0.6, **settings: Any) -> Model:
    """A model whose every weight, biases too, is drawn anew; `gru_reset_before` is a GRU."""
    if cell == "gru_reset_before":
        cell, settings["reset_after"] = "gru", False
    model = core.new_model(cell, seed=seed, **settings)
    generator = np.random.default_rng(seed)
    return model.with_parameters(
        {
            name: (spread * generator.standard_normal(array.shape)).astype(array.dtype)
            for name, array in model.parameters.items()
        }
    )


def recorded(model: Model, *, batch: int, time: int, masked: bool = False, seed: int = 5) -> Trace:
    """A run on random features from random initial states; with a mask, gaps at both ends too."""
    generator = np.random.default_rng(seed)
    mask = None
    if masked:
        mask = generator.random((batch, time)) < 0.7
        mask[0, 0] = mask[-1, -1] = False
        mask[:, time // 2] = True
    states = ("hidden", "cell")
    return core.record(
        model,
        generator.standard_normal((batch, time, model.features)),
        mask=mask,
        initial_states=[
            {
                name: generator.standard_normal((batch, layer.units)) / 2
                for name in states[: 1 + (layer.cell == "lstm")]
            }
            for layer in model.layers
        ],
    )
