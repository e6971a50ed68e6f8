"""Which format a model file has, told by what is in it: names and extensions say what they like.

| bytes | format |
| --- | --- |
| a zip with `config.json` | "keras" |
| a zip with `description.npy` | "npz", as `Model.save` writes it |
| HDF5's signature | "h5", a whole model or weights alone |
| a zip with `data.pkl` and no program, or PyTorch's old magic number | "torch" |
| a length of less than 4 GB, then `{` | "safetensors" |
| fields of ONNX's ModelProto, version and graph among them | "onnx" |

Other pickles, and programs, are told as well, and refused with the way out of them. Cost: the
directory of a zip, a dozen fields of an ONNX file; weights are not looked at.
"""

from __future__ import annotations

import struct
from typing import Literal

from core.importers.archive import Archive, Data, open_archive
from core.importers.errors import UnknownFormat
from core.importers.limits import Limits
from core.importers.torch.pickles import (
    is_legacy,
    refuse_pickle,
    refuse_pickled_entries,
    refuse_script,
)
from core.importers.torch.pt_file import folder_of

Format = Literal["keras", "npz", "h5", "safetensors", "torch", "onnx"]

_LENGTH = struct.Struct("<Q")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_HDF5 = b"\x89HDF\r\n\x1a\n"
# ModelProto: number of the field → wire type, see onnx.proto.
_ONNX = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
_VERSION, _GRAPH = 1, 7
_MOST_FIELDS = 4096


def format_of(data: Data, *, name: str, limits: Limits) -> Format:
    """The format of a file that is called `name`.

    Raises UnknownFormat, PickleInFile, and what opening an archive raises.
    """
    start = bytes(data[:512])
    refuse_pickle(start, path=name)
    if is_legacy(start):
        return "torch"
    if start.startswith(_ZIP):
        return format_of_archive(open_archive(data, limits=limits), name=name)
    if start.startswith(_HDF5):
        return "h5"
    if len(start) > _LENGTH.size:
        (length,) = _LENGTH.unpack(start[: _LENGTH.size])
        # Not held against the length of the file: one that was cut short is still of its format.
        if length < 2**32 and start[_LENGTH.size :].startswith(b"{"):
            return "safetensors"
    if _is_onnx(memoryview(data)):
        return "onnx"
    raise UnknownFormat(start=_shown(start))


def format_of_archive(archive: Archive, *, name: str) -> Format:
    """The format of a zip archive. Raises UnknownFormat and PickleInFile."""
    folder = folder_of(archive.names)
    if folder is not None:
        refuse_script(archive.names, folder=folder, path=name)
        return "torch"
    refuse_pickled_entries(archive.names, path=name)
    if "description.npy" in archive.names:
        return "npz"
    if "config.json" in archive.names:
        return "keras"
    raise UnknownFormat(start="those of a zip archive without a config.json")


def _is_onnx(data: memoryview) -> bool:
    """Whether the bytes are fields of a ModelProto as far as they go, its graph among them."""
    at, found = 0, set()
    for _ in range(_MOST_FIELDS):
        if at >= len(data):
            break
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if _ONNX.get(number) != kind:
            return False
        found.add(number)
        length, at = _varint(data, at)
        at += length if kind == 2 else 0
    return found >= {_VERSION, _GRAPH}


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A number of protobuf's, seven bits a byte, and where it ends; 0 after the last byte."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            return 0, at
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    return 0, at


def _shown(start: bytes) -> str:
    """The first bytes, as text where they are one."""
    first = start[:16]
    if not first:
        return "none at all"
    if first.isascii() and first.decode("ascii").isprintable():
        return repr(first.decode("ascii"))
    return first.hex(" ")
