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
    model = keras.Sequential(layers, name=f"{dataset.name}-{settings.cell}".replace("_", "-"))
    if settings.cell == "lstm" and settings.forget_bias != 1.0:
        _set_forget_bias(model, settings.forget_bias)
    return model


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


def _set_forget_bias(model: Any, value: float) -> None:
    """Sets the forget gate's part, the second of four, in the bias of every LSTM."""
    for variable in model.trainable_variables:
        if variable.path.endswith("lstm_cell/bias"):
            bias = variable.numpy().copy()
            units = len(bias) // 4
            bias[units : 2 * units] = value
            variable.assign(bias)


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
