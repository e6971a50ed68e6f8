"""A Keras 3 model as a file that Keras 2 would have written, by hand: Keras 2 is not installed.

What differs: no `module` and `registered_name` around a layer; the input's shape in the first
layer instead of an InputLayer; `time_major` and `implementation`; Bidirectional without its
backward layer; names of weights such as `lstm/lstm_cell/kernel:0`, as bytes of one length. Held to
a file that Keras 2 did write, `files/keras_2.h5`, in `test_keras_two.py`.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

_LOOPS = {"SimpleRNN": "simple_rnn_cell", "LSTM": "lstm_cell", "GRU": "gru_cell"}


def legacy_config(keras_model: Any) -> dict[str, Any]:
    """The configuration of a Sequential model, as the `to_json` of Keras 2 gives it."""
    described = json.loads(keras_model.to_json())
    layers = [
        layer for layer in described["config"]["layers"] if layer["class_name"] != "InputLayer"
    ]
    written = [_layer(layer) for layer in layers]
    inputs = described["config"]["layers"][0]["config"]
    written[0]["config"]["batch_input_shape"] = inputs["batch_shape"]
    return {
        "class_name": "Sequential",
        "config": {"name": keras_model.name, "layers": written},
        "keras_version": "2.4.0",
        "backend": "tensorflow",
    }


def legacy_h5(keras_model: Any, *, config: Mapping[str, Any] | None = None) -> bytes:
    """A whole-model file; `config` is another configuration than the model's own."""
    import h5py

    described = legacy_config(keras_model) if config is None else dict(config)
    version, backend = described.pop("keras_version"), described.pop("backend")
    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        root.attrs["keras_version"] = version.encode()
        root.attrs["backend"] = backend.encode()
        root.attrs["model_config"] = json.dumps(described).encode()
        _write_weights(root.create_group("model_weights"), keras_model)
        root["model_weights"].attrs["keras_version"] = version.encode()
    return file.getvalue()


def legacy_weights(keras_model: Any, *, pieces: int = 1) -> bytes:
    """A file of `save_weights`, its lists in so many pieces (as if they were too long for one)."""
    import h5py

    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        root.attrs["keras_version"] = b"2.4.0"
        _write_weights(root, keras_model, pieces=pieces)
    return file.getvalue()


def _write_weights(root: Any, keras_model: Any, *, pieces: int = 1) -> None:
    _list(root, "layer_names", [layer.name for layer in keras_model.layers], pieces=pieces)
    for layer in keras_model.layers:
        group = root.create_group(layer.name)
        named = list(_weights(layer))
        _list(group, "weight_names", [name for name, _ in named], pieces=pieces)
        for name, array in named:
            group[name] = array


def _list(group: Any, attribute: str, names: list[str], *, pieces: int) -> None:
    stored = np.array([name.encode() for name in names])
    if pieces == 1:
        group.attrs[attribute] = stored
        return
    for at, piece in enumerate(np.array_split(stored, pieces)):
        if len(piece):
            group.attrs[f"{attribute}{at}"] = piece


def _weights(layer: Any) -> Iterator[tuple[str, np.ndarray]]:
    kind = type(layer).__name__
    if kind == "Bidirectional":
        for inner in (layer.forward_layer, layer.backward_layer):
            yield from ((f"{layer.name}/{name}", array) for name, array in _weights(inner))
        return
    cell = f"/{_LOOPS[kind]}" if kind in _LOOPS else ""
    for variable in layer.weights:
        yield f"{layer.name}{cell}/{variable.name}:0", np.asarray(variable.value).copy()


def _layer(described: dict[str, Any]) -> dict[str, Any]:
    """The description of a layer, of an initialiser, or of anything in it, as Keras 2 has it."""
    config = {name: _plain(value) for name, value in described["config"].items()}
    for name in ("zero_output_for_mask", "quantization_config", "seed"):
        config.pop(name, None)
    kind = described["class_name"]
    if kind in _LOOPS:
        config["time_major"] = False
        if kind != "SimpleRNN":
            config["implementation"] = 2
    if kind == "Bidirectional":
        config.pop("backward_layer")
        inner = config["layer"]["config"]
        inner["name"] = inner["name"].removeprefix("forward_")
    return {"class_name": kind, "config": config}


def _plain(value: Any) -> Any:
    if isinstance(value, dict) and "class_name" in value:
        if value["class_name"] == "DTypePolicy":
            return value["config"]["name"]
        return _layer(value)
    return value
