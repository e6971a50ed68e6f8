"""The way through a model's stages, the same for every engine.

An engine says how one recurrent layer runs; embedding, merging, dense stages, the readout and
the meaning of masks stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce

import numpy as np

from core import activations
from core.activations import Array
from core.engines.inputs import Inputs
from core.layer_trace import LayerTrace, Mask, in_reading_order, in_text_order
from core.model import Model
from core.stages import Dense, Embedding, Layer, Recurrent
from core.trace import DenseTrace, Trace

RunLayer = Callable[[Layer, Array, Mask | None, Mapping[str, Array]], LayerTrace]
RunDense = Callable[[Dense, Array], DenseTrace]


def run_chain(
    model: Model, inputs: Inputs, *, engine: str, run_layer: RunLayer, run_dense: RunDense
) -> Trace:
    """Passes the inputs through every stage and gathers the traces.

    `run_layer` takes a layer, its inputs (batch, time, features), the mask and the initial
    states, and gives its trace, `outputs` not yet masked.
    """
    x, mask = inputs.given, inputs.mask
    initial = iter(inputs.initial_states)
    layers: list[LayerTrace] = []
    dense: list[DenseTrace] = []
    for stage in model.stages:
        match stage:
            case Embedding():
                x = stage.weights[inputs.given]
            case Dense():
                dense.append(run_dense(stage, x))
                x = dense[-1].outputs
            case Recurrent():
                own = [run_layer(layer, x, mask, next(initial)) for layer in stage.layers]
                layers += own
                outputs = [layer.outputs for layer in own]
                if stage.returns == "last":
                    outputs = [last_read(layer.outputs, layer.direction) for layer in own]
                x = merge(outputs, stage.merge)
    return Trace(
        inputs=inputs.given,
        outputs=x,
        layers=tuple(layers),
        dense=tuple(dense),
        mask=mask,
        engine=engine,
        model_digest=model.digest,
    )


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


def run_dense(stage: Dense, x: Array) -> DenseTrace:
    """activation(x W + b), recorded."""
    z = x @ stage.kernel
    if stage.bias is not None:
        z += stage.bias
    return DenseTrace(stage.name, x, z, activations.get(stage.activation)(z))
