"""What would the model answer if the text ended here?

Asked at every step, the answers make a line along the text. A model that reads forward only has
already seen exactly what it would have seen: its head, applied to every step's output, gives all
answers at the cost of one dense product. Where a layer reads backward, every prefix is another
text to it and has to be run again: quadratic in the length of the text, so `steps` can ask for
some of them only. Prefixes run side by side, padded and masked, in blocks of bounded memory.
Not chosen: slicing the states of a backward layer, which have read what the prefix lacks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.sequence import check_index
from core.engines import record
from core.engines.chain import merge, run_dense
from core.errors import ForeignTrace
from core.model import Model
from core.trace import Trace

_BLOCK = 32_000_000
"""Numbers that a block of prefixes may record: 128 MB in float32."""


def answers(
    model: Model, trace: Trace, *, batch: int = 0, steps: Sequence[int] | None = None
) -> Array:
    """What the readout gives if the text ends with each of `steps`, (steps, outputs).

    `steps` are time indices, all unless given. The answer at step t is that to the first t + 1
    steps of sequence `batch`, from the same initial states and with the same mask; of a readout at
    every step, its answer at the last of them; of a model without readout, what its last recurrent
    stage hands on. Raises ForeignTrace if the trace is not this model's, OutOfRange.
    """
    if trace.model_digest != model.digest:
        raise ForeignTrace
    check_index("batch", batch, length=trace.batch)
    asked = range(trace.time) if steps is None else steps
    kept = np.array([check_index("step", at, length=trace.time) for at in asked], dtype=np.intp)
    if all(layer.direction == "forward" for layer in model.layers):
        x = trace.layers[-1].outputs[batch, kept]
    else:
        x = np.empty((len(kept), model.recurrent[-1].outputs), trace.outputs.dtype)
        body = _without_head(model)
        for rows in _blocks(body, kept):
            x[rows] = _run_prefixes(body, trace, batch=batch, ends=kept[rows])
    for stage in model.head:
        x = run_dense(stage, x).outputs
    return x


def _without_head(model: Model) -> Model:
    """The model up to its last recurrent stage."""
    last = model.stages.index(model.recurrent[-1])
    return replace(model, stages=model.stages[: last + 1])


def _blocks(body: Model, steps: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Positions in `steps`, prefixes of like length together, as many as the memory allows."""
    states = 4  # of an LSTM, before and after; maps have two parts and a sum, and gates
    numbers = sum(layer.units * (4 * len(layer.weights) + states) for layer in body.layers)
    order = np.argsort(steps, kind="stable")[::-1]
    while len(order):
        most = max(1, _BLOCK // int((steps[order[0]] + 1) * (numbers + body.features)))
        yield order[:most]
        order = order[most:]


def _run_prefixes(body: Model, trace: Trace, *, batch: int, ends: NDArray[np.intp]) -> Array:
    """What the body hands on for each prefix, (prefixes, features)."""
    time, rows = int(ends.max()) + 1, np.arange(len(ends))
    valid: NDArray[np.bool_] = np.arange(time) <= ends[:, None]
    if trace.mask is not None:
        valid &= trace.mask[batch, :time]
    # Every prefix is the same text, repeated without a copy; the mask alone tells them apart.
    text = trace.inputs[batch, :time]
    initial = [
        {name: np.broadcast_to(state[batch], (len(ends), run.units))
         for name, state in run.initial_states.items()}
        for run in trace.layers
    ]  # fmt: skip
    again = record(
        body,
        np.broadcast_to(text, (len(ends), *text.shape)),
        mask=valid,
        initial_states=initial,
    )
    last = body.recurrent[-1]
    handed_on = []
    for run in again.layers[-len(last.layers) :]:
        # What is read last by a backward layer stands first.
        first = run.direction == "backward" and last.returns == "last"
        handed_on.append(run.outputs[rows, np.zeros_like(ends) if first else ends])
    return merge(handed_on, last.merge)
