"""A generator and a critic as something that learns, see `core.make.adversarial`.

One step is one of the critic and then one of the generator. What a run keeps is the generator with
its weights averaged over the last steps, and the critic as it is. The loss that is told is the
critic's, without its penalty: at log 2 = 0.693 it cannot tell the two apart. The metric is the mean
squared distance of what is made to the nearest of the real sequences in the batch.
"""

from __future__ import annotations

from typing import Any

from core.make import adversarial
from core.model import Model
from core.training.architectures.architecture import Architecture, NetworkOptions
from core.training.architectures.autoencoder import fits, shape
from core.training.architectures.making import Making
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.looks import EXAMPLES, look_at
from core.training.settings import setting, settings

FIRST_MOMENT = 0.5
"""Adam's β₁: with the usual 0.9 the two players swing (Radford, Metz & Chintala 2016)."""

_NEAR = 0.1
"""ε: how far aside the critic's slope is looked for."""


@settings
class AdversarialOptions(NetworkOptions):
    """The two players.

    Attributes:
        noise: numbers that the generator reads.
        critic: units of each direction of the critic; the generator's are the network's own.
        penalty: γ, how much the critic pays for the steepness of its verdict.
        averaging: how much of the averaged weights stays at each step.
    """

    noise: int = setting(8, low=1, high=256)
    critic: int = setting(32, low=1, high=1024)
    penalty: float = setting(0.5, low=0.0, high=1000.0)
    averaging: float = setting(0.999, low=0.0, high=0.99999)


class AdversarialSteps(Making):
    """Two networks, step by step against each other."""

    def __init__(
        self, config: RunConfig, dataset: Dataset, options: AdversarialOptions, plain: Model
    ) -> None:
        """Two networks."""
        self.options = options
        generator, critic = adversarial.players(plain)
        networks = {"generator": generator, "critic": critic}
        averaging = {"generator": options.averaging}
        super().__init__(config, dataset, networks, averaging=averaging)

    def optimizer(self, config: RunConfig) -> Any:
        """With a short memory."""
        optimizer = super().optimizer(config)
        if hasattr(optimizer, "beta_1"):
            optimizer.beta_1 = FIRST_MOMENT
        return optimizer

    def trained(self, sequences: Any, seed: Any) -> tuple[Any, Any, list[Any]]:
        """The critic's step, and then the generator's."""
        import tensorflow as tf

        critic = self.twins["critic"]
        made = self._made(sequences, seed)
        both = tf.concat([sequences, made], axis=0)
        aside = both + _NEAR * tf.random.stateless_normal(
            tf.shape(both), seed + tf.constant([2, 0])
        )
        with tf.GradientTape() as tape:
            verdicts = critic(tf.concat([both, aside], axis=0))
            here, there = tf.split(verdicts, 2)
            real, false = tf.split(here, 2)
            loss = tf.reduce_mean(tf.math.softplus(false - real))
            steep = 2 * tf.reduce_mean(((there - here) / _NEAR) ** 2)
            paid = loss + self.options.penalty / 2 * steep
        norm = self.learn("critic", paid, tape)
        with tf.GradientTape() as tape:
            made = self._made(sequences, seed + tf.constant([3, 0]))
            lost = tf.reduce_mean(tf.math.softplus(critic(sequences) - critic(made)))
        norms = [self.learn("generator", lost, tape), norm]
        return loss, tf.reduce_mean(_nearest(made, sequences)), norms

    def measured(self, sequences: Any, seed: Any) -> tuple[Any, Any, Any]:
        """Each sequence's share of the critic's loss, and how near what was made lies."""
        import tensorflow as tf

        critic, made = self.twins["critic"], self._made(sequences, seed)
        losses = tf.math.softplus(critic(made) - critic(sequences))
        return losses[:, 0], _nearest(made, sequences), made

    def _made(self, sequences: Any, seed: Any) -> Any:
        """As many sequences as there are real ones."""
        import tensorflow as tf

        count = tf.shape(sequences)[0]
        noise = tf.random.stateless_normal((count, self.options.noise), seed)
        return self.twins["generator"](noise)

    def exported(self) -> Model:
        """Both as one model, the generator with its averaged weights."""
        return adversarial.composed(self.model_of("generator"), self.model_of("critic"))

    def restore(self, model: Model) -> None:
        """Sets both to those that were exported."""
        for name, one in zip(("generator", "critic"), adversarial.players(model), strict=True):
            self.set_to(name, one)

    def look(self, model: Model) -> dict[str, Any]:
        """Gates of both, and the generator's gradient through the critic."""
        noise = adversarial.noise(EXAMPLES, width=self.options.noise, seed=0)
        return look_at(*adversarial.towards_real(model, noise))


def _nearest(made: Any, real: Any) -> Any:
    """The mean squared distance of each made sequence to the nearest real one, (batch,)."""
    import tensorflow as tf

    one, other = (tf.reshape(each, (tf.shape(each)[0], -1)) for each in (made, real))
    lengths = tf.reduce_sum(one**2, 1)[:, None] + tf.reduce_sum(other**2, 1)[None]
    apart = lengths - 2 * tf.matmul(one, other, transpose_b=True)
    return tf.reduce_min(apart, axis=1) / tf.cast(tf.shape(one)[1], tf.float32)


def build(config: RunConfig, dataset: Dataset, options: AdversarialOptions) -> Model:
    """Both before training, composed."""
    steps, features = shape(dataset)
    cell, seed = config.network.cell, config.seed
    generator = adversarial.generator(
        steps=steps, features=features, noise=options.noise, units=config.network.units[0],
        cell=cell, seed=seed,
    )  # fmt: skip
    critic = adversarial.critic(
        steps=steps, features=features, units=options.critic, cell=cell, seed=seed
    )
    return adversarial.composed(generator, critic)


ARCHITECTURE = Architecture(
    name="adversarial",
    description="A generator makes sequences of noise, and a critic tells them from real ones.",
    options=AdversarialOptions,
    build=build,
    fits=fits,
    steps=AdversarialSteps,
)
