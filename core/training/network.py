"""The Keras model that a configuration asks for, and its optimizer.

Plain Keras layers in a Sequential model, so that `from_keras` reads it and anyone can rebuild it.
Dropout is that of the recurrent layers themselves (Keras's `dropout` and `recurrent_dropout`): the
same share of a layer's inputs and states at every step of a text.
"""

from __future__ import annotations

from typing import Any

from core.training.config import NetworkSettings, OptimizerSettings, RunConfig
from core.training.dataset import Dataset
from core.training.errors import WrongSetting

MOMENTUM = 0.9


def build(config: RunConfig, dataset: Dataset, *, batch: int | None = None) -> Any:
    """The Keras model with fresh weights, drawn from Keras's random seed.

    With `batch`, its recurrent layers keep their states from batch to batch (stateful).
    """
    import keras

    settings = config.network
    if batch is not None and settings.bidirectional:
        expected = "false where states are handed on: nothing can be read from its end"
        raise WrongSetting(setting="network.bidirectional", found="true", expected=expected)
    layers: list[Any] = []
    if dataset.vocabulary is not None:
        layers.append(keras.Input(batch_shape=(batch, None), dtype="int32"))
        layers.append(
            keras.layers.Embedding(
                dataset.vocabulary.size,
                settings.embedding,
                mask_zero=dataset.mask,
                name="embedding",
            )
        )
    else:
        layers.append(keras.Input(batch_shape=(batch, None, dataset.features)))
    last = len(settings.units) - 1
    for at, units in enumerate(settings.units):
        if at > 0 and settings.normalise:
            layers.append(keras.layers.LayerNormalization(name=f"normalise_{at}"))
        name = settings.cell if last == 0 else f"{settings.cell}_{at + 1}"
        every = at < last or dataset.readout == "every"
        layers.append(
            _recurrent(settings, units, name=name, every=every, stateful=batch is not None)
        )
    layers.append(
        keras.layers.Dense(dataset.outputs, activation=_ACTIVATION[dataset.loss], name="dense")
    )
    return keras.Sequential(layers, name=f"{dataset.name}-{settings.cell}".replace("_", "-"))


_ACTIVATION = {
    "binary_crossentropy": "sigmoid",
    "sparse_categorical_crossentropy": "softmax",
    "mean_squared_error": "linear",
}


def _recurrent(
    settings: NetworkSettings, units: int, *, name: str, every: bool, stateful: bool
) -> Any:
    import keras

    kinds = {
        "simple_rnn": keras.layers.SimpleRNN,
        "lstm": keras.layers.LSTM,
        "gru": keras.layers.GRU,
    }
    own: dict[str, Any] = {}
    if settings.cell == "gru":
        own["reset_after"] = settings.reset_after
    if settings.cell == "lstm" and settings.forget_bias != 1.0:
        own |= {"unit_forget_bias": False, "bias_initializer": _forget_bias(settings, units)}
    layer = kinds[settings.cell](
        units,
        return_sequences=every,
        stateful=stateful,
        dropout=settings.dropout,
        recurrent_dropout=settings.recurrent_dropout,
        name=name,
        **own,
    )
    return keras.layers.Bidirectional(layer, name=name) if settings.bidirectional else layer


def _forget_bias(settings: NetworkSettings, units: int) -> Any:
    """Zeros but for the forget gate's part, the second of Keras's four."""
    import keras

    def initialise(shape: tuple[int, ...], dtype: Any = None) -> Any:
        ones = keras.ops.ones((units,), dtype=dtype) * settings.forget_bias
        zeros = keras.ops.zeros((units,), dtype=dtype)
        return keras.ops.concatenate([zeros, ones, zeros, zeros])

    return initialise


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
