"""From a Keras model in memory to a Model. The way back is `keras/export.py`.

Only gathers: the layers of a Sequential or functional model, and of models nested in it, each with
its config, its weights by name and what it reads. What they mean is said in
`keras/layers.py`, for models from files as well. Cost: one copy of the weights.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core.activations import Array
from core.engines.keras_along import repeat_along
from core.engines.keras_cell import equation_cell
from core.engines.keras_layout import OURS
from core.errors import UnsupportedModel
from core.importers.keras.export import reverse_time
from core.importers.keras.graph import calls_of
from core.importers.keras.layers import KerasLayer, model_from
from core.importers.keras.plan import OPERATION
from core.importers.keras.settings import HONOURED, SETTINGS
from core.model import Model
from core.text import Vocabulary

_PARTS = ("layer", "backward_layer", "cell", "cells")
"""Settings that are layers."""
_ACTIVATIONS = ("activation", "recurrent_activation")
_NESTED = ("Sequential", "Functional")


def from_keras(
    keras_model: Any,
    *,
    vocabulary: Vocabulary | None = None,
    name: str | None = None,
    card: Mapping[str, Any] | None = None,
    without_tail: bool = False,
) -> Model:
    """The Model that does what a Keras model does, Sequential or functional.

    Inputs are called as in Keras, but that of a chain, which is called "input".

    Layers keep their names; a bidirectional layer becomes two, `<name>/forward` and
    `<name>/backward`, called after the direction in which they read the text. Where the Keras
    model ends in a reversed sequence (an odd number of `go_backwards` with `return_sequences`),
    its predictions are `trace.outputs[:, ::-1]`: traces are in the order of the text. With
    `without_tail`, a layer after the recurrent ones that cannot be read is left out, and all that
    follow it.

    Raises UnsupportedModel, which names the layer, its class and its place (UnsupportedTail if
    it may be left out), and what Model raises.
    """
    if _kind(keras_model) not in _NESTED:
        what = f"A Keras {type(keras_model).__name__}"
        why = "only Sequential and functional models can be read"
        raise UnsupportedModel(what=what, why=why)
    if not keras_model.built:
        why = "it has no weights yet; build it, or call it once"
        raise UnsupportedModel(what=f"The Keras model '{keras_model.name}'", why=why)
    whole = keras_layer(keras_model)
    return model_from(
        [_input(keras_model), *whole.inner] if whole.kind == "Sequential" else [whole],
        name=name or keras_model.name,
        vocabulary=vocabulary,
        card=card,
        without_tail=without_tail,
    )


def _input(keras_model: Any) -> KerasLayer:
    """What the model is given, as a file would say it first."""
    return KerasLayer("InputLayer", "input", {"batch_shape": list(keras_model.inputs[0].shape)})


def keras_layer(layer: Any) -> KerasLayer:
    """A layer of Keras's as plain data, with those inside it."""
    kind = _kind(layer)
    inner: tuple[KerasLayer, ...]
    match kind:
        case "Sequential":
            return KerasLayer(kind, layer.name, inner=tuple(map(keras_layer, layer.layers)))
        case "Functional":
            return _functional(layer)
        case "Bidirectional":
            inner = (keras_layer(layer.forward_layer), keras_layer(layer.backward_layer))
        case "TimeDistributed":
            inner = (keras_layer(layer.layer),)
        case "RNN":
            inner = (keras_layer(layer.cell),)
        case "StackedRNNCells":
            inner = tuple(keras_layer(cell) for cell in layer.cells)
        case "TextVectorization":
            return KerasLayer(kind, layer.name, _words(layer))
        case _:
            inner = ()
    if ">" in kind and kind != OURS:  # not Keras's own: it may do anything, and have any settings
        return KerasLayer(kind, layer.name)
    # Not get_config: it writes activations of one's own as code, and warns that it does.
    honoured = (name for name, verdict in SETTINGS.get(kind, {}).items() if verdict is HONOURED)
    plain = [name for name in honoured if name not in (*_PARTS, *_ACTIVATIONS)]
    config = {name: getattr(layer, name) for name in plain if hasattr(layer, name)}
    if kind == OURS:
        config |= {"cell": layer.cell, **layer.options}
    shapes = (name for name in _ACTIVATIONS if name in SETTINGS.get(kind, {}))
    config |= {name: _activation(layer, name) for name in shapes if hasattr(layer, name)}
    if "mask_value" in config:
        config["mask_value"] = float(config["mask_value"])
    weights = {} if inner else {weight.name: _array(weight) for weight in layer.weights}
    return KerasLayer(kind, layer.name, config, weights, inner)


def _words(layer: Any) -> dict[str, Any]:
    """The settings of a TextVectorization, and its vocabulary."""
    with warnings.catch_warnings():  # Keras says that it writes a function of one's own as code
        warnings.simplefilter("ignore")
        config = dict(layer.get_config())
    return config | {"vocabulary": [str(word) for word in layer.get_vocabulary()]}


def _functional(keras_model: Any) -> KerasLayer:
    """A functional model: its layers, and what each reads, as a file would say it."""
    try:
        with warnings.catch_warnings():  # as above
            warnings.simplefilter("ignore")
            config = json.loads(keras_model.to_json())["config"]
    except NotImplementedError as error:  # of a layer of one's own
        why = "a layer of it does not say how it is made; give it a get_config"
        raise UnsupportedModel(what=f"The Keras model '{keras_model.name}'", why=why) from error
    named = {layer.name: layer for layer in keras_model.layers}
    inner = []
    for entry in config["layers"]:
        name = entry["name"]
        if name in named:
            layer = keras_layer(named[name])
        else:
            layer = KerasLayer(f"{OPERATION}{entry['class_name']}", name, entry["config"])
        if layer.kind == "InputLayer":
            layer = replace(layer, config=entry["config"])
        inner.append(replace(layer, calls=calls_of(entry, where=name)))
    ends = {end: config[end] for end in ("input_layers", "output_layers")}
    return KerasLayer("Functional", keras_model.name, ends, inner=tuple(inner))


def _kind(layer: Any) -> str:
    """The name of a class that is Keras's own; of others, which may compute anything, with a >."""
    import keras

    kind = type(layer)
    if kind.__module__.startswith("keras."):
        return kind.__name__
    if kind in (reverse_time(), repeat_along(), equation_cell()):
        return str(keras.saving.get_registered_name(kind))
    return f"{kind.__module__}>{kind.__name__}"


def _activation(layer: Any, name: str) -> Any:
    """An activation as a config has it, as Keras writes one that is not its own."""
    import keras

    function = getattr(layer, name)
    known = getattr(function, "__name__", type(function).__name__)
    try:
        own = keras.activations.get(known) is function
    except ValueError:
        own = False
    # By identity: another function may bear the name of one of Keras's.
    return known if own else {"class_name": "function", "config": known}


def _array(variable: Any) -> Array:
    """A copy of a Keras variable: float64 if it is, else float32."""
    import keras

    # Not keras.ops.convert_to_numpy: NumPy 2 warns about the way in which that copies.
    array = np.asarray(keras.ops.convert_to_tensor(variable)).copy()
    return array if array.dtype == np.float64 else array.astype(np.float32)
