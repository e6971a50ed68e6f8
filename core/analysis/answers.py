"""What would the model answer if the text ended here?

Asked at every step, the answers make a line along the text. A model that reads forward only has
already seen exactly what it would have seen: its head, applied to every step's output, gives all
answers at the cost of one dense product; a pooling is carried along. Where a layer reads backward,
every prefix is another text to it and has to be run again: quadratic in the length of the text, so
`steps` can ask for some of them only. Prefixes run side by side, padded and masked, in blocks of
bounded memory.
Not chosen: slicing the states of a backward layer, which have read what the prefix lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.sequence import check_index
from core.engines import record
from core.errors import ForeignTrace, UnsupportedModel
from core.model import Model
from core.nodes import Flow, GlobalMaxPooling, Mask, Merge, Node
from core.trace import Trace

Gather = Callable[..., Array]
"""From `ends`, the last steps of some prefixes, what is handed on for each."""

_BLOCK = 32_000_000
"""Numbers that a block of prefixes may record: 128 MB in float32."""


def answers(
    model: Model, trace: Trace, *, batch: int = 0, steps: Sequence[int] | None = None
) -> Array:
    """What the readout gives if the text ends with each of `steps`, (steps, outputs).

    `steps` are time indices, all unless given. The answer at step t is that to the first t + 1
    steps of sequence `batch`, from the same initial states and with the same mask; of a readout at
    every step, its answer at the last of them; of a pooling, that of these steps alone; of a model
    without readout, what its last recurrent stage hands on. A model of texts of one length (it has
    a Flatten) is asked about the first t + 1 steps and padding: id 0, or zeros. Raises
    ForeignTrace if the trace is not this model's, OutOfRange.
    """
    if trace.model_digest != model.digest:
        raise ForeignTrace
    check_index("batch", batch, length=trace.batch)
    asked = range(trace.time) if steps is None else steps
    kept = np.array([check_index("step", at, length=trace.time) for at in asked], dtype=np.intp)
    if model.steps is not None:
        gather: Gather = partial(_padded, model, trace, batch=batch)
        return _by_blocks(gather, model, kept, width=model.outputs)
    if not model.is_chain:
        return np.concatenate([_alone(model, trace, batch=batch, end=int(end)) for end in kept])
    specs, reads = model.wiring.specs, model.wiring.reads
    pooling = next(
        (
            at
            for at, node in enumerate(model.head)
            if specs[reads[node.name][0]].steps and not specs[node.hands_on].steps
        ),
        None,
    )
    if all(layer.direction == "forward" for layer in model.layers):
        if pooling is None:
            x = trace.layers[-1].outputs[batch, kept]
        else:
            before = trace.nodes[model.head[pooling].name].inputs[batch]
            mask = None if trace.mask is None else trace.mask[batch]
            x = _pooled_along(model.head[pooling], before, mask)[kept]
    else:
        above = len(model.head) - (pooling or 0)
        body = replace(model, nodes=model.nodes[: len(model.nodes) - above], gives=())
        gather = partial(_ends_of, body, trace, batch=batch)
        if pooling is not None:
            gather = partial(_pools_of, body, model.head[pooling], trace, batch=batch)
        x = _by_blocks(gather, body, kept, width=body.outputs)
    for node in model.head if pooling is None else model.head[pooling + 1 :]:
        x = node.run(Flow(x)).outputs
    return x


def _alone(model: Model, trace: Trace, *, batch: int, end: int) -> Array:
    """The answer to one prefix, run by itself, (1, outputs): branches know no shorter way."""
    if len(trace.inputs_by_name) > 1:
        raise UnsupportedModel(what="A prefix", why=f"{model.name} reads several things")
    mask = None if trace.mask is None else trace.mask[batch : batch + 1, : end + 1]
    again = record(
        model,
        trace.inputs[batch : batch + 1, : end + 1],
        mask=mask,
        initial_states=_initial(model, trace, batch=batch, copies=1),
    )
    return again.outputs if again.outputs.ndim == 2 else again.outputs[:, -1]


def _pooled_along(pooling: Node, x: Array, mask: Mask | None) -> Array:
    """What the pooling makes of the first step, the first two, … of `x` (time, features)."""
    if isinstance(pooling, GlobalMaxPooling):
        return np.maximum.accumulate(x, axis=0)
    counts = np.ones(len(x), bool) if mask is None else mask
    total = np.cumsum(np.where(counts[:, None], x, 0), axis=0, dtype=np.float64)
    with np.errstate(invalid="ignore"):  # before the first step that counts there is no mean
        return (total / np.cumsum(counts)[:, None]).astype(x.dtype)


def _by_blocks(gather: Gather, body: Model, kept: NDArray[np.intp], *, width: int) -> Array:
    """What `gather` gives for each of the prefixes that end with `kept`, (prefixes, width)."""
    x = np.empty((len(kept), width), body.dtype)
    for rows in _blocks(body, kept):
        x[rows] = gather(ends=kept[rows])
    return x


def _blocks(body: Model, steps: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Positions in `steps`, prefixes of like length together, as many as the memory allows."""
    states = 4  # of an LSTM, before and after; maps have two parts and a sum, and gates
    numbers = sum(layer.units * (4 * len(layer.weights) + states) for layer in body.layers)
    order = np.argsort(steps, kind="stable")[::-1]
    while len(order):
        most = max(1, _BLOCK // int((steps[order[0]] + 1) * (numbers + body.features)))
        yield order[:most]
        order = order[most:]


def _run_prefixes(
    body: Model, trace: Trace, *, batch: int, ends: NDArray[np.intp]
) -> tuple[Trace, Mask]:
    """A run of all prefixes side by side, and which steps belong to each, (prefixes, time)."""
    time = int(ends.max()) + 1
    within: Mask = np.arange(time) <= ends[:, None]
    valid = within if trace.mask is None else within & trace.mask[batch, :time]
    # Every prefix is the same text, repeated without a copy; the mask alone tells them apart.
    text = trace.inputs[batch, :time]
    again = record(
        body,
        np.broadcast_to(text, (len(ends), *text.shape)),
        mask=valid,
        initial_states=_initial(body, trace, batch=batch, copies=len(ends)),
    )
    return again, within


def _ends_of(body: Model, trace: Trace, *, batch: int, ends: NDArray[np.intp]) -> Array:
    """What the body's last recurrent stage hands on for each prefix, (prefixes, features)."""
    again, _ = _run_prefixes(body, trace, batch=batch, ends=ends)
    last, rows = body.recurrent[-1], np.arange(len(ends))
    handed_on = []
    for run in again.layers[-len(last.layers) :]:
        # What is read last by a backward layer stands first.
        first = run.direction == "backward" and last.returns == "last"
        handed_on.append(run.outputs[rows, np.zeros_like(ends) if first else ends])
    merge = last.nodes[-1]
    return merge.joined(handed_on) if isinstance(merge, Merge) else handed_on[0]


def _pools_of(
    body: Model, pooling: Node, trace: Trace, *, batch: int, ends: NDArray[np.intp]
) -> Array:
    """What the pooling above the body makes of each prefix, (prefixes, features)."""
    again, within = _run_prefixes(body, trace, batch=batch, ends=ends)
    x = again.outputs
    if isinstance(pooling, GlobalMaxPooling):
        x = np.where(within[..., None], x, x.dtype.type(-np.inf))
    return pooling.run(Flow(x, again.mask, "input")).outputs


def _padded(model: Model, trace: Trace, *, batch: int, ends: NDArray[np.intp]) -> Array:
    """What the model answers to each prefix with padding after it, (prefixes, outputs)."""
    text = trace.inputs[batch]
    within = (np.arange(len(text)) <= ends[:, None]).reshape(len(ends), -1, *[1] * (text.ndim - 1))
    mask = trace.mask
    again = record(
        model,
        np.where(within, text, 0).astype(text.dtype),
        mask=None if mask is None else np.broadcast_to(mask[batch], (len(ends), len(text))),
        initial_states=_initial(model, trace, batch=batch, copies=len(ends)),
    )
    return again.outputs


def _initial(model: Model, trace: Trace, *, batch: int, copies: int) -> dict[str, dict[str, Array]]:
    """The initial states of one sequence, for each of some copies of it, where they were given."""
    return {
        run.name: {
            name: np.broadcast_to(state[batch], (copies, run.units))
            for name, state in run.initial_states.items()
        }
        for run in trace.layers
        if len(model.wiring.reads[run.name]) == 1
    }
