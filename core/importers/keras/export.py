"""From a Model to a Keras model in memory. The way in is `keras/bridge.py`.

`to_keras` puts every reversed sequence back in order with a small layer of its own, `ReverseTime`,
so that its outputs equal `trace.outputs` as they stand, and masks stay beside their tokens. Not
chosen: leaving sequences reversed. Keras does not reverse the mask along with the sequence, so
the layer above would skip the wrong steps, and the outputs would not be comparable as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from core import cells
from core.activations import Array
from core.engines.keras_cell import recurrent_layer
from core.engines.keras_engine import keras_layer
from core.engines.keras_layout import keras_call, keras_settings, keras_weights
from core.errors import UnsupportedModel
from core.model import Model
from core.nodes import LAST, STATE, Input, Layer, Part, Port, Recurrent, nodes_of, port


def to_keras(model: Model) -> Any:
    """A Keras model that answers as `record(model, …).outputs` does: Sequential for a chain.

    Any other graph is a functional model, whose inputs and outputs are those of the model, in
    order. Equal to rounding, in the order of the text; masks from `mask_zero` or given at the call
    mean the same. A layer that reads backwards and hands on every step is followed by a
    `ReverseTime` layer. A cell that Keras has not is a Keras RNN around a cell that is built from
    its equations (`core/engines/keras_cell.py`), which can be called and trained as any other. A
    file saved from a model with either is loaded after one call of `to_keras` (which registers
    them). Raises UnsupportedModel for a concatenated pair of different widths, which Keras cannot
    build on.
    """
    import keras

    dtype = str(model.dtype)
    if not model.is_chain or any(isinstance(node, Input) for node in model.nodes):
        return _functional(model, dtype=dtype)
    if model.embedding is not None:
        layers = [keras.Input((model.steps,), dtype="int32")]
    else:
        layers = [keras.Input((model.steps, model.features), dtype=dtype)]
    weights: list[tuple[Any, list[Array]]] = []
    for part in model.parts:
        for layer, held in _layers_of(part, dtype=dtype):
            layers.append(layer)
            weights += held
    result = keras.Sequential(layers, name=_keras_name(model.name))
    for layer, arrays in weights:
        layer.set_weights(arrays)
    return result


def _functional(model: Model, *, dtype: str) -> Any:
    """A functional model, part by part."""
    import keras

    specs, reads = model.wiring.specs, model.wiring.reads
    tensors: dict[Port, Any] = {}
    for name, entrance in model.wiring.inputs.items():
        spec = specs.get(name, specs[entrance])
        shape = [spec.length] * spec.steps + [spec.features] * (spec.features is not None)
        kind = "int32" if spec.features is None else dtype
        tensors[entrance] = keras.Input(shape, dtype=kind, name=_keras_name(name))
    inputs = list(tensors.values())
    held: list[tuple[Any, list[Array]]] = []
    for part in model.parts:
        for one in [part] if _is_pair(part, model) else nodes_of([part]):
            read = [tensors[port] for port in reads[nodes_of([one])[0].name]]
            if isinstance(one, Input):
                tensors[one.name] = read[0]
            elif isinstance(one, Layer):
                layer = _looped(one, model, dtype=dtype)
                held.append((layer, keras_weights(one)))
                starts: dict[str, Any] = {}
                if len(read) > 1:  # and then Keras forgets the mask, unless it is said
                    mask = getattr(read[0], "_keras_mask", None) if one.masked else None
                    starts = {"initial_state": read[1:], "mask": mask}
                tensors |= _ports(one, layer(read[0], **starts), layer=layer)
            else:
                for layer, weights in _layers_of(one, dtype=dtype):
                    held += weights
                    call = {} if isinstance(one, Recurrent) else keras_call(one)
                    read = [layer(read if len(read) > 1 else read[0], **call)]
                tensors[one.name if isinstance(one, Recurrent) else one.hands_on] = read[0]
    outputs = [tensors[given] for given in model.output_ports]
    result = keras.Model(
        inputs if len(inputs) > 1 else inputs[0],
        outputs if len(outputs) > 1 else outputs[0],
        name=_keras_name(model.name),
    )
    for layer, arrays in held:
        layer.set_weights(arrays)
    return result


def _is_pair(part: Part, model: Model) -> bool:
    """Whether it is two directions that nothing reads but what merges them."""
    if not isinstance(part, Recurrent) or part.merge is None:
        return False
    inner, owners = {layer.name for layer in part.layers}, model.wiring.owners
    reads = model.wiring.reads
    readers = {name for name, ports in reads.items() if inner & {owners.get(p) for p in ports}}
    alone = readers == {part.name} and all(len(reads[name]) == 1 for name in inner)
    return alone and not inner & {owners[given] for given in model.output_ports}


def _looped(node: Layer, model: Model, *, dtype: str) -> Any:
    """The Keras layer of one direction, which returns what is read of it."""
    wanted = {*model.output_ports, *(p for ports in model.wiring.reads.values() for p in ports)}
    every, last = node.name in wanted, port(node.name, LAST) in wanted
    states = any(port(node.name, port(STATE, of)) in wanted for of in cells.get(node.cell).states)
    if every and last and node.zero_masked:
        why = "it hands on every step and the last one, with zeros at masked steps"
        raise UnsupportedModel(what=f"{node.name} in Keras", why=why)
    return recurrent_layer(
        node.cell,
        cell_settings=keras_settings(node),
        return_sequences=every,
        return_state=states or (every and last),
        go_backwards=node.direction == "backward",
        zero_output_for_mask=node.zero_masked,
        name=_keras_name(node.name),
        dtype=dtype,
    )


def _ports(node: Layer, given: Any, *, layer: Any) -> dict[Port, Any]:
    """What a Keras layer gave, at the ports of the node."""
    first, *after = given if layer.return_state else [given]
    names = cells.get(node.cell).states
    tensors = {port(node.name, port(STATE, n)): t for n, t in zip(names, after, strict=False)}
    if not layer.return_sequences:
        return tensors | {port(node.name, LAST): first}
    if node.direction == "backward":
        first = reverse_time()(name=f"{_keras_name(node.name)}_in_text_order")(first)
    return tensors | {node.name: first} | ({port(node.name, LAST): after[0]} if after else {})


def _layers_of(part: Part, *, dtype: str) -> Iterator[tuple[Any, list[tuple[Any, list[Array]]]]]:
    """Keras layers for a part, each with the layers whose weights to set."""
    if isinstance(part, Recurrent):
        layer, held = _recurrent_layer(part, dtype=dtype)
        yield layer, list(zip(held, map(keras_weights, part.layers), strict=True))
        if part.returns == "every" and part.layers[0].direction == "backward":
            name = f"{_keras_name(part.name)}_in_text_order"
            yield reverse_time()(name=name, dtype=dtype), []
        return
    layer = keras_layer(part, dtype=dtype, name=_keras_name(part.name))
    yield layer, [(layer, keras_weights(part))]


def _recurrent_layer(part: Recurrent, *, dtype: str) -> tuple[Any, list[Any]]:
    """The Keras layer of a part, and those in it that hold weights, in the part's order."""
    import keras

    held = [
        recurrent_layer(
            layer.cell,
            cell_settings=keras_settings(layer),
            return_sequences=part.returns == "every",
            go_backwards=layer.direction == "backward",
            zero_output_for_mask=layer.zero_masked,
            name=_keras_name(layer.name if part.merge is None else part.name),
            dtype=dtype,
        )
        for layer in part.layers
    ]
    if part.merge is None:
        return held[0], held
    one, other = part.layers
    if one.units != other.units:
        what = f"{part.name}, a pair of {one.units} and {other.units} units,"
        why = "Keras takes both layers of a Bidirectional to be equally wide"
        raise UnsupportedModel(what=what, why=why)
    pair = keras.layers.Bidirectional(
        held[0],
        backward_layer=held[1],
        merge_mode=part.merge,
        name=_keras_name(part.name),
        dtype=dtype,
    )
    return pair, [pair.forward_layer, pair.backward_layer]


def _keras_name(name: str) -> str:
    """Keras allows no slash in the name of a layer."""
    return name.replace("/", "_")


@cache
def reverse_time() -> Any:
    """The class of a Keras layer that turns a sequence round, registered with Keras."""
    import keras

    @keras.saving.register_keras_serializable(package="unrolled")
    class ReverseTime(keras.layers.Layer):  # type: ignore[misc]  # Keras ships without types
        """The sequence in the opposite order: the text's again, above a layer gone backwards.

        Its mask stays as it is: Keras never reversed it.
        """

        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.supports_masking = True

        def call(self, inputs: Any) -> Any:
            return keras.ops.flip(inputs, axis=1)

        def compute_output_shape(self, input_shape: Any) -> Any:
            return input_shape

    return ReverseTime
