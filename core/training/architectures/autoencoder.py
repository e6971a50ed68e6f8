"""A recurrent autoencoder as something that learns, see `core.make.autoencoder`.

The loss is the mean squared error of what it makes of a sequence. A denoising one reads each
training sequence with fresh noise upon it, and is asked for the sequence without.
"""

from __future__ import annotations

from typing import Any

from core.make.autoencoder import autoencoder
from core.model import Model
from core.training.architectures.architecture import Architecture, NetworkOptions
from core.training.architectures.making import Making
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.settings import setting, settings


@settings
class AutoencoderOptions(NetworkOptions):
    """The bottleneck.

    Attributes:
        code: numbers that a sequence has to pass through.
        noise: standard deviation of what is added to the sequences that are read in training.
    """

    code: int = setting(2, low=1, high=256)
    noise: float = setting(0.0, low=0.0, high=10.0)


class AutoencoderSteps(Making):
    """Follows the mean squared error."""

    def __init__(
        self, config: RunConfig, dataset: Dataset, options: AutoencoderOptions, plain: Model
    ) -> None:
        """One network."""
        self.noise = options.noise
        super().__init__(config, dataset, {"autoencoder": plain}, averaging={})

    def trained(self, sequences: Any, seed: Any) -> tuple[Any, Any, list[Any]]:
        """One step on a batch, read with noise."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.measured(sequences, seed)[0])
        return loss, loss, [self.learn("autoencoder", loss, tape)]

    def measured(self, sequences: Any, seed: Any) -> tuple[Any, Any, Any]:
        """The squared error of each."""
        import tensorflow as tf

        noise = self.noise * tf.random.stateless_normal(tf.shape(sequences), seed)
        made = self.twins["autoencoder"](sequences + noise)
        errors = tf.reduce_mean((made - sequences) ** 2, axis=(1, 2))
        return errors, errors, made


def build(config: RunConfig, dataset: Dataset, options: AutoencoderOptions) -> Model:
    """The network before training."""
    steps, features = shape(dataset)
    return autoencoder(
        steps=steps, features=features, code=options.code, units=config.network.units[0],
        cell=config.network.cell, seed=config.seed,
    )  # fmt: skip


def shape(dataset: Dataset) -> tuple[int, int]:
    """Steps and features of the sequences of a dataset that `fits`."""
    _, steps, features = dataset.train.targets.shape
    return steps, features


def fits(config: RunConfig, dataset: Dataset) -> WrongSetting | None:
    """Sequences of numbers of one length are made; nothing else is."""
    if dataset.loss == "mean_squared_error" and dataset.train.targets.ndim == 3:
        return None
    found = config.network.architecture
    expected = "an architecture that answers texts, for these data"
    return WrongSetting(setting="network.architecture", found=found, expected=expected)


ARCHITECTURE = Architecture(
    name="autoencoder",
    description="Writes a sequence as a few numbers, and makes the sequence of them again.",
    options=AutoencoderOptions,
    build=build,
    fits=fits,
    steps=AutoencoderSteps,
)
