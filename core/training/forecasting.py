"""Networks that forecast, by their kinds, and how each is trained on whatever series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)

WINDOW, HORIZON = 56, 14
_AHEAD: dict[str, Any] = {"horizon": HORIZON}
_EVERY: dict[str, Any] = {"horizon": HORIZON, "every": True}


def rnn(*units: int, cell: str = "simple_rnn") -> NetworkSettings:
    """Recurrent layers, one above the other."""
    return NetworkSettings(cell=cell, units=units)


def other(architecture: str, **options: Any) -> NetworkSettings:
    """A network that is no chain of recurrent layers."""
    return NetworkSettings(architecture=architecture, options=options)


_KINDS: dict[str, tuple[NetworkSettings, dict[str, Any]]] = {
    "linear": (other("linear"), _AHEAD),
    "simple_rnn-1": (rnn(1), {}),
    "simple_rnn-32": (rnn(32), {}),
    "simple_rnn-32-32-32": (rnn(32, 32, 32), {}),
    "lstm-32": (rnn(32, cell="lstm"), _AHEAD),
    "gru-32": (rnn(32, cell="gru"), _EVERY),
    "wavenet": (other("wavenet"), _EVERY),
    "wavenet-gated": (other("wavenet", gated=True, filters=16), _EVERY),
}
KINDS: tuple[str, ...] = tuple(_KINDS)


LEAST = 8 * HORIZON
"""Steps of a series below which no part of it would have a horizon to be tested on."""


def config_for(kind: str, options: Mapping[str, Any], *, steps: int | None = None) -> RunConfig:
    """How a network of one of KINDS is trained on a series; `options` say which.

    A window is at most a fifth of the `steps` of the series.
    """
    network, asked = _KINDS[kind]
    window = WINDOW if steps is None else max(2, min(WINDOW, steps // 5))
    return RunConfig(
        data=DataSettings(source="series", options={"window": window, **asked, **options}),
        network=network,
        optimizer=OptimizerSettings(
            name="adam", learning_rate=5e-3, schedule="cosine", warm_up=0.05, clip=1.0
        ),
        fit=FitSettings(epochs=60, batch=32),
        seed=1,
    )
