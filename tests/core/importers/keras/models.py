"""Keras models of every kind of layer that is read, in the places where they are read.

Each is built from `keras.layers`; the answers come in the order of the text.
"""

from __future__ import annotations

from typing import Any

from tests.core.importers.built import Build

MASKED = 0.25
FLAT: dict[str, Build] = {}
"""Models of texts of one length."""

MODELS: dict[str, Build] = {
    "simple rnn": lambda k: [k.SimpleRNN(4), k.Dense(2)],
    "lstm": lambda k: [k.LSTM(4), k.Dense(2, activation="sigmoid")],
    "gru": lambda k: [k.GRU(4), k.Dense(2, activation="softmax")],
    "gru, reset before": lambda k: [k.GRU(4, reset_after=False)],
    "no bias": lambda k: [
        k.SimpleRNN(2, use_bias=False, return_sequences=True),
        k.LSTM(3, use_bias=False, return_sequences=True),
        k.GRU(4, use_bias=False),
        k.Dense(2, use_bias=False),
    ],
    "activations": lambda k: [
        k.LSTM(3, activation="relu", recurrent_activation="hard_sigmoid", return_sequences=True),
        k.GRU(3, activation="gelu", recurrent_activation="softsign", return_sequences=True),
        k.SimpleRNN(3, activation=None),
        k.Dense(2, activation="swish"),
    ],
    "every step": lambda k: [k.LSTM(3, return_sequences=True), k.Dense(2)],
    "time distributed": lambda k: [
        k.GRU(3, return_sequences=True),
        k.TimeDistributed(k.Dense(2, activation="tanh")),
    ],
    "dense below": lambda k: [k.Dense(5, activation="relu"), k.LSTM(3)],
    "nothing to do at inference": lambda k: [
        k.SpatialDropout1D(0.5),
        k.LSTM(3, dropout=0.5, recurrent_dropout=0.5, return_sequences=True),
        k.GaussianNoise(1.0),
        k.GRU(3),
        k.Dropout(0.5),
        k.Dense(2),
    ],
    "backwards": lambda k: [k.LSTM(3, go_backwards=True), k.Dense(2)],
    "backwards, then forwards again": lambda k: [
        k.LSTM(3, go_backwards=True, return_sequences=True),
        k.GRU(4, go_backwards=True),
    ],
    "forwards on a reversed sequence": lambda k: [
        k.LSTM(3, go_backwards=True, return_sequences=True),
        k.GRU(4),
    ],
    "reversed twice": lambda k: [
        k.GRU(3, go_backwards=True, return_sequences=True),
        k.Dense(4),
        k.LSTM(3, go_backwards=True, return_sequences=True),
        k.Dense(2),
    ],
    "pair on a reversed sequence": lambda k: [
        k.LSTM(3, go_backwards=True, return_sequences=True),
        k.Bidirectional(k.GRU(2)),
    ],
    "pair whose first goes backwards": lambda k: [
        k.Bidirectional(k.LSTM(3, go_backwards=True), backward_layer=k.LSTM(3)),
    ],
    "pair whose first goes backwards, reversed again": lambda k: [
        k.Bidirectional(
            k.LSTM(3, go_backwards=True, return_sequences=True),
            backward_layer=k.LSTM(3, return_sequences=True),
        ),
        k.GRU(2, go_backwards=True, return_sequences=True),
        k.Dense(2),
    ],
    "cells on each other": lambda k: [
        k.RNN([k.LSTMCell(3), k.GRUCell(4)], return_sequences=True, go_backwards=True),
        k.RNN([k.SimpleRNNCell(2), k.LSTMCell(3)], go_backwards=True),
    ],
    "cells on each other, each step": lambda k: [
        k.RNN([k.GRUCell(4), k.SimpleRNNCell(3)], return_sequences=True)
    ],
    "normalised between": lambda k: [
        k.LayerNormalization(),
        k.LSTM(4, return_sequences=True),
        k.BatchNormalization(),
        k.Dense(3, activation="relu"),
        k.GRU(4, return_sequences=True),
        k.LayerNormalization(epsilon=0.1),
        k.SimpleRNN(3),
        k.BatchNormalization(epsilon=0.1),
        k.LayerNormalization(axis=1),
        k.Dense(2),
    ],
    "normalised in part": lambda k: [
        k.BatchNormalization(center=False),
        k.LSTM(4, return_sequences=True),
        k.LayerNormalization(scale=False),
        k.GRU(4, return_sequences=True),
        k.BatchNormalization(scale=False, center=False, axis=2),
        k.LayerNormalization(center=False),
        k.LayerNormalization(scale=False, center=False),
    ],
    "activations alone": lambda k: [
        k.Activation("tanh"),
        k.LSTM(4, return_sequences=True),
        k.Activation("gelu"),
        k.GRU(3),
        k.Dense(3),
        k.Activation("softmax"),
    ],
    "masking": lambda k: [k.Masking(MASKED), k.LSTM(3, return_sequences=True), k.GRU(3)],
    "masking above a mask": lambda k: [
        k.Masking(MASKED),
        k.Dense(3, activation="relu"),
        k.Masking(0.0),
        k.GRU(3, return_sequences=True),
    ],
    "masking a reversed sequence": lambda k: [
        k.GRU(3, go_backwards=True, return_sequences=True),
        k.Activation("relu"),
        k.Masking(0.0),
        k.LSTM(3, return_sequences=True),
        k.GlobalAveragePooling1D(),
    ],
    "each step": lambda k: [
        k.TimeDistributed(k.LayerNormalization()),
        k.GRU(3, return_sequences=True),
        k.TimeDistributed(k.BatchNormalization()),
        k.TimeDistributed(k.Dropout(0.5)),
        k.TimeDistributed(k.Activation("sigmoid")),
    ],
    "convolved first": lambda k: [
        k.Conv1D(4, 3, padding="causal", dilation_rate=2, activation="relu"),
        k.Conv1D(3, 2, padding="same", use_bias=False),
        k.MaxPooling1D(2),
        k.LSTM(3, return_sequences=True),
        k.AveragePooling1D(2, strides=1, padding="same"),
        k.Conv1D(2, 1, strides=2),
        k.GlobalMaxPooling1D(),
    ],
    "repeated": lambda k: [
        k.LSTM(3),
        k.RepeatVector(4),
        k.GRU(2, return_sequences=True, go_backwards=True),
        k.LSTM(2, return_sequences=True, go_backwards=True),
        k.UpSampling1D(2),
        k.TimeDistributed(k.Dense(2)),
    ],
    "pair of two kinds": lambda k: [
        k.Bidirectional(k.LSTM(3), backward_layer=k.GRU(3, go_backwards=True)),
    ],
}


