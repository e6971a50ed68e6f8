"""Headers of `.safetensors` files that say more than there is, or the same bytes twice."""

from __future__ import annotations

import json

import pytest

from core.importers import errors
from tests.core.importers.attacks import models

MIB = 2**20


def header(**changes: object) -> models.Json:
    """The header of the sound file, with the entry of the first bias changed."""
    data = models.safetensors()
    length = int.from_bytes(data[:8], "little")
    found = json.loads(data[8 : 8 + length])
    found["lstm.bias_ih_l0"] |= changes
    return found


def numbers() -> bytes:
    data = models.safetensors()
    return data[8 + int.from_bytes(data[:8], "little") :]


BIAS = header()["lstm.bias_ih_l0"]["data_offsets"]


@pytest.mark.parametrize(
    "offsets",
    [
        [0, BIAS[1] - BIAS[0]],
        [BIAS[0] - 4, BIAS[1] - 4],
        [BIAS[0] + 4, BIAS[1] + 4],
    ],
)
def test_tensors_that_overlap(refused, offsets):
    """Two tensors on the same bytes, and a gap where something else may hide."""
    data = models.safetensors(header(data_offsets=offsets), numbers())
    refused(data, errors.OverlappingTensors)


def test_bytes_that_belong_to_nobody(refused):
    refused(models.safetensors() + b"more", errors.OverlappingTensors)


@pytest.mark.parametrize("length", [2**63, 2**64 - 1, 10**9, 17 * MIB])
def test_a_header_without_end(refused, length):
    data = length.to_bytes(8, "little") + b"{" + b" " * 600
    kind = errors.HeaderTooLong if length < 2**32 else errors.UnknownFormat
    refused(data, kind)


def test_a_header_beyond_the_file(refused):
    refused((9999).to_bytes(8, "little") + b"{}" + bytes(99), errors.CutShort, "header")


@pytest.mark.parametrize("shape", [[2**40, 2**40], [0, 2**62], [2**32] * 4, [10**18]])
def test_shapes_beyond_counting(refused, shape):
    """Products that overflow 64 bits would look small."""
    refused(models.safetensors(header(shape=shape), numbers()), errors.TooManyNumbers, "bias_ih")


@pytest.mark.parametrize("shape", [[-1], [-3, -4], [1.5], ["12"], [True], None, "12", 12, {"a": 1}])
def test_shapes_that_are_none(refused, shape):
    refused(models.safetensors(header(shape=shape), numbers()), errors.BadShape, "bias_ih")


@pytest.mark.parametrize("shape", [[13], [1], [6, 3]])
def test_shapes_of_other_sizes(refused, shape):
    refused(models.safetensors(header(shape=shape), numbers()), errors.NotStored, "bias_ih")


@pytest.mark.parametrize(
    ("offsets", "kind"),
    [
        ([-48, 0], errors.OverlappingTensors),
        ([-4, 8], errors.NotStored),
        ([8, 0], errors.NotStored),
        ([0, 2**70], errors.NotStored),
        ([0], errors.BrokenFile),
        (["0", "48"], errors.BrokenFile),
        ([0.0, 48.0], errors.BrokenFile),
        ([False, 48], errors.BrokenFile),
        (None, errors.BrokenFile),
    ],
)
def test_places_that_are_none(refused, offsets, kind):
    data = models.safetensors(header(data_offsets=offsets), numbers())
    refused(data, kind, "bias_ih")


@pytest.mark.parametrize("kind", ["O", "U8|", "F4", "C64", "object", "", 1, None, ["F32"]])
def test_types_that_are_no_numbers(refused, kind):
    refused(models.safetensors(header(dtype=kind), numbers()), errors.NotNumbers, "bias_ih")


def test_one_name_twice(refused):
    text = json.dumps(header()).replace("bias_hh_l0", "bias_ih_l0")
    refused(models.safetensors(text.encode(), numbers()), errors.RepeatedEntry, "bias_ih")


@pytest.mark.parametrize("depth", [100, 5000, 100_000])
def test_a_header_nested_without_end(refused, depth):
    text = b'{"a":' * depth + b"1" + b"}" * depth
    refused(models.safetensors(text, b""), errors.TooDeep)


def test_more_tensors_than_anybody_needs(refused):
    entry = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    crowd = {f"t{at}": entry for at in range(5000)}
    refused(models.safetensors(crowd, b""), errors.TooManyEntries)


@pytest.mark.parametrize("metadata", [{"a": {"b": 1}}, [], "x", 1])
def test_metadata_that_is_none(refused, metadata):
    found = header() | {"__metadata__": metadata}
    refused(models.safetensors(found, numbers()), errors.BrokenFile, "__metadata__")


@pytest.mark.parametrize("part", [0.0001, 0.3, 0.8, 0.999])
def test_cut_short(refused, part):
    data = models.safetensors()
    kind = errors.UnknownFormat if part < 0.01 else errors.CutShort
    refused(data[: int(part * len(data))], kind)
