"""The forward time loop in Keras: what passes inside real Keras cells, recorded.

Each layer is a Keras cell, stepped one step at a time with its real states. Gates are not
computed a second time: the cell's own activation functions are wrapped, so that what goes in (a
pre-activation) and what comes out (a gate) are the very values that Keras used. Only the split of
a pre-activation into its products is ours, as in every trace.

Cost: some 2.5 ms a step, nearly all of it Keras's own calls, whatever the width. Measured for 500
steps of 64 units on two busy cores: SimpleRNN 1.2 s, LSTM 1.2 s, GRU 1.4 s, where the NumPy engine
takes 0.02 s and Keras's own layers, called eagerly, 1.1 to 2 s. It is here as evidence that the
NumPy engine says what Keras does; pictures come from that one. Not chosen: a model with the gates
as extra outputs, which would be our equations run by Keras, and prove nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.cells import Cell, Kernels, Record
from core.engines.chain import run_chain
from core.engines.inputs import Inputs
from core.engines.keras_layout import (
    KERAS_CLASSES,
    KERAS_PLAIN,
    keras_settings,
    keras_weights,
)
from core.errors import CoreError
from core.layer_trace import Mask
from core.model import Model
from core.nodes import Activated, Embedding, GlobalAveragePooling, Layer, NodeTrace, Plain
from core.trace import Trace


class MissingKeras(CoreError):
    """Keras, or what it runs on, cannot be imported."""

    message = (
        "Keras cannot be loaded: {why}. Install what requirements.txt lists, or use the NumPy "
        "engine."
    )


class UnexpectedKeras(CoreError):
    """A Keras cell did not call its activations as this engine expects."""

    message = (
        "Keras {version} computed a {cell} step with the calls {found}; expected {expected}. "
        "The gates cannot be told apart. Use Keras 3.15, or the NumPy engine."
    )


_CALLS = {
    "simple_rnn": (("activation", "hidden"),),
    "lstm": (
        ("recurrent_activation", "input"),
        ("recurrent_activation", "forget"),
        ("activation", "candidate"),
        ("recurrent_activation", "output"),
        ("activation", "cell"),
    ),
    "gru": (
        ("recurrent_activation", "update"),
        ("recurrent_activation", "reset"),
        ("activation", "candidate"),
    ),
    "dense": (("activation", "dense"),),
    "activation": (("activation", "dense"),),
}
"""Cell, or kind of stage → the calls of one step in their order: which function, and on what."""


def keras_version() -> str:
    """Imports Keras, which takes some seconds. Raises MissingKeras."""
    try:
        import keras
    except ImportError as error:
        raise MissingKeras(why=str(error)) from error
    return str(keras.__version__)


def run(model: Model, inputs: Inputs) -> Trace:
    """Records the model on checked inputs. Raises MissingKeras and UnexpectedKeras."""
    keras_version()
    dtype = str(model.dtype)
    return run_chain(
        model,
        inputs,
        engine="keras",
        run_layer=_run_layer,
        run_plain=partial(_run_plain, dtype=dtype),
        look_up=partial(_look_up, dtype=dtype),
    )


@dataclass
class _Calls:
    """What the activation functions of one Keras layer were called with, and gave, in order."""

    made: list[tuple[str, Any, Any]] = field(default_factory=list)

    def listen(self, layer: Any, name: str) -> None:
        """Keeps every call of the function that `layer` has under `name`."""
        original = getattr(layer, name)

        def heard(x: Any) -> Any:
            y = original(x)
            self.made.append((name, x, y))
            return y

        setattr(layer, name, heard)

    def take(self, cell: str) -> dict[str, tuple[Any, Any]]:
        """The calls since the last time, by what they were on. Raises UnexpectedKeras."""
        expected = _CALLS[cell]
        names = [name for name, _, _ in self.made]
        if names != [name for name, _ in expected]:
            raise UnexpectedKeras(
                version=keras_version(),
                cell=(KERAS_CLASSES | KERAS_PLAIN)[cell],
                found=_counted(names),
                expected=_counted([name for name, _ in expected]),
            )
        taken = {on: (x, y) for (_, on), (_, x, y) in zip(expected, self.made, strict=True)}
        self.made.clear()
        return taken


def _counted(names: list[str]) -> str:
    runs = ((name, len(list(run))) for name, run in groupby(names))
    return ", ".join(f"{count} x {name}" for name, count in runs) or "none"


def _run_layer(
    layer: Layer, *, kernels: Kernels, read: Array, valid: Mask | None, record: Record
) -> None:
    import keras

    cell = cells.get(layer.cell)
    keras_cell = getattr(keras.layers, f"{KERAS_CLASSES[layer.cell]}Cell")(
        dtype=str(read.dtype), **keras_settings(layer)
    )
    keras_cell.build((None, layer.features))
    keras_cell.set_weights(keras_weights(layer))
    _loop(cell, keras_cell, read=read, valid=valid, record=record)


def _loop(cell: Cell, keras_cell: Any, *, read: Array, valid: Mask | None, record: Record) -> None:
    """Steps the Keras cell, and keeps what its activations were called with and gave."""
    from keras import ops

    calls = _Calls()
    for name in dict.fromkeys(name for name, _ in _CALLS[cell.name]):
        calls.listen(keras_cell, name)
    states = [ops.convert_to_tensor(record.states[name][0]) for name in cell.states]
    for at, x in enumerate(ops.unstack(ops.convert_to_tensor(read))):
        _, after = keras_cell(x, states)
        for on, (before, value) in calls.take(cell.name).items():
            if on in cell.maps:
                record.preactivations[at, :, cell.index(on)] = np.asarray(before)
            if on in cell.gates:
                record.gates[at, :, cell.index(on)] = np.asarray(value)
        if valid is not None:
            counts = ops.convert_to_tensor(valid[at][:, None])
            after = [ops.where(counts, new, old) for new, old in zip(after, states, strict=True)]
        states = after
        for name, state in zip(cell.states, states, strict=True):
            record.states[name][at + 1] = np.asarray(state)


def _look_up(stage: Embedding, ids: NDArray[Any], *, dtype: str) -> Array:
    import keras

    layer = keras.layers.Embedding(dtype=dtype, **keras_settings(stage))
    layer.build()
    layer.set_weights(keras_weights(stage))
    return np.asarray(layer(ids))


def _run_plain(stage: Plain, x: Array, mask: Mask | None, *, dtype: str) -> NodeTrace:
    import keras

    layer = getattr(keras.layers, KERAS_PLAIN[stage.kind])(dtype=dtype, **keras_settings(stage))
    layer.build((None, *x.shape[1:]))
    layer.set_weights(keras_weights(stage))
    calls = _Calls()
    if isinstance(stage, Activated):
        calls.listen(layer, "activation")
    masked = {} if mask is None or not isinstance(stage, GlobalAveragePooling) else {"mask": mask}
    outputs = layer(keras.ops.convert_to_tensor(x), **masked)
    if not isinstance(stage, Activated):
        return NodeTrace(stage.name, x, np.asarray(outputs))
    before, value = calls.take(stage.kind)["dense"]
    return NodeTrace(stage.name, x, np.asarray(value), np.asarray(before))
