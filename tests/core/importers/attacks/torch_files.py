"""Files of `torch.save`, written by hand, opcode by opcode: nothing of PyTorch is imported.

`pickled` writes values as protocol 2 does; what stands in a `Raw` is copied as it is, so that any
opcode can be put anywhere.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.core.importers.attacks.models import FEATURES, IDS, UNITS, archive


@dataclass(frozen=True)
class Raw:
    """Opcodes, as they are."""

    code: bytes


@dataclass(frozen=True)
class Tensor:
    """A tensor as the pickle declares it: any of it may be a lie."""

    key: object
    shape: object
    strides: object
    offset: object = 0
    count: object = 0
    kind: str = "FloatStorage"


def name(module: str, own: str) -> Raw:
    return Raw(b"c" + module.encode() + b"\n" + own.encode() + b"\n")


def call(function: Raw, *arguments: Any) -> Raw:
    return Raw(function.code + coded(tuple(arguments)) + b"R")


def ordered(items: Mapping[Any, Any]) -> Raw:
    """A dict as `state_dict()` gives it, with its `_metadata`."""
    made = call(name("collections", "OrderedDict"))
    inside = b"".join(coded(each) for item in items.items() for each in item)
    return Raw(made.code + b"(" + inside + b"u" + coded({"_metadata": {}}) + b"b")


def coded(value: Any) -> bytes:
    """The opcodes of a value, without the marks around them."""
    match value:
        case Raw():
            return value.code
        case None | True | False:
            return {None: b"N", True: b"\x88", False: b"\x89"}[value]
        case int():
            length = value.bit_length() // 8 + 1
            return b"\x8a" + bytes([length]) + value.to_bytes(length, "little", signed=True)
        case float():
            return b"G" + struct.pack(">d", value)
        case str():
            return b"X" + struct.pack("<L", len(value.encode())) + value.encode()
        case tuple():
            return b"(" + b"".join(map(coded, value)) + b"t"
        case list():
            return b"](" + b"".join(map(coded, value)) + b"e"
        case dict():
            return b"}(" + b"".join(coded(each) for item in value.items() for each in item) + b"u"
        case Tensor():
            storage = ("storage", name("torch", value.kind), value.key, "cpu", value.count)
            function = name("torch._utils", "_rebuild_tensor_v2")
            hooks = call(name("collections", "OrderedDict"))
            inside = (Raw(coded(storage) + b"Q"), value.offset, value.shape, value.strides)
            return call(function, *inside, False, hooks).code
    raise TypeError(value)


def pickled(value: Any) -> bytes:
    """A whole pickle."""
    return b"\x80\x02" + coded(value) + b"."


def drawn() -> dict[str, np.ndarray]:
    """An embedding, an LSTM and a linear layer, all numbers different."""
    generator = np.random.default_rng(12)
    shapes = {
        "embedding.weight": (IDS, FEATURES),
        "lstm.weight_ih_l0": (4 * UNITS, FEATURES),
        "lstm.weight_hh_l0": (4 * UNITS, UNITS),
        "lstm.bias_ih_l0": (4 * UNITS,),
        "lstm.bias_hh_l0": (4 * UNITS,),
        "fc.weight": (2, UNITS),
        "fc.bias": (2,),
    }
    return {name: generator.normal(0, 0.5, each).astype("<f4") for name, each in shapes.items()}


def tensors(arrays: Mapping[str, np.ndarray] | None = None) -> dict[str, Tensor]:
    """The arrays as a pickle declares them, each with a storage of its own."""
    return {
        own: Tensor(
            str(at), array.shape, tuple(each // 4 for each in array.strides), count=array.size
        )
        for at, (own, array) in enumerate((drawn() if arrays is None else arrays).items())
    }


def entries(value: Any = None, **more: bytes) -> dict[str, bytes]:
    """What the archive holds; `value` is pickled in place of a sound checkpoint."""
    sound = {"epoch": 3, "loss": 0.25, "model_state_dict": ordered(tensors())}
    data = pickled(sound if value is None else value)
    storages = {f"net/data/{at}": each.tobytes() for at, each in enumerate(drawn().values())}
    version = {"net/version": b"3\n", "net/byteorder": b"little"}
    return {"net/data.pkl": data, **storages, **version, **more}


def checkpoint(value: Any = None, **more: bytes) -> bytes:
    """A `.pt` file as PyTorch has written them since 1.6."""
    return archive(entries(value, **more))


def legacy(value: Any = None, *, keys: Any = None) -> bytes:
    """A `.pt` file as PyTorch wrote them before 1.6."""
    arrays = drawn()
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {"int": 4}}
    listed = [str(at) for at in range(len(arrays))] if keys is None else keys
    pickles = (0x1950A86A20F9469CFC6C, 1001, system, ordered(tensors()) if value is None else value)
    numbers = b"".join(struct.pack("<q", each.size) + each.tobytes() for each in arrays.values())
    return b"".join(map(pickled, (*pickles, listed))) + numbers
