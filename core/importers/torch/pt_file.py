"""`.pt` and `.pth`, whatever `torch.save` wrote, as the named tensors of one state_dict.

| file | where what stands |
| --- | --- |
| since PyTorch 1.6 | a zip archive: `data.pkl`, and `data/KEY` for the bytes of each storage |
| before | four pickles (a magic number, a version, the machine, the value), a fifth of the |
|        | storages' keys, and of each storage how many numbers it has, and those |

People save a state_dict, or a dict with one in it, or several ("model", "best", "optimizer"). It is
the dict whose names are those of a recurrent module; of several, `part` chooses. Whatever else a
file asks for refuses it (`torch/checkpoint.py`), with lines of Python that load it elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from core.errors import UnknownName, UnsupportedModel
from core.importers.archive import Archive, Data, open_archive
from core.importers.errors import (
    BrokenFile,
    CutShort,
    MissingEntry,
    NotNumbers,
    PickleInFile,
    RepeatedEntry,
)
from core.importers.limits import Limits, Tally
from core.importers.torch.checkpoint import (
    BYTES,
    TYPES,
    Checkpoint,
    Storage,
    StoredTensor,
    walked,
)
from core.importers.torch.errors import (
    ComplexNumbers,
    MoreThanTensors,
    NumbersOfAnotherType,
    WholeModule,
)
from core.importers.torch.names import is_recurrent
from core.importers.torch.pickle_machine import Foreign
from core.importers.torch.pickles import is_legacy, lines
from core.importers.torch.safetensors_header import Tensors

_LIKELY = ("state_dict", "model_state_dict", "model", "net", "network", "weights", "module")
"""What the dict with a model's tensors is called, the likeliest first."""

_DEEPEST = 4
_MOST_PLACES = 4096
_TIMES_STORED = 8
"""Tensors may share a storage: this many times the numbers that the file has room for, in all."""

_ORDERS: dict[bytes, Literal["<", ">"]] = {b"little": "<", b"big": ">"}
_LEGACY = "file"
_LEGACY_VERSION = 1001


def read_checkpoint(
    data: Data, *, path: str, limits: Limits, part: object = None
) -> tuple[Tensors, tuple[str, ...]]:
    """The tensors of a state_dict in the file, and the names of all that are in it.

    `part` is one of those; the likeliest comes first and is the default. Prefixes that wrappers
    put before every name (`module.`, `_orig_mod.`) are taken away. `path` is what the file is
    called, for the lines of a refusal. Raises PickleInFile by what kind it is, other FileRefused,
    UnknownName for a part that is none, UnsupportedModel where there is none at all.
    """
    if is_legacy(bytes(data[:64])):
        checkpoint = _legacy(data, limits=limits)
    else:
        checkpoint = _archived(open_archive(data, limits=limits), limits=limits)
    parts = _parts(checkpoint.value)
    if checkpoint.foreign:
        raise _refusal(checkpoint, parts, path=path)
    if not parts:
        what = "A file of PyTorch's without a state_dict"
        raise UnsupportedModel(what=what, why="there is no dict of tensors by their names in it")
    named = {_said(at): tensors for at, tensors in parts.items()}
    chosen = next(iter(named)) if part is None else part
    if not isinstance(chosen, str) or chosen not in named:
        raise UnknownName(kind="state_dict", found=str(part)[:80], known=", ".join(named))
    tensors: dict[str, Any] = {}
    for name, tensor in named[chosen].items():
        plain = unwrapped(name, among=named[chosen])
        if plain in tensors:
            raise RepeatedEntry(entry=plain)
        tensors[plain] = checkpoint.array(tensor, name=name)
    return Tensors(tensors, {}, in_order=True), tuple(named)


def folder_of(names: tuple[str, ...]) -> str | None:
    """The folder that all entries of an archive of PyTorch's stand in; None for another archive."""
    folders = [name.removesuffix("/data.pkl") for name in names if name.endswith("/data.pkl")]
    if len(folders) != 1 or not all(name.startswith(f"{folders[0]}/") for name in names):
        return None
    pickles = [name for name in names if name.endswith((".pkl", ".pickle"))]
    # A program brings several.
    return folders[0] if len(pickles) == 1 or f"{folders[0]}/constants.pkl" in names else None


