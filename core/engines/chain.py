"""The way through a model's stages, the same for every engine.

An engine says how one recurrent layer and one plain stage run; merging, the readout and the
meaning of masks stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from core import cells
from core.activations import Array
from core.cells import Kernels, Record
from core.engines.inputs import Inputs
from core.layer_trace import LayerTrace, Mask, in_reading_order, in_text_order
from core.model import Model
from core.nodes import Embedding, Layer, Masking, NodeTrace, Plain, Recurrent
from core.trace import Trace


class RunLayer(Protocol):
    """How an engine runs one recurrent layer.

    `read` (time, batch, features) and `valid` (time, batch) are in reading order; `record` holds
    the initial states, and is to be filled.
    """

    def __call__(
        self, layer: Layer, *, kernels: Kernels, read: Array, valid: Mask | None, record: Record
    ) -> None: ...


RunPlain = Callable[[Plain, Array, Mask | None], NodeTrace]
LookUp = Callable[[Embedding, NDArray[Any]], Array]


def run_chain(
    model: Model,
    inputs: Inputs,
    *,
    engine: str,
    run_layer: RunLayer,
    run_plain: RunPlain,
    look_up: LookUp,
) -> Trace:
    """Passes the inputs through every stage and gathers the traces.

    `run_layer` fills a layer's record, `run_plain` gives a plain stage's trace, `look_up` the
    features of token ids.
    """
    x, mask = inputs.given, inputs.mask
    initial = iter(inputs.initial_states)
    layers: list[LayerTrace] = []
    stages: list[NodeTrace] = []
    for stage in model.stages:
        match stage:
            case Embedding():
                x = look_up(stage, inputs.given)
                if stage.mask_zero:
                    mask = _both(inputs.mask, inputs.given != 0)
            case Plain():
                stages.append(run_plain(stage, x, mask))
                if isinstance(stage, Masking):
                    mask = _both(inputs.mask, stage.valid(x))
                x = stages[-1].outputs
            case Recurrent():
                own = [
                    _layer_trace(stage, layer, x, mask, next(initial), run_layer=run_layer)
                    for layer in stage.layers
                ]
                layers += own
                outputs = [layer.outputs for layer in own]
                if stage.returns == "last":
                    outputs = [last_read(layer.outputs, layer.direction) for layer in own]
                x = merge(outputs, stage.merge)
    return Trace(
        inputs=inputs.given,
        outputs=x,
        layers=tuple(layers),
        stages=tuple(stages),
        mask=mask,
        engine=engine,
        model_digest=model.digest,
    )


def _both(given: Mask | None, made: Mask) -> Mask:
    """Where a step counts by the mask that was given, and by one that a stage makes."""
    return made if given is None else given & made


def _layer_trace(
    stage: Recurrent,
    layer: Layer,
    x: Array,
    mask: Mask | None,
    initial: Mapping[str, Array],
    *,
    run_layer: RunLayer,
) -> LayerTrace:
    """Runs one layer on `x` (batch, time, features)."""
    cell, kernels = cells.get(layer.cell), layer.kernels()
    read = np.ascontiguousarray(in_reading_order(x, layer.direction))
    valid = None if mask is None else in_reading_order(mask, layer.direction)
    time, batch = read.shape[:2]
    record = Record.empty(cell, time=time, batch=batch, units=layer.units, dtype=x.dtype)
    for name, state in record.states.items():
        state[0] = initial[name]
    run_layer(layer, kernels=kernels, read=read, valid=valid, record=record)
    for array in (record.preactivations, record.gates, *record.states.values()):
        array.flags.writeable = False
    build = partial(
        LayerTrace, layer.name, cell.name, layer.direction, x, mask=mask, record=record,
        kernels=kernels,
    )  # fmt: skip
    trace = build(outputs=np.empty(0, x.dtype))
    return build(outputs=masked_outputs(trace, zeroes=stage.zeroes_masked))


def last_read(outputs: Array, direction: str) -> Array:
    """The output at the step that is read last, (batch, units)."""
    return outputs[:, -1] if direction == "forward" else outputs[:, 0]


def merge(outputs: list[Array], how: str | None) -> Array:
    """What a stage hands on, from the outputs of its one or two layers."""
    match how:
        case None:
            return outputs[0]
        case "concat":
            return np.concatenate(outputs, axis=-1)
        case "mul":
            return reduce(np.multiply, outputs)
        case "ave":
            return sum(outputs[1:], outputs[0]) / len(outputs)
    return sum(outputs[1:], outputs[0])


def masked_outputs(layer: LayerTrace, *, zeroes: bool) -> Array:
    """What Keras lets a layer hand on where steps are masked, (batch, time, units).

    With `zeroes` (see Recurrent.zeroes_masked), zeros. Else the output of the last step that was
    not skipped, and zeros before the first.
    """
    hidden = layer.states["hidden"]
    if layer.mask is None:
        return hidden
    valid = layer.mask[..., None]
    if zeroes:
        return np.where(valid, hidden, 0).astype(hidden.dtype)
    started = np.maximum.accumulate(in_reading_order(valid, layer.direction), axis=0)
    return np.where(in_text_order(started, layer.direction), hidden, 0).astype(hidden.dtype)


def look_up(stage: Embedding, ids: NDArray[Any]) -> Array:
    """The features of token ids (batch, time), (batch, time, features)."""
    return stage.weights[ids]


def run_plain(stage: Plain, x: Array, mask: Mask | None) -> NodeTrace:
    """What a plain stage does, by its own equations."""
    return stage.run(x, mask)
