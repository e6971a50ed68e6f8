"""`.onnx` as a Model: a graph read as the chain that it computes.

    bytes ─onnx_proto▶ nodes ─here, one after another▶ values (`onnx/values.py`) ─▶ Model
        onnx_plumbing.py   what is done with weights and shapes alone
        onnx_structure.py  what moves numbers and changes none
        onnx_layers.py     what is a stage; onnx_recurrent.py: LSTM, GRU, RNN

Nothing is run: neither onnxruntime nor any code of the file, which has none. Operations that no
output depends on are not looked at. Not chosen: to match the graphs of known exporters as they
stand, which breaks with each new version of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from core.errors import UnsupportedModel, UnsupportedTail
from core.importers.archive import Data
from core.importers.errors import BrokenFile, RepeatedEntry, shown
from core.importers.limits import Limits
from core.importers.onnx.axes import Atom
from core.importers.onnx.layers import LAYERS
from core.importers.onnx.plumbing import plumbed
from core.importers.onnx.proto import Branch, Graph, Node, array_of, axis_of, read_graph
from core.importers.onnx.reading import Reading, branches, is_recurrent, live, reads
from core.importers.onnx.sizes import Dim, UnknownSize
from core.importers.onnx.structure import STRUCTURE
from core.importers.onnx.values import Aside, Const, Flow, Tips, Value, described, settled
from core.model import Model
from core.nodes import Node as ModelNode
from core.nodes import nodes_of
from core.text import Vocabulary


def read_onnx(
    data: Data,
    *,
    limits: Limits | None = None,
    name: str | None = None,
    vocabulary: Vocabulary | None = None,
    without_tail: bool = False,
) -> Model:
    """The Model that a graph computes.

    Inputs are (batch, time) ids or (batch, time, features), and outputs (batch, time, units) or
    (batch, units), in whatever order the graph has its axes. Of a graph with several outputs the
    longest chain is taken; states that it hands out beside are not. `card["answer_at"]` is there
    where the graph gives one step of layers that read in both directions: "end" or "start", the
    step of `trace.outputs` that is its answer; `card["length"]` where it takes texts of so many
    ids alone. With `without_tail`, an operation after the last
    recurrent layer that cannot be read is left out, and all that follow it.

    Raises FileRefused by its reason; UnsupportedModel, which names the operation and its place;
    UnsupportedTail where `without_tail` helps; and what Model raises.
    """
    graph = read_graph(data, limits=limits or Limits())
    flow = _Graph(graph, without_tail=without_tail).answer()
    card: dict[str, Any] = {"format": ".onnx"}
    if flow.step is not None:
        card["answer_at"] = flow.step
    if (length := _length(graph.inputs.get(flow.source, ()))) is not None:
        card["length"] = length
    return Model(
        _of_one_type(nodes_of(flow.stages)),
        name=name or shown(graph.name) or "model",
        vocabulary=vocabulary,
        card=card,
    )


def _length(sizes: Sequence[Dim]) -> int | None:
    """How many ids each text has, of an input of ids whose sizes are declared; else None."""
    numbers = [size for size in sizes if isinstance(size, int) and size != 1]
    return numbers[0] if len(sizes) == 2 and len(numbers) == 1 else None


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
            self.values[name] = Flow((), axes, name)

    def answer(self) -> Flow:
        """What the graph gives in the end."""
        if self.last == 0:
            # torch.onnx.export writes an nn.RNN out step by step unless dynamo is False.
            why = "no LSTM, GRU or RNN is in it; one that is written out step by step is not read"
            raise UnsupportedModel(what="The graph", why=why)
        for node in self.nodes:
            try:
                self._run(node)
            except UnsupportedModel as refusal:
                return self._without(node, refusal)
        return self._longest()

    def _run(self, node: Node) -> None:
        """Follows the node, and keeps what its outputs hold."""
        inputs = [self._value(name, node) if name else None for name in node.inputs]
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
            found = plumbed(node, inputs, self.reading)
            if found is not None:
                return found
            if isinstance(next(iter(inputs), None), Aside) and node.op in STRUCTURE:
                return [value for value in inputs[:1] if value] * len(node.outputs)
            if branches(node):
                raise node.refuse("it runs a graph of its own, again and again")
            run = STRUCTURE.get(node.op) or LAYERS.get(node.op)
            if run is None:
                raise node.refuse("it is none of the operations that a recurrent network is of")
            return run(node, inputs, self.reading)
        except UnknownSize as error:
            raise node.refuse("its shape is not known before it runs") from error

    def _without(self, node: Node, refusal: UnsupportedModel) -> Flow:
        """The chain up to `node`, which cannot be read, if no recurrent layer follows."""
        if node.at <= self.last:
            raise refusal
        before = []
        for name in reads(node):
            value = self.values.get(name)
            if isinstance(value, Flow | Tips):
                try:
                    before.append(settled(value, node))
                except UnsupportedModel:
                    continue
        unrolled = [flow for flow in before if flow.unrolls]
        if not unrolled:
            raise refusal
        if not self.without_tail:
            raise UnsupportedTail(**refusal.facts) from refusal
        return max(unrolled, key=lambda flow: len(flow.stages))

    def _longest(self) -> Flow:
        """The output that the others are on the way to."""
        node = Node("", "the outputs", (), (), {}, len(self.nodes), len(self.nodes))
        found: list[Flow] = []
        refusals: list[UnsupportedModel] = []
        for name in self.graph.outputs:
            value = self._value(name, node)
            try:
                found.append(settled(value, node, handed_out=True))
            except UnsupportedModel as refusal:
                refusals.append(refusal)
        flows = [flow for flow in found if flow.unrolls]
        if not flows:
            why = "no output of it is what a recurrent layer gives"
            raise refusals[0] if refusals else UnsupportedModel(what="The graph", why=why)
        longest = max(flows, key=lambda flow: len(flow.stages))
        names = [stage for stage, _ in described(longest.stages)]
        for flow in flows:
            own = [stage for stage, _ in described(flow.stages)]
            if own != names[: len(own)]:
                what = "A graph with several answers"
                why = f"one ends in '{names[-1]}', another in '{own[-1]}'"
                raise UnsupportedModel(what=what, why=why)
        return longest


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
