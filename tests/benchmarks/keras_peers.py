"""Keras beside us: predict_on_batch, and a TensorFlow tape over a loop of its cells."""

from __future__ import annotations

from typing import Any

import numpy as np

import core
from tests.benchmarks.timing import Contestant


def predicting(model: core.Model, inputs: Any) -> Contestant:
    """Keras `predict_on_batch` of the same model; records nothing."""
    keras_model = core.to_keras(model)
    return lambda: keras_model.predict_on_batch(inputs)


def taped(cell: str, inputs: Any, *, units: int) -> Contestant:
    """A compiled loop over a Keras cell, and the tape's gradients of every state."""
    import keras
    import tensorflow as tf

    kinds = {
        "simple_rnn": keras.layers.SimpleRNNCell,
        "lstm": keras.layers.LSTMCell,
        "gru": keras.layers.GRUCell,
    }
    layer = kinds[cell](units)
    layer.build(inputs.shape[::2])
    x = tf.constant(inputs)

    def run() -> object:
        states = [tf.zeros((inputs.shape[0], units)) for _ in range(2 if cell == "lstm" else 1)]
        kept: list[Any] = []
        with tf.GradientTape() as tape:
            tape.watch(states)
            for t in range(inputs.shape[1]):
                _, states = layer(x[:, t], states)
                kept += list(states)
            loss = tf.reduce_mean(tf.square(states[0]))
        return tape.gradient(loss, [*kept, *layer.trainable_variables])

    # Traced once: eager, the tape would be slower still, and the comparison too kind to us.
    compiled = tf.function(run)
    return lambda: [np.asarray(g) for g in compiled() if g is not None]


def batch_jacobian(inputs: Any, *, units: int) -> Contestant:
    """∂h_T/∂h_t for one t, half-way: a tape over a loop of eager LSTM cells, and its Jacobian.

    Of the hidden state alone, and with respect to it alone: a quarter of what is carried on.
    """
    import keras
    import tensorflow as tf

    layer = keras.layers.LSTMCell(units)
    layer.build(inputs.shape[::2])
    x, half = tf.constant(inputs), inputs.shape[1] // 2

    def run() -> object:
        states = [tf.zeros((inputs.shape[0], units)) for _ in range(2)]
        with tf.GradientTape(persistent=True) as tape:
            for t in range(inputs.shape[1]):
                _, states = layer(x[:, t], states)
                if t == half:
                    before = states[0]
                    tape.watch(before)
        return tape.batch_jacobian(states[0], before)

    return run
