"""Linear: every step of the window has a weight for every answer, and that is all.

    y = b + Σ_t x_t W_t

What a forecaster of numbers has to beat; ordinary least squares, found by descent as the others
are. The window is laid out side by side (Flatten) before a dense layer.
"""

from __future__ import annotations

import numpy as np

from core.initialise import INITIALISERS
from core.model import Model
from core.nodes import Dense, Flatten
from core.training.architectures.architecture import Architecture, NetworkOptions
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.settings import settings


@settings
class LinearOptions(NetworkOptions):
    """None: the window and the horizon are those of the data."""


def build(config: RunConfig, dataset: Dataset, options: LinearOptions) -> Model:
    """The network before training, its weights drawn from the run's seed."""
    window, features = dataset.train.alone.shape[1:]
    draw, random = INITIALISERS["glorot_uniform"], np.random.default_rng(config.seed)
    kernel = draw(random, (window * features, dataset.outputs)).astype(np.float32)
    bias = np.zeros(dataset.outputs, np.float32)
    return Model((Flatten("window", window), Dense("answer", kernel, bias)), name="linear")


def fits(config: RunConfig, dataset: Dataset) -> WrongSetting | None:
    """It reads numbers, and answers at the end of a window."""
    return of_numbers(dataset, "linear", readout="last")


def of_numbers(dataset: Dataset, name: str, *, readout: str) -> WrongSetting | None:
    """Why an architecture of this name cannot learn from a dataset that is no series for it."""
    if dataset.features is None or dataset.loss != "mean_squared_error":
        expected = "chain, for data that are no series of numbers"
        return WrongSetting(setting="network.architecture", found=name, expected=expected)
    if dataset.readout != readout:
        found = str(dataset.readout == "every").lower()
        expected = f"{str(readout == 'every').lower()} for the architecture {name}"
        return WrongSetting(setting="data.options.every", found=found, expected=expected)
    return None


ARCHITECTURE = Architecture(
    name="linear",
    description="Weighs every step of a window, without anything that bends.",
    options=LinearOptions,
    build=build,
    fits=fits,
)