def _archived(archive: Archive, *, limits: Limits) -> Checkpoint:
    folder = folder_of(archive.names)
    entry = f"{folder}/data.pkl"
    pickled, _ = walked(archive.text(entry), entry=entry)
    order = b"little"
    if f"{folder}/byteorder" in archive.names:
        order = archive.text(f"{folder}/byteorder")
        if order not in _ORDERS:
            raise BrokenFile(entry=f"{folder}/byteorder", why="it is neither little nor big")
    held: dict[str, Data] = {}

    def stored(storage: Storage) -> Data:
        # Once, because each reading checks the checksum of all its bytes.
        if storage.key not in held:
            held[storage.key] = archive.read(f"{folder}/data/{storage.key}")
        return held[storage.key]

    tally = _tally(archive.data, limits)
    return Checkpoint(pickled.value, pickled.foreign, stored, _ORDERS[order], tally)


def _legacy(data: Data, *, limits: Limits) -> Checkpoint:
    # Bytes, because a memory map hands out a copy of each slice; no longer than a header may be.
    head = bytes(data[: limits.header_bytes])
    magic, _ = walked(head, entry=_LEGACY)
    version, _ = walked(head, entry=_LEGACY, start=magic.end)
    machine, _ = walked(head, entry=_LEGACY, start=version.end)
    if version.value != _LEGACY_VERSION or not isinstance(machine.value, dict):
        raise BrokenFile(entry=_LEGACY, why="it is of no version that is known")
    order = b"little" if machine.value.get("little_endian", True) is True else b"big"
    pickled, storages = walked(head, entry=_LEGACY, start=machine.end)
    keys, _ = walked(head, entry=_LEGACY, start=pickled.end)
    row = _Row(memoryview(data), keys.value, keys.end, storages, order.decode())
    return Checkpoint(
        pickled.value, pickled.foreign, row.stored, _ORDERS[order], _tally(data, limits)
    )


@dataclass
class _Row:
    """The storages of an old file, one after another from `start` on, as `keys` lists them."""

    view: memoryview
    keys: object
    start: int
    storages: Mapping[str, Storage]
    order: str
    places: dict[str, tuple[int, int]] = field(default_factory=dict)

    def stored(self, storage: Storage) -> Data:
        """The bytes of a storage."""
        if not self.places:
            self._place()
        if storage.key not in self.places:
            raise MissingEntry(entry=storage.key)
        begin, end = self.places[storage.key]
        return self.view[begin:end]

    def _place(self) -> None:
        at = self.start
        for key in self.keys if isinstance(self.keys, list) else ():
            storage = self.storages.get(key) if isinstance(key, str) else None
            if storage is None or key in self.places:
                why = "its list of storages is not that of its tensors"
                raise BrokenFile(entry=_LEGACY, why=why)
            kind = TYPES.get(storage.kind)
            if kind is None:
                raise NotNumbers(entry=key, found=storage.kind, known=", ".join(TYPES))
            big = self.order == "big"
            count = int.from_bytes(self.view[at : at + 8], "big" if big else "little")
            begin, at = at + 8, at + 8 + count * np.dtype(BYTES[kind]).itemsize
            if at > len(self.view):
                raise CutShort(entry=key, expected=at, found=len(self.view))
            self.places[key] = begin, at


def _tally(data: Data, limits: Limits) -> Tally:
    most = limits.small_bytes + _TIMES_STORED * len(data)
    return Tally(replace(limits, file_bytes=min(limits.file_bytes, most)))


Path = tuple[str | int, ...]


