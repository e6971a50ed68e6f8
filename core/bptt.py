"""Backpropagation through time: the one way back through a model's nodes, and `backprop`.

Exact for everything that `record` runs: masks, both directions, stacks, branches, any readout.
One loop over the nodes, last first, which knows no kind of node: each says what it gives back
(`Node.back`), and what was read twice gets the sum. Cost: about that of the forward pass twice; it
reads the trace and records nothing twice. Not chosen: automatic differentiation, which gives the
sums at the end but hides the steps that this project exists to show.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from core.activations import Array
from core.engines import fast_engine
from core.errors import ForeignTrace, OutOfRange, UnknownName, WrongTargets
from core.gradients import Gradients
from core.losses import Loss, default_loss, measure
from core.model import Model
from core.nodes import (
    PREACTIVATIONS,
    Activated,
    Back,
    Contribution,
    Flow,
    Layer,
    LayerBack,
    LayerGradients,
    Port,
    port,
)
from core.threads import one_thread
from core.trace import Trace


def backprop(
    model: Model,
    trace: Trace,
    targets: ArrayLike | Mapping[Port, ArrayLike],
    *,
    loss: str | None = None,
    truncate: int | None = None,
    per_step: bool | Collection[str] = False,
) -> Gradients:
    """∂loss/∂ of every state, gate, pre-activation, input and parameter, at every step.

    `targets` have the shape of `trace.outputs` (whole numbers without the last axis for sparse
    categorical cross-entropy). `loss` is one of `core.losses.LOSSES`; unless given, the one that
    belongs to the readout's activation. Of a model with several outputs, `targets` are by port,
    and the loss is the sum over those that are named. Where the readout answers at every step, the
    loss is the mean over the steps that are not masked. `truncate` cuts the way back into blocks
    of that many steps, counted from the step read first: no gradient of a state crosses into an
    earlier block. `per_step` is True, or names of parameters: keeps what each step contributes to
    their gradients. A readout at the last step, or above a pooling, contributes at the last time
    index.

    Raises ForeignTrace if the trace is not this model's, UnknownName, WrongTargets, OutOfRange.
    """
    if trace.model_digest != model.digest:
        raise ForeignTrace
    if truncate is not None and (truncate < 1 or truncate != int(truncate)):
        raise OutOfRange(what="truncate", found=truncate, expected="a whole number, at least 1")
    wanted = frozenset(model.parameters) if per_step is True else frozenset(per_step or ())
    for name in wanted - set(model.parameters):
        raise UnknownName(kind="parameter", found=name, known=", ".join(model.parameters))
    measured = _losses(model, trace, targets, name=loss)
    return backprop_from(model, trace, measured, truncate=truncate, wanted=wanted)


def backprop_from(
    model: Model,
    trace: Trace,
    losses: Mapping[Port, Loss],
    *,
    truncate: int | None = None,
    wanted: frozenset[str] = frozenset(),
) -> Gradients:
    """The same from losses that were measured before, by the port that each was measured at.

    What `backprop` cannot say in targets: a loss of some steps or some sequences only. `wanted`
    are the parameters of which each step's contribution is kept.
    """
    with one_thread():
        way = _walk_back(model, trace, losses, wanted, truncate=truncate)
    return Gradients(
        loss=sum(one.value for one in losses.values()),
        loss_name=next(iter(losses.values())).name,
        layers=tuple(way.layers[::-1]),
        inputs=way.entrance(model, trace),
        parameters={name: way.total[name] for name in model.parameters},
        per_step=way.per_step,
        nodes=way.nodes,
        truncate=truncate,
    )


@dataclass
class _Way:
    """What has been gathered on the way back: `arrived` is ∂loss/∂ of each port."""

    arrived: dict[Port, Array]
    layers: list[LayerGradients] = field(default_factory=list)
    nodes: dict[str, Mapping[str, Array]] = field(default_factory=dict)
    total: dict[str, Array] = field(default_factory=dict)
    per_step: dict[str, Array] = field(default_factory=dict)

    def add(self, to: Port, d: Array) -> None:
        """One more way from a port to the loss."""
        self.arrived[to] = self.arrived[to] + d if to in self.arrived else d

    def give(self, name: str, gradient: Contribution, *, wanted: bool, time: int) -> None:
        """The gradient of a weight; what each step adds to it where that is wanted."""
        self.total[name] = gradient.total
        if not wanted:
            return
        each = gradient.each()
        if gradient.once:  # read once, when the text has ended: it stands at the last time index
            each = np.concatenate([np.zeros((time - 1, *each.shape[1:]), each.dtype), each])
        self.per_step[name] = each

    def entrance(self, model: Model, trace: Trace) -> Array:
        """∂loss/∂ of the features that are read first, after an embedding."""
        read = model.embedding
        at = model.wiring.inputs[model.inputs[0]] if read is None else read.name
        if at in self.arrived:
            return self.arrived[at]
        flow = trace.inputs if read is None else trace.nodes[read.name].outputs
        return np.zeros_like(flow)


def _walk_back(
    model: Model,
    trace: Trace,
    measured: Mapping[Port, Loss],
    wanted: frozenset[str],
    *,
    truncate: int | None,
) -> _Way:
    """Back through every node, last first; through layers as the engine of the trace does."""
    way, loop = _Way({}), fast_engine.way_back(trace)
    for given, loss in measured.items():
        owner = model.by_name[model.wiring.owners[given]]
        # Behind an activation, the loss is measured before it.
        before = PREACTIVATIONS in trace.nodes[owner.name].recorded
        way.add(port(owner.name, PREACTIVATIONS) if before else given, loss.at_preactivations)
    for node in reversed(model.nodes):
        run = trace.nodes[node.name]
        ports = (*run.gave, PREACTIVATIONS)
        named = {of: port(node.name, of) for of in ports}
        gradients = {of: way.arrived[at] for of, at in named.items() if at in way.arrived}
        if loop is not None and isinstance(node, Layer):
            back: Back = node.back(gradients, run, truncate=truncate, loop=loop)
        else:
            back = node.back(gradients, run, truncate=truncate)
        for read, d in zip(model.wiring.reads[node.name], back.inputs, strict=False):
            if d is not None:
                way.add(read, d)
        for name, gradient in back.parameters.items():
            way.give(name, gradient, wanted=name in wanted, time=trace.time)
        way.nodes[node.name] = back.arrays
        if isinstance(back, LayerBack):
            way.layers.append(back.layer)
    return way


def _losses(model: Model, trace: Trace, targets: Any, *, name: str | None) -> dict[Port, Loss]:
    """The loss at each output that has targets."""
    if not isinstance(targets, Mapping):
        if len(trace.outputs_by_port) > 1:
            known = ", ".join(trace.outputs_by_port)
            raise WrongTargets(loss=name or "the loss", expected=f"some by port: {known}",
                               found="one array")  # fmt: skip
        targets = {next(iter(trace.outputs_by_port)): targets}
    for given in targets:
        if given not in trace.outputs_by_port:
            known = ", ".join(trace.outputs_by_port)
            raise UnknownName(kind="output", found=given, known=known)
    return {
        given: _loss(model, trace, given, trace.outputs_by_port[given], wanted, name=name)
        for given, wanted in targets.items()
    }


def _loss(
    model: Model, trace: Trace, given: Port, flow: Flow, targets: Any, *, name: str | None
) -> Loss:
    owner = model.by_name[model.wiring.owners[given]]
    activation = owner.activation if isinstance(owner, Activated) else "linear"
    before = trace.nodes[owner.name].before_activation
    return measure(
        name or default_loss(activation),
        outputs=flow.values,
        preactivations=flow.values if before is None else before,
        activation=activation,
        targets=targets,
        mask=flow.mask,
    )
