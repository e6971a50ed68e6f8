"""Backpropagation through time: the one backward time loop, and `backprop`.

Exact for everything that `record` runs: masks, both directions, stacks, merges, any readout.
Cost: about that of the forward pass twice; it reads the trace and records nothing twice. The
loop knows no cell: each cell says what one step back is. Not chosen: automatic differentiation,
which gives the sums at the end but hides the steps that this project exists to show.
Werbos 1990; truncation as in Williams & Peng 1990, in blocks that do not overlap.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from core import cells
from core.activations import Array
from core.cells import Backward, Cell, Kernels
from core.errors import ForeignTrace, OutOfRange, UnknownName
from core.gradients import Gradients, LayerGradients
from core.layer_trace import LayerTrace, Mask, in_reading_order, in_text_order
from core.losses import Loss, default_loss, measure
from core.model import Model
from core.nodes import Activated, Embedding, Layer, Plain, Recurrent
from core.parameter_gradients import Contributions, layer_gradients, named, plain_gradients
from core.threads import one_thread
from core.trace import Trace


def backprop(
    model: Model,
    trace: Trace,
    targets: ArrayLike,
    *,
    loss: str | None = None,
    truncate: int | None = None,
    per_step: bool | Collection[str] = False,
) -> Gradients:
    """∂loss/∂ of every state, gate, pre-activation, input and parameter, at every step.

    `targets` have the shape of `trace.outputs` (whole numbers without the last axis for sparse
    categorical cross-entropy). `loss` is one of `core.losses.LOSSES`; unless given, the one that
    belongs to the readout's activation. Where the readout answers at every step, the loss is the
    mean over the steps that are not masked. `truncate` cuts the way back into blocks of that many
    steps, counted from the step read first: no gradient of a state crosses into an earlier block.
    `per_step` is True, or names of parameters: keeps what each step contributes to their
    gradients. A readout at the last step, or above a pooling, contributes at the last time index.

    Raises ForeignTrace if the trace is not this model's, UnknownName, WrongTargets, OutOfRange.
    """
    if trace.model_digest != model.digest:
        raise ForeignTrace
    if truncate is not None and (truncate < 1 or truncate != int(truncate)):
        raise OutOfRange(what="truncate", found=truncate, expected="a whole number, at least 1")
    wanted = frozenset(model.parameters) if per_step is True else frozenset(per_step or ())
    for name in wanted - set(model.parameters):
        raise UnknownName(kind="parameter", found=name, known=", ".join(model.parameters))
    measured = _loss(model, trace, targets, name=loss)
    with one_thread():
        layers, entrance, gathered = _chain_back(model, trace, measured, wanted, truncate=truncate)
    return Gradients(
        loss=measured.value,
        loss_name=measured.name,
        layers=layers,
        inputs=entrance,
        parameters={name: gathered.total[name] for name in model.parameters},
        per_step=gathered.per_step,
        truncate=truncate,
    )


def _chain_back(
    model: Model, trace: Trace, measured: Loss, wanted: frozenset[str], *, truncate: int | None
) -> tuple[tuple[LayerGradients, ...], Array, Contributions]:
    """Back through every stage: the layers' gradients, ∂loss/∂features, the parameters'."""
    gathered = Contributions(time=trace.time, wanted=wanted)
    layers: tuple[LayerGradients, ...] = ()
    recorded, plain = list(trace.layers), list(trace.stages)
    d = entrance = measured.at_preactivations
    for stage in reversed(model.stages):
        match stage:
            case Activated() if stage is model.stages[-1]:  # the loss is measured before it
                back = stage.back_from(d, plain.pop())
                d = entrance = plain_gradients(stage, back, into=gathered)
            case Plain():
                back = stage.back(d, plain.pop(), trace.mask)
                d = entrance = plain_gradients(stage, back, into=gathered)
            case Recurrent():
                runs = [recorded.pop() for _ in stage.layers][::-1]
                parts = split(d, stage, runs)
                way = partial(
                    _layer_back, truncate=truncate, zeroes=stage.zeroes_masked, into=gathered
                )
                done = tuple(
                    way(layer, run, part)
                    for layer, run, part in zip(stage.layers, runs, parts, strict=True)
                )
                layers = done + layers
                d = entrance = sum((one.inputs for one in done[1:]), done[0].inputs)
            case Embedding():
                gathered.embedding(stage, ids=trace.inputs, d_features=d)
    return layers, entrance, gathered


def _loss(model: Model, trace: Trace, targets: ArrayLike, *, name: str | None) -> Loss:
    before = trace.stages[-1].preactivations if model.head else None
    return measure(
        name or default_loss(model.activation),
        outputs=trace.outputs,
        preactivations=trace.outputs if before is None else before,
        activation=model.activation,
        targets=targets,
        mask=trace.mask if trace.outputs.ndim == 3 else None,
    )


def split(d: Array, stage: Recurrent, runs: list[LayerTrace]) -> list[Array]:
    """∂loss/∂outputs of each layer of a stage, (batch, time, units), from that of the stage."""
    if stage.returns == "every":
        outputs = [run.outputs for run in runs]
        return _unmerge(d, stage.merge, outputs)
    at = [-1 if run.direction == "forward" else 0 for run in runs]
    last = [run.outputs[:, step] for run, step in zip(runs, at, strict=True)]
    whole = []
    for part, run, step in zip(_unmerge(d, stage.merge, last), runs, at, strict=True):
        spread = np.zeros_like(run.outputs)
        spread[:, step] = part
        whole.append(spread)
    return whole


def _unmerge(d: Array, how: str | None, outputs: list[Array]) -> list[Array]:
    match how:
        case None:
            return [d]
        case "concat":
            width = outputs[0].shape[-1]
            return [d[..., :width], d[..., width:]]
        case "mul":
            return [d * outputs[1], d * outputs[0]]
        case "ave":
            return [d / 2, d / 2]
    return [d, d]


def _layer_back(
    layer: Layer,
    run: LayerTrace,
    d_outputs: Array,
    *,
    truncate: int | None,
    zeroes: bool,
    into: Contributions,
) -> LayerGradients:
    """One layer's way back, from ∂loss/∂outputs (batch, time, units)."""
    cell, record, kernels = cells.get(run.cell), run.record, run.kernels
    upstream = np.ascontiguousarray(in_reading_order(d_outputs, run.direction))
    valid = None if run.mask is None else in_reading_order(run.mask, run.direction)
    if valid is not None:
        upstream = _past_masked(upstream, valid, zeroes=zeroes)
    back = Backward.empty(record)
    carried = {name: np.zeros_like(state[0]) for name, state in record.states.items()}
    _loop(cell, back, kernels, carried, run=run, upstream=upstream, valid=valid, truncate=truncate)
    layer_gradients(layer, run, back, into=into)
    flat = back.preactivations.reshape(-1, kernels.kernel.shape[1])
    d_inputs = (flat @ kernels.kernel.T).reshape(*upstream.shape[:2], -1)  # z = x W + …
    states = {n: in_text_order(d, run.direction) for n, d in back.states.items()}
    return LayerGradients(
        name=run.name,
        states=states,
        gates=named(cell.gates, back.gates, run=run),
        preactivations=named(cell.maps, back.preactivations, run=run),
        initial_states=carried,
        inputs=in_text_order(d_inputs, run.direction),
    )


