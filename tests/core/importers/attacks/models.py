"""Small sound model files, written by hand: what attacks are made from, and mutations too.

Nothing of Keras is imported. A model of an embedding, an LSTM and a dense layer, in each format.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import h5py
import numpy as np

IDS, FEATURES, UNITS = 7, 4, 3
Json = dict[str, Any]
Edit = Callable[[h5py.File], None]


def drawn() -> dict[str, np.ndarray]:
    """Every weight by its path in a `.keras` file, all different."""
    generator = np.random.default_rng(11)
    shapes = {
        "embedding/vars/0": (IDS, FEATURES),
        "lstm/cell/vars/0": (FEATURES, 4 * UNITS),
        "lstm/cell/vars/1": (UNITS, 4 * UNITS),
        "lstm/cell/vars/2": (4 * UNITS,),
        "dense/vars/0": (UNITS, 1),
        "dense/vars/1": (1,),
    }
    return {
        name: generator.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()
    }


def layer(
    kind: str, name: str | None = None, *, module: str = "keras.layers", **config: Any
) -> Json:
    """A layer as `config.json` has it."""
    own = {"name": name or kind.lower(), "trainable": True, **config}
    return {"module": module, "class_name": kind, "config": own, "registered_name": None}


def layers() -> list[Json]:
    """The layers of the sound model, to be added to."""
    return [
        layer("InputLayer", "input", batch_shape=[None, None], dtype="int32"),
        layer("Embedding", input_dim=IDS, output_dim=FEATURES, mask_zero=False),
        layer(
            "LSTM",
            units=UNITS,
            activation="tanh",
            recurrent_activation="sigmoid",
            use_bias=True,
            return_sequences=False,
            go_backwards=False,
        ),
        layer("Dense", units=1, activation="sigmoid", use_bias=True),
    ]


def config(of: list[Json] | None = None) -> Json:
    """A Sequential model of the layers given, or of the sound ones."""
    inner = {"name": "sequential", "layers": layers() if of is None else of}
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": inner,
        "registered_name": None,
    }


def hdf5(
    edit: Edit | None = None, *, arrays: Mapping[str, np.ndarray] | None = None, **settings: Any
) -> bytes:
    """The weights as Keras 3 lays them out in HDF5, changed by `edit` before they are closed."""
    file = io.BytesIO()
    with h5py.File(file, "w", **settings) as root:
        for path, array in (drawn() if arrays is None else arrays).items():
            root[f"layers/{path}"] = array
        if edit is not None:
            edit(root)
    return file.getvalue()


def legacy_h5(described: Json | str | None = None, edit: Edit | None = None) -> bytes:
    """A whole-model `.h5`, as Keras writes it still."""
    names = {
        "embedding": ["embedding/embeddings"],
        "lstm": ["lstm/lstm_cell/kernel", "lstm/lstm_cell/recurrent_kernel", "lstm/lstm_cell/bias"],
        "dense": ["dense/kernel", "dense/bias"],
    }
    arrays = iter(drawn().values())
    file = io.BytesIO()
    with h5py.File(file, "w") as root:
        text = described if isinstance(described, str) else json.dumps(described or config())
        root.attrs["model_config"] = text
        root.attrs["keras_version"] = "3.15.0"
        root.attrs["backend"] = "tensorflow"
        weights = root.create_group("model_weights")
        weights.attrs["layer_names"] = [name.encode() for name in names]
        for name, own in names.items():
            group = weights.create_group(name)
            group.attrs["weight_names"] = [each.encode() for each in own]
            for each in own:
                group[each] = next(arrays)
        if edit is not None:
            edit(root)
    return file.getvalue()


def archive(entries: Mapping[str | zipfile.ZipInfo, bytes], *, packed: bool = False) -> bytes:
    """A zip archive of the entries."""
    file = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(file, "w", method) as opened:
        for name, data in entries.items():
            opened.writestr(name, data)
    return file.getvalue()


def keras_entries(described: Json | str | None = None, weights: bytes | None = None) -> dict:
    """What a `.keras` archive holds."""
    text = described if isinstance(described, str) else json.dumps(described or config())
    return {
        "metadata.json": b'{"keras_version": "3.15.0"}',
        "config.json": text.encode(),
        "model.weights.h5": hdf5() if weights is None else weights,
    }


def keras(
    described: Json | str | None = None, weights: bytes | None = None, **more: bytes
) -> bytes:
    """A `.keras` file; `more` are further entries."""
    return archive({**keras_entries(described, weights), **more})


def safetensors(header: Json | bytes | None = None, data: bytes | None = None) -> bytes:
    """A `.safetensors` file of PyTorch's LSTM, or of any header and bytes."""
    generator = np.random.default_rng(12)
    shapes = {
        "embedding.weight": [IDS, FEATURES],
        "lstm.weight_ih_l0": [4 * UNITS, FEATURES],
        "lstm.weight_hh_l0": [4 * UNITS, UNITS],
        "lstm.bias_ih_l0": [4 * UNITS],
        "lstm.bias_hh_l0": [4 * UNITS],
        "fc.weight": [2, UNITS],
        "fc.bias": [2],
    }
    own: Json = {}
    bytes_of = b""
    for name, shape in shapes.items():
        numbers = generator.normal(0, 0.5, shape).astype(np.float32).tobytes()
        offsets = [len(bytes_of), len(bytes_of) + len(numbers)]
        own[name] = {"dtype": "F32", "shape": shape, "data_offsets": offsets}
        bytes_of += numbers
    head = own if header is None else header
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return len(text).to_bytes(8, "little") + text + (bytes_of if data is None else data)
