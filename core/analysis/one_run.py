"""The triangle of gradients from one run, where all layers read forward, one below the other.

A layer that reads forward has, for every beginning of a text, the states that it has for the whole
text: then the readout is applied to each of them, and all losses are taken back together
(`analysis/sweep.py`). Not for layers that read from the end, nor for what pools over steps or skips
some: they have other states or other readouts for every beginning (`analysis/triangle.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.sweep import sweep
from core.losses import default_loss, measure_each
from core.model import Model
from core.nodes import (
    PREACTIVATIONS,
    Activated,
    Activation,
    Dense,
    Embedding,
    Flow,
    Input,
    Layer,
    Node,
    NodeTrace,
)
from core.nodes.flow import MAIN
from core.trace import Trace

Numbers = NDArray[np.float64]


def serves_all_losses(model: Model, trace: Trace) -> bool:
    """Whether the states for every beginning of a text are those of the whole text."""
    before, between, after = _nodes(model)
    return (
        model.is_chain
        and model.steps is None
        and trace.mask is None
        and all(isinstance(node, Activation | Dense | Embedding | Input) for node in before)
        and all(isinstance(node, Layer) and node.direction == "forward" for node in between)
        and all(isinstance(node, Activation | Dense) for node in after)
    )


def of_one_run(
    model: Model,
    trace: Trace,
    name: str,
    *,
    targets: NDArray[np.generic],
    ends: NDArray[np.intp],
    state: str,
    loss: str | None,
    batch: int,
) -> tuple[Numbers, Numbers, dict[str, Numbers]]:
    """The losses at `ends`, which rise, the norms (ends, time) and their parts by way.

    `targets` are one for each of `ends` where the readout answers at every step, else the one
    that is wanted of all. `name` is the layer whose `state` is asked about. Where
    `serves_all_losses`. Raises WrongTargets, UnknownName.
    """
    losses, upstream = _sent(model, trace, targets, ends, name=loss, batch=batch)
    found = _swept(trace, name, ends[::-1], upstream[::-1], state=state, batch=batch)
    norms = found.pop("")[::-1]
    return losses, norms, {way: part[::-1] for way, part in found.items()}


def _nodes(model: Model) -> tuple[tuple[Node, ...], tuple[Node, ...], tuple[Node, ...]]:
    """What stands before the recurrent layers, from the first to the last of them, and after."""
    places = [at for at, node in enumerate(model.nodes) if isinstance(node, Layer)]
    first, last = places[0], places[-1] + 1
    return model.nodes[:first], model.nodes[first:last], model.nodes[last:]


def _sent(
    model: Model,
    trace: Trace,
    targets: NDArray[np.generic],
    ends: NDArray[np.intp],
    *,
    name: str | None,
    batch: int,
) -> tuple[Numbers, Array]:
    """The loss at each of `ends`, and what it sends to the uppermost layer there, (ends, units)."""
    after = _nodes(model)[2]
    flow = Flow(trace.layers[-1].outputs[batch, ends])
    every = trace.outputs.ndim == 3
    runs: list[NodeTrace] = []
    for node in after:
        runs.append(node.run(flow))
        flow = runs[-1].gave[MAIN]
    last = after[-1] if after else None
    activation = last.activation if isinstance(last, Activated) else "linear"
    before = runs[-1].before_activation if runs else None
    values, d = measure_each(
        name or default_loss(activation),
        outputs=flow.values,
        preactivations=flow.values if before is None else before,
        activation=activation,
        targets=targets if every else np.repeat(targets[None], len(ends), axis=0),
    )
    d = d.astype(flow.values.dtype)
    for at, (node, run) in enumerate(zip(after[::-1], runs[::-1], strict=True)):
        behind = at == 0 and PREACTIVATIONS in run.recorded
        (arrived,) = node.back({PREACTIVATIONS if behind else MAIN: d}, run).inputs
        assert arrived is not None, "a layer's outputs are numbers"
        d = arrived
    return np.asarray(values, np.float64), d


def _swept(
    trace: Trace,
    name: str,
    ends: NDArray[np.intp],
    upstream: Array,
    *,
    state: str,
    batch: int,
) -> dict[str, Numbers]:
    """The norms, under "", and the parts by way, for `ends` that fall, each (ends, time)."""
    below = [run.name for run in trace.layers].index(name)
    found = {"": np.full((len(ends), trace.time), np.nan)}
    walk = sweep(trace.layers[below:][::-1], upstream=upstream, ends=ends, state=state, batch=batch)
    for swept in walk:
        rows = len(swept.whole)
        # Scaled by the largest of each row: squares of small gradients leave float32.
        largest = np.maximum(swept.whole.max(axis=1), -swept.whole.min(axis=1))
        scaled = swept.whole / np.where(largest > 0, largest, 1)[:, None]
        lengths = np.sqrt(np.einsum("lu,lu->l", scaled, scaled))
        found[""][:rows, swept.step] = lengths.astype(np.float64) * largest
        divisor = np.where(lengths > 0, lengths, 1)
        for way, part in swept.parts.items():
            if way not in found:
                found[way] = np.zeros_like(found[""])
            found[way][:rows, swept.step] = np.einsum("lu,lu->l", part, scaled) / divisor
    for part in found.values():
        part[np.isnan(found[""])] = np.nan
    return found
