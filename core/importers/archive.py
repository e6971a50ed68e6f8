"""A zip archive of someone else, read entry by entry, every claim of it checked first.

Python's `zipfile` lists the archive; the bytes are taken out here, because `zipfile` unpacks a
whole entry before it cuts it to the length declared. What is stored is handed out as a view of
the file, not as a copy: weights are stored, and there may be half a gigabyte of them. Nothing
is ever written to disk. Not read: comments, bytes before the first entry or after the last (a file
of two formats at once), bzip2 and LZMA.
"""

from __future__ import annotations

import io
import mmap
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.importers.errors import (
    BrokenFile,
    CutShort,
    EncryptedEntry,
    LinkInFile,
    MissingEntry,
    RepeatedEntry,
    UnknownCompression,
    UnsafeName,
)
from core.importers.limits import Limits

Data = bytes | bytearray | memoryview | mmap.mmap

_LOCAL = struct.Struct("<4s22xHH")  # signature, lengths of name and extra field
_END = struct.Struct("<4s8x2L2x")  # signature, size and place of the directory
_LOCATOR = struct.Struct("<4s16x")  # signature of what says that the next is there as well
_END_64 = struct.Struct("<4s36x2Q")  # signature, size and place of the directory
_LONGEST_RECORD = 1024  # of one entry in the directory, on average
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(frozen=True, eq=False)
class Archive:
    """The entries of a checked archive: `names`, and `read` for the bytes of one."""

    data: memoryview
    entries: Mapping[str, zipfile.ZipInfo]
    limits: Limits

    @property
    def names(self) -> tuple[str, ...]:
        """Files in the archive, in its order; folders have no entry here."""
        return tuple(self.entries)

    def read(self, name: str) -> memoryview:
        """The bytes of an entry, checked against its checksum; a view of the file if stored.

        Raises MissingEntry, CutShort or BrokenFile.
        """
        info = self.entries.get(name)
        if info is None:
            raise MissingEntry(entry=name)
        packed = self._packed(info)
        unpacked = packed if info.compress_type == zipfile.ZIP_STORED else _inflate(packed, info)
        if zlib.crc32(unpacked) != info.CRC:
            raise BrokenFile(entry=name, why="its checksum is wrong")
        return unpacked

    def text(self, name: str) -> bytes:
        """The bytes of an entry that describes. Raises HeaderTooLong before it unpacks them."""
        if name in self.entries:
            self.limits.check_header(self.entries[name].file_size, entry=name)
        return bytes(self.read(name))

    def _packed(self, info: zipfile.ZipInfo) -> memoryview:
        """The bytes of an entry as they stand in the file."""
        start = info.header_offset
        head = bytes(self.data[start : start + _LOCAL.size])
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            raise BrokenFile(entry=info.filename, why="its local header is missing")
        _, name, extra = _LOCAL.unpack(head)
        named = start + _LOCAL.size
        encoding = "utf-8" if info.flag_bits & 0x800 else "cp437"
        if bytes(self.data[named : named + name]) != info.orig_filename.encode(encoding):
            raise BrokenFile(entry=info.filename, why="the directory calls it by another name")
        found = self.data[named + name + extra :][: info.compress_size]
        if len(found) < info.compress_size:
            raise CutShort(entry=info.filename, found=len(found), expected=info.compress_size)
        return found


def open_archive(data: Data, *, limits: Limits) -> Archive:
    """The archive in `data`, all its entries checked, none unpacked.

    Raises a FileRefused that names the entry: unsafe or repeated names, links, passwords, other
    compressions, too many entries, too many bytes, and whatever makes it no sound archive.
    """
    limits.check_file(len(data))
    view = memoryview(data)
    _check_end(view, limits)
    try:
        with zipfile.ZipFile(ViewFile(view)) as opened:
            infos = opened.infolist()
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError) as error:
        raise BrokenFile(entry="zip", why=f"its directory cannot be read ({error})") from error
    entries: dict[str, zipfile.ZipInfo] = {}
    total = 0
    for info in infos:
        name = info.orig_filename
        _check_entry(info, limits)
        if name in entries:
            raise RepeatedEntry(entry=name)
        entries[name] = info
        total += info.file_size
        limits.check_unpacked(total, entry=name)
    _check_apart(infos)
    files = {name: info for name, info in entries.items() if not name.endswith("/")}
    return Archive(view, files, limits)


