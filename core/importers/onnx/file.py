"""`.onnx` as a Model: a graph of operations read as the graph of nodes that it computes.

    bytes ─onnx_proto▶ nodes ─here, one after another▶ values (`onnx/values.py`) ─▶ Model
        onnx_plumbing.py   what is done with weights and shapes alone
        onnx_structure.py  what moves numbers and changes none
        onnx_layers.py     what is a node; onnx_recurrent.py: LSTM, GRU, RNN
        onnx_fusing.py     what exporters take apart, put together at the end

Nothing is run: neither onnxruntime nor any code of the file, which has none. Operations that no
output depends on are not looked at. Not chosen: to match the graphs of known exporters as they
stand, which breaks with each new version of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np

from core.errors import UnsupportedModel, UnsupportedTail
from core.importers.archive import Data
from core.importers.errors import BrokenFile, RepeatedEntry, shown
from core.importers.limits import Limits
from core.importers.onnx.axes import Atom
from core.importers.onnx.fusing import fused, renamed_port
from core.importers.onnx.layers import LAYERS
from core.importers.onnx.merges import settled
from core.importers.onnx.operators import check_operator
from core.importers.onnx.plumbing import plumbed
from core.importers.onnx.proto import Branch, Graph, Node, array_of, axis_of, read_graph
from core.importers.onnx.reading import Reading, is_recurrent, live, reads
from core.importers.onnx.scans import scanned
from core.importers.onnx.sizes import UnknownSize
from core.importers.onnx.structure import STRUCTURE
from core.importers.onnx.values import Aside, Const, Flow, Left, Tips, Value
from core.model import Model
from core.nodes import Embedding, Input, Merge, Port
from core.nodes import Layer as ModelLayer
from core.nodes import Node as ModelNode
from core.text import Vocabulary
from core.wiring import INPUT


def read_onnx(
    data: Data,
    *,
    limits: Limits | None = None,
    name: str | None = None,
    vocabulary: Vocabulary | None = None,
    without_tail: bool = False,
) -> Model:
    """The Model that a graph computes.

    Inputs are (batch, time) ids, (batch, time, features) or (batch, features), and outputs
    (batch, time, units) or (batch, units), in whatever order the graph has its axes; several go
    by the names that they have in the file. The first output is the one that most nodes are part
    of; states handed out beside an answer are none. `card["answer_at"]` is "end" or "start" where
    the graph gives that one step of layers that read in both directions; `card["length"]` is how
    many ids a text must have, `card["window"]` how many steps of numbers. With `without_tail`, an
    operation after the last recurrent layer that cannot be read is left out, and all after it.

    Raises FileRefused by its reason; UnsupportedModel, which names the operation and its place;
    UnsupportedTail where `without_tail` helps; and what Model raises.
    """
    graph = read_graph(data, limits=limits or Limits())
    reading = _Graph(graph, without_tail=without_tail)
    answers = reading.answers()
    nodes, gives = _network(reading.reading, answers)
    card: dict[str, Any] = {"format": ".onnx"}
    if answers[0].step is not None:
        card["answer_at"] = answers[0].step
    card |= reading.reading.declared(answers[0].source)
    return Model(
        _of_one_type(nodes),
        name=name or shown(graph.name) or "model",
        vocabulary=vocabulary,
        card=card,
        gives=gives,
    )


class _Graph:
    """A graph on the way through its nodes: `values` are what its names hold by now."""

    def __init__(self, graph: Graph, *, without_tail: bool) -> None:
        self.graph, self.without_tail = graph, without_tail
        self.reading = Reading(graph)
        self.values: dict[str, Value] = {}
        self.nodes = live(graph)
        self.last = max((node.at for node in self.nodes if is_recurrent(node)), default=0)
        for name, sizes in graph.inputs.items():
            axes = tuple((Atom(axis_of(name, at), size),) for at, size in enumerate(sizes))
            self.values[name] = self.reading.input(name, axes)

    def answers(self) -> list[Flow]:
        """What the graph gives in the end, the main answer first."""
        if self.last == 0:
            why = (
                "no LSTM, GRU or RNN is in it, and one written out step by step (unrolled) is not "
                "read. Export it with torch.onnx.export(…, dynamo=False), or tf2onnx, unroll=False"
            )
            raise UnsupportedModel(what="The graph", why=why)
        for node in self.nodes:
            try:
                self._run(node)
            except UnsupportedModel as refusal:
                left = self._left(node, refusal)
                self.values |= {name: left for name in node.outputs if name}
        return self._given()

    def _run(self, node: Node) -> None:
        """Follows the node, and keeps what its outputs hold."""
        inputs = [self._value(name, node) if name else None for name in node.inputs]
        for value in inputs:
            if isinstance(value, Left):
                raise value.refusal
        made = self._chosen(node, inputs) if node.op == "If" else self._made(node, inputs)
        for name, value in zip(node.outputs, made, strict=False):
            if name:
                self._keep(name, value)

    def _chosen(self, node: Node, inputs: list[Value | None]) -> Sequence[Value]:
        """What the branch gives that shapes alone decide on, as torch squeezes an axis."""
        which = inputs[0] if inputs else None
        if not isinstance(which, Const) or which.array.size != 1 or which.array.dtype.kind != "b":
            raise node.refuse("which branch it takes is not known before it runs")
        branch = node.attributes.get("then_branch" if which.array.item() else "else_branch")
        if not isinstance(branch, Branch):
            raise node.refuse("it has no graph for the branch that it takes")
        for name, tensor in branch.tensors.items():
            self._keep(name, Const(array_of(tensor)))
        for each in live(branch):
            self._run(each)
        return [self._value(name, node) for name in branch.outputs]

    def _keep(self, name: str, value: Value) -> None:
        if name in self.values or name in self.graph.tensors:
            raise RepeatedEntry(entry=name)
        self.values[name] = value

    def _value(self, name: str, node: Node) -> Value:
        if name in self.values:
            return self.values[name]
        if name in self.graph.tensors:
            return Const(self.graph.array(name))
        raise BrokenFile(entry=node.name, why=f"nothing before it makes '{shown(name)}'")

    def _made(self, node: Node, inputs: list[Value | None]) -> Sequence[Value]:
        try:
            check_operator(node)
            if node.op == "Scan":
                return scanned(node, inputs, self.reading, lambda name: self._value(name, node))
            found = plumbed(node, inputs, self.reading)
            if found is not None:
                return found
            if isinstance(next(iter(inputs), None), Aside) and node.op in STRUCTURE:
                return [
                    Aside(value.what) for value in inputs[:1] if isinstance(value, Aside)
                ] * len(node.outputs)
            run = STRUCTURE.get(node.op) or LAYERS.get(node.op)
            if run is None:
                raise node.refuse("what it reads is not what the file holds")
            return run(node, inputs, self.reading)
        except UnknownSize as error:
            raise node.refuse("its shape is not known before it runs") from error

    def _left(self, node: Node, refusal: UnsupportedModel) -> Left:
        """What comes of `node`, which cannot be read, if no recurrent layer follows."""
        if node.at <= self.last:
            raise refusal
        before: list[Flow] = []
        for name in reads(node):
            value = self.values.get(name)
            if isinstance(value, Left):
                before += value.before
            elif isinstance(value, Flow | Tips):
                with suppress(UnsupportedModel):
                    before.append(settled(value, node, self.reading))
        return Left(refusal, tuple(flow for flow in before if flow.unrolls))

    def _given(self) -> list[Flow]:
        """The outputs, the one that most of the model is part of first.

        States that are handed out beside an answer are left out.
        """
        node = Node("", "the outputs", (), (), {}, len(self.nodes), len(self.nodes))
        flows: list[Flow] = []
        refusals: list[UnsupportedModel] = []
        for name in self.graph.outputs:
            value = self._value(name, node)
            if isinstance(value, Left):
                if not value.before:
                    raise value.refusal
                if not self.without_tail:
                    raise UnsupportedTail(**value.refusal.facts) from value.refusal
                flows.append(max(value.before, key=self._height))
                continue
            try:
                flow = settled(value, node, self.reading, handed_out=True)
            except UnsupportedModel as refusal:
                refusals.append(refusal)
            else:
                flows += [flow] if flow.unrolls else []
        if not flows:
            why = "no output of it is what a recurrent layer gives"
            raise refusals[0] if refusals else UnsupportedModel(what="The graph", why=why)
        flows = list({flow.port: flow for flow in flows}.values())
        flows.sort(key=self._height, reverse=True)
        answers = [flow for flow in flows if not self._is_state(flow.port)] or flows
        every = [flow for flow in answers if flow.port in self.reading.made]
        if not every or self._is_state(every[0].port):
            answers = every[:1] or answers
        if len({flow.step for flow in answers}) > 1:
            why = "one is of every step, another of one that not all layers read last"
            raise UnsupportedModel(what="A graph with several answers", why=why)
        return answers

    def _height(self, flow: Flow) -> int:
        """How many nodes it takes."""
        return len(self._below(flow.port))

    def _below(self, of: Port) -> set[str]:
        waiting, below = [of], set()
        while waiting:
            name = waiting.pop()
            while name and name not in self.reading.made:
                name = name.rpartition(".")[0]
            if name and name not in below:
                below.add(name)
                waiting += self.reading.made[name].reads
        return below

    def _is_state(self, of: Port) -> bool:
        """Whether recurrent layers alone give it, one or some side by side."""
        node = self.reading.made.get(of)
        if isinstance(node, Merge):
            return all(map(self._is_state, node.reads))
        return node is None or isinstance(node, ModelLayer)


def _network(
    reading: Reading, answers: Sequence[Flow]
) -> tuple[tuple[ModelNode, ...], tuple[Port, ...]]:
    """The nodes of the model, and what it gives if that is not what the last one hands on."""
    made, names = fused(reading.made, [flow.port for flow in answers])
    gives = tuple(dict.fromkeys(renamed_port(flow.port, names) for flow in answers))
    nodes = list(made.values())
    nodes = [*_inputs(nodes, reading), *nodes]
    before, plain = INPUT, []
    for node in nodes:
        plain.append(replace(node, reads=()) if node.reads == (before,) else node)
        before = node.hands_on
    return tuple(plain), gives if gives != (before,) else ()


def _inputs(nodes: list[ModelNode], reading: Reading) -> list[ModelNode]:
    """The inputs that have to say what they are; a lone one is called as in any chain."""
    own = {node.name for node in nodes}
    entered = {
        flow: [node for node in nodes if flow in node.reads]
        for flow in reading.entrances
        if any(flow in node.reads for node in nodes)
    }
    first = nodes[0]
    if len(entered) == 1 and (isinstance(first, Embedding) or first.features is not None):
        (entrance,) = entered
        for at, node in enumerate(nodes):
            as_usual = (INPUT if read == entrance else read for read in node.reads)
            nodes[at] = replace(node, reads=tuple(as_usual))
        return []
    inputs: list[ModelNode] = []
    for entrance, readers in entered.items():
        sizes = reading.entrances[entrance]
        ids = any(isinstance(node, Embedding) for node in readers)
        known = [node.features for node in readers if node.features is not None]
        wide = sizes[-1] if sizes and isinstance(sizes[-1], int) else next(iter(known), None)
        if not ids and wide is None:
            why = "the number of its features is not known"
            raise UnsupportedModel(what=f"The input '{entrance}'", why=why)
        vector = not ids and len(sizes) == 2
        inputs.append(Input(entrance, None if ids else wide, vector=vector))
    assert not own & set(entered)
    return inputs


def _of_one_type(nodes: tuple[ModelNode, ...]) -> tuple[ModelNode, ...]:
    """The nodes in float64 if any weight is, else in float32: a model computes in one type."""
    arrays = [array for node in nodes for array in node.parameters().values()]
    dtype = np.float64 if any(array.dtype == np.float64 for array in arrays) else np.float32
    return tuple(
        node.with_parameters(
            {name: array.astype(dtype, copy=False) for name, array in node.parameters().items()}
        )
        for node in nodes
    )
