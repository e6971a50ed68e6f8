"""Functional Keras models that are no chains, by name: what they read, and how they are built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

TIME, WIDTH = 5, 3
Make = Callable[[Any], tuple[list[Any], Any]]
"""From `keras`, the inputs and the outputs."""


def ids(keras: Any, name: str, time: int | None = None) -> Any:
    return keras.Input((time,), dtype="int32", name=name)


def series(keras: Any, name: str = "x", time: int | None = None) -> Any:
    return keras.Input((time, WIDTH), name=name)


def branches(merge: str, *, every: bool) -> Make:
    def make(keras: Any) -> tuple[list[Any], Any]:
        k, x = keras.layers, series(keras)
        left = k.LSTM(4, return_sequences=every)(x)
        right = k.GRU(4, return_sequences=every)(x)
        return [x], k.Dense(2)(getattr(k, merge)()([left, right, left]))

    return make


def encoder_decoder(kind: str, *, mask: bool) -> Make:
    def make(keras: Any) -> tuple[list[Any], Any]:
        k = keras.layers
        source, target = ids(keras, "source"), ids(keras, "target")
        loop = getattr(k, kind)
        words = k.Embedding(9, WIDTH, mask_zero=mask, name="words")(source)
        _, *states = loop(4, return_state=True, name="encoder")(words)
        written = k.Embedding(9, 2, mask_zero=mask, name="written")(target)
        read = loop(4, return_sequences=True, name="decoder")(written, initial_state=states)
        return [source, target], k.Dense(9, activation="softmax", name="answer")(read)

    return make


def both_ways(keras: Any) -> tuple[list[Any], Any]:
    """An encoder in both directions, whose states start a decoder once they stand together."""
    k = keras.layers
    x, y = series(keras), series(keras, "y")
    both = k.Bidirectional(k.LSTM(2, return_sequences=True, return_state=True), name="both")
    every, fh, fc, bh, bc = both(x)
    h, c = k.Concatenate()([fh, bh]), k.Concatenate()([fc, bc])
    read = k.LSTM(4, return_sequences=True)(y, initial_state=[h, c])
    return [x, y], [k.Dense(2, name="answer")(read), every, c]


def both_start(keras: Any) -> tuple[list[Any], Any]:
    """A bidirectional layer that starts from what another ended in."""
    k, x, y = keras.layers, series(keras), series(keras, "y")
    states = k.Bidirectional(k.GRU(2, return_state=True))(x)[1:]
    return [x, y], k.Bidirectional(k.GRU(2), merge_mode="sum")(y, initial_state=states)


def two_masks(merge: str) -> Make:
    def make(keras: Any) -> tuple[list[Any], Any]:
        k, a, b = keras.layers, ids(keras, "a"), ids(keras, "b")
        one = k.Embedding(9, WIDTH, mask_zero=True)(a)
        other = k.Embedding(9, WIDTH, mask_zero=True)(b)
        merged = getattr(k, merge)()([one, other])
        return [a, b], k.Bidirectional(k.LSTM(3, return_sequences=True))(merged)

    return make


def half_masked(keras: Any) -> tuple[list[Any], Any]:
    k, a, b = keras.layers, ids(keras, "a"), ids(keras, "b")
    one, other = k.Embedding(9, 3, mask_zero=True)(a), k.Embedding(9, 3)(b)
    joined = k.LSTM(3)(k.Concatenate()([one, other]))
    added = k.GRU(3)(k.Add()([one, other]))
    return [a, b], k.Average()([joined, added])


def residual(keras: Any) -> tuple[list[Any], Any]:
    k, x = keras.layers, series(keras)
    seen = k.Masking(0.25)(x)
    one = k.Dropout(0.5)(k.LSTM(WIDTH, return_sequences=True)(seen))
    two = k.GRU(WIDTH, return_sequences=True)(k.Add()([one, seen]))
    summed = k.LayerNormalization()(k.Add()([two, one]))
    return [x], [k.Dense(2)(k.GlobalAveragePooling1D()(summed)), two]


def nested(keras: Any) -> tuple[list[Any], Any]:
    """Models in a model, one of two inputs and two outputs."""
    k, x, v = keras.layers, series(keras), keras.Input((4,), name="v")
    a, b = keras.Input((None, WIDTH)), keras.Input((4,))
    read = k.GRU(4, return_sequences=True)(a, initial_state=b)
    inner = keras.Model([a, b], [k.Dense(3)(read), k.Dense(3)(b)], name="inner")
    steps = keras.Sequential([keras.Input((None, WIDTH)), k.LSTM(3), k.Dense(3)], name="steps")
    every, one = inner([x, v])
    return [x, v], k.Multiply()([steps(every), one])


def backwards(keras: Any) -> tuple[list[Any], Any]:
    """A reversed sequence that is read again forwards, beside one that is not."""
    k, x = keras.layers, series(keras)
    turned = k.LSTM(3, go_backwards=True, return_sequences=True)(x)
    again = k.GRU(3, go_backwards=True, return_sequences=True)(turned)
    level = k.GRU(3, return_sequences=True)(x)
    side = k.SimpleRNN(3)(turned)
    return [x], [k.Add()([again, level]), side]


def used_again(keras: Any) -> tuple[list[Any], Any]:
    """A layer without weights may be called twice."""
    k, x, y = keras.layers, series(keras), series(keras, "y")
    drop, tanh = k.Dropout(0.5), k.Activation("tanh")
    one, other = k.LSTM(3)(drop(x)), k.LSTM(3)(drop(y))
    return [x, y], k.Dense(1)(k.Concatenate(axis=1)([tanh(one), tanh(other)]))


def flat(keras: Any) -> tuple[list[Any], Any]:
    k, x = keras.layers, series(keras, time=TIME)
    read = k.GRU(2, return_sequences=True)(x)
    return [x], k.Dense(2)(k.Concatenate()([k.Flatten()(read), k.Flatten()(x)]))


def attention(kind: str, **settings: Any) -> Make:
    """A decoder that looks at every step of its encoder."""

    def make(keras: Any) -> tuple[list[Any], Any]:
        k, a, b = keras.layers, ids(keras, "a"), ids(keras, "b")
        words = k.Embedding(9, WIDTH, mask_zero=True)(a)
        read, h, c = k.LSTM(4, return_sequences=True, return_state=True)(words)
        own = k.LSTM(4, return_sequences=True)(k.Embedding(9, 2)(b), initial_state=[h, c])
        look = getattr(k, kind)(**settings)
        seen = look([own, read, read] if settings else [own, read])
        return [a, b], k.TimeDistributed(k.Dense(3))(k.Concatenate()([own, seen]))

    return make


def columns(keras: Any) -> tuple[list[Any], Any]:
    """One column of numbers as a sequence, with steps made fewer by a convolution."""
    k, x = keras.layers, keras.Input((8,), name="x")
    steps = k.Reshape((8, 1))(x)
    fewer = k.MaxPooling1D(2)(k.Conv1D(3, 3, activation="relu")(steps))
    return [x], k.Dense(1)(k.Flatten()(k.GRU(2, return_sequences=True)(fewer)))


def states(keras: Any) -> tuple[list[Any], Any]:
    """An encoder alone: it gives its states."""
    x = series(keras)
    _, h, c = keras.layers.LSTM(3, return_state=True)(x)
    return [x], [h, c]


def zeros_at_masked(keras: Any) -> tuple[list[Any], Any]:
    k, a = keras.layers, ids(keras, "a")
    words = k.Embedding(9, WIDTH, mask_zero=True)(a)
    every = k.LSTM(3, return_sequences=True, zero_output_for_mask=True)(words)
    return [a], [every, k.GRU(2, zero_output_for_mask=True)(every)]


GRAPHS: dict[str, Make] = {
    **{
        f"{merge}, {'every step' if every else 'last'}": branches(merge, every=every)
        for merge in ("Concatenate", "Add", "Multiply", "Average")
        for every in (True, False)
    },
    **{
        f"{kind} encoder and decoder{', masked' if mask else ''}": encoder_decoder(kind, mask=mask)
        for kind in ("SimpleRNN", "LSTM", "GRU")
        for mask in (True, False)
    },
    "both ways": both_ways,
    "both start": both_start,
    "two masks added": two_masks("Add"),
    "two masks joined": two_masks("Concatenate"),
    "half masked": half_masked,
    "residual": residual,
    "nested": nested,
    "backwards": backwards,
    "used again": used_again,
    "flat": flat,
    "columns": columns,
    "dot attention": attention("Attention"),
    "scaled attention": attention("Attention", use_scale=True),
    "concatenated attention": attention("Attention", score_mode="concat"),
    "additive attention": attention("AdditiveAttention"),
    "states": states,
    "zeros at masked": zeros_at_masked,
}


def given(model: Any) -> dict[str, np.ndarray]:
    """Something to read for each input of a Keras model, by name; ids with padding."""
    generator = np.random.default_rng(4)
    read = {}
    for at, entrance in enumerate(model.inputs):
        sides = [TIME if side is None else side for side in entrance.shape[1:]]
        if "int" in entrance.dtype:
            read[entrance.name] = generator.integers(1, 9, (3, *sides))
            read[entrance.name][1, 3 - at :] = 0
            read[entrance.name][2, :1] = 0
        else:
            values = generator.normal(size=(3, *sides)).astype(np.float32)
            values[0, 2:3] = values[1, -1:] = 0.25
            read[entrance.name] = values
    return read
