"""Networks that ship and forecast noisy sines: made by `python -m core.training.forecasters`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.errors import UnknownName
from core.forecast.network import Forecaster
from core.model import Model

FOLDER = Path(__file__).parent / "models"
NAMES = (
    "linear",
    "simple_rnn-1",
    "simple_rnn-32",
    "simple_rnn-32-32-32",
    "lstm-32",
    "gru-32",
    "wavenet",
    "wavenet-gated",
)


@cache
def forecaster(name: str) -> Forecaster:
    """A network of NAMES with the window that it reads. Raises UnknownName."""
    if name not in NAMES:
        raise UnknownName(kind="forecaster", found=name, known=", ".join(NAMES))
    return Forecaster.of(Model.load(FOLDER / f"{name}.npz"))