def _places(value: object) -> Iterator[tuple[Path, object]]:
    """Every dict, list and tuple with the way to it, and what else stands in them; nearest first.

    Once each: they may hold themselves, or each other a thousand times.
    """
    waiting: list[tuple[Path, object]] = [((), value)]
    seen: set[int] = set()
    for path, each in waiting:
        yield path, each
        if id(each) in seen or len(path) == _DEEPEST or len(waiting) > _MOST_PLACES:
            continue
        seen.add(id(each))
        if isinstance(each, dict):
            waiting += [((*path, key), v) for key, v in each.items() if isinstance(key, str | int)]
        elif isinstance(each, list | tuple):
            waiting += [((*path, at), v) for at, v in enumerate(each[:_MOST_PLACES])]


def _parts(value: object) -> dict[Path, dict[str, StoredTensor]]:
    """The dicts of tensors by name: those of recurrent modules if any, the likeliest first."""
    named: dict[Path, dict[str, StoredTensor]] = {}
    for path, each in _places(value):
        if isinstance(each, dict):
            own = {
                name: tensor
                for name, tensor in each.items()
                if isinstance(name, str) and isinstance(tensor, StoredTensor)
            }
            if own:
                named[path] = own
    recurrent = {at: own for at, own in named.items() if any(map(is_recurrent, own))}
    last = len(_LIKELY)
    rank = {
        at: (_LIKELY.index(at[-1]) if at and at[-1] in _LIKELY else last, len(at)) for at in named
    }
    return {at: named[at] for at in sorted(recurrent or named, key=rank.__getitem__)}


def _said(path: Path) -> str:
    """A place in the file as one name."""
    return ".".join(map(str, path))


def unwrapped(name: str, *, among: Mapping[str, object]) -> str:
    """A name without what `torch.compile` and `DataParallel` put before it."""
    name = name.replace("_orig_mod.", "")
    wrapped = all(other.replace("_orig_mod.", "").startswith("module.") for other in among)
    return name.removeprefix("module.") if wrapped else name


_OF_ANY_TYPE = {"torch._utils._rebuild_tensor_v3", "torch.storage.UntypedStorage"}
"""What a tensor of a newer type is made by."""
_NUMBERS = re.compile(r"torch\.(?:float[48]\w*|u?int\d+|bits\w+)")
_COMPLEX = re.compile(r"torch\.(?:Complex\w+Storage|complex\w+)")


def _refusal(
    checkpoint: Checkpoint, parts: Mapping[Path, Mapping[str, object]], *, path: str
) -> PickleInFile:
    """The refusal of a file that asks for more than tensors, with the lines for this one.

    Raises ComplexNumbers, for which no lines help.
    """
    loaded = f"torch.load({path!r}, map_location='cpu', weights_only=False)"
    asked = set(checkpoint.foreign) - _OF_ANY_TYPE
    complexes = sorted(filter(_COMPLEX.fullmatch, asked))
    numbers = sorted(filter(_NUMBERS.fullmatch, asked))
    recurrent = [at for at, own in parts.items() if any(map(is_recurrent, own))]
    modules = [
        (at, each.name)
        for at, each in _places(checkpoint.value)
        if isinstance(each, Foreign) and (not at or at[-1] in _LIKELY)
    ]
    if modules and not recurrent:
        at, name = modules[0]
        place = "".join(f"[{key!r}]" for key in at)
        return WholeModule(found=name, lines=lines(f"{loaded}{place}", path=path))
    place = "".join(f"[{key!r}]" for key in (recurrent or [()])[0])
    if complexes:
        raise ComplexNumbers(entry=path, found=complexes[0])
    if asked == set(numbers):
        # The tensors are none that are known: the dict is told by their names alone.
        named = (
            at
            for at, each in _places(checkpoint.value)
            if isinstance(each, dict) and any(is_recurrent(str(name)) for name in each)
        )
        place = "".join(f"[{key!r}]" for key in next(named, ()))
        given = lines(f"{loaded}{place}", path=path, widened=True)
        return NumbersOfAnotherType(found=", ".join(numbers), lines=given)
    found = checkpoint.foreign[0]
    return MoreThanTensors(found=found, lines=lines(f"{loaded}{place}", path=path))
