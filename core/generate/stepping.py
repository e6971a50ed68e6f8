"""One step of a network at a time, its states carried: a token costs a step, not the whole text.

What has been read lies in the states alone. So a model can be stepped if each of its nodes looks
at one step, or is a recurrent layer that reads forward; where a node looks at others (attention,
convolution, pooling, the other direction), it is refused in words. Not chosen: reading the whole
text again for each token, which costs n² steps for n.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array, get
from core.cells import Record
from core.engines import record as recorded
from core.generate.errors import NotALanguageModel
from core.model import Model
from core.nodes import (
    Activation,
    Add,
    Average,
    BatchNormalization,
    Concatenate,
    Dense,
    Embedding,
    Flow,
    Input,
    Layer,
    LayerNormalization,
    Multiply,
    Node,
    Port,
)
from core.nodes.flow import MAIN

STEPWISE = (
    Activation, Add, Average, BatchNormalization, Concatenate, Dense, Embedding, Input, Layer,
    LayerNormalization, Multiply,
)  # fmt: skip


def check_language_model(model: Model) -> None:
    """Raises NotALanguageModel where the model does not say at each step what comes next."""
    for why in _reasons(model):
        raise NotALanguageModel(model=model.name, why=why)


def _reasons(model: Model) -> list[str]:
    if model.vocabulary is None or model.embedding is None:
        return ["it reads no tokens"]
    if len(model.inputs) > 1:
        return ["it reads several things"]
    if any(layer.direction == "backward" for layer in model.layers):
        return ["a layer of it reads backwards, from what is not written yet"]
    if model.readout != "every":
        return ["it does not answer at every step"]
    if model.outputs != len(model.embedding.weights):
        return ["its answers are not the tokens that it reads"]
    if model.activation not in ("softmax", "linear"):
        return [f"its answers come out of {model.activation}, and are not one choice among tokens"]
    for node in model.nodes:
        if not isinstance(node, STEPWISE):
            return [f"{node.name} looks at more than one step"]
        if isinstance(node, Layer) and len(model.wiring.reads[node.name]) > 1:
            return [f"the states of {node.name} come from another node"]
    return []


def expected(model: Model, answers: Array) -> Array:
    """The probabilities (…, tokens) of what comes next, from a language model's answers."""
    if model.activation == "softmax":
        return answers
    probable = np.empty_like(answers)
    get("softmax").function(answers, probable)
    return probable


class Stepper:
    """A language model in the middle of a text.

    `read` takes in tokens and gives what comes next; only the states of the last step are kept.
    Raises NotALanguageModel.
    """

    def __init__(self, model: Model) -> None:
        check_language_model(model)
        self._model = model
        wiring = model.wiring
        self._entrance, self._answer = next(iter(wiring.inputs.values())), model.output_ports[0]
        self._probable = model.activation == "softmax"
        self._layers = {layer.name: LayerStep(layer, dtype=model.dtype) for layer in model.layers}
        rows = _rows(model)
        # What a layer looks up itself it reads where the token is.
        looked_up = {node.hands_on: self._entrance for node in rows.values()}
        self._parts: list[tuple[Port, tuple[Port, ...], Callable[..., Array]]] = [
            (
                node.hands_on,
                tuple(looked_up.get(port, port) for port in wiring.reads[node.name]),
                self._part(node, rows),
            )
            for node in model.nodes
            if node.hands_on not in looked_up
        ]
        self._chain = [run for _, _, run in self._parts] if model.is_chain else None

    def begin(self, ids: NDArray[np.integer]) -> Array:
        """Reads the beginning (time,) in one pass; the probabilities (tokens,) of what follows."""
        trace = recorded(self._model, ids[None])
        for layer in trace.layers:
            for name, state in self._layers[layer.name].states.items():
                state[0] = layer.states[name][:, -1]
        return expected(self._model, trace.outputs[0, -1])

    def read(self, token: int) -> Array:
        """Reads one token; the probabilities (tokens,) of what follows."""
        value: Any = token
        if self._chain is not None:
            for run in self._chain:
                value = run(value)
        else:
            values = {self._entrance: value}
            for gives, reads, run in self._parts:
                values[gives] = run(*[values[port] for port in reads])
            value = values[self._answer]
        answer: Array = value[0, -1]
        return answer if self._probable else expected(self._model, answer)

    def _part(self, node: Node, rows: Mapping[str, Embedding]) -> Callable[..., Array]:
        """What a node makes of one step: (1, 1, features) from as much, or from a token's id."""
        if isinstance(node, Layer):
            step = self._layers[node.name]
            return step.of_token(rows[node.name]) if node.name in rows else step.of_values
        if isinstance(node, Embedding):
            return lambda token: node.weights[token][None, None]
        if isinstance(node, Dense):
            return _dense(node)

        def run(*values: Array) -> Array:
            trace = node.run(*(Flow(value, clock="input") for value in values))
            return trace.gave[MAIN].values

        return run


class LayerStep:
    """A recurrent layer that reads a step at a time, from the states in which it left the last.

    The views of a step are made once, and each step is computed in them. What a token's row of the
    embedding becomes in a layer, x W + b, is the same whenever it comes, and kept.
    """

    def __init__(self, layer: Layer, *, dtype: Any) -> None:
        self._cell = cells.get(layer.cell)
        self._kernels = layer.kernels()
        self._bias = self._cell.standing_bias(self._kernels).reshape(-1)
        self._record = Record.empty(self._cell, time=1, batch=1, units=layer.units, dtype=dtype)
        self.states = self._record.states
        self._pairs = [(state[0], state[1]) for state in self.states.values()]
        self._flat = self._record.preactivations.reshape(-1)
        self._output = next(iter(self.states.values()))[1]
        self._now = None if self._cell.ahead else self._views()
        self._seen: dict[int, Array] = {}

    def of_token(self, embedding: Embedding) -> Callable[[int], Array]:
        """A step from a token's id, which the embedding would have looked up."""

        def run(token: int) -> Array:
            row = self._seen.get(token)
            if row is None:
                row = embedding.weights[token] @ self._kernels.kernel + self._bias
                self._seen[token] = row
            self._flat[:] = row
            return self._stepped()

        return run

    def of_values(self, values: Array) -> Array:
        """A step from the features (1, 1, features) of what it reads."""
        np.matmul(values.reshape(-1), self._kernels.kernel, out=self._flat)
        np.add(self._flat, self._bias, out=self._flat)
        return self._stepped()

    def _stepped(self) -> Array:
        now = self._views() if self._now is None else self._now
        self._cell.step(now, self._kernels)
        for before, after in self._pairs:
            before[:] = after
        return self._output[None]

    def _views(self) -> Any:
        return next(iter(self._cell.steps(self._record, self._kernels)))


def _rows(model: Model) -> dict[str, Embedding]:
    """The layers that read an embedding which nothing but layers reads, with it."""
    layers = {layer.name for layer in model.layers}
    found: dict[str, Embedding] = {}
    for node in model.nodes:
        if isinstance(node, Embedding):
            reads = model.wiring.reads.items()
            readers = {name for name, ports in reads if node.hands_on in ports}
            if readers <= layers and node.hands_on not in model.output_ports:
                found |= dict.fromkeys(readers, node)
    return found


def _dense(node: Dense) -> Callable[[Array], Array]:
    function, kernel, bias = get(node.activation), node.kernel, node.bias

    def run(values: Array) -> Array:
        z = values.reshape(-1) @ kernel  # of one vector: half the time of a stack of matrices
        if bias is not None:
            z += bias
        return function(z)[None, None]

    return run
