"""HDF5 files as trees: circles, depths, crowds, texts without end, and files that were damaged."""

from __future__ import annotations

import io
import json
import re

import h5py
import numpy as np
import pytest

from core.importers import errors
from tests.core.importers.attacks import models

WEIGHTS = "model.weights.h5"
MIB = 2**20


def with_edit(edit: models.Edit) -> bytes:
    return models.keras(weights=models.hdf5(edit))


@pytest.mark.parametrize("settings", [{"libver": "latest"}, {"libver": "earliest"}])
def test_every_layout_of_the_file_is_read(witness, settings):
    said = witness.read(models.keras(weights=models.hdf5(**settings)))
    assert said.stages == ("embedding", "lstm", "dense")


@pytest.mark.parametrize("target", ["/", "layers", "layers/lstm"])
def test_a_circle(refused, target):
    def edit(root: h5py.File) -> None:
        root["layers/lstm/again"] = root[target]

    said = refused(with_edit(edit), errors.LinkInFile, "layers/lstm/again")
    assert said.error.facts["target"] == f"{WEIGHTS}/{target}".rstrip("/")


def test_one_dataset_under_many_names(refused):
    """4000 times the same megabyte."""

    def edit(root: h5py.File) -> None:
        root["a"] = np.zeros(2**18, "f4")
        for at in range(4000):
            root[f"b{at}"] = root["a"]

    refused(with_edit(edit), errors.LinkInFile, f"{WEIGHTS}/b0")


def test_groups_a_hundred_deep(refused):
    data = with_edit(lambda root: root.create_group("x/" * 100))
    refused(data, errors.TooDeep, "/x/x/x")


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_groups_in_crowds(refused, libver):
    def edit(root: h5py.File) -> None:
        for at in range(5000):
            root.create_group(f"x{at}")

    data = models.keras(weights=models.hdf5(edit, libver=libver))
    refused(data, errors.TooManyEntries, WEIGHTS)


def test_groups_in_crowds_of_crowds(refused):
    def edit(root: h5py.File) -> None:
        for at in range(30):
            for inner in range(20):
                root.create_group(f"x{at}/y{inner}")

    refused(with_edit(edit), errors.TooManyEntries, WEIGHTS, entries=600)


# Texts.


def test_a_configuration_longer_than_any(refused):
    text = json.dumps(models.config() | {"more": "x" * 2 * MIB})
    data = models.legacy_h5(text)
    refused(data, errors.HeaderTooLong, "model_config", header_bytes=MIB)


def test_many_texts_that_are_one_text(refused):
    """A thousand references to one text of a megabyte."""
    text = "x" * MIB

    def edit(root: h5py.File) -> None:
        weights = root["model_weights"]
        names = [text] + [f"lstm{at}" for at in range(1000)]
        weights.attrs.create("layer_names", names, dtype=h5py.string_dtype())

    data = bytearray(models.legacy_h5(edit=edit))
    five = rb"\x05\0\0\0.{12}"  # a reference: the length of a text, and where it stands
    at = re.search(rb"\0\0\x10\0.{12}" + 3 * five, data, re.DOTALL).start()
    reference = bytes(data[at : at + 16])
    for place in range(at, at + 16 * 1001, 16):
        data[place : place + 16] = reference
    refused(bytes(data), errors.HeaderTooLong, "layer_names")


def heap(edit) -> bytes:
    """A sound whole-model file, its first heap of texts changed."""
    data = bytearray(models.legacy_h5())
    at = data.index(b"GCOL")
    edit(data, at)
    return bytes(data)


def test_a_text_of_four_gigabytes(refused):
    """libhdf5 1.14.6 asks for as much memory as a reference says before it looks for the text."""
    data = bytearray(models.legacy_h5())
    length = len(json.dumps(models.config())).to_bytes(4, "little")
    address = data.index(b"GCOL").to_bytes(8, "little")
    at = data.index(length + address)
    data[at : at + 4] = (2**32 - 1).to_bytes(4, "little")
    refused(bytes(data), errors.BrokenFile, "model_config")


