"""Zip archives that would leave their place, fill the disk, or be two files at once."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator

import pytest

from core.importers import errors
from core.importers.archive import open_archive
from core.importers.limits import Limits
from tests.core.importers.attacks import models

MIB = 2**20
# Field of a record in the directory → where it stands and how it is packed.
FIELDS = {
    "flags": (8, "<H"),
    "method": (10, "<H"),
    "checksum": (16, "<L"),
    "packed": (20, "<L"),
    "unpacked": (24, "<L"),
    "attributes": (38, "<L"),
    "place": (42, "<L"),
}


def records(data: bytes) -> Iterator[tuple[str, int]]:
    """The entries in the directory of an archive, each with where its record begins."""
    size, start = struct.unpack("<2L", data[-10:-2])
    at = start
    while at < start + size:
        lengths = struct.unpack("<3H", data[at + 28 : at + 34])
        yield data[at + 46 : at + 46 + lengths[0]].decode(), at
        at += 46 + sum(lengths)


def edited(data: bytes, entry: str, **fields: int) -> bytes:
    """The archive with other claims about an entry in its directory."""
    changed = bytearray(data)
    at = dict(records(data))[entry]
    for field, value in fields.items():
        offset, form = FIELDS[field]
        struct.pack_into(form, changed, at + offset, value)
    return bytes(changed)


def place_of(data: bytes, entry: str) -> int:
    return struct.unpack_from("<L", data, dict(records(data))[entry] + 42)[0]


def named(name: str) -> bytes:
    """A sound archive with one entry more. Written as bytes: `zipfile` would mend the name."""
    stand_in = "~" * len(name.encode())
    return models.keras(**{stand_in: b"owned"}).replace(stand_in.encode(), name.encode())


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "assets/../../outside",
        "/etc/cron.d/outside",
        "\\\\server\\share",
        "..\\outside",
        "C:/outside",
        "C:outside",
        "assets//outside",
        "./outside",
        "outside\x00.txt",
        "out\nside",
    ],
)
def test_a_name_that_leaves_the_archive(refused, name):
    said = refused(named(name), errors.UnsafeName)
    assert said.error.facts["entry"] == errors.shown(name)


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_CVE_2025_12060_a_link_or_a_device(refused, mode):
    """keras.utils.get_file unpacked archives with links that led out of the folder."""
    link = zipfile.ZipInfo("assets/link")
    link.create_system, link.external_attr = 3, (mode | 0o777) << 16
    data = models.archive({**models.keras_entries(), link: b"/etc/passwd"})
    kind = errors.LinkInFile if mode == stat.S_IFLNK else errors.BrokenFile
    refused(data, kind, "assets/link")


def test_one_name_twice(refused):
    """Two programs would take different ones for the configuration."""
    entries = models.keras_entries() | {"config.jsom": b"{}"}
    data = models.archive(entries).replace(b"config.jsom", b"config.json")
    refused(data, errors.RepeatedEntry, "config.json")


def test_a_password(refused):
    data = edited(models.keras(), "config.json", flags=0x1)
    refused(data, errors.EncryptedEntry, "config.json")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 9, 93, 99])
def test_other_compressions(refused, method):
    data = edited(models.keras(), "config.json", method=method)
    refused(data, errors.UnknownCompression, "config.json")


@pytest.mark.parametrize("entry", ["model.weights.h5", "config.json", "assets/more.txt"])
def test_a_bomb(refused, entry):
    """64 MB of zeros in 64 kB."""
    data = models.archive(models.keras_entries() | {entry: bytes(64 * MIB)}, packed=True)
    assert len(data) < MIB
    refused(data, errors.PacksTooWell, entry)


def test_a_bomb_that_declares_little(refused):
    """The directory says 4 kB; what is there unpacks to 32 MB."""
    entries = models.keras_entries() | {"config.json": bytes(32 * MIB)}
    data = edited(models.archive(entries, packed=True), "config.json", unpacked=4096)
    refused(data, errors.BrokenFile, "config.json")


def test_many_entries_of_the_same_bytes(refused):
    """Overlapping entries: a few megabytes that unpack to terabytes, with sound ratios."""
    data = models.archive(
        {**models.keras_entries(), "assets/one": b"x" * 4096, "assets/two": b"x" * 4096}
    )
    data = edited(data, "assets/two", place=place_of(data, "assets/one"))
    refused(data, errors.BrokenFile, "assets/two")


def test_too_many_bytes_in_all(refused):
    """Each entry is small enough, and packs no better than weights may."""
    entries = {f"assets/{at}": bytes(range(256)) * 1024 for at in range(9)}
    data = models.archive(models.keras_entries() | entries, packed=True)
    refused(data, errors.EntryTooLarge, "assets/7", file_bytes=2 * MIB)


def test_a_size_of_four_gigabytes(refused):
    data = edited(models.keras(), "model.weights.h5", packed=2**32 - 2, unpacked=2**32 - 2)
    refused(data, errors.EntryTooLarge, "model.weights.h5")


@pytest.mark.parametrize("count", [5000, 65_535])
def test_more_entries_than_anybody_needs(refused, count):
    """Listing them would take gigabytes before one is looked at."""
    record = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *([0] * 16)) + b""
    directory = record * count
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0, 0, len(directory), 4, 0)
    refused(b"PK\x03\x04" + directory + end, errors.TooManyEntries, "zip")


def test_two_names_for_one_entry(refused):
    """The name in front of the bytes is not the one in the directory."""
    data = models.keras()
    at = data.index(b"config.json")
    data = data[:at] + b"other.jsonx"[:11] + data[at + 11 :]
    refused(data, errors.BrokenFile, "config.json")


@pytest.mark.parametrize("packed", [False, True])
def test_bytes_that_are_not_those_that_were_packed(refused, packed):
    """A weight that was changed on the way; nothing but the checksum would tell."""
    entries = models.keras_entries()
    bias = models.drawn()["dense/vars/1"].tobytes()
    entries["model.weights.h5"] = entries["model.weights.h5"].replace(bias, bytes(4))
    changed = models.archive(entries, packed=packed)
    checksum = zlib.crc32(models.keras_entries()["model.weights.h5"])
    changed = edited(changed, "model.weights.h5", checksum=checksum)
    said = refused(changed, errors.BrokenFile, "model.weights.h5")
    assert "checksum" in str(said.error)


def test_two_files_at_once(refused):
    """Something else before the first entry: another program may take it for another format."""
    refused(b"PK\x03\x04 and more" + models.keras(), errors.BrokenFile, "zip")


def test_a_comment_and_a_second_end(refused):
    refused(models.keras() + models.keras()[-22:], errors.BrokenFile, "zip")


def zip64(data: bytes, **changes: int) -> bytes:
    """The archive with an end of the directory for larger ones, as PyTorch writes it."""
    size, start = struct.unpack("<2L", data[-10:-2])
    fields = {"entries": 3, "size": size, "start": start} | changes
    end = struct.pack("<4sQ2H2L", b"PK\x06\x06", 44, 45, 45, 0, 0)
    end += struct.pack("<4Q", fields["entries"], *fields.values())
    return (
        data[:-22] + end + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(data) - 22, 1) + data[-22:]
    )


def test_an_archive_of_the_larger_kind(witness):
    assert witness.read(zip64(models.keras())).stages == ("embedding", "lstm", "dense")


@pytest.mark.parametrize("changes", [{"size": 2**63}, {"start": 2**40}, {"size": 0}, {"start": 0}])
def test_a_larger_directory_that_is_not_there(refused, changes):
    refused(zip64(models.keras(), **changes), errors.BrokenFile, "zip")


def test_an_end_that_is_not_there(refused):
    data = models.keras()
    refused(data[:-22] + b"PK\x06\x07" + bytes(16) + data[-22:], errors.BrokenFile, "zip")


@pytest.mark.parametrize("start", [b"", b"PK\x05\x06", b"PK\x06\x07"])
def test_nothing_but_an_end(refused, start):
    data = b"PK\x05\x06" + start + b"PK\x06\x07" + bytes(16) + b"PK\x05\x06" + bytes(18)
    refused(data, errors.BrokenFile, "zip")


def test_a_stored_entry_of_two_sizes(refused):
    size = len(models.keras_entries()["config.json"])
    data = edited(models.keras(), "config.json", unpacked=size + 1)
    refused(data, errors.BrokenFile, "config.json")


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_cut_short(refused, part):
    data = models.keras()
    refused(data[: int(len(data) * part)], errors.BrokenFile, "zip")


@pytest.mark.parametrize("entry", ["model.weights.h5"])
def test_an_entry_is_missing(refused, entry):
    entries = models.keras_entries()
    del entries[entry]
    refused(models.archive(entries), errors.MissingEntry, entry)


def test_what_is_stored_is_not_copied():
    data = models.keras()
    opened = open_archive(data, limits=Limits())
    assert opened.read("model.weights.h5").obj is data
    assert opened.text("config.json") == models.keras_entries()["config.json"]
