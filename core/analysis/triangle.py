"""How much does the answer at step t owe to the state at each earlier step k, and by which way?

For every beginning of a text, the loss that the model would have if the text ended there is taken
back to every step: the norms ‖∂loss_t/∂s_k‖, k ≤ t, make a triangle, one line for each t, the
itemised gradients of RNNbow (Cashman, Patterson, Mosca, Watts, Robinson & Chang 2019). s is the
memory of the cell, c of an LSTM, h of a GRU, or the hidden state of a cell without one.

Each gradient comes back by several ways: kept in place along the memory (f ⊙ of an LSTM, z ⊙ of a
GRU), through one of the gates, or from what reads the layer (`core/cells/ways_back.py`). Norms of
parts do not add up; so a way's part is its component along the whole gradient, with its sign. The
parts of all ways add up to the norm; a negative one works against the others. Only the first step
of the way back is split: k to k + 1.

Where all layers read forward, one below the other, the losses of one run are taken back together
(`analysis/sweep.py`): T²/2 rows of matrices, and nothing is read again. Other beginnings run side
by side where a mask can tell them apart, in blocks of like length and bounded memory, and one by
one where it cannot (branches, convolutions, texts of fixed length): then for T steps the cost is
that of reading and going back through T²/2 steps. Memory is linear in T beyond the triangle.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core import cells
from core.activations import Array
from core.analysis.one_run import of_one_run, serves_all_losses
from core.analysis.sequence import check_index, layer_of, valid_steps
from core.bptt import backprop_from
from core.cells.ways_back import Arrived, ways_back
from core.engines import record
from core.errors import ForeignTrace, UnsupportedModel, WrongTargets
from core.losses import Loss, default_loss, measure
from core.model import Model
from core.nodes import (
    Activated,
    Activation,
    BatchNormalization,
    Dense,
    Embedding,
    GlobalAveragePooling,
    GlobalMaxPooling,
    Input,
    Layer,
    LayerGradients,
    LayerNormalization,
    LayerTrace,
    Merge,
    in_reading_order,
    in_text_order,
)
from core.trace import Trace

Numbers = NDArray[np.float64]
_STEPWISE = (
    Activation, BatchNormalization, Dense, Embedding, GlobalAveragePooling, GlobalMaxPooling,
    Input, Layer, LayerNormalization, Merge,
)  # fmt: skip
"""Nodes that take masked steps for steps that are not there."""
_BLOCK = 16_000_000
"""Numbers that a block of beginnings may record."""


@dataclass(frozen=True, eq=False)
class Triangle:
    """‖∂loss_t/∂s_k‖ for the losses at `ends`, (ends, time), by time index of the text.

    NaN for k > t, which the text that ends at t does not have. `state` is the name of s. `parts`,
    by way, are of the same shape and add up to `norms`: "kept", the names of gates, "above".
    `losses` (ends,) are the losses themselves.
    """

    state: str
    ends: NDArray[np.intp]
    norms: Numbers
    parts: Mapping[str, Numbers]
    losses: Numbers

    @property
    def difference(self) -> float:
        """The largest difference between the sum of the parts and the norm, of the largest norm."""
        largest = np.nanmax(self.norms, initial=0.0)
        if not largest > 0:
            return 0.0
        gap = np.abs(np.sum(list(self.parts.values()), axis=0) - self.norms)
        return float(np.nanmax(gap) / largest)


def triangle(
    model: Model,
    trace: Trace,
    targets: ArrayLike,
    *,
    layer: int | str = 0,
    ends: Sequence[int] | None = None,
    loss: str | None = None,
    batch: int = 0,
) -> Triangle:
    """The gradient of the loss at each of `ends` in every state before, split by ways.

    `trace` is a run of `model`; `targets` as `backprop` takes them, for the whole batch: where the
    readout answers at every step, that of step t is wanted at t, else the one target is wanted of
    every beginning. `ends` are time indices, all unless given. `layer` is a place among
    `trace.layers` or a name. A truncated way back is not made; `loss` as in `backprop`.

    Raises ForeignTrace, OutOfRange, UnknownName, WrongTargets, and UnsupportedModel for a model
    that reads or gives several things.
    """
    if trace.model_digest != model.digest:
        raise ForeignTrace
    if len(trace.inputs_by_name) > 1 or len(trace.outputs_by_port) > 1:
        raise UnsupportedModel(
            what="A triangle of gradients", why=f"{model.name} reads or gives several things"
        )
    check_index("batch", batch, length=trace.batch)
    name = layer_of(trace, layer).name
    asked = range(trace.time) if ends is None else ends
    kept = np.array([check_index("step", at, length=trace.time) for at in asked], dtype=np.intp)
    wanted = _targets(trace, np.asarray(targets), batch=batch)
    cell = cells.get(trace.layer(name).cell)
    state = cell.memory or cell.states[0]
    norms = np.full((len(kept), trace.time), np.nan)
    parts: dict[str, Numbers] = {}
    losses = np.full(len(kept), np.nan)
    if len(kept) and serves_all_losses(model, trace):
        order, place = np.unique(kept, return_inverse=True)
        wanted_there = wanted[order] if trace.outputs.ndim == 3 else wanted
        values, norms, parts = of_one_run(
            model, trace, name, targets=wanted_there, ends=order, state=state, loss=loss,
            batch=batch,
        )  # fmt: skip
        split = {way: part[place] for way, part in parts.items()}
        return Triangle(state, kept, norms[place], split, values[place])
    for rows, again in _beginnings(model, trace, kept, batch=batch):
        last = kept[rows]
        measured, values = _losses(model, again, wanted, last, name=loss)
        losses[rows] = values
        back = backprop_from(model, again, measured).layer(name)
        whole, ways = _split(again.layer(name), back, state)
        time = min(trace.time, whole.shape[1])
        there = np.arange(time) <= last[:, None]
        lengths = np.sqrt(np.square(whole[:, :time], dtype=np.float64).sum(axis=2))
        norms[rows, :time] = np.where(there, lengths, np.nan)
        divisor = np.where(lengths > 0, lengths, 1)
        for way, part in ways.items():
            along = np.einsum("btu,btu->bt", part[:, :time], whole[:, :time], dtype=np.float64)
            share = parts.setdefault(way, np.where(np.isnan(norms), np.nan, 0.0))
            share[rows, :time] = np.where(there, along / divisor, np.nan)
    for share in parts.values():  # a way that later blocks alone have is 0 in the earlier ones
        share[np.isnan(share) & ~np.isnan(norms)] = 0.0
    return Triangle(state, kept, norms, parts, losses)


def _targets(trace: Trace, targets: NDArray[np.generic], *, batch: int) -> NDArray[np.generic]:
    """Those of one sequence: (outputs,) or a class, at every step where the readout answers there.

    Raises WrongTargets.
    """
    if targets.ndim == 0 or len(targets) != trace.batch:
        found = "one number" if targets.ndim == 0 else f"{len(targets)}"
        raise WrongTargets(loss="the loss", expected=f"{trace.batch} sequences", found=found)
    one = targets[batch]
    if trace.outputs.ndim == 3 and (one.ndim == 0 or len(one) != trace.time):
        expected = f"a target for each of {trace.time} steps"
        raise WrongTargets(loss="the loss", expected=expected, found=f"the shape {one.shape}")
    return one


def _beginnings(
    model: Model, trace: Trace, ends: NDArray[np.intp], *, batch: int
) -> Iterator[tuple[NDArray[np.intp], Trace]]:
    """Rows of `ends`, and a run of the beginnings that end there, one sequence each."""
    text = trace.inputs[batch]
    valid = valid_steps(trace.mask, batch=batch)
    states = {
        run.name: {name: state[batch] for name, state in run.initial_states.items()}
        for run in trace.layers
        if len(model.wiring.reads[run.name]) == 1
    }
    side_by_side = (
        model.is_chain
        and model.steps is None
        and all(isinstance(node, _STEPWISE) for node in model.nodes)
        and all(layer.masked for layer in model.layers)
    )
    numbers = sum(layer.units * (6 * len(layer.weights) + 8) for layer in model.layers)
    order = np.argsort(ends, kind="stable")[::-1]
    while len(order):
        time = int(ends[order[0]]) + 1
        most = max(1, _BLOCK // (time * (numbers + model.features))) if side_by_side else 1
        rows, order = order[:most], order[most:]
        if model.steps is not None:  # what is not there yet is padding: id 0, or zeros
            read = np.where(
                (np.arange(len(text)) < time).reshape(-1, *[1] * (text.ndim - 1)), text, 0
            )
            given, mask = read.astype(text.dtype)[None], None if valid is None else valid[None]
        else:
            given = np.broadcast_to(text[:time], (len(rows), *text[:time].shape))
            mask = None if valid is None else np.broadcast_to(valid[:time], (len(rows), time))
        if side_by_side:
            within = np.arange(time) <= ends[rows][:, None]
            mask = within if mask is None else within & mask
        yield (
            rows,
            record(
                model,
                given,
                mask=mask,
                initial_states={
                    layer: {name: np.broadcast_to(s, (len(rows), len(s))) for name, s in of.items()}
                    for layer, of in states.items()
                },
            ),
        )


def _losses(
    model: Model,
    run: Trace,
    targets: NDArray[np.generic],
    ends: NDArray[np.intp],
    *,
    name: str | None,
) -> tuple[dict[str, Loss], Numbers]:
    """The loss of each beginning at its last step, ready to be taken back; and their values."""
    ((given, flow),) = run.outputs_by_port.items()
    owner = model.by_name[model.wiring.owners[given]]
    activation = owner.activation if isinstance(owner, Activated) else "linear"
    before = run.nodes[owner.name].before_activation
    raw = flow.values if before is None else before
    rows = np.arange(len(ends))
    at = (rows, ends) if flow.values.ndim == 3 else (rows,)
    wanted = targets[ends] if flow.values.ndim == 3 else np.repeat(targets[None], len(ends), axis=0)
    called = name or default_loss(activation)
    gradient, values = np.zeros_like(flow.values), np.zeros(len(ends))
    for row in rows:  # one by one: a loss of several is their mean
        here = tuple(index[row] for index in at)
        one = measure(
            called, outputs=flow.values[here][None], preactivations=raw[here][None],
            activation=activation, targets=wanted[row][None], mask=None,
        )  # fmt: skip
        gradient[here], values[row] = one.at_preactivations[0], one.value
    return {given: Loss(called, float(values.sum()), gradient)}, values


def _split(run: LayerTrace, back: LayerGradients, state: str) -> tuple[Array, dict[str, Array]]:
    """∂loss/∂state and its parts by way, (batch, time, units) in the order of the text."""

    def read(arrays: Mapping[str, Array]) -> dict[str, Array]:
        return {name: in_reading_order(d, run.direction) for name, d in arrays.items()}

    ways = ways_back(
        cells.get(run.cell),
        state,
        record=run.record,
        kernels=run.kernels,
        arrived=Arrived(read(back.states), read(back.gates), read(back.preactivations)),
        valid=None if run.mask is None else in_reading_order(run.mask, run.direction),
    )
    return back.states[state], {w: in_text_order(d, run.direction) for w, d in ways.items()}
