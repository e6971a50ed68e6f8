"""The way through a model's nodes, the same for every engine: one loop that knows no kind of node.

An engine says how one node runs; what it reads comes from the wiring.
"""

from __future__ import annotations

from collections.abc import Callable

from core.engines.inputs import Inputs
from core.model import Model
from core.nodes import Flow, Mask, Node, NodeTrace, Port, port
from core.trace import Trace

RunNode = Callable[..., NodeTrace]
"""From a node and what it reads, what it did."""


def run_node(node: Node, *read: Flow) -> NodeTrace:
    """What a node does, by its own equations."""
    return node.run(*read)


def walk(model: Model, inputs: Inputs, *, engine: str, run: RunNode = run_node) -> Trace:
    """Passes the inputs through every node and gathers what each did."""
    flows: dict[Port, Flow] = inputs.entering(model)
    nodes: dict[str, NodeTrace] = {}
    for node in model.nodes:
        read = [flows[name] for name in model.wiring.reads[node.name]]
        done = run(node, *read, *inputs.beside(node.name))
        nodes[node.name] = done
        flows |= {port(node.name, of): flow for of, flow in done.gave.items()}
    outputs = {given: flows[given] for given in model.output_ports}
    return Trace(
        inputs_by_name=inputs.given,
        outputs_by_port=outputs,
        nodes=nodes,
        mask=_last_mask(model, flows),
        engine=engine,
        model_digest=model.digest,
    )


def _last_mask(model: Model, flows: dict[Port, Flow]) -> Mask | None:
    """The mask where the model last reads steps, on the way back from its main output."""
    given, owners = model.output_ports[0], model.wiring.owners
    while flows[given].clock is None and given in owners:
        given = model.wiring.reads[owners[given]][0]
    return flows[given].mask
