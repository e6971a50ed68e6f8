"""HDF5 files that reach for other files, declare what they do not hold, or run in circles."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.errors import CoreError, NonFiniteWeights
from core.importers import errors
from core.importers.hdf5.file import open_hdf5
from core.importers.limits import Limits
from tests.core.importers.attacks import models

KERNEL = "layers/lstm/cell/vars/0"
WEIGHTS = "model.weights.h5"
MIB = 2**20


@pytest.fixture
def trap(tmp_path: Path) -> str:
    """A file that holds whoever opens it until somebody writes to it: the witness would hang."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no such files")
    path = tmp_path / "trap"
    os.mkfifo(path)
    return str(path)


def replaced(path: str, **settings):
    """The sound weights with another dataset at `path`."""

    def edit(root: h5py.File) -> None:
        del root[path]
        root.create_dataset(path, **settings)

    return models.keras(weights=models.hdf5(edit))


def with_link(path: str, link: object) -> bytes:
    def edit(root: h5py.File) -> None:
        del root[path]
        root[path] = link

    return models.keras(weights=models.hdf5(edit))


# Numbers that are elsewhere.


def test_CVE_2026_1669_numbers_in_another_file(refused, trap):
    """Keras handed out the bytes of any file of the host as weights."""
    data = replaced(KERNEL, shape=(4, 12), dtype="f4", external=[(trap, 0, 192)])
    said = refused(data, errors.DataOutsideFile, KERNEL)
    assert said.error.facts["target"] == trap


def test_CVE_2026_1669_numbers_in_a_file_without_end(refused):
    data = replaced(
        KERNEL, shape=(4, 12), dtype="f4", external=[("/dev/zero", 0, h5py.h5f.UNLIMITED)]
    )
    refused(data, errors.DataOutsideFile, KERNEL)


@pytest.mark.parametrize("path", [KERNEL, "layers/lstm", "layers"])
def test_CVE_2026_1669_a_link_to_another_file(refused, trap, path):
    said = refused(with_link(path, h5py.ExternalLink(trap, "/x")), errors.LinkInFile, path)
    assert trap in str(said.error.facts["target"])


def test_a_link_that_nobody_would_follow(refused, trap):
    """In a place that is not read for the model."""

    def edit(root: h5py.File) -> None:
        root["optimizer/other"] = h5py.ExternalLink(trap, "/x")

    refused(models.keras(weights=models.hdf5(edit)), errors.LinkInFile, "optimizer/other")


def test_a_soft_link(refused):
    data = with_link(KERNEL, h5py.SoftLink("/layers/lstm/cell/vars/1"))
    said = refused(data, errors.LinkInFile, KERNEL)
    assert said.error.facts["target"] == "/layers/lstm/cell/vars/1"


@pytest.mark.parametrize("unlimited", [False, True])
def test_a_virtual_dataset(refused, trap, unlimited):
    """Asking for its shape would open the other files already."""

    def edit(root: h5py.File) -> None:
        del root[KERNEL]
        side = None if unlimited else 12
        layout = h5py.VirtualLayout((4, 12), "f4", maxshape=(4, side))
        source = h5py.VirtualSource(trap, "x", (4, 12), "f4", maxshape=(4, side))
        layout[:] = source
        root.create_virtual_dataset(KERNEL, layout)

    said = refused(models.keras(weights=models.hdf5(edit)), errors.DataOutsideFile, KERNEL)
    assert said.error.facts["target"] == trap


def test_a_name_that_is_a_path(refused, trap):
    """Looked up, `more/x` would go through the link `more`."""

    def edit(root: h5py.File) -> None:
        root["layers/more~x"] = 1.0

    weights = models.hdf5(edit)
    assert weights.count(b"more~x") == 1
    data = models.keras(weights=weights.replace(b"more~x", b"more/x"))
    assert "'more/x'" in str(refused(data, errors.BrokenFile, "layers").error)


# Numbers that are declared, and are not there.


@pytest.mark.parametrize("chunks", [None, (1, 64)])
def test_CVE_2026_0897_a_shape_of_petabytes(refused, chunks):
    """Keras asked NumPy for what the shape declares."""
    data = replaced(KERNEL, shape=(2**20, 2**30), dtype="f4", chunks=chunks)
    assert len(data) < 30_000
    refused(data, errors.TooManyNumbers, KERNEL)


@pytest.mark.parametrize("chunks", [None, (1024, 64)])
def test_a_shape_within_bounds_without_numbers(refused, chunks):
    """400 MB of zeros that no file holds: libhdf5 would make them up."""
    data = replaced(KERNEL, shape=(2**20, 100), dtype="f4", chunks=chunks, fillvalue=1.0)
    refused(data, errors.NotStored, KERNEL)


def test_numbers_that_pack_a_thousand_times(refused):
    data = replaced(
        KERNEL, data=np.zeros((2**12, 2**12), "f4"), chunks=(2**10, 2**12), compression="gzip"
    )
    assert len(data) < MIB
    refused(data, errors.PacksTooWell, KERNEL)