def _pair(merge: str, every: bool) -> Build:
    return lambda k: [
        k.Bidirectional(k.LSTM(3, return_sequences=every), merge_mode=merge),
        k.Dense(2),
    ]


def _pooled(pool: str, below: str) -> Build:
    def build(k: Any) -> list[Any]:
        first = {
            "every": [k.GRU(4, return_sequences=True)],
            "backwards": [k.GRU(4, return_sequences=True, go_backwards=True)],
            "pair": [k.Bidirectional(k.LSTM(3, return_sequences=True))],
            "dense": [k.LSTM(3, return_sequences=True), k.Dense(4, activation="tanh")],
        }[below]
        return [*first, getattr(k, pool)(), k.Dense(3, activation="relu"), k.Dense(2)]

    return build


FLAT["reshaped"] = lambda k: [
    k.Permute((2, 1)),
    k.GRU(4, return_sequences=True),
    k.Reshape((2, -1)),
    k.LSTM(2, return_sequences=True),
    k.Reshape((-1,)),
    k.Dense(2),
]

for _pool in ("GlobalMaxPooling1D", "GlobalAveragePooling1D"):
    for _below in ("every", "pair", "dense", "backwards"):
        MODELS[f"{_pool} above {_below}"] = _pooled(_pool, _below)
        if _below != "backwards":
            FLAT[f"Flatten above {_below}"] = _pooled("Flatten", _below)

for _merge in ("concat", "sum", "mul", "ave"):
    MODELS[f"pair by {_merge}, last"] = _pair(_merge, False)
    MODELS[f"pair by {_merge}, every"] = _pair(_merge, True)
