"""What `torch.save` wrote, as named tensors: a checkpoint read without running it.

A file is a pickle of everything but numbers, and the bytes of each storage (where they stand is
said in `torch/pt_file.py`). The pickle is walked as data (`torch/pickle_data.py`); of what it asks
for, tensors, parameters, ordered dicts, sizes, devices, types and numbers of NumPy's are made here,
as plain records, and everything else refuses the file by its name. That is what `weights_only` of
`torch.load` does, and stricter: no class can be added to the list.

A tensor is a window on a storage: where it begins, its sides, and how far apart their numbers lie.
It has to lie within the storage, and no number of it may be two (but where a side repeats one
number, stride 0, as `expand` does). Arrays are views of the file wherever they can be.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from core.activations import Array
from core.importers.archive import Data
from core.importers.errors import BrokenFile, NotNumbers, NotStored
from core.importers.limits import Tally
from core.importers.torch.pickle_data import read_pickle
from core.importers.torch.pickle_machine import Builder, Foreign, Global, Pickled

TYPES = {
    "DoubleStorage": "F64",
    "FloatStorage": "F32",
    "HalfStorage": "F16",
    "BFloat16Storage": "BF16",
    "LongStorage": "I64",
    "IntStorage": "I32",
    "ShortStorage": "I16",
    "CharStorage": "I8",
    "ByteStorage": "U8",
    "BoolStorage": "BOOL",
}
"""PyTorch's storages by the names that safetensors has for their types."""

BYTES = {"F64": "f8", "F32": "f4", "F16": "f2", "BF16": "u2", "I64": "i8", "I32": "i4"}
BYTES |= {"I16": "i2", "I8": "i1", "U8": "u1", "BOOL": "u1"}
_DTYPES = frozenset(
    f"torch.{name}"
    for name in (
        *("float64", "float32", "float16", "bfloat16", "double", "float", "half", "bool"),
        *("int64", "int32", "int16", "int8", "uint8", "long", "int", "short"),
    )
)


@dataclass(frozen=True)
class Storage:
    """A run of numbers of one type, which tensors look at."""

    kind: str
    key: str
    count: int


@dataclass(frozen=True, eq=False)
class StoredTensor:
    """A window on a storage, as the pickle declares it; nothing of it has been checked."""

    storage: Storage
    offset: object
    shape: object
    strides: object


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What a file holds: a value of dicts, lists, texts and tensors, and a way to their numbers.

    `foreign` are the names of what it asks for besides; a file with any is not read further.
    `stored` gives the bytes of a storage, whose numbers are in the byte order `order`; `tally`
    counts what is read.
    """

    value: object
    foreign: tuple[str, ...]
    stored: Callable[[Storage], Data]
    order: Literal["<", ">"]
    tally: Tally

    def array(self, tensor: StoredTensor, *, name: str) -> Array:
        """The numbers of a tensor; half-precision ones as float32. Raises FileRefused."""
        kind = TYPES.get(tensor.storage.kind)
        if kind is None:
            raise NotNumbers(entry=name, found=tensor.storage.kind, known=", ".join(TYPES))
        if not (isinstance(tensor.shape, tuple) and all(type(n) is int for n in tensor.shape)):
            raise BrokenFile(entry=name, why="its sides should be whole numbers from 0")
        shape = self.tally.add(tensor.shape, entry=name)
        dtype = np.dtype(BYTES[kind]).newbyteorder(self.order)
        strides = _strides(tensor, shape, name=name)
        data = self.stored(tensor.storage)
        expected = tensor.storage.count * dtype.itemsize
        if len(data) != expected:
            raise NotStored(entry=name, expected=expected, found=len(data))
        flat = np.frombuffer(data, dtype)[tensor.offset :]
        if math.prod(shape) == 0:
            window = np.empty(shape, dtype)
        else:
            steps = tuple(stride * dtype.itemsize for stride in strides)
            window = np.lib.stride_tricks.as_strided(flat, shape, steps, writeable=False)
        return floats(window, kind=kind)


def floats(array: Array, *, kind: str) -> Array:
    """Numbers of a type in this machine's byte order, those of half precision as float32."""
    if kind == "BF16":
        # bfloat16 is the upper half of a float32.
        return (array.astype(np.uint32) << 16).view(np.float32)
    if kind == "F16":
        return array.astype(np.float32)
    return np.asarray(array, array.dtype.newbyteorder("="), order="C")