def test_chunks_beyond_the_shape(refused):
    """A chunk is unpacked whole: 8 MB for 48 numbers."""

    def edit(root: h5py.File) -> None:
        del root[KERNEL]
        settings = {"maxshape": (None, None), "chunks": (2**10, 2**11), "compression": "gzip"}
        root.create_dataset(KERNEL, data=np.ones((4, 12), "f4"), **settings)

    said = refused(models.keras(weights=models.hdf5(edit)), errors.BrokenFile, KERNEL)
    assert "(1024, 2048)" in str(said.error)


def test_chunks_of_one_number(refused):
    """An index of a hundred thousand chunks."""
    data = replaced(KERNEL, shape=(400, 400), dtype="f4", chunks=(1, 1), compression="gzip")
    assert "160,000 chunks" in str(refused(data, errors.BrokenFile, KERNEL).error)


def test_half_of_the_chunks(refused):
    def edit(root: h5py.File) -> None:
        del root[KERNEL]
        array = root.create_dataset(KERNEL, (64, 64), "f4", chunks=(8, 64), compression="gzip")
        array[:32] = np.random.default_rng(0).normal(size=(32, 64))

    refused(models.keras(weights=models.hdf5(edit)), errors.BrokenFile, KERNEL)


@pytest.mark.parametrize("sides", [9, 32])
def test_more_dimensions_than_any_weight_has(refused, sides):
    data = replaced(KERNEL, data=np.zeros((1,) * sides, "f4"))
    refused(data, errors.TooManyDimensions, KERNEL)


def test_tensors_that_are_too_much_together(refused):
    """Each has fewer numbers than the file may hold, all of them more."""
    data = models.keras()
    refused(data, errors.TooManyEntries, WEIGHTS, tensors=2)
    kernel = np.zeros((len(data), 1), "f2")
    data = replaced("layers/dense/vars/0", data=kernel)
    refused(data, errors.TooManyNumbers, WEIGHTS, file_bytes=len(data))


# What is no number.


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (np.array(["a", "b"], object), "texts"),
        (np.array([b"abc"]), "texts"),
        (np.zeros(3, [("a", "f4"), ("b", "i4")]), "records"),
        (np.zeros(3, "V8"), "opaque bytes"),
        (np.zeros(3, "c8"), "records"),
        (np.zeros(3, np.longdouble), "numbers of 16 bytes"),
    ],
)
def test_types_that_are_no_numbers(refused, data, found):
    kind = h5py.string_dtype() if data.dtype == object else data.dtype
    said = refused(replaced(KERNEL, data=data, dtype=kind), errors.NotNumbers, KERNEL)
    assert found in str(said.error.facts["found"])


@pytest.mark.parametrize("kind", [h5py.ref_dtype, h5py.regionref_dtype, h5py.vlen_dtype("f4")])
def test_objects_and_references(refused, kind):
    refused(replaced(KERNEL, shape=(3,), dtype=kind), errors.NotNumbers, KERNEL)


def test_no_numbers_at_all(refused):
    refused(replaced(KERNEL, data=h5py.Empty("f4")), errors.NotNumbers, KERNEL)


def test_a_type_where_a_dataset_belongs(refused):
    def edit(root: h5py.File) -> None:
        del root[KERNEL]
        root[KERNEL] = np.dtype("f4")

    refused(models.keras(weights=models.hdf5(edit)), errors.NotNumbers, KERNEL)


def test_a_filter_from_a_program_on_disk(refused):
    """libhdf5 would look for a plug-in and load it."""
    weights = models.hdf5(lambda root: root.create_dataset("x", data=np.zeros(99), shuffle=True))
    with open_hdf5(weights, limits=Limits()) as root:
        root.arrays["x"].read()
    message = struct.pack("<HHHH", 2, 8, 1, 1)  # shuffle, length of its name, flags, one value
    assert weights.count(message) == 1
    broken = weights.replace(message, struct.pack("<HHHH", 32_015, 8, 1, 1))
    with (
        open_hdf5(broken, limits=Limits()) as root,
        pytest.raises(errors.UnknownCompression, match="32015"),
    ):
        root.arrays["x"].read()


@pytest.mark.parametrize("dtype", ["<f2", ">f4", "<f8", "|i1", "<i8", "|b1"])
def test_other_numbers_are_read(witness, dtype):
    kernel = models.drawn()[KERNEL.removeprefix("layers/")]
    said = witness.read(replaced(KERNEL, data=(10 * kernel).astype(dtype)))
    assert said.stages == ("embedding", "lstm", "dense") or isinstance(said.error, CoreError)
    assert said.crash is None


def test_not_a_number(witness):
    kernel = np.full((4, 12), np.nan, "f4")
    said = witness.read(replaced(KERNEL, data=kernel))
    assert type(said.error) is NonFiniteWeights
