"""Sound HDF5 files of every kind: what is read is what h5py reads."""

from __future__ import annotations

import io

import h5py
import numpy as np
import pytest

from core.importers import errors
from core.importers.hdf5.file import open_hdf5
from core.importers.limits import Limits

VERSIONS = ["earliest", "v108", "v110", "latest"]
NAMES = ["lstm", "임베딩", "", "x" * 300]


def written(edit, **settings) -> bytes:
    file = io.BytesIO()
    with h5py.File(file, "w", **settings) as root:
        edit(root)
    return file.getvalue()


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["any length", "one length"])
def test_texts(version, kind):
    """As attributes: one text, a list, an empty list, and one that is not there."""
    dtype = h5py.string_dtype() if kind == "any length" else None
    several = NAMES if dtype else np.array([name.encode() for name in NAMES])

    def edit(root: h5py.File) -> None:
        group = root.create_group("a/b")
        group.attrs.create("one", NAMES[1] if dtype else NAMES[1].encode(), dtype=dtype)
        group.attrs.create("list", several, dtype=dtype)
        group.attrs["none"] = []
        group.attrs["number"] = 3

    with open_hdf5(written(edit, libver=version), limits=Limits()) as root:
        group = root.groups["a"].groups["b"]
        assert group.text("one") == NAMES[1]
        assert group.texts("list") == tuple(NAMES)
        assert group.texts("none") == ()
        assert group.text("missing") is None
        assert group.texts("missing") == ()
        with pytest.raises(errors.NotNumbers):
            group.text("number")


@pytest.mark.parametrize("version", VERSIONS)
def test_texts_in_several_pieces_of_a_header(version):
    """Attributes that came one by one stand in pieces of the header that lie elsewhere."""
    texts = {f"name {at}": "x" * at for at in range(7)}

    def edit(root: h5py.File) -> None:
        group = root.create_group("a")
        for name, text in texts.items():
            group.attrs[name] = text
            root.create_group(f"b/{name}")
        del group.attrs["name 3"]
        group.attrs["name 3"] = "another"

    with open_hdf5(written(edit, libver=version), limits=Limits()) as root:
        for name, text in (texts | {"name 3": "another"}).items():
            assert root.groups["a"].text(name) == text


def test_a_long_text():
    text = "긴 글 " * 100_000
    with open_hdf5(written(lambda root: root.attrs.create("x", text)), limits=Limits()) as root:
        assert root.text("x") == text


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("dtype", ["<f4", ">f4", "<f2", "<f8", "|i1", "<u2", ">i8", "|b1"])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"chunks": (2, 3)},
        {"chunks": (2, 3), "compression": "gzip", "shuffle": True, "fletcher32": True},
        {"maxshape": (None, 7), "chunks": (5, 7)},
    ],
    ids=["in one piece", "in chunks", "packed", "growing"],
)
def test_numbers(version, dtype, settings):
    array = (np.random.default_rng(0).normal(size=(5, 7)) * 50).astype(dtype)
    data = written(lambda root: root.create_dataset("a/x", data=array, **settings), libver=version)
    with open_hdf5(data, limits=Limits(), entry="file") as root:
        stored = root.groups["a"].arrays["x"]
        assert stored.path == "file/a/x"
        found = stored.read()
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype


def test_numbers_inside_the_header():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)

    def edit(root: h5py.File) -> None:
        settings = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        settings.set_layout(h5py.h5d.COMPACT)
        space = h5py.h5s.create_simple(array.shape)
        made = h5py.h5d.create(root.id, b"x", h5py.h5t.IEEE_F32LE, space, settings)
        made.write(h5py.h5s.ALL, h5py.h5s.ALL, array)

    with open_hdf5(written(edit), limits=Limits()) as root:
        np.testing.assert_array_equal(root.arrays["x"].read(), array)


@pytest.mark.parametrize("array", [np.float32(3), np.zeros((0, 4)), np.zeros((3, 0), "i4")])
def test_scalars_and_nothing(array):
    with open_hdf5(
        written(lambda root: root.create_dataset("x", data=array)), limits=Limits()
    ) as r:
        np.testing.assert_array_equal(r.arrays["x"].read(), array, strict=True)


def test_numbers_in_one_piece_are_a_view_of_the_file():
    data = written(lambda root: root.create_dataset("x", data=np.arange(1000.0)))
    with open_hdf5(data, limits=Limits()) as root:
        found = root.arrays["x"].read()
    assert not found.flags.owndata
    assert not found.flags.writeable
    assert np.shares_memory(found, np.frombuffer(data, np.uint8))


def test_a_group_with_a_thousand_datasets():
    def edit(root: h5py.File) -> None:
        for at in range(1000):
            root[f"x{at}"] = float(at)

    with open_hdf5(written(edit), limits=Limits()) as root:
        assert {name: array.read()[()] for name, array in root.arrays.items()} == {
            f"x{at}": float(at) for at in range(1000)
        }
