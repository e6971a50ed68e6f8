"""The Keras model that a configuration asks for, and its optimizer.

The network is that of `core.new_model`, whose weights are drawn from the run's seed, built in Keras
by `to_keras`: there is no second place that knows what a network is made of. What only training
needs is added there: dropout, which is that of the recurrent layers themselves (the same share of
a layer's inputs and states at every step of a text), and states that are handed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from core.importers.keras.export import to_keras
from core.initialise import new_model
from core.model import Model
from core.nodes import LayerNormalization, Recurrent
from core.training.config import NetworkSettings, OptimizerSettings, RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting

MOMENTUM = 0.9


def untrained(config: RunConfig, dataset: Dataset) -> Model:
    """The network before training, its weights drawn from the run's seed."""
    settings = config.network
    model = new_model(
        settings.cell,
        vocabulary=dataset.vocabulary,
        features=dataset.features,
        embedding=settings.embedding,
        units=settings.units,
        bidirectional=settings.bidirectional,
        outputs=dataset.outputs,
        output_activation="linear" if dataset.loss == "mean_squared_error" else None,
        readout=dataset.readout,
        forget_bias=settings.forget_bias,
        reset_after=settings.reset_after,
        mask_zero=dataset.mask,
        seed=config.seed,
    )
    if not settings.normalise:
        return model
    return Model(tuple(_normalised(model)), name=model.name, vocabulary=model.vocabulary)


def _normalised(model: Model) -> Iterator[Any]:
    """The parts, with a layer normalisation between every two recurrent ones."""
    for before, part in zip((None, *model.parts), model.parts, strict=False):
        if isinstance(before, Recurrent) and isinstance(part, Recurrent):
            gamma, beta = np.ones(before.outputs, np.float32), np.zeros(before.outputs, np.float32)
            yield LayerNormalization(f"normalise_{part.name}", gamma, beta)
        yield part


def build(config: RunConfig, dataset: Dataset, *, batch: int | None = None) -> Any:
    """The Keras model with fresh weights.

    With `batch`, its recurrent layers keep their states from batch to batch (stateful). Raises
    WrongSetting where the cell cannot do what is asked.
    """
    import keras

    settings = config.network
    if batch is not None and settings.bidirectional:
        expected = "false where states are handed on: nothing can be read from its end"
        raise WrongSetting(setting="network.bidirectional", found="true", expected=expected)
    plain = to_keras(untrained(config, dataset))
    shape, kind = plain.inputs[0].shape[1:], plain.inputs[0].dtype
    model = keras.models.clone_model(
        plain,
        input_tensors=keras.Input(batch_shape=(batch, *shape), dtype=kind),
        clone_function=partial(_for_training, settings=settings, stateful=batch is not None),
    )
    model.set_weights(plain.get_weights())
    return model


def _for_training(layer: Any, *, settings: NetworkSettings, stateful: bool) -> Any:
    """The same layer with dropout, and states that stay."""
    config = layer.get_config()
    for part in _recurrent_parts(layer, config):
        part["stateful"] = stateful
        cell = part if "dropout" in part else part.get("cell", {}).get("config", {})
        for name in ("dropout", "recurrent_dropout"):
            share = getattr(settings, name)
            if name in cell:
                cell[name] = share
            elif share:
                expected = f"0: Keras has no dropout for the cell {settings.cell}"
                raise WrongSetting(setting=f"network.{name}", found=share, expected=expected)
    return type(layer).from_config(config)


def _recurrent_parts(layer: Any, config: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a configuration says of recurrent layers: of itself, or of the two that it wraps."""
    import keras

    if isinstance(layer, keras.layers.Bidirectional):
        yield from (config[side]["config"] for side in ("layer", "backward_layer"))
    elif isinstance(layer, keras.layers.RNN):
        yield config


def optimizer_of(settings: OptimizerSettings) -> Any:
    """The Keras optimizer; its learning rate is set batch by batch, see `rates`."""
    import keras

    clip: dict[str, Any] = {} if settings.clip is None else {"global_clipnorm": settings.clip}
    match settings.name:
        case "sgd":
            return keras.optimizers.SGD(settings.learning_rate, **clip)
        case "momentum":
            return keras.optimizers.SGD(settings.learning_rate, momentum=MOMENTUM, **clip)
        case "rmsprop":
            return keras.optimizers.RMSprop(settings.learning_rate, **clip)
    return keras.optimizers.Adam(settings.learning_rate, **clip)
