"""The scalars of TensorBoard's event files, by their tags.

An event is a protobuf message of which few fields matter here: the step, the time, and values, each
with a tag and a number, either plain (`simple_value`, as PyTorch writes it) or a tensor without
axes (as Keras does). Only these are declared, so that nothing else of a file is ever built: a
picture, a graph or a histogram is bytes that nobody looks at. Nothing is run.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError

from core.training.logs.records import read_records

MOST_TAGS = 1_000
MOST_POINTS = 1_000_000
"""Numbers of a file that are read."""
_KINDS = {1: ("<f", "float_val"), 2: ("<d", "double_val"), 3: ("<i", "int_val"),
          9: ("<q", "int64_val")}  # fmt: skip
"""Types of tensors that hold plain numbers, as TensorFlow counts them: how their bytes are read."""


@dataclass
class Scalars:
    """What files of events hold: by tag, step → (time, value); a later value replaces."""

    by_tag: dict[str, dict[int, tuple[float, float]]] = field(default_factory=dict)
    points: int = 0
    damaged: int | None = None

    def add(self, tag: str, step: int, when: float, value: float) -> None:
        """Takes a value in, unless there are too many already."""
        if tag not in self.by_tag and len(self.by_tag) >= MOST_TAGS:
            return
        if self.points < MOST_POINTS:
            self.by_tag.setdefault(tag, {})[step] = (when, value)
            self.points += 1


def read_events(data: bytes, *, into: Scalars) -> None:
    """Adds the scalars of an event file; `into.damaged` is the byte where it is damaged, if so."""
    records = read_records(data)
    into.damaged = records.damaged if into.damaged is None else into.damaged
    for record in records.found:
        if record is None:
            continue
        event = _event()()
        try:
            event.ParseFromString(record)
        except DecodeError:
            continue  # its check is right, so somebody wrote that: it is no event
        for value in event.summary.value:
            for number in _numbers(value):
                into.add(value.tag, event.step, event.wall_time, number)


def _numbers(value: Any) -> Iterator[float]:
    """The number of a value, none where it is something else."""
    if value.HasField("simple_value"):
        yield float(value.simple_value)
        return
    tensor = value.tensor
    if not value.HasField("tensor") or tensor.tensor_shape.dim or tensor.dtype not in _KINDS:
        return
    layout, plain = _KINDS[tensor.dtype]
    if len(tensor.tensor_content) == struct.calcsize(layout):
        yield float(struct.unpack(layout, tensor.tensor_content)[0])
    elif len(getattr(tensor, plain)) == 1:
        yield float(getattr(tensor, plain)[0])


@cache
def _event() -> Any:
    """The class of events, in a pool of its own: TensorFlow may have declared its own elsewhere."""
    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="unrolled_events.proto", syntax="proto2")
    one, many = kinds.LABEL_OPTIONAL, kinds.LABEL_REPEATED
    declared: dict[str, list[tuple[str, int, int, int, str]]] = {
        "Shape": [("dim", 2, kinds.TYPE_BYTES, many, "")],
        "Tensor": [
            ("dtype", 1, kinds.TYPE_INT32, one, ""),
            ("tensor_shape", 2, kinds.TYPE_MESSAGE, one, ".unrolled.Shape"),
            ("tensor_content", 4, kinds.TYPE_BYTES, one, ""),
            ("float_val", 5, kinds.TYPE_FLOAT, many, ""),
            ("double_val", 6, kinds.TYPE_DOUBLE, many, ""),
            ("int_val", 7, kinds.TYPE_INT32, many, ""),
            ("int64_val", 10, kinds.TYPE_INT64, many, ""),
        ],
        "Value": [
            ("tag", 1, kinds.TYPE_STRING, one, ""),
            ("simple_value", 2, kinds.TYPE_FLOAT, one, ""),
            ("tensor", 8, kinds.TYPE_MESSAGE, one, ".unrolled.Tensor"),
        ],
        "Summary": [("value", 1, kinds.TYPE_MESSAGE, many, ".unrolled.Value")],
        "Event": [
            ("wall_time", 1, kinds.TYPE_DOUBLE, one, ""),
            ("step", 2, kinds.TYPE_INT64, one, ""),
            ("file_version", 3, kinds.TYPE_STRING, one, ""),
            ("summary", 5, kinds.TYPE_MESSAGE, one, ".unrolled.Summary"),
        ],
    }
    file.package = "unrolled"
    for name, own in declared.items():
        message = file.message_type.add(name=name)
        for field_name, number, kind, label, of in own:
            added = message.field.add(name=field_name, number=number, type=kind, label=label)
            if of:
                added.type_name = of
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("unrolled.Event"))