def _loop(
    cell: Cell,
    back: Backward,
    kernels: Kernels,
    carried: dict[str, Array],
    *,
    run: LayerTrace,
    upstream: Array,
    valid: Mask | None,
    truncate: int | None,
) -> None:
    """The time loop. `carried` ends as ∂loss/∂ of the initial states."""
    steps = cell.backward_steps(run.record, into=back, kernels=kernels)
    for now, arriving, at in zip(
        steps, upstream[::-1], reversed(range(len(upstream))), strict=True
    ):
        np.add(carried["hidden"], arriving, out=now.hidden)  # h_t is read above, and at t + 1
        if valid is None:
            cell.backward(now, kernels, carried)
        else:
            before = {name: d.copy() for name, d in carried.items()} | {"hidden": now.hidden}
            cell.backward(now, kernels, carried)
            _skip(~valid[at], back, carried, before, at=at)
        if truncate is not None and at % truncate == 0 and at > 0:
            for d in carried.values():
                d.fill(0)


def _skip(
    skipped: Array, back: Backward, carried: dict[str, Array], before: dict[str, Array], *, at: int
) -> None:
    """At a masked step the states are copies of those before: so are their gradients."""
    for stacked in (back.preactivations, back.gates):
        stacked[at][skipped] = 0
    for name, d in carried.items():
        d[skipped] = before[name][skipped]
        back.states[name][at][skipped] = before[name][skipped]


def _past_masked(upstream: Array, valid: Mask, *, zeroes: bool) -> Array:
    """∂loss/∂outputs moved to where those outputs came from: the inverse of `masked_outputs`."""
    moved = upstream.copy()
    for at in reversed(range(len(moved))):
        skipped = ~valid[at]
        if at > 0 and not zeroes:
            moved[at - 1][skipped] += moved[at][skipped]
        moved[at][skipped] = 0
    return moved
