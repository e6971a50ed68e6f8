"""The triangle of gradients from one run for each beginning of a text.

What works for every model: each beginning is read by itself, and its loss taken back. They run side
by side where a mask can tell them apart, in blocks of like length and bounded memory, and one by
one where it cannot (branches, convolutions, texts of fixed length). Cost: for T steps that of
reading and going back through T²/2 steps. `analysis/one_run.py` is the fast way, where there is
one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.analysis.sequence import valid_steps
from core.bptt import backprop_from
from core.cells.ways_back import Arrived, ways_back
from core.engines import record
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


def one_by_one(
    model: Model,
    trace: Trace,
    name: str,
    kept: NDArray[np.intp],
    wanted: NDArray[np.generic],
    *,
    state: str,
    loss: str | None,
    batch: int,
) -> tuple[Numbers, dict[str, Numbers], Numbers]:
    """Norms, parts by way (each (ends, time)) and losses, with every beginning read by itself.

    `kept` are the ends, `wanted` the targets of the sequence, `name` the layer whose `state` is
    asked about.
    """
    norms = np.full((len(kept), trace.time), np.nan)
    parts: dict[str, Numbers] = {}
    losses = np.full(len(kept), np.nan)
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
    return norms, parts, losses


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
