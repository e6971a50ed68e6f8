"""A denoiser as something that learns, see `core.make.diffusion`.

Each sequence of a batch gets noise of a level of its own, spread over all levels (as much of the
time near the sequence as near the noise); the loss is the mean squared error of v.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from core.make import diffusion
from core.model import Model
from core.training.architectures.architecture import Architecture, NetworkOptions
from core.training.architectures.autoencoder import fits, shape
from core.training.architectures.making import Making
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.looks import EXAMPLES, look_at
from core.training.settings import setting, settings


@settings
class DiffusionOptions(NetworkOptions):
    """The second layer.

    Attributes:
        second: units of each direction of the second layer; those of the first are the network's.
        averaging: how much of the averaged weights, which the run keeps, stays at each step.
    """

    second: int = setting(24, low=1, high=1024)
    averaging: float = setting(0.999, low=0.0, high=0.99999)


class DiffusionSteps(Making):
    """Follows the mean squared error of v."""

    def __init__(
        self, config: RunConfig, dataset: Dataset, options: DiffusionOptions, plain: Model
    ) -> None:
        """One network."""
        averaging = {"denoiser": options.averaging}
        super().__init__(config, dataset, {"denoiser": plain}, averaging=averaging)

    def trained(self, sequences: Any, seed: Any) -> tuple[Any, Any, list[Any]]:
        """One step on a batch, each at a level of its own."""
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.measured(sequences, seed)[0])
        return loss, loss, [self.learn("denoiser", loss, tape)]

    def measured(self, sequences: Any, seed: Any) -> tuple[Any, Any, Any]:
        """The squared error of each."""
        import tensorflow as tf

        count = tf.shape(sequences)[0]
        angle = np.pi / 2 * _spread(count, seed)
        alpha, sigma = (each[:, None, None] for each in (tf.cos(angle), tf.sin(angle)))
        noise = tf.random.stateless_normal(tf.shape(sequences), seed + tf.constant([1, 0]))
        turns = angle[:, None] * tf.constant(2.0 ** np.arange(diffusion.WAVES), tf.float32)
        told = tf.concat([tf.sin(turns), tf.cos(turns)], axis=1)
        v = self.twins["denoiser"]([alpha * sequences + sigma * noise, told])
        errors = tf.reduce_mean((v - alpha * noise + sigma * sequences) ** 2, axis=(1, 2))
        return errors, errors, v

    def look(self, model: Model) -> dict[str, Any]:
        """Gates and gradients on a few sequences, at levels from little noise to much."""
        sequences = self.dataset.train.targets[:EXAMPLES]
        kept = np.linspace(0.95, 0.05, len(sequences))
        noise = np.random.default_rng(0).standard_normal(sequences.shape)
        return look_at(*diffusion.towards_clean(model, sequences, kept=kept, noise=noise))


def _spread(count: Any, seed: Any) -> Any:
    """Numbers from 0 to 1, one in each of so many equal parts, in the order of the batch."""
    import tensorflow as tf

    within = tf.random.stateless_uniform((count,), seed)
    return (tf.cast(tf.range(count), tf.float32) + within) / tf.cast(count, tf.float32)


def build(config: RunConfig, dataset: Dataset, options: DiffusionOptions) -> Model:
    """The network before training."""
    steps, features = shape(dataset)
    return diffusion.denoiser(
        steps=steps, features=features, units=(config.network.units[0], options.second),
        cell=config.network.cell, seed=config.seed,
    )  # fmt: skip


ARCHITECTURE = Architecture(
    name="diffusion",
    description="Learns to take noise away from sequences, and so to make them out of noise.",
    options=DiffusionOptions,
    build=build,
    fits=fits,
    steps=DiffusionSteps,
)
