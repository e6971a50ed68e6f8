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
    """A compiled loop over a Keras cell, and the tape's gradients of every state.

    Those are the gradients of zeros that are added to the states: a loop that is written out step
    by step, whose states could be asked for themselves, takes minutes to compile.
    """
    import keras
    import tensorflow as tf

    kinds = {
        "simple_rnn": keras.layers.SimpleRNNCell,
        "lstm": keras.layers.LSTMCell,
        "gru": keras.layers.GRUCell,
    }
    layer = kinds[cell](units)
    layer.build(inputs.shape[::2])
    batch, time = inputs.shape[:2]
    steps = tf.constant(inputs.swapaxes(0, 1).copy())
    names = range(2 if cell == "lstm" else 1)
    start = tuple(tf.zeros((batch, units)) for _ in names)

    def run() -> object:
        nothing = tuple(tf.zeros((time, batch, units)) for _ in names)

        def step(states: Any, read: Any) -> Any:
            x, *added = read
            _, after = layer(x, list(states))
            return tuple(state + zero for state, zero in zip(after, added, strict=True))

        with tf.GradientTape() as tape:
            tape.watch(nothing)
            states = tf.scan(step, (steps, *nothing), initializer=start)
            loss = tf.reduce_mean(tf.square(states[0][-1]))
        return tape.gradient(loss, [*nothing, *layer.trainable_variables])

    # Compiled: eager, the tape would be slower still, and the comparison too kind to us.
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
