"""The forward time loop in Keras: what passes inside real Keras cells, recorded.

Each layer is a Keras cell, stepped one step at a time with its real states. Gates are not
computed a second time: the cell's own activation functions are wrapped, so that what goes in (a
pre-activation) and what comes out (a gate) are the very values that Keras used. Only the split of
a pre-activation into its products is ours, as in every trace. A cell that Keras has not is run by
the class that is built from its equations, `keras_cell.py`: evidence that the hand-written step
says what the equations say.

Cost: some 2.5 ms a step, nearly all of it Keras's own calls, whatever the width. Measured for 500
steps of 64 units on two busy cores: SimpleRNN 1.2 s, LSTM 1.2 s, GRU 1.4 s, where the NumPy engine
takes 0.02 s and Keras's own layers, called eagerly, 1.1 to 2 s. It is here as evidence that the
NumPy engine says what Keras does; pictures come from that one. Not chosen: a model with the gates
as extra outputs, which would be our equations run by Keras, and prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from typing import Any

import numpy as np

from core.activations import Array
from core.cells import Cell, Kernels, Record
from core.engines.inputs import Inputs
from core.engines.keras_along import repeat_along
from core.engines.keras_cell import equation_cell
from core.engines.keras_layout import (
    KERAS_NODES,
    keras_call,
    keras_class,
    keras_settings,
    keras_weights,
)
from core.engines.walk import walk
from core.errors import CoreError
from core.model import Model
from core.nodes import (
    MAIN,
    PREACTIVATIONS,
    Activated,
    AdditiveAttention,
    Attention,
    Flow,
    Input,
    Layer,
    Mask,
    Node,
    NodeTrace,
    RepeatAlong,
    TimeDistributed,
)
from core.trace import Trace

Step = Callable[[Any, list[Any]], tuple[dict[str, tuple[Any, Any]], list[Any]]]
"""Input and states → what passed in at each map and out of it, and the states after."""


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
    return walk(model, inputs, engine="keras", run=partial(_run, dtype=str(model.dtype)))


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

    def take(self, kind: str, expected: Sequence[tuple[str, str]]) -> dict[str, tuple[Any, Any]]:
        """The calls since the last time, by what they were on. Raises UnexpectedKeras.

        `expected` are the calls of one step in their order: which function, and on what.
        """
        names = [name for name, _, _ in self.made]
        if names != [name for name, _ in expected]:
            raise UnexpectedKeras(
                version=keras_version(),
                cell=kind,
                found=_counted(names),
                expected=_counted([name for name, _ in expected]),
            )
        taken = {on: (x, y) for (_, on), (_, x, y) in zip(expected, self.made, strict=True)}
        self.made.clear()
        return taken


def _counted(names: list[str]) -> str:
    runs = ((name, len(list(run))) for name, run in groupby(names))
    return ", ".join(f"{count} x {name}" for name, count in runs) or "none"


def _run(node: Node, *read: Flow, dtype: str) -> NodeTrace:
    if isinstance(node, Layer):
        return node.run(*read, loop=partial(_run_layer, node))
    return node.run(*read) if isinstance(node, Input) else _run_other(node, *read, dtype=dtype)


def _run_layer(
    layer: Layer, cell: Cell, *, kernels: Kernels, read: Array, valid: Mask | None, record: Record
) -> None:
    import keras

    dtype, settings = str(read.dtype), keras_settings(layer)
    if cell.keras is None:
        keras_cell = equation_cell()(dtype=dtype, **settings)
    else:
        keras_cell = getattr(keras.layers, f"{cell.keras.layer}Cell")(dtype=dtype, **settings)
    keras_cell.build((None, layer.features))
    keras_cell.set_weights(keras_weights(layer))
    _loop(cell, keras_cell, read=read, valid=valid, record=record)


def _loop(cell: Cell, keras_cell: Any, *, read: Array, valid: Mask | None, record: Record) -> None:
    """Steps the Keras cell, and keeps what passes inside it."""
    from keras import ops

    step = _listening(cell, keras_cell) if cell.keras else partial(_stepped, cell, keras_cell)
    states = [ops.convert_to_tensor(record.states[name][0]) for name in cell.states]
    for at, x in enumerate(ops.unstack(ops.convert_to_tensor(read))):
        passed, after = step(x, states)
        for on, (before, value) in passed.items():
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


def _listening(cell: Cell, keras_cell: Any) -> Step:
    """What one step of Keras's own cell called its activations with, and gave."""
    assert cell.keras is not None
    twin, calls = cell.keras, _Calls()
    for name in dict.fromkeys(name for name, _ in twin.calls):
        calls.listen(keras_cell, name)

    def step(x: Any, states: list[Any]) -> tuple[dict[str, tuple[Any, Any]], list[Any]]:
        _, after = keras_cell(x, states)
        return calls.take(twin.layer, twin.calls), after

    return step


def _stepped(
    cell: Cell, keras_cell: Any, x: Any, states: list[Any]
) -> tuple[dict[str, tuple[Any, Any]], list[Any]]:
    """What one step of the class built from the equations computed."""
    results = keras_cell.results(x, states)
    passed = {name: (results[value.a], results[value]) for name, value in cell.values.items()
              if name in cell.maps}  # fmt: skip
    return passed, [results[state] for state in cell.carried]


def _run_other(node: Node, *read: Flow, dtype: str) -> NodeTrace:
    """A node without a loop, as a Keras layer; its masks and clocks are those of our own run."""
    import keras

    layer = keras_layer(node, dtype=dtype)
    tensors = [keras.ops.convert_to_tensor(flow.values) for flow in read]
    shapes = [(None, *tensor.shape[1:]) for tensor in tensors]
    layer.build(shapes if len(read) > 1 else shapes[0])
    layer.set_weights(keras_weights(node))
    calls = _Calls()
    if isinstance(node, Activated) and hasattr(layer, "activation"):
        calls.listen(layer, "activation")
    masks = [flow.mask for flow in read]
    for tensor, mask in zip(tensors, masks, strict=True):
        if mask is not None and node.kind == "multiply":
            keras.src.backend.set_keras_mask(tensor, keras.ops.convert_to_tensor(mask))
    given: dict[str, Any] = {}
    if node.kind == "global_average_pooling" and masks[0] is not None:
        given["mask"] = masks[0]
    if isinstance(node, Attention | AdditiveAttention):
        given = {"mask": masks[:2], **keras_call(node)}
    outputs = layer(tensors if len(read) > 1 else tensors[0], **given)
    ours = node.run(*read)
    flow = ours.gave[MAIN].giving(np.asarray(outputs))
    if not calls.made:
        return NodeTrace(node.name, read, {MAIN: flow}, ours.recorded, ours.recorded_axes)
    kind = KERAS_NODES[node.kind]
    before, value = calls.take(kind, [("activation", node.kind)])[node.kind]
    recorded = {PREACTIVATIONS: np.asarray(before)}
    return node.trace(read, flow.giving(np.asarray(value)), recorded=recorded)


def keras_layer(node: Node, *, dtype: str, name: str | None = None) -> Any:
    """The Keras layer of a node without a loop, without its weights. Imports Keras."""
    import keras

    if isinstance(node, TimeDistributed):
        inner = keras_layer(node.inner, dtype=dtype)
        return keras.layers.TimeDistributed(inner, name=name, dtype=dtype)
    own = isinstance(node, RepeatAlong)
    kind = repeat_along() if own else getattr(keras.layers, keras_class(node))
    return kind(name=name, dtype=dtype, **keras_settings(node))
