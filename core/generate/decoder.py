"""The writing half of an encoder and decoder, a step at a time for several texts at once.

What does not depend on what is written (the encoder and all above it alone) is run once, when the
source is read; each token then costs one step of the rest. So a node of the rest has to look at one
step of what is written, or be a recurrent layer that reads forward; at the source it may look as it
likes. Rows are texts that go different ways from the same source: the hypotheses of a beam.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.cells import Record, loops
from core.encoder_decoder import SOURCE, TARGET
from core.engines.inputs import Inputs
from core.generate.errors import NotATranslator
from core.generate.stepping import STEPWISE, expected
from core.model import Model
from core.nodes import (
    MAIN,
    AdditiveAttention,
    Attention,
    Flow,
    Layer,
    Node,
    Port,
    RepeatAlong,
    port,
)
from core.text import END, START

_ATTENDING = (Attention, AdditiveAttention)


def check_translator(model: Model) -> None:
    """Raises NotATranslator where the model does not write a text from another."""
    for why in _reasons(model):
        raise NotATranslator(model=model.name, why=why)


def is_translator(model: Model) -> bool:
    """Whether `core.translate` takes the model."""
    return not _reasons(model)


def _reasons(model: Model) -> list[str]:
    if set(model.inputs) != {SOURCE, TARGET}:
        return [f"it does not read a {SOURCE} and a {TARGET}"]
    known = model.vocabulary_of(TARGET)
    if known is None or model.vocabulary_of(SOURCE) is None:
        return ["it has no vocabularies to read and write with"]
    if START not in known or END not in known:
        return ["its vocabulary has no tokens for where a text begins and ends"]
    table = model.wiring.embedding(TARGET, model.nodes)
    if table is None or model.outputs != len(table.weights):
        return ["its answers are not the tokens that its decoder reads"]
    if model.readout != "every":
        return ["it does not answer at every step"]
    if model.activation not in ("softmax", "linear"):
        return [f"its answers come out of {model.activation}, and are not one choice among tokens"]
    written = _written(model)
    if model.output_node.name not in written:
        return ["its answers do not depend on what is written"]
    for node in model.nodes:
        if node.name in written and not _stepwise(node, model, written):
            return [f"{node.name} looks at more than one step of what is written"]
    return []


def _written(model: Model) -> set[str]:
    """The nodes that depend on what is written."""
    names: set[str] = set()
    owners = model.wiring.owners
    for node in model.nodes:
        reads = model.wiring.reads[node.name]
        if node.name == TARGET or any(owners.get(read) in names for read in reads):
            names.add(node.name)
    return names


def _stepwise(node: Node, model: Model, written: set[str]) -> bool:
    """Whether a step of the node needs no other step of what is written."""
    reads = [model.wiring.owners.get(read) in written for read in model.wiring.reads[node.name]]
    if isinstance(node, Layer):
        return node.direction == "forward" and not any(reads[1:])
    if isinstance(node, _ATTENDING):
        return not node.causal and reads[0] and not any(reads[1:])
    if isinstance(node, RepeatAlong):
        return not reads[0]
    return isinstance(node, STEPWISE)


class Decoder:
    """A translator that has read a source and writes from it.

    `begin` and `read` give what comes next, (rows, tokens). Raises NotATranslator.
    """

    def __init__(self, model: Model, sources: NDArray[np.integer]) -> None:
        """Runs the encoder on the ids of a source (time,), or of some, padded: (rows, time)."""
        check_translator(model)
        self._model = model
        written = _written(model)
        sources = np.atleast_2d(sources)
        self._source = self._read_source(sources, written)
        self._nodes = [node for node in model.nodes if node.name in written and node.name != TARGET]
        self._entrance = model.wiring.inputs[TARGET]
        self._states: dict[str, dict[str, Array]] = {}
        self._rows = 0
        self._fixed: dict[Port, Flow] = {}
        self._layers = {
            node.name: _LayerStep(node) for node in self._nodes if isinstance(node, Layer)
        }
        self._of = np.arange(len(sources))
        self.keep(self._of)

    def _read_source(self, sources: NDArray[np.integer], written: set[str]) -> dict[Port, Flow]:
        """What the nodes gave that depend on the sources alone."""
        model = self._model
        given = {SOURCE: sources, TARGET: np.zeros((len(sources), 1), np.int64)}
        inputs = Inputs.of(model, given, mask=None, initial_states=None)
        flows = inputs.entering(model)
        for node in model.nodes:
            if node.name in written:
                continue
            done = node.run(*(flows[name] for name in model.wiring.reads[node.name]))
            flows |= {port(node.name, of): flow for of, flow in done.gave.items()}
        return flows

    def keep(self, rows: NDArray[np.integer]) -> None:
        """Goes on with these rows, in this order; one may stand there twice."""
        for name, states in self._states.items():
            self._states[name] = {state: values[rows] for state, values in states.items()}
        of = self._of[rows]
        if self._rows != len(rows) or (of != self._of).any():
            self._fixed = {name: _spread(flow, of) for name, flow in self._source.items()}
        self._of, self._rows = of, len(rows)

    def read(self, tokens: NDArray[np.integer]) -> Array:
        """Reads a token for each row, (rows,); the probabilities (rows, tokens) of what follows."""
        reads = self._model.wiring.reads
        flows = dict(self._fixed)
        flows[self._entrance] = flows[TARGET] = Flow(tokens[:, None], clock=TARGET)
        for node in self._nodes:
            given = [flows[name] for name in reads[node.name]]
            if isinstance(node, Layer):
                before = self._states.get(node.name) or self._begin(node, given[1:])
                after = self._layers[node.name](given[0].values, before)
                self._states[node.name] = after
                flows[node.name] = given[0].giving(next(iter(after.values()))[:, None])
            else:
                flows[node.name] = node.run(*given).gave[MAIN]
        return expected(self._model, flows[self._model.output_ports[0]].values[:, -1])

    def _begin(self, node: Layer, states: list[Flow]) -> Mapping[str, Array]:
        """The states that a layer starts from: what it reads of the source, else zero."""
        names = cells.get(node.cell).states
        if states:
            return {name: flow.values for name, flow in zip(names, states, strict=True)}
        return {name: np.zeros((self._rows, node.units), self._model.dtype) for name in names}


def _spread(flow: Flow, of: NDArray[np.integer]) -> Flow:
    """A flow with the sources `of` as its rows; of one source alone they take no memory."""

    def rows(array: Array) -> Array:
        if len(array) > 1:
            return array[of]
        return np.broadcast_to(array, (len(of), *array.shape[1:]))

    return Flow(rows(flow.values), None if flow.mask is None else rows(flow.mask), flow.clock)


class _LayerStep:
    """One step of a recurrent layer, in arrays that are made anew when the rows become fewer."""

    def __init__(self, layer: Layer) -> None:
        self._layer, self._cell, self._kernels = layer, cells.get(layer.cell), layer.kernels()
        self._record: Record | None = None

    def __call__(self, values: Array, states: Mapping[str, Array]) -> dict[str, Array]:
        """The states after a step (rows, 1, features)."""
        rows = len(values)
        record = self._record
        if record is None or record.preactivations.shape[1] != rows:
            record = self._record = Record.empty(
                self._cell, time=1, batch=rows, units=self._layer.units, dtype=values.dtype
            )
        for name, state in states.items():
            record.states[name][0] = state
        loops.forward(
            self._cell, kernels=self._kernels, read=values.swapaxes(0, 1), valid=None, record=record
        )
        return {name: state[1].copy() for name, state in record.states.items()}
