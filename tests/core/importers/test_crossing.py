"""What a child says, believed as little as the file that it read."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest

from core.importers import errors
from core.importers.crossing import read_answer, write_answer
from core.importers.limits import Limits

LIMITS = Limits(file_bytes=2**20, header_bytes=2**10)


def answer(told: object, numbers: bytes = b"") -> io.BufferedReader:
    text = told if isinstance(told, bytes) else json.dumps(told).encode()
    return io.BufferedReader(io.BytesIO(len(text).to_bytes(8, "little") + text + numbers))


@pytest.mark.parametrize("dtype", ["<f4", "<f8", "<f2", ">f4", "<i4", "<i8", "|i1", "|b1"])
@pytest.mark.parametrize("shape", [(3, 2), (), (0, 4), (2, 1, 3)])
def test_arrays_cross_as_they_are(dtype, shape):
    generator = np.random.default_rng(4)
    sent = {
        "a": generator.integers(0, 9, shape).astype(dtype),
        "b": np.asfortranarray(generator.normal(size=(4, 3))),
    }
    file = io.BytesIO()
    write_answer(file, {"x": ["é"]}, sent)
    description, arrays = read_answer(io.BufferedReader(io.BytesIO(file.getvalue())), limits=LIMITS)
    assert description == {"x": ["é"]}
    assert list(arrays) == list(sent)
    for name, array in sent.items():
        np.testing.assert_array_equal(arrays[name], array)
        assert arrays[name].dtype == array.dtype.newbyteorder("<")


def listed(**changes: object) -> dict:
    entry = {"name": "x", "type": "<f4", "shape": [2]} | changes
    return {"description": {}, "arrays": [entry]}


def test_the_sound_answer_is_read():
    _, arrays = read_answer(answer(listed(), bytes(8)), limits=LIMITS)
    assert arrays["x"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("told", "numbers"),
    [
        (listed(), bytes(7)),
        (listed(), bytes(9)),
        (listed(shape=[2**40]), bytes(8)),
        (listed(shape=[-2]), bytes(8)),
        (listed(shape=None), bytes(8)),
        (listed(type="O"), bytes(8)),
        (listed(type="<U2"), bytes(8)),
        (listed(type=["<f4"]), bytes(8)),
        (listed(name=["x"]), bytes(8)),
        ({"description": {}}, b""),
        ({"description": 3, "arrays": []}, b""),
        ({"arrays": []}, b""),
        ([], b""),
        (b"[" * 2000, b""),
        (b"\xff", b""),
        (b" " * 2**13, b""),
    ],
)
def test_other_answers_make_no_sense(told, numbers):
    with pytest.raises(errors.ReaderStopped, match="no sense"):
        read_answer(answer(told, numbers), limits=LIMITS)


@pytest.mark.parametrize("start", [b"", b"\x01", b"\xff" * 8, bytes(8)])
def test_an_answer_that_was_cut_short(start):
    with pytest.raises(errors.ReaderStopped, match="no sense"):
        read_answer(io.BufferedReader(io.BytesIO(start)), limits=LIMITS)