def _check_end(data: memoryview, limits: Limits) -> None:
    """Raises where the directory is too long to be listed, or is not where it should be.

    Before `zipfile` sees it: it makes an object for each entry, whatever their number.
    """
    last = len(data) - _END.size
    end = bytes(data[max(last, 0) :])
    if len(end) < _END.size or not end.startswith(b"PK\x05\x06"):
        why = "its last 22 bytes are not the end of a directory; it may have been cut short"
        raise BrokenFile(entry="zip", why=why)
    _, size, start = _END.unpack(end)
    if bytes(data[max(last - _LOCATOR.size, 0) :][:4]) == b"PK\x06\x07":
        last = last - _LOCATOR.size - _END_64.size
        record = bytes(data[max(last, 0) :][: _END_64.size])
        mark, size, start = _END_64.unpack(record.ljust(_END_64.size))
        if last < 0 or mark != b"PK\x06\x06":
            raise BrokenFile(entry="zip", why="the end of its directory is not where it says")
    if start + size != last:
        raise BrokenFile(entry="zip", why="its directory is not where it says")
    limits.check_entries(size // _LONGEST_RECORD, entry="zip")
    limits.check_entries(bytes(data[start : start + size]).count(b"PK\x01\x02"), entry="zip")


def _check_entry(info: zipfile.ZipInfo, limits: Limits) -> None:
    name = info.orig_filename
    if not _is_safe(name):
        raise UnsafeName(entry=name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise LinkInFile(entry=name, target="another place on the disk")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise BrokenFile(entry=name, why="it is neither a file nor a folder")
    if info.flag_bits & _ENCRYPTED:
        raise EncryptedEntry(entry=name)
    if info.compress_type not in _PACKED:
        found = f"method {info.compress_type}"
        raise UnknownCompression(entry=name, found=found, known="deflate")
    limits.check_unpacked(info.file_size, entry=name)
    limits.check_ratio(packed=info.compress_size, unpacked=info.file_size, entry=name)
    if info.compress_type == zipfile.ZIP_STORED and info.compress_size != info.file_size:
        why = "it is stored as it is, yet declares two sizes"
        raise BrokenFile(entry=name, why=why)


def _is_safe(name: str) -> bool:
    """Whether a name stays inside the archive on every system that could unpack it."""
    parts = name.removesuffix("/").split("/")
    return (
        bool(name)
        and name.isprintable()
        and not any(part in ("", ".", "..") for part in parts)
        and "\\" not in name
        and ":" not in parts[0]
    )


def _check_apart(infos: Iterable[zipfile.ZipInfo]) -> None:
    """Raises where two entries share bytes, with which a few of them unpack to terabytes."""
    end, before = 0, ""
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            why = f"its bytes are also those of '{before}'"
            raise BrokenFile(entry=info.orig_filename, why=why)
        name = info.orig_filename.encode("utf-8", "surrogateescape")
        end = info.header_offset + _LOCAL.size + len(name) + info.compress_size
        before = info.orig_filename


def _inflate(packed: memoryview, info: zipfile.ZipInfo) -> memoryview:
    """Unpacks to the size declared and not a byte more."""
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        # One byte more than declared, to see whether there is one.
        unpacked = inflate.decompress(packed, info.file_size + 1)
    except zlib.error as error:
        raise BrokenFile(entry=info.filename, why=f"it cannot be unpacked ({error})") from error
    if len(unpacked) > info.file_size:
        raise BrokenFile(entry=info.filename, why="it unpacks to more bytes than it declares")
    if len(unpacked) < info.file_size or not inflate.eof:
        raise CutShort(entry=info.filename, found=len(unpacked), expected=info.file_size)
    return memoryview(unpacked)


class ViewFile(io.RawIOBase):
    """Bytes in memory as a file that is only read, without the copy that `io.BytesIO` makes.

    `short` tells whether somebody asked for bytes beyond the end.
    """

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0
        self.short = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._data)}[whence]
        if start + offset < 0:
            raise OSError("before the first byte")
        self._at = start + offset
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]  # mypy's Buffer
        found = self._data[self._at : self._at + len(buffer)]
        buffer[: len(found)] = found
        self.short |= len(found) < len(buffer)
        self._at += len(found)
        return len(found)