def test_a_heap_without_end(refused):
    """An object of no length at all keeps libhdf5 1.14.6 in a circle for ever."""

    def shrink(data: bytearray, at: int) -> None:
        config = 16 + 16 + -(-len(json.dumps(models.config())) // 8) * 8
        data[at + config : at + 4096] = bytes(4096 - config)

    refused(heap(shrink), errors.BrokenFile, "keras_version")


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 5000, 4096])
def test_texts_beyond_their_heap(refused, length):
    def stretch(data: bytearray, at: int) -> None:
        data[at + 24 : at + 32] = length.to_bytes(8, "little")

    refused(heap(stretch), errors.BrokenFile, "model_config")


def test_a_heap_that_is_none(refused):
    def blot(data: bytearray, at: int) -> None:
        data[at : at + 4] = b"none"

    refused(heap(blot), errors.BrokenFile, "model_config")


@pytest.mark.parametrize("value", [np.zeros(3), np.zeros((), [("a", "f4")]), h5py.Empty("S3")])
def test_a_name_that_is_no_text(refused, value):
    def edit(root: h5py.File) -> None:
        root["model_weights"].attrs["layer_names"] = value

    refused(models.legacy_h5(edit=edit), errors.NotNumbers, "layer_names")


def test_a_text_of_bytes_that_are_none(refused):
    def edit(root: h5py.File) -> None:
        root.attrs["model_config"] = b'{"class_name": "\xff"}'

    refused(models.legacy_h5(edit=edit), errors.BrokenFile, "model_config")


def test_a_list_where_one_text_belongs(refused):
    def edit(root: h5py.File) -> None:
        root.attrs["model_config"] = [b"{}", b"{}"]

    refused(models.legacy_h5(edit=edit), errors.BrokenFile, "model_config")


def test_a_free_place_that_is_its_own_next(refused):
    """libhdf5 1.14.6 reads it again and again, and takes memory each time."""
    weights = bytearray(models.hdf5())
    heaps = [found.start() for found in re.finditer(b"HEAP\0", weights)]
    assert heaps
    for at in heaps:
        free = int.from_bytes(weights[at + 16 : at + 24], "little")
        place = int.from_bytes(weights[at + 24 : at + 32], "little") + free
        weights[place : place + 8] = free.to_bytes(8, "little")
        refused(models.keras(weights=bytes(weights)), errors.BrokenFile, WEIGHTS)


# Damage.


@pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.95])
def test_cut_short(refused, part):
    data = models.hdf5()
    refused(models.keras(weights=data[: int(part * len(data))]), errors.BrokenFile, WEIGHTS)


def test_numbers_beyond_the_end(refused):
    """A dataset whose bytes would lie behind the last one."""
    weights = models.hdf5()
    with h5py.File(io.BytesIO(weights)) as root:
        at = root["layers/lstm/cell/vars/0"].id.get_offset()
    place, beyond = at.to_bytes(8, "little"), (len(weights) - 8).to_bytes(8, "little")
    assert weights.count(place) == 1
    data = models.keras(weights=weights.replace(place, beyond))
    refused(data, errors.BrokenFile, "layers/lstm/cell/vars/0")


def test_an_hdf5_file_behind_something_else(refused):
    """HDF5 looks for its signature at 512, 1024, … as well."""
    weights = models.hdf5(userblock_size=512)
    refused(models.keras(weights=b"#!/bin/sh".ljust(512) + weights), errors.BrokenFile, WEIGHTS)


def test_sixteen_kilobytes_of_noise(refused):
    noise = np.random.default_rng(5).bytes(2**14)
    refused(models.keras(weights=models.hdf5()[:8] + noise), errors.BrokenFile, WEIGHTS)
