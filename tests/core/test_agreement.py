"""NumPy, our stepping of Keras's cells, and Keras's own layers say the same; so do gradients.

Random distinct weights and biases, non-zero initial states, masks, both directions, any stack:
a swapped gate or a misread mask differs by far more than the tolerances. Keras's own layers are
called as they stand, with their states and masks; gradients come from TensorFlow's tape.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import core
from core import cells
from core.analysis.parity import largest_difference
from core.importers.keras.bridge import from_keras
from core.importers.keras.export import to_keras
from core.nodes import Layer
from tests.core.mixed_networks import mixed_cases
from tests.core.networks import Case, randomised

# Keras says so of a pooling or a Flatten that pays no heed to a mask.
pytestmark = pytest.mark.filterwarnings("ignore:Layer .* does not support masking:UserWarning")

TOLERANCE = 1e-5
GRADIENT_TOLERANCE = 1e-4
SATURATED = 10.0
"""Beyond this, Keras clips a probability before it takes the logarithm, and its gradient is 0."""
SIZE = 100.0
"""Beyond this, float32 itself is coarser than the tolerance: unbounded activations grow."""


def small(trace: core.Trace) -> bool:
    arrays = [array for run in trace.nodes.values() for array in run.arrays.values()]
    return all(np.abs(array).max(initial=0) < SIZE for array in arrays)


def _before_activation(trace: core.Trace) -> np.ndarray:
    return list(trace.nodes.values())[-1].before_activation


def assert_close(what: str, found: Any, expected: Any, tolerance: float = TOLERANCE) -> None:
    """`tolerance` is absolute for numbers up to 1, relative above."""
    np.testing.assert_allclose(
        np.asarray(found), np.asarray(expected), atol=tolerance, rtol=tolerance, err_msg=what
    )


# What is recorded


@settings(max_examples=40)
@given(mixed_cases())
def test_numpy_and_keras_cells_agree_on_every_array(case: Case) -> None:
    trace = case.record()
    assume(small(trace))
    stepped = case.record(engine="keras")
    assert stepped.engine == "keras"
    difference = largest_difference(trace, stepped)
    assert difference.value < TOLERANCE * max(1, largest_number(trace)), difference


def largest_number(trace: core.Trace) -> float:
    arrays = [array for layer in trace.layers for array in layer.arrays.values()]
    return max(float(np.abs(array).max()) for array in [*arrays, trace.outputs])


@settings(max_examples=20)
@given(mixed_cases())
def test_every_state_is_that_of_a_keras_layer(case: Case) -> None:
    """The layers of Keras's own, given ever longer parts of the text, with their states."""
    trace = case.record()
    assume(small(trace))
    for layer, run in zip(case.model.layers, trace.layers, strict=True):
        rnn = alone(layer)
        for steps in range(1, trace.time + 1):
            part = slice(0, steps) if layer.direction == "forward" else slice(-steps, None)
            outputs, *states = rnn(
                run.inputs[:, part],
                mask=None if run.mask is None else run.mask[:, part],
                initial_state=list(run.initial_states.values()),
            )
            at = steps - 1 if layer.direction == "forward" else -steps
            for name, state in zip(cells.get(layer.cell).states, states, strict=True):
                assert_close(f"{layer.name}: {name}", run.states[name][:, at], state)
        if layer.direction == "backward":
            outputs = np.asarray(outputs)[:, ::-1]
        if trace.mask is None:
            assert_close(f"{layer.name}: outputs", run.states["hidden"], outputs)


def alone(layer: Layer) -> Any:
    """A Keras layer like `layer`, which returns every output, and its last states."""
    model = core.Model((replace(layer, returns="every", reads=()),))
    rnn = to_keras(model).layers[0]
    rnn.return_state = True
    return rnn


@settings(max_examples=30)
@given(mixed_cases())
def test_outputs_are_those_of_keras_layers(case: Case) -> None:
    trace = case.record()
    assume(small(trace))
    _, outputs = through(to_keras(case.model), case)
    assert_close("outputs", trace.outputs, outputs)


@settings(max_examples=20)
@given(mixed_cases(reads="ids"))
def test_the_keras_model_called_as_a_whole(case: Case) -> None:
    """Masks find their way by themselves here; there are no initial states to give."""
    trace = case.record(initial_states=None)
    assume(small(trace))
    assert_close("outputs", trace.outputs, to_keras(case.model)(case.inputs))


def through(keras_model: Any, case: Case, *, tape: Any = None) -> tuple[Any, Any]:
    """A case through a Keras model, layer by layer, with its initial states and its mask.

    Gives what is read after the embedding, and what comes out. `tape` watches the former.
    """
    import keras

    states = (list(layer.values()) for layer in case.initial_states)
    layers = list(keras_model.layers)
    read, mask = case.inputs, case.mask
    if isinstance(layers[0], keras.layers.Embedding):
        mask = layers[0].compute_mask(read)
        read = layers.pop(0)(read)
    read = x = keras.ops.convert_to_tensor(read)
    if tape is not None:
        tape.watch(read)
    for layer in layers:
        if isinstance(layer, keras.layers.Bidirectional):
            x = layer(x, initial_state=[*next(states), *next(states)], mask=mask)
        elif isinstance(layer, keras.layers.RNN):
            x = layer(x, initial_state=next(states), mask=mask)
        elif isinstance(layer, keras.layers.GlobalAveragePooling1D):
            x = layer(x, mask=mask)
        else:
            if isinstance(layer, keras.layers.Masking):
                mask = layer.compute_mask(x)
                mask = mask if case.mask is None else mask & case.mask
            x = layer(keras.ops.convert_to_tensor(x))
    return read, x


