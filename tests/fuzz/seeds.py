"""Sound files of every format that is read: what mutations start from."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import core
from tests.core.importers.attacks import models, onnx_files, torch_files
from tests.core.importers.attacks.models import Json, layer


@dataclass(frozen=True)
class Seed:
    """A sound file called `name`, and the options that it is read with.

    `described` is the JSON in it, and `write` gives the file with another: such a mutation gets
    past the checksums and lengths around it.
    """

    name: str
    data: bytes
    options: Mapping[str, Any] = field(default_factory=dict)
    described: Json | None = None
    write: Callable[[str], bytes] | None = None


def deep_layers() -> list[Json]:
    """One of every kind of layer that has a reader of its own."""
    lstm = layer("LSTM", "inner", units=3, return_sequences=True, use_bias=True)
    return [
        layer("TextVectorization", "words", vocabulary=["a", "b"], output_mode="int"),
        layer("Embedding", input_dim=7, output_dim=4, mask_zero=True),
        layer("SpatialDropout1D", rate=0.1),
        layer("Bidirectional", layer=lstm, merge_mode="concat"),
        layer("LayerNormalization", axis=[-1], epsilon=1e-3, center=True, scale=True),
        layer("GRU", units=2, return_sequences=True, reset_after=True, use_bias=True),
        layer("TimeDistributed", "each", layer=layer("Dense", "inside", units=3, use_bias=True)),
        layer("BatchNormalization", axis=-1, epsilon=1e-3, center=True, scale=True),
        layer("Activation", activation="relu"),
        layer("GlobalMaxPooling1D", "highest"),
        layer("Dense", units=2, activation="softmax", use_bias=True),
    ]


def deep_arrays() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(21)
    shapes: dict[str, tuple[int, ...]] = {"embedding/vars/0": (7, 4)}
    for side in ("forward_layer", "backward_layer"):
        for at, shape in enumerate([(4, 12), (3, 12), (12,)]):
            shapes[f"bidirectional/{side}/cell/vars/{at}"] = shape
    shapes |= {f"layer_normalization/vars/{at}": (6,) for at in range(2)}
    shapes |= {"gru/cell/vars/0": (6, 6), "gru/cell/vars/1": (2, 6), "gru/cell/vars/2": (2, 6)}
    shapes |= {"time_distributed/layer/vars/0": (2, 3), "time_distributed/layer/vars/1": (3,)}
    shapes |= {f"batch_normalization/vars/{at}": (3,) for at in range(4)}
    shapes |= {"dense/vars/0": (3, 2), "dense/vars/1": (2,)}
    return {
        name: generator.uniform(0.1, 0.9, shape).astype(np.float32)  # variances are not negative
        for name, shape in shapes.items()
    }


def seeds() -> tuple[Seed, ...]:
    """Every sound file. Each is read without an error; a test holds them to that."""
    deep, deep_weights = models.config(deep_layers()), models.hdf5(arrays=deep_arrays())
    packed = models.archive(models.keras_entries(), packed=True)
    chunked = models.hdf5(_chunk)
    safetensors = models.safetensors()
    length = int.from_bytes(safetensors[:8], "little")
    head, numbers = json.loads(safetensors[8 : 8 + length]), safetensors[8 + length :]
    sound = models.config()
    whole = json.dumps(sound)
    return (
        Seed("small.keras", models.keras(), {}, sound, models.keras),
        Seed("packed.keras", packed),
        Seed("deep.keras", models.keras(deep, deep_weights), {}, deep, _writer(deep_weights)),
        Seed("chunked.keras", models.keras(weights=chunked)),
        Seed("newest.keras", models.keras(weights=models.hdf5(libver="latest"))),
        Seed("small.h5", models.legacy_h5(), {}, sound, models.legacy_h5),
        Seed("small.weights.h5", models.hdf5(), {"config": whole}),
        Seed(
            "small.safetensors",
            safetensors,
            {},
            head,
            lambda text: models.safetensors(text.encode(), numbers),
        ),
        Seed("small.pt", torch_files.checkpoint()),
        Seed("old.pt", torch_files.legacy()),
        Seed("small.npz", _npz(), {}, _npz_description(), _npz),
        Seed("small.onnx", onnx_files.model()),
        Seed("deep.onnx", _deep_onnx()),
    )


def _writer(weights: bytes) -> Callable[[str], bytes]:
    return lambda text: models.keras(text, weights)


def _chunk(root: Any) -> None:
    """Weights in chunks, packed: libhdf5 reads them, not we."""
    for path, array in models.drawn().items():
        if array.ndim == 2:
            del root[f"layers/{path}"]
            root.create_dataset(
                f"layers/{path}", data=array, chunks=True, compression="gzip", shuffle=True
            )


def _deep_onnx() -> bytes:
    """Ids, a table, both directions, a linear layer and a softmax, as PyTorch exports them."""
    node, attribute = onnx_files.node, onnx_files.attribute
    generator = np.random.default_rng(22)
    shapes = {
        "table": (7, 4),
        "W": (2, 12, 4),
        "R": (2, 12, 3),
        "B": (2, 24),
        "kernel": (6, 2),
        "bias": (2,),
    }
    tensors = [
        onnx_files.tensor(name, generator.normal(0, 0.5, shape)) for name, shape in shapes.items()
    ]
    whole = np.array([0, 0, -1], "<i8").tobytes()
    ids = onnx_files.field(8, "flat") + onnx_files.field(1, 3) + onnx_files.field(2, 7)
    nodes = [
        node("Gather", ["table", "x"], ["embedded"]),
        node(
            "LSTM",
            ["embedded", "W", "R", "B"],
            ["y"],
            attribute("hidden_size", 3),
            attribute("direction", "bidirectional"),
        ),
        node("Transpose", ["y"], ["turned"], onnx_files.whole("perm", 0, 2, 1, 3)),
        node("Reshape", ["turned", "flat"], ["joined"]),
        node("MatMul", ["joined", "kernel"], ["product"]),
        node("Add", ["product", "bias"], ["sum"]),
        node("Softmax", ["sum"], ["z"], attribute("axis", -1)),
    ]
    inputs = onnx_files.value_info("x", 5, 1, kind=7)
    tensors.append(ids + onnx_files.field(9, whole))
    return onnx_files.model(onnx_files.graph(nodes, tensors, inputs=inputs))


def _npz(text: str | None = None) -> bytes:
    """Our own format, its description replaced by `text`."""
    file = io.BytesIO()
    core.new_model("gru", vocabulary=7, embedding=4, units=[3], seed=2).save(file)
    if text is None:
        return file.getvalue()
    with np.load(io.BytesIO(file.getvalue())) as stored:
        arrays = {name: stored[name] for name in stored.files}
    changed = io.BytesIO()
    np.savez(changed, **(arrays | {"description": np.array(text)}))
    return changed.getvalue()


def _npz_description() -> Json:
    with np.load(io.BytesIO(_npz())) as stored:
        return dict(json.loads(str(stored["description"])))
