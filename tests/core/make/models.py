"""Models whose weights are all drawn: no bias is zero, no two gates are alike."""

from __future__ import annotations

import numpy as np

from core.model import Model


def drawn(model: Model, *, seed: int, spread: float = 0.5) -> Model:
    """The same model with other weights."""
    random = np.random.default_rng(seed)
    return model.with_parameters(
        {
            name: (spread * random.normal(size=array.shape)).astype(array.dtype)
            for name, array in model.parameters.items()
        }
    )