# Gradients

HEADS = {
    "mean_squared_error": ("tanh", 2),
    "binary_crossentropy": ("sigmoid", 2),
    "categorical_crossentropy": ("softmax", 3),
    "sparse_categorical_crossentropy": ("softmax", 3),
}


@pytest.mark.parametrize("readout", ["last", "every"])
@pytest.mark.parametrize("loss", list(HEADS))
@settings(max_examples=8)
@given(data=st.data())
def test_gradients_are_those_of_the_tape(loss: str, readout: str, data: st.DataObject) -> None:
    case = data.draw(mixed_cases(head=HEADS[loss], readout=readout))
    trace = case.record()
    assume(small(trace) and np.abs(_before_activation(trace)).max() < SATURATED)
    targets = targets_for(loss, trace.outputs, seed=data.draw(st.integers(0, 99)))
    found = core.backprop(case.model, trace, targets, loss=loss)
    value, expected = taped(case, trace, targets, loss=loss)
    assert_close("loss", found.loss, value)
    actual = {"inputs": found.inputs, **found.parameters}
    for at, layer in enumerate(found.layers):
        actual |= {f"initial {at}/{name}": d for name, d in layer.initial_states.items()}
    assert actual.keys() == expected.keys()
    for name, d in actual.items():
        assert_close(name, d, expected[name], GRADIENT_TOLERANCE)


def targets_for(loss: str, outputs: np.ndarray, *, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    classes = generator.integers(0, outputs.shape[-1], outputs.shape[:-1])
    match loss:
        case "sparse_categorical_crossentropy":
            return classes
        case "categorical_crossentropy":
            return np.eye(outputs.shape[-1], dtype=np.float32)[classes]
    return generator.random(outputs.shape).astype(np.float32)


def taped(
    case: Case, trace: core.Trace, targets: Any, *, loss: str
) -> tuple[float, dict[str, Any]]:
    """The loss, and ∂loss/∂ of "inputs", parameters and initial states, by TensorFlow's tape."""
    import keras
    import tensorflow as tf

    keras_model = to_keras(case.model)
    states = [
        {name: tf.constant(state) for name, state in layer.items()} for layer in case.initial_states
    ]
    with tf.GradientTape() as tape:
        tape.watch(states)
        tape.watch([weight.value for weight in keras_model.non_trainable_weights])
        read, outputs = through(keras_model, replace(case, initial_states=states), tape=tape)
        each = getattr(keras.losses, loss)(targets, outputs)
        if trace.mask is None or each.ndim == 1:
            value = tf.reduce_mean(each)
        else:
            counted = tf.constant(trace.mask, each.dtype)
            value = tf.reduce_sum(each * counted) / max(trace.mask.sum(), 1)
    weights = [variable.value for variable in keras_model.weights]
    d_read, d_states, *d_weights = tape.gradient(
        value, [read, states, *weights], unconnected_gradients=tf.UnconnectedGradients.ZERO
    )
    # Gradients are laid out as the weights are: what reads those reads these. A variance would
    # have to be positive, its gradient need not.
    layout = [np.asarray(tf.convert_to_tensor(d)) for d in d_weights]
    variances = {}
    for at, variable in enumerate(keras_model.weights):
        if variable.name == "moving_variance":
            variances["/".join(variable.path.split("/")[-2:])] = layout[at]
            layout[at] = np.ones_like(layout[at])
    keras_model.set_weights(layout)
    named = dict(from_keras(keras_model).parameters)
    assert variances.keys() <= named.keys()
    named |= variances
    for at, layer in enumerate(d_states):
        named |= {f"initial {at}/{name}": d for name, d in layer.items()}
    return float(value), {"inputs": d_read, **named}


def test_losses_average_over_unmasked_steps_as_keras_does() -> None:
    """Keras's own loss object, which finds the mask that came with the predictions."""
    import keras

    ids = np.array([[1, 2, 3, 4], [5, 6, 0, 0], [3, 0, 0, 0]])
    model = randomised(
        core.new_model("gru", vocabulary=7, embedding=2, units=[3], outputs=4, readout="every",
                       mask_zero=True), seed=5
    )  # fmt: skip
    targets = np.random.default_rng(0).integers(0, 4, ids.shape)
    found = core.backprop(model, core.record(model, ids), targets).loss
    expected = keras.losses.SparseCategoricalCrossentropy()(targets, to_keras(model)(ids))
    assert_close("loss", found, expected)
