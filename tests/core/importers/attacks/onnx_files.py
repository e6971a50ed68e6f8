"""`.onnx` files byte by byte: protobuf as its wire has it, so that anything can be said in it."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

UNITS, FEATURES = 3, 4


def varint(value: int) -> bytes:
    value %= 2**64
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | float | str | bytes) -> bytes:
    """A field of a message: a whole number, a float, or bytes with their length."""
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name: str, array: np.ndarray | None = None, *, more: bytes = b"") -> bytes:
    """A TensorProto of floats; `more` are further fields."""
    said = field(8, name) + more
    if array is not None:
        said += b"".join(field(1, side) for side in array.shape)
        said += field(2, 1) + field(9, array.astype("<f4").tobytes())
    return said


def attribute(name: str, value: int | str | bytes) -> bytes:
    """An AttributeProto: a whole number, a text, or a tensor."""
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, 2)
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, 3)
    return field(1, name) + field(5, value) + field(20, 4)


def whole(name: str, *numbers: int) -> bytes:
    """An AttributeProto of whole numbers."""
    return field(1, name) + b"".join(field(8, each) for each in numbers) + field(20, 7)


def node(kind: str, inputs: Sequence[str], outputs: Sequence[str], *attributes: bytes) -> bytes:
    said = b"".join(field(1, each) for each in inputs) + b"".join(field(2, e) for e in outputs)
    return said + field(4, kind) + b"".join(field(5, each) for each in attributes)


def value_info(name: str, *sides: int, kind: int = 1) -> bytes:
    """An input or output, of floats unless `kind` says another type."""
    shape = b"".join(field(1, field(1, side)) for side in sides)
    return field(1, name) + field(2, field(1, field(1, kind) + field(2, shape)))


def weights() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(31)
    shapes = {
        "W": (1, 4 * UNITS, FEATURES),
        "R": (1, 4 * UNITS, UNITS),
        "B": (1, 8 * UNITS),
    }
    return {
        name: generator.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()
    }


def sound_nodes() -> list[bytes]:
    return [
        node("LSTM", ["x", "W", "R", "B"], ["y"], attribute("hidden_size", UNITS)),
        node("Relu", ["y"], ["z"]),
    ]


def graph(
    nodes: Sequence[bytes] | None = None,
    tensors: Sequence[bytes] | None = None,
    *,
    inputs: bytes | None = None,
    more: bytes = b"",
) -> bytes:
    own = [tensor(name, array) for name, array in weights().items()]
    said = b"".join(field(1, each) for each in (sound_nodes() if nodes is None else nodes))
    said += field(2, "net") + b"".join(field(5, each) for each in (tensors or own))
    said += field(11, value_info("x", 5, 1, FEATURES) if inputs is None else inputs)
    return said + field(12, value_info("z", 5, 1, 1, UNITS)) + more


def model(of: bytes | None = None, *, more: bytes = b"") -> bytes:
    """A ModelProto: version, the set of operations, and a graph."""
    said = field(1, 8) + field(8, field(1, "") + field(2, 17))
    return said + field(7, graph() if of is None else of) + more
