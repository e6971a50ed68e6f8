"""What happens with one batch: forward, loss, gradients, their norms, and the weights' step.

A TensorFlow function over a Keras model, compiled with XLA unless asked not to. It gives back one
short vector (loss, metric, the gradient's norm per layer), so nothing large leaves it. Batches that
are too small are filled up with examples of weight 0: one shape, one compilation, the same sums.
Not chosen: `model.fit`, whose callbacks cannot see gradients, and whose metrics run on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core.importers.keras.bridge import from_keras
from core.importers.keras.export import to_keras
from core.model import Model
from core.nodes import Node
from core.training.dataset import Dataset, Inputs, Part, picked
from core.training.looks import look


@dataclass(frozen=True, eq=False)
class Batch:
    """Examples as a step takes them.

    Attributes:
        inputs: int32 (batch, time) or float32 (batch, time, features), or several by name.
        targets: as `core.training.dataset.Part` has them.
        weights: float32 (batch,), or (batch, time) where each step is answered: what each answer
            counts for.
    """

    inputs: Inputs
    targets: NDArray[Any]
    weights: NDArray[np.float32]


def batch_of(
    part: Part, places: NDArray[np.int64], *, size: int, dataset: Dataset, length: int | None = None
) -> Batch:
    """The examples at `places`, filled up to `size` with the first of them at weight 0.

    `length` cuts off the steps that are padding in all of them.
    """
    filled = np.concatenate([places, np.full(size - len(places), places[0])])
    inputs, targets = picked(part.inputs, filled), part.targets[filled]
    counts = None if part.counts is None else part.counts[filled]
    several = isinstance(inputs, Mapping)
    if not isinstance(inputs, Mapping) and length is not None and length < inputs.shape[1]:
        kept = slice(-length, None) if dataset.padding == "pre" else slice(length)
        inputs = inputs[:, kept]
        if dataset.readout == "every":
            targets = targets[:, kept]
            counts = None if counts is None else counts[:, kept]
    real = (np.arange(size) < len(places)).astype(np.float32)
    if dataset.readout == "last":
        return Batch(inputs, targets, real)
    weights = np.ones(targets.shape[:2], np.float32) if counts is None else counts
    if dataset.mask and not several:
        weights = weights * (inputs != 0)
    return Batch(inputs, targets, (weights * real[:, None]).astype(np.float32))


class Steps(Protocol):
    """What the loop needs of a network that learns.

    Attributes:
        layers: whose gradients' norms `train` tells, by name.
    """

    layers: Sequence[str]

    @property
    def variables(self) -> Mapping[str, Sequence[Any]]:
        """All Keras variables that a resumed run needs, by the name of whose they are."""

    def train(self, batch: Batch, *, rate: float) -> NDArray[np.float32]:
        """One step at a learning rate: (loss, metric, the gradient's norm in each of `layers`)."""

    def evaluate(
        self, batches: Iterable[Batch], *, keep: bool = True
    ) -> tuple[float, float, list[NDArray[Any]]]:
        """Mean loss and metric over all that counts in the batches, and the outputs of each."""

    def exported(self) -> Model:
        """The weights as they are now, as every page reads them."""

    def restore(self, model: Model) -> None:
        """Sets the weights to those that were `exported`."""

    def reset(self) -> None:
        """Forgets states that are handed on from batch to batch."""

    def look(self, model: Model) -> Mapping[str, Any]:
        """What a look inside tells of the exported model, see `core.training.looks`."""


class Stepper:
    """A Keras model that learns a loss of its outputs: its step and its evaluation, compiled.

    `plain` is the untrained network that the Keras model is the twin of. With `tied`, the readout's
    kernel is the embedding's table turned round: the table learns from the gradients of both, and
    the kernel follows it, no weight of its own.
    """

    def __init__(
        self,
        model: Any,
        optimizer: Any,
        dataset: Dataset,
        *,
        jit: bool,
        plain: Model,
        tied: bool = False,
    ) -> None:
        """Compiles nothing yet: that happens with the first batch of each shape."""
        import tensorflow as tf

        self.model, self.optimizer = model, optimizer
        self.plain, self.dataset = plain, dataset
        self.layers: Sequence[str] = [
            layer.name for layer in model.layers if layer.trainable_weights
        ]
        variables = model.trainable_variables
        places = {id(variable): place for place, variable in enumerate(variables)}
        table, kernel = _tied(model) if tied else (None, None)
        own = [variable for variable in variables if variable is not kernel]
        optimizer.build(own)
        loss_of = _loss_of(dataset)
        groups = [layer.trainable_weights for layer in model.layers if layer.trainable_weights]

        def train(inputs: Any, targets: Any, weights: Any, rate: Any) -> Any:
            optimizer.learning_rate.assign(rate)
            with tf.GradientTape() as tape:
                loss, metric = loss_of(model(inputs, training=True), targets, weights)
            # An embedding's comes as rows, one word perhaps in many of them: added up first.
            found = tape.gradient(loss, variables)
            gradients = [tf.convert_to_tensor(gradient) for gradient in found]
            applied = list(gradients)
            if kernel is not None:
                applied[places[id(table)]] += tf.transpose(applied[places[id(kernel)]])
                del applied[places[id(kernel)]]
            optimizer.apply(applied, own)
            if kernel is not None:
                kernel.assign(tf.transpose(table))
            each = iter(gradients)  # Keras lists a model's weights layer by layer
            norms = [tf.linalg.global_norm([next(each) for _ in own]) for own in groups]
            return tf.stack([loss, metric, *norms])

        def evaluate(inputs: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
            outputs = model(inputs, training=False)
            loss, metric = loss_of(outputs, targets, weights)
            first = outputs[0] if isinstance(outputs, list | tuple) else outputs
            return tf.stack([loss, metric, tf.reduce_sum(weights)]), first

        compiled = partial(tf.function, jit_compile=jit, autograph=False)
        self._train: Callable[..., Any] = compiled(train)
        self._evaluate: Callable[..., Any] = compiled(evaluate)
        self._tensor: Callable[..., Any] = tf.convert_to_tensor

    def train(self, batch: Batch, *, rate: float) -> NDArray[np.float32]:
        """One step: (loss, metric, the gradient's norm in each of `layers`), before clipping.

        Where the metric is the perplexity, e to the loss, the loss stands in its place: only means
        of losses may be taken.
        """
        given = self._given(batch)
        return self._train(*given, self._tensor(np.float32(rate))).numpy()

    def evaluate(
        self, batches: Iterable[Batch], *, keep: bool = True
    ) -> tuple[float, float, list[NDArray[Any]]]:
        """Mean loss and metric over all that counts in the batches, and the outputs of each.

        None of those without `keep`: of 10,000 words at each step they are more than memory holds.
        """
        sums, outputs = np.zeros(3), []
        for batch in batches:
            given = self._given(batch)
            measured, answered = self._evaluate(*given)
            loss, metric, weight = measured.numpy().astype(np.float64)
            sums += loss * weight, metric * weight, weight
            if keep:
                outputs.append(answered.numpy())
        return float(sums[0] / sums[2]), float(sums[1] / sums[2]), outputs

    def _given(self, batch: Batch) -> Iterator[Any]:
        """A batch as tensors, what is read in the order of the Keras model's inputs."""
        inputs: Any = batch.inputs
        if isinstance(inputs, Mapping):
            yield [self._tensor(inputs[tensor.name]) for tensor in self.model.inputs]
        else:
            yield self._tensor(inputs)
        yield from map(self._tensor, (batch.targets, batch.weights))

    @property
    def variables(self) -> Mapping[str, Sequence[Any]]:
        """Those of the Keras model and of its optimizer."""
        return {"model": self.model.variables, "optimizer": self.optimizer.variables}

    def exported(self) -> Model:
        """The weights as they are now, as every page reads them."""
        twin = self.model
        if any(getattr(layer, "stateful", False) for layer in twin.layers):
            twin = to_keras(self.plain)
            twin.set_weights(self.model.get_weights())
        found = from_keras(twin).parameters
        return self.plain.with_parameters({
            name: found[name] if name in found else found[_unslashed(node, name)]
            for node in self.plain.nodes for name in node.parameters()
        })  # fmt: skip

    def restore(self, model: Model) -> None:
        """Sets the weights to those that were `exported`."""
        self.model.set_weights(to_keras(model).get_weights())

    def reset(self) -> None:
        """Forgets states that are handed on from batch to batch."""
        for layer in self.model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_state()

    def look(self, model: Model) -> Mapping[str, Any]:
        """Gates and gradients on a few examples."""
        return look(model, self.dataset)


def _unslashed(node: Node, name: str) -> str:
    """What a weight is called where Keras, which allows no slash there, has named its layer."""
    return node.name.replace("/", "_") + name.removeprefix(node.name)


def _tied(model: Any) -> tuple[Any, Any]:
    """The variables of the embedding's table and of the readout's kernel."""
    import keras

    tables = [each for each in model.layers if isinstance(each, keras.layers.Embedding)]
    readouts = [each for each in model.layers if isinstance(each, keras.layers.Dense)]
    return tables[0].embeddings, readouts[-1].kernel


def _loss_of(dataset: Dataset) -> Callable[[Any, Any, Any], tuple[Any, Any]]:
    """From outputs, targets and weights to the weighted means of loss and metric.

    Of several outputs, the mean of theirs; targets and weights then have one more axis, of outputs.
    """
    import keras
    import tensorflow as tf

    losses = keras.losses

    def loss_of(outputs: Any, targets: Any, weights: Any) -> tuple[Any, Any]:
        if isinstance(outputs, list | tuple):
            each = [
                loss_of(output, targets[..., at], weights[..., at])
                for at, output in enumerate(outputs)
            ]
            loss, metric = (tf.add_n(list(parts)) / len(each) for parts in zip(*each, strict=True))
            return loss, metric
        match dataset.loss:
            case "binary_crossentropy":
                each = losses.binary_crossentropy(targets, outputs)
                right = tf.reduce_all(tf.equal(outputs > 0.5, targets > 0.5), axis=-1)
            case "sparse_categorical_crossentropy":
                each = losses.sparse_categorical_crossentropy(targets, outputs)
                found = tf.argmax(outputs, axis=-1, output_type=tf.int32)
                right = tf.equal(found, tf.cast(targets, tf.int32))
                right = each if dataset.metric == "perplexity" else right
            case _:
                each = losses.mean_squared_error(targets, outputs)
                right = each
        total = tf.maximum(tf.reduce_sum(weights), 1.0)
        loss = tf.reduce_sum(each * weights) / total
        return loss, tf.reduce_sum(tf.cast(right, tf.float32) * weights) / total

    return loss_of
