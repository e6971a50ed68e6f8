"""The network that a configuration asks for as something that learns, and its optimizer.

The network is what its architecture (`core.training.architectures`) makes of the data, its weights
drawn from the run's seed, built in Keras by `to_keras`: there is no second place that knows what a
network is made of. What only training needs is added there: dropout, which is that of the recurrent
layers themselves (the same share of a layer's inputs and states at every step of a text), and
states that are handed on.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from core.importers.keras.export import to_keras
from core.model import Model
from core.training.architectures import architecture_named
from core.training.config import NetworkSettings, OptimizerSettings, RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting
from core.training.step import Stepper, Steps

MOMENTUM = 0.9


def untrained(config: RunConfig, dataset: Dataset) -> Model:
    """The network before training, its weights drawn from the run's seed.

    Raises UnknownName for the architecture, UnknownSetting and WrongSetting for its options or
    for data that it cannot learn from.
    """
    architecture = architecture_named(config.network.architecture)
    refused = architecture.fits(config, dataset)
    if refused is not None:
        raise refused
    options = architecture.options.read(config.network.options)
    return architecture.build(config, dataset, options)


def steps_of(config: RunConfig, dataset: Dataset, *, carries: bool) -> Steps:
    """The network of a run with fresh weights, ready to learn; `carries` states or not."""
    architecture = architecture_named(config.network.architecture)
    plain = untrained(config, dataset)
    if architecture.steps is not None:
        options = architecture.options.read(config.network.options)
        return architecture.steps(config, dataset, options, plain)
    twin = twin_of(plain, config, batch=config.fit.batch if carries else None)
    optimizer = optimizer_of(config.optimizer)
    return Stepper(
        twin, optimizer, dataset, jit=config.fit.jit, plain=plain, tied=config.network.tied
    )


def build(config: RunConfig, dataset: Dataset, *, batch: int | None = None) -> Any:
    """The Keras model with fresh weights. Raises what `untrained` and `twin_of` raise."""
    return twin_of(untrained(config, dataset), config, batch=batch)


def twin_of(model: Model, config: RunConfig, *, batch: int | None = None) -> Any:
    """The Keras model of an untrained network, with what only training needs.

    With `batch`, its recurrent layers keep their states from batch to batch (stateful). Raises
    WrongSetting where the cell cannot do what is asked.
    """
    import keras

    settings = config.network
    if batch is not None and settings.bidirectional:
        expected = "false where states are handed on: nothing can be read from its end"
        raise WrongSetting(setting="network.bidirectional", found="true", expected=expected)
    plain = to_keras(model)
    entrances = [
        keras.Input(batch_shape=(batch, *tensor.shape[1:]), dtype=tensor.dtype, name=tensor.name)
        for tensor in plain.inputs
    ]
    twin = keras.models.clone_model(
        plain,
        input_tensors=entrances if len(entrances) > 1 else entrances[0],
        clone_function=partial(_for_training, settings=settings, stateful=batch is not None),
    )
    twin.set_weights(plain.get_weights())
    return twin


def _for_training(layer: Any, *, settings: NetworkSettings, stateful: bool) -> Any:
    """The same layer with dropout, states that stay, and averages that soon forget."""
    import keras

    config = layer.get_config()
    if isinstance(layer, keras.layers.BatchNormalization):
        config["momentum"] = MOMENTUM  # Keras's 0.99 still remembers the start after 200 batches
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
        case "nadam":
            return keras.optimizers.Nadam(settings.learning_rate, **clip)
    return keras.optimizers.Adam(settings.learning_rate, **clip)
