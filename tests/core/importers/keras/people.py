"""Keras models of the kinds that people publish, their sizes and settings drawn.

The kinds are those of a sample of public files: series of numbers (prices, sensors, weather),
classifiers of texts, language models, encoders and decoders, convolutions before a loop. Each can
be saved in each format, read, and held to the answers of the model that was saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

import core
from core.errors import CoreError

BATCH, ROWS = 3, 40
Draw = np.random.Generator
Make = Callable[[Any, Draw], Any]
TOLERANCE = 1e-5
RIGHT = "right"
BEYOND = ("windows_of_windows", "maps")
"""Kinds that are refused: windows of windows, and pictures."""


def _chain(*, words: bool = False) -> Callable[[Callable[[Any, Draw], list[Any]]], Make]:
    """A Sequential model of the layers that a function lists, which reads words or numbers."""

    def of(layers: Callable[[Any, Draw], list[Any]]) -> Make:
        def make(keras: Any, rng: Draw) -> Any:
            time, width = int(rng.integers(6, 14)), int(rng.integers(1, 6))
            k = keras.layers
            first = k.InputLayer((time,), dtype="int32") if words else k.InputLayer((time, width))
            embedding = [k.Embedding(ROWS, 8, mask_zero=bool(rng.integers(2)))] if words else []
            return keras.Sequential([first, *embedding, *layers(k, rng)])

        make.__name__ = layers.__name__
        return make

    return of


def _units(rng: Draw) -> int:
    return int(rng.integers(3, 9))


@_chain()
def stacked(k: Any, rng: Draw) -> list[Any]:
    """Two or three LSTMs on each other, with dropout, on a series."""
    every = [k.LSTM(_units(rng), return_sequences=True) for _ in range(int(rng.integers(1, 3)))]
    return [*(one for layer in every for one in (layer, k.Dropout(0.2))), k.LSTM(4), k.Dense(1)]


@_chain()
def rectified(k: Any, rng: Draw) -> list[Any]:
    """One LSTM whose activation is relu."""
    return [k.LSTM(_units(rng), activation="relu"), k.Dense(8, activation="relu"), k.Dense(1)]


@_chain()
def gated(k: Any, rng: Draw) -> list[Any]:
    """GRUs with batch normalisation between them."""
    return [
        k.GRU(_units(rng), return_sequences=True),
        k.BatchNormalization(),
        k.GRU(_units(rng), dropout=0.1),
        k.Dense(2, activation="softmax"),
    ]


@_chain()
def both_ways(k: Any, rng: Draw) -> list[Any]:
    """Two directions, on a series."""
    merge = ("concat", "sum", "ave")[int(rng.integers(3))]
    pair = k.Bidirectional(k.LSTM(_units(rng)), merge_mode=merge)
    return [pair, k.Dropout(0.3), k.Dense(1)]


@_chain()
def convolved(k: Any, rng: Draw) -> list[Any]:
    """Convolutions and pooling, then an LSTM."""
    return [
        k.Conv1D(_units(rng), 3, activation="relu", padding="same"),
        k.Conv1D(_units(rng), 2, activation="relu"),
        k.MaxPooling1D(2),
        k.LSTM(_units(rng)),
        k.Dense(1),
    ]


@_chain()
def repeated(k: Any, rng: Draw) -> list[Any]:
    """An autoencoder."""
    return [
        k.LSTM(_units(rng), activation="relu"),
        k.RepeatVector(5),
        k.LSTM(_units(rng), activation="relu", return_sequences=True),
        k.TimeDistributed(k.Dense(2)),
    ]


@_chain()
def flattened(k: Any, rng: Draw) -> list[Any]:
    """Every step of an LSTM, side by side, to a dense layer."""
    return [k.LSTM(_units(rng), return_sequences=True), k.Flatten(), k.Dense(1)]


@_chain()
def leaky(k: Any, rng: Draw) -> list[Any]:
    """LeakyReLU with the slope that Keras gives it."""
    return [k.LSTM(_units(rng)), k.Dense(6), k.LeakyReLU(), k.Dense(1)]


@_chain()
def active(k: Any, rng: Draw) -> list[Any]:
    """Activations that are layers."""
    act = (k.ReLU, k.ELU, k.Softmax)[int(rng.integers(3))]
    return [k.LSTM(_units(rng)), k.Dense(6), act(), k.Dense(1)]


@_chain(words=True)
def classifier(k: Any, rng: Draw) -> list[Any]:
    """A text, an LSTM, one probability."""
    return [
        k.SpatialDropout1D(0.2),
        k.LSTM(_units(rng), dropout=0.2, recurrent_dropout=0.2),
        k.Dense(1, activation="sigmoid"),
    ]


@_chain(words=True)
def pooled(k: Any, rng: Draw) -> list[Any]:
    """A text, two directions, the mean of all steps."""
    return [
        k.Bidirectional(k.GRU(_units(rng), return_sequences=True)),
        k.GlobalAveragePooling1D(),
        k.Dense(8, activation="relu"),
        k.Dropout(0.5),
        k.Dense(3, activation="softmax"),
    ]


@_chain(words=True)
def tagger(k: Any, rng: Draw) -> list[Any]:
    """A class for each word, or the next word."""
    return [
        k.LSTM(_units(rng), return_sequences=True),
        k.TimeDistributed(k.Dense(5, activation="softmax")),
    ]


def convolved_text(keras: Any, rng: Draw) -> Any:
    """A text, a convolution, an LSTM."""
    k = keras.layers
    layers = [k.Conv1D(_units(rng), 3, activation="relu"), k.MaxPooling1D(2), k.LSTM(4)]
    first = [k.InputLayer((12,), dtype="int32"), k.Embedding(ROWS, 8)]
    return keras.Sequential([*first, *layers, k.Dense(1, activation="sigmoid")])


def translator(keras: Any, rng: Draw) -> Any:
    """An encoder, and a decoder that starts from its states."""
    k, units = keras.layers, _units(rng)
    source, target = keras.Input((None, 4)), keras.Input((None, 3))
    _, hidden, cell = k.LSTM(units, return_state=True)(source)
    read = k.LSTM(units, return_sequences=True, return_state=True)
    y, _, _ = read(target, initial_state=[hidden, cell])
    return keras.Model([source, target], k.Dense(3, activation="softmax")(y))


def attentive(keras: Any, rng: Draw) -> Any:
    """Attention over the steps of an LSTM."""
    k = keras.layers
    x = keras.Input((9, 3))
    y = k.LSTM(_units(rng), return_sequences=True)(x)
    y = k.GlobalAveragePooling1D()(k.Attention()([y, y]))
    return keras.Model(x, k.Dense(1)(y))


def with_facts(keras: Any, rng: Draw) -> Any:
    """A series beside a vector of facts."""
    k = keras.layers
    series, facts = keras.Input((8, 3)), keras.Input((4,))
    y = k.Concatenate()([k.LSTM(_units(rng))(series), k.Dense(5, activation="relu")(facts)])
    return keras.Model([series, facts], k.Dense(1)(y))


def two_answers(keras: Any, rng: Draw) -> Any:
    """Two heads."""
    k = keras.layers
    x = keras.Input((8, 3))
    y = k.GRU(_units(rng))(x)
    return keras.Model(x, [k.Dense(1)(y), k.Dense(3, activation="softmax")(y)])


def windows_of_windows(keras: Any, rng: Draw) -> Any:
    """A convolution over each of several windows, then an LSTM over the windows."""
    k = keras.layers
    return keras.Sequential(
        [
            k.InputLayer((4, 6, 2)),
            k.TimeDistributed(k.Conv1D(_units(rng), 3, activation="relu")),
            k.TimeDistributed(k.Flatten()),
            k.LSTM(_units(rng)),
            k.Dense(1),
        ]
    )


def maps(keras: Any, rng: Draw) -> Any:
    """A ConvLSTM2D."""
    k = keras.layers
    first = [k.InputLayer((4, 5, 5, 1)), k.ConvLSTM2D(int(rng.integers(2, 4)), 3)]
    return keras.Sequential([*first, k.Flatten(), k.Dense(1)])


KINDS: tuple[Make, ...] = (
    *(stacked, rectified, gated, both_ways, convolved, repeated, flattened, leaky, active),
    *(classifier, pooled, tagger, convolved_text, translator, attentive, with_facts, two_answers),
    *(windows_of_windows, maps),
)


def inputs(model: Any, rng: Draw) -> list[np.ndarray]:
    """What a model reads, drawn: ids where an Embedding is first."""
    drawn = []
    for one in model.inputs:
        shape = (BATCH, *(7 if side is None else side for side in one.shape[1:]))
        ids = len(shape) == 2 and any("mbedding" in type(la).__name__ for la in model.layers)
        drawn.append(
            rng.integers(0, ROWS, shape).astype(np.int32)
            if ids
            else rng.normal(size=shape).astype(np.float32)
        )
    return drawn


def files(keras: Any, model: Any, folder: Path) -> Iterator[tuple[str, Path, Mapping[str, Any]]]:
    """The formats that a model is saved in: what it is called, where it is, how it is read."""
    for ending in (".keras", ".h5"):
        path = folder / f"m{ending}"
        model.save(path)
        yield f"{keras.__name__} {keras.__version__} {ending}", path, {}
    path = folder / "m.weights.h5"
    model.save_weights(path)
    yield (
        f"{keras.__name__} {keras.__version__} .weights.h5 and its JSON",
        path,
        {"config": model.to_json()},
    )


def answered(model: Any, rng: Draw) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """What a model was asked, and what it answered."""
    x = inputs(model, rng)
    given = model(x if len(x) > 1 else x[0])
    return x, [np.asarray(one) for one in (given if isinstance(given, list | tuple) else [given])]


def outcome(path: Path, how: Mapping[str, Any], x: list[np.ndarray], y: list[np.ndarray]) -> str:
    """That a file is read rightly, or by how much it is wrong, or why it was refused."""
    try:
        model = core.load_model(path, trusted=True, **how)
        names = [node.name for node in model.nodes if node.kind == "input"]
        given = x[0] if len(x) == 1 else dict(zip(names, x, strict=True))
        flows = core.record(model, given).outputs_by_port
        found = [flow.values for flow in flows.values()]
    except CoreError as error:
        return f"refused: {type(error).__name__}: {error}"
    off = max(float(np.abs(a - b).max()) for a, b in zip(found, y, strict=True))
    return RIGHT if off <= TOLERANCE else f"wrong by {off:.1e}"
