"""An HDF5 file of someone else: its tree walked and every claim checked before numbers are read.

HDF5 is a file system of its own. Its links and its storage may lie in other files, a few bytes may
declare petabytes, and filters may be programs loaded from disk. So the walk follows hard links
alone, each object once; storage is looked at before shape, because asking a virtual dataset for
its shape opens other files; and numbers that stand in one piece are handed out as a view of the
file, past the library. Not chosen: h5py's `File`, `Group` and `Dataset`, which follow every link.
libhdf5 is C, and parses what is handed to it: call this in a process that may die (`sandbox.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import h5py
from h5py import h5d, h5g, h5l, h5o

from core.importers.archive import Data, ViewFile
from core.importers.errors import (
    BrokenFile,
    DataOutsideFile,
    LinkInFile,
    NotNumbers,
)
from core.importers.hdf5.arrays import StoredArray
from core.importers.hdf5.names import check_names
from core.importers.hdf5.source import Source, sound
from core.importers.hdf5.texts import read_texts
from core.importers.limits import Limits, Tally

_SIGNATURE = b"\x89HDF\r\n\x1a\n"


@dataclass(frozen=True, eq=False)
class StoredGroup:
    """A group: what is in it by name, and its attributes that are texts."""

    path: str
    groups: Mapping[str, StoredGroup]
    arrays: Mapping[str, StoredArray]
    _id: Any
    _source: Source

    def text(self, name: str) -> str | None:
        """An attribute that is one text; None where there is none of this name.

        Raises what `texts` does, and BrokenFile for a list of texts.
        """
        found = self._texts(name)
        if found is None:
            return None
        shape, texts = found
        if shape:
            raise BrokenFile(entry=f"{self.path}@{name}", why="it is a list, not one text")
        return texts[0]

    def texts(self, name: str) -> tuple[str, ...]:
        """An attribute that is a list of texts; empty where there is none of this name.

        Raises NotNumbers for what is no text, HeaderTooLong, TooManyEntries and BrokenFile.
        """
        found = self._texts(name)
        return () if found is None else found[1]

    def _texts(self, name: str) -> tuple[tuple[int, ...], tuple[str, ...]] | None:
        return read_texts(self._id, name, path=f"{self.path}@{name}", source=self._source)


@contextmanager
def open_hdf5(
    data: Data, *, limits: Limits, entry: str = "", tally: Tally | None = None
) -> Iterator[StoredGroup]:
    """The root of the HDF5 file in `data`, its tree walked and nothing outside it touched.

    `entry` is the name of the file within another, for errors. Datasets are read inside the
    `with`. Raises LinkInFile, DataOutsideFile, TooManyEntries, TooDeep, BrokenFile.
    """
    view = memoryview(data)
    limits.check_file(len(view))
    if bytes(view[:8]) != _SIGNATURE:
        raise BrokenFile(entry=entry or "/", why="it does not begin as an HDF5 file")
    check_names(view, entry=entry or "/")
    source = Source(view, limits, entry, tally or Tally(limits))
    with sound(entry or "/"):
        opened = h5py.File(ViewFile(view), "r")
    with opened:
        with sound(source.entry or "/"):
            root = h5g.open(opened.id, b"/")
            source.objects[h5o.get_info(root).addr] = source.entry or "/"
        yield _group(root, "", source, depth=0)


def _group(identifier: Any, inside: str, source: Source, *, depth: int) -> StoredGroup:
    """Walks a group and everything below it."""
    path = f"{source.entry}{inside or '/'}"
    source.limits.check_depth(depth, entry=path)
    groups: dict[str, StoredGroup] = {}
    arrays: dict[str, StoredArray] = {}
    with sound(path):
        for name in _names(identifier, path, source):
            here = f"{inside}/{name}"
            place = f"{source.entry}{here}"
            _check_link(identifier, name, place)
            with sound(place):
                opened = h5o.open(identifier, name.encode())
                at = h5o.get_info(opened).addr
            if at in source.objects:
                raise LinkInFile(entry=place, target=source.objects[at])
            source.objects[at] = place
            source.limits.check_entries(len(source.objects), entry=source.entry or "/")
            if isinstance(opened, h5g.GroupID):
                groups[name] = _group(opened, here, source, depth=depth + 1)
            elif isinstance(opened, h5d.DatasetID):
                _check_inside(opened.get_create_plist(), place)
                arrays[name] = StoredArray(place, opened, source)
            else:
                raise NotNumbers(entry=place, found="a type", known="groups and datasets")
    return StoredGroup(path, groups, arrays, identifier, source)


def _names(group: Any, path: str, source: Source) -> list[str]:
    """The names in a group, no more than the limit."""
    names: list[bytes] = []
    most = source.limits.entries

    def take(name: bytes) -> bool | None:
        names.append(name)
        return True if len(names) > most else None

    group.links.iterate(take)
    source.limits.check_entries(len(names), entry=path)
    for name in names:
        # A name with a slash would be looked up as a path, and the path may hold links.
        if name in (b"", b".", b"..") or b"/" in name:
            raise BrokenFile(entry=path, why=f"the name {name!r} in it is none that HDF5 gives")
    return [name.decode() for name in names]


def _check_link(group: Any, name: str, path: str) -> None:
    with sound(path):
        kind = group.links.get_info(name.encode()).type
        if kind == h5l.TYPE_HARD:
            return
        target: object = group.links.get_val(name.encode())
    parts = target if isinstance(target, tuple) else (target,)
    words = [part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)]
    raise LinkInFile(entry=path, target=" in ".join(reversed(words)) or "somewhere else")


def _check_inside(settings: Any, path: str) -> None:
    """Raises where the numbers of a dataset are in another place than in it."""
    if settings.get_external_count():
        target = settings.get_external(0)[0].decode("utf-8", "replace")
        raise DataOutsideFile(entry=path, target=target)
    if settings.get_layout() == h5d.VIRTUAL:
        several = settings.get_virtual_count()
        target = settings.get_virtual_filename(0) if several else "a virtual dataset"
        raise DataOutsideFile(entry=path, target=target)
