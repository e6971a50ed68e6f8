"""One step of a network at a time, its states carried: a token costs a step, not the whole text.

What has been read lies in the states alone. So a model can be stepped if each of its nodes looks
at one step, or is a recurrent layer that reads forward; where a node looks at others (attention,
convolution, pooling, the other direction), it is refused in words. Not chosen: reading the whole
text again for each token, which costs n² steps for n.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array, get
from core.cells import Kernels, Record, loops
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
    Port,
)

_STEPWISE = (
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
        if not isinstance(node, _STEPWISE):
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
        self._kernels: dict[str, Kernels] = {}
        self._records: dict[str, Record] = {}
        for layer in model.layers:
            self._kernels[layer.name] = layer.kernels()
            self._records[layer.name] = Record.empty(
                cells.get(layer.cell), time=1, batch=1, units=layer.units, dtype=model.dtype
            )

    def begin(self, ids: NDArray[np.integer]) -> Array:
        """Reads the beginning (time,) in one pass; the probabilities (tokens,) of what follows."""
        trace = recorded(self._model, ids[None])
        for layer in trace.layers:
            for name, state in self._records[layer.name].states.items():
                state[0] = layer.states[name][:, -1]
        return expected(self._model, trace.outputs[0, -1])

    def read(self, token: int) -> Array:
        """Reads one token; the probabilities (tokens,) of what follows."""
        wiring = self._model.wiring
        entrance = next(iter(wiring.inputs.values()))
        flows: dict[Port, Flow] = {entrance: Flow(np.array([[token]]), clock="input")}
        for node in self._model.nodes:
            read = [flows[port] for port in wiring.reads[node.name]]
            if isinstance(node, Layer):
                flows[node.name] = read[0].giving(self._step(node, read[0].values))
            else:
                flows[node.name] = node.run(*read).gave[""]
        return expected(self._model, flows[self._model.output_ports[0]].values[0, -1])

    def _step(self, layer: Layer, values: Array) -> Array:
        kernels, record = self._kernels[layer.name], self._records[layer.name]
        loops.forward(
            cells.get(layer.cell), kernels=kernels, read=values, valid=None, record=record
        )
        for state in record.states.values():
            state[0] = state[1]
        return next(iter(record.states.values()))[1][:, None].copy()
