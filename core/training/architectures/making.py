"""What networks have in common that learn to make sequences, by steps of their own.

Their noise is drawn within the compiled step, from the run's seed and a number that counts the
steps and lies in the checkpoint: a run that is resumed draws what it would have drawn.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.importers.keras.bridge import from_keras
from core.importers.keras.export import to_keras
from core.model import Model
from core.training.config import RunConfig
from core.training.dataset import Dataset
from core.training.looks import look
from core.training.step import Batch

_ASIDE = 7_919
"""The seed of what is drawn to evaluate: the same whenever."""


class Making(ABC):
    """Steps of one or more networks: `trained` and `measured` say what is done with a batch.

    `of_run` are the untrained networks by name, each of which gets an optimizer of its own. A run
    keeps those in `averaging` with the mean of their weights over the last steps, which wanders
    less than the weights themselves (Yazıcı et al. 2019): so much of the mean stays at each step.
    """

    def __init__(
        self,
        config: RunConfig,
        dataset: Dataset,
        of_run: Mapping[str, Model],
        *,
        averaging: Mapping[str, float],
    ) -> None:
        """Compiles nothing yet."""
        import tensorflow as tf

        self.dataset, self.plain = dataset, dict(of_run)
        self.layers: Sequence[str] = list(of_run)
        self.twins = {name: to_keras(model) for name, model in of_run.items()}
        self.optimizers = {name: self.optimizer(config) for name in of_run}
        for name, optimizer in self.optimizers.items():
            optimizer.build(self.twins[name].trainable_variables)
        self.steps = tf.Variable(0, trainable=False, name="steps")
        self.averaging = averaging
        self.averaged = {
            name: [tf.Variable(weight, trainable=False) for weight in self.twins[name].weights]
            for name in averaging
        }
        self._seed = config.seed
        compiled = partial(tf.function, jit_compile=config.fit.jit, autograph=False)
        self._train: Callable[..., Any] = compiled(self._step)
        self._measure: Callable[..., Any] = compiled(self.measured)
        self._tensor: Callable[..., Any] = tf.convert_to_tensor

    def optimizer(self, config: RunConfig) -> Any:
        """A fresh optimizer."""
        from core.training.network import optimizer_of

        return optimizer_of(config.optimizer)

    @abstractmethod
    def trained(self, sequences: Any, seed: Any) -> tuple[Any, Any, list[Any]]:
        """One step of the weights: loss, metric, and the norm of each network's gradient."""

    @abstractmethod
    def measured(self, sequences: Any, seed: Any) -> tuple[Any, Any, Any]:
        """Loss and metric of each sequence (batch,), and what was made of them."""

    def _step(self, sequences: Any, rate: Any) -> Any:
        import tensorflow as tf

        for optimizer in self.optimizers.values():
            optimizer.learning_rate.assign(rate)
        self.steps.assign_add(1)
        loss, metric, norms = self.trained(sequences, tf.stack([self._seed, self.steps]))
        # At first the mean of all steps so far, so that what was untrained is soon forgotten.
        taken = tf.cast(self.steps, tf.float32)
        for name, most in self.averaging.items():
            stays = tf.minimum(most, taken / (taken + 10.0))
            for mean, weight in zip(self.averaged[name], self.twins[name].weights, strict=True):
                mean.assign(stays * mean + (1 - stays) * weight)
        return tf.stack([loss, metric, *norms])

    def learn(self, name: str, loss: Any, tape: Any) -> Any:
        """Lets one network follow the gradient of a loss; returns the gradient's norm."""
        import tensorflow as tf

        variables = self.twins[name].trainable_variables
        gradients = tape.gradient(loss, variables)
        self.optimizers[name].apply(gradients, variables)
        return tf.linalg.global_norm(gradients)

    def train(self, batch: Batch, *, rate: float) -> NDArray[np.float32]:
        """See `core.training.step.Steps`."""
        given = self._tensor(batch.targets), self._tensor(np.float32(rate))
        return self._train(*given).numpy()

    def evaluate(
        self, batches: Iterable[Batch], *, keep: bool = True
    ) -> tuple[float, float, list[NDArray[Any]]]:
        """See `core.training.step.Steps`. What is drawn for it is the same each time."""
        sums, outputs = np.zeros(3), []
        for at, batch in enumerate(batches):
            seed = self._tensor(np.array([_ASIDE, at], np.int32))
            loss, metric, made = self._measure(self._tensor(batch.targets), seed)
            weight = batch.weights.reshape(len(batch.weights), -1)[:, 0]
            sums += [float((each.numpy() * weight).sum()) for each in (loss, metric)] + [
                float(weight.sum())
            ]
            if keep:
                outputs.append(made.numpy())
        return float(sums[0] / sums[2]), float(sums[1] / sums[2]), outputs

    @property
    def variables(self) -> Mapping[str, Sequence[Any]]:
        """Those of the networks and of their optimizers, and the number of steps."""
        held: dict[str, Sequence[Any]] = {n: twin.variables for n, twin in self.twins.items()}
        held |= {f"{name} optimizer": o.variables for name, o in self.optimizers.items()}
        held |= {f"{name} averaged": weights for name, weights in self.averaged.items()}
        return held | {"steps": [self.steps]}

    def model_of(self, name: str) -> Model:
        """One of the networks as a run keeps it."""
        twin = self.twins[name]
        now = twin.get_weights()
        if name in self.averaged:
            twin.set_weights([mean.numpy() for mean in self.averaged[name]])
        model = self.plain[name].with_parameters(from_keras(twin).parameters)
        twin.set_weights(now)
        return model

    def set_to(self, name: str, model: Model) -> None:
        """Sets the weights of one of the networks."""
        twin = self.twins[name]
        twin.set_weights(to_keras(model).get_weights())
        for mean, weight in zip(self.averaged.get(name, ()), twin.weights, strict=False):
            mean.assign(weight)

    def exported(self) -> Model:
        """The only network as it is now."""
        (name,) = self.plain
        return self.model_of(name)

    def restore(self, model: Model) -> None:
        """Sets the weights to those that were `exported`."""
        (name,) = self.plain
        self.set_to(name, model)

    def reset(self) -> None:  # noqa: B027 — there is nothing to do, for any of them
        """Nothing is handed on from batch to batch."""

    def look(self, model: Model) -> Mapping[str, Any]:
        """Gates and gradients on a few examples."""
        return look(model, self.dataset)