def _strides(tensor: StoredTensor, shape: tuple[int, ...], *, name: str) -> tuple[int, ...]:
    """How far apart the numbers lie, all of them within the storage and none of them two.

    Python's numbers, which do not overflow.
    """
    strides, offset, count = tensor.strides, tensor.offset, tensor.storage.count
    if not (isinstance(strides, tuple) and len(strides) == len(shape)):
        raise BrokenFile(entry=name, why="it has not as many strides as sides")
    if not all(type(each) is int and each >= 0 for each in (*strides, offset, count)):
        raise BrokenFile(entry=name, why="its strides and its place should be whole numbers from 0")
    if math.prod(shape) == 0:
        return strides
    last = offset + sum((side - 1) * stride for side, stride in zip(shape, strides, strict=True))
    if last >= count:
        raise NotStored(entry=name, expected=last + 1, found=count)
    reach = 0
    for stride, side in sorted(zip(strides, shape, strict=True)):
        if stride and side > 1:
            if stride <= reach:
                raise BrokenFile(entry=name, why="two places of it are one number")
            reach += (side - 1) * stride
    return strides


def walked(data: bytes, *, entry: str, start: int = 0) -> tuple[Pickled, dict[str, Storage]]:
    """A pickle of `torch.save` as data, and the storages that it declares, by their keys."""
    storages: dict[str, Storage] = {}

    def persistent(given: object) -> object:
        """What stands for a storage: a word, its type, its key, its device, its length."""
        if not isinstance(given, tuple) or not given:
            raise TypeError
        if given[0] != "storage":
            return Foreign("a persistent object")
        _, kind, key, _, count, *view = given
        if view not in ([], [None]):
            return Foreign("a view of a storage")
        if not (isinstance(kind, Global) and isinstance(key, str) and type(count) is int):
            raise TypeError
        storage = Storage(kind.name.rpartition(".")[2], key, count)
        storages.setdefault(key, storage)
        return storage

    pickled = read_pickle(
        data, entry=entry, builders=_BUILDERS, known=_KNOWN, persistent=persistent, start=start
    )
    return pickled, storages


# What a pickle may ask for: plain records, made from plain data.


def _tensor(given: tuple[Any, ...]) -> StoredTensor:
    storage, offset, shape, strides, *_ = given
    if not isinstance(storage, Storage):
        raise TypeError
    return StoredTensor(storage, offset, shape, strides)


def _parameter(given: tuple[Any, ...]) -> StoredTensor:
    data, *_ = given
    if not isinstance(data, StoredTensor):
        raise TypeError
    return data


def _typed(given: tuple[Any, ...]) -> StoredTensor:
    """A tensor with attributes of its own: how it is made, its class, and with what."""
    how, _, arguments, *_ = given
    if not isinstance(how, Global) or how.name not in _TENSORS or not isinstance(arguments, tuple):
        raise TypeError
    return _TENSORS[how.name](arguments)


def _ordered(given: tuple[Any, ...]) -> dict[str, Any]:
    """Empty, to be filled by later opcodes; or of pairs, as Python 2 wrote it."""
    pairs = given[0] if given else ()
    if len(given) > 1 or not all(isinstance(name, str) for name, _ in pairs):
        raise TypeError
    return dict(pairs)


def _size(given: tuple[Any, ...]) -> tuple[Any, ...]:
    (sides,) = given
    if not isinstance(sides, tuple | list):
        raise TypeError
    return tuple(sides)


_TENSORS: dict[str, Callable[[tuple[Any, ...]], StoredTensor]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,  # attributes of somebody's own
}
_BUILDERS: dict[str, Builder] = {
    **_TENSORS,
    "torch._tensor._rebuild_from_type_v2": _typed,
    "collections.OrderedDict": _ordered,
    "torch.Size": _size,
    "torch.device": lambda given: Global("torch.device"),
    # A score is often a number of NumPy's. It is passed over, so its bytes are not even looked at.
    "_codecs.encode": lambda given: Global("bytes"),
    "numpy.dtype": lambda given: Global("numpy.dtype"),
    "numpy.core.multiarray.scalar": lambda given: Global("a number"),
    "numpy._core.multiarray.scalar": lambda given: Global("a number"),
}
_KNOWN = frozenset(
    {
        *(f"torch.{name}" for name in TYPES),
        *_DTYPES,
        "torch.Tensor",
        "torch.nn.parameter.Parameter",
    }
)
