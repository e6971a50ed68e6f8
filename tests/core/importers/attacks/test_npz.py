"""Our own format, from a stranger: headers that NumPy would parse as Python, and descriptions."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

import core
from core.importers import errors
from tests.core.importers.attacks import models


def entries() -> dict[str, bytes]:
    file = io.BytesIO()
    core.new_model("lstm", vocabulary=7, embedding=4, units=[3], seed=1).save(file)
    with zipfile.ZipFile(file) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def npy(header: str, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data


def described(text: str) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array(text))
    return models.archive({**entries(), "description.npy": file.getvalue()})


def test_the_sound_file_is_read(witness):
    assert witness.read(models.archive(entries())).stages is not None


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + "(" * 5000,
        "-" * 9000 + "1",
        "[" * 9000 + "]" * 9000,
        "__import__('os').system('true')",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3L,), }",
        "{'descr': '<f4', 'fortran_order': False",
        "'''",
        "",
    ],
)
def test_headers_that_are_no_literal(refused, header):
    data = models.archive({**entries(), "x.npy": npy(header)})
    refused(data, errors.BrokenFile, "x.npy")


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ("(2**40,)", errors.BrokenFile),
        ("(1099511627776, 1099511627776)", errors.TooManyNumbers),
        ("(1000000,)", errors.NotStored),
        ("(-1,)", errors.BadShape),
    ],
)
def test_shapes_that_are_not_stored(refused, shape, kind):
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    refused(models.archive({**entries(), "x.npy": npy(header)}), kind, "x.npy")


@pytest.mark.parametrize("dtype", ["|O", "<M8[s]", "|V8", "<c8", "|S3", "<f16"])
def test_types_that_are_no_numbers(refused, dtype):
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': (), }}"
    refused(models.archive({**entries(), "x.npy": npy(header, bytes(8))}), errors.NotNumbers)


@pytest.mark.parametrize("depth", [100, 100_000])
def test_a_description_nested_without_end(refused, depth):
    refused(described("[" * depth + "]" * depth), errors.TooDeep, "description")


@pytest.mark.parametrize(
    "change",
    [
        {"nodes": 3},
        {"nodes": [[]]},
        {"nodes": [{"kind": []}]},
        {"nodes": [{"kind": "recurrent", "name": {}, "layers": 1}]},
        {"nodes": [{"kind": "dense", "name": None}]},
        {"nodes": [{"kind": "dense", "name": "dense", "reads": [[]]}]},
        {"gives": [[]]},
        {"gives": 3},
        {"vocabulary": []},
        {"vocabulary": {"unit": {}, "tokens": [1]}},
        {"card": 3},
        {"name": []},
    ],
)
def test_a_description_of_something_else(witness, change):
    file = io.BytesIO(entries()["description.npy"])
    sound = json.loads(str(np.load(file)))
    said = witness.read(described(json.dumps(sound | change)))
    assert said.crash is None
    assert said.error is not None
