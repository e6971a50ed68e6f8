"""What a child says, believed as little as the file that it read."""

from __future__ import annotations

import io
import json
import sys

import numpy as np
import pytest

from core import errors as core_errors
from core.importers import errors
from core.importers.crossing import error_from, read_answer, told_of, write_answer
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


@pytest.mark.parametrize(
    "error",
    [
        errors.TooDeep(entry="a", limit=3),
        errors.TooManyNumbers(entry="a", shape="(3,)", found=2**70, limit=3),
        errors.PickleInFile(found="x", lines="one\ntwo"),
        core_errors.ShapeMismatch(what="x", found="(3,)", expected="(4,)"),
    ],
)
def test_errors_cross_as_they_are(error):
    crossed = error_from(json.loads(json.dumps(told_of(error))))
    assert type(crossed) is type(error)
    assert crossed.facts == error.facts
    assert str(crossed) == str(error)


def test_facts_that_json_does_not_know_cross_as_texts():
    told = told_of(core_errors.ShapeMismatch(what="x", found=(3, 4), expected=None))
    assert error_from(told).facts == {"what": "x", "found": "(3, 4)", "expected": "None"}


def test_names_from_the_file_are_shown_on_one_line():
    told = told_of(core_errors.UnsupportedModel(what="a\nb\u202e" + "x" * 999, why="y"))
    crossed = error_from(told)
    assert str(crossed.facts["what"]).startswith("a\\nb\\u202ex")
    assert len(str(crossed.facts["what"])) < 200


@pytest.mark.parametrize(
    "told",
    [
        {"module": "os", "error": "error", "facts": {}},
        {"module": "core.errors", "error": "Any", "facts": {}},
        {"module": "core.errors", "error": "annotations", "facts": {}},
        {"module": "core.errors", "error": "EmptyText.__init__", "facts": {}},
        {"module": "core.nowhere", "error": "X", "facts": {}},
        {"module": "core.errors", "error": "EmptyText"},
        {"module": "core.errors", "error": "ShapeMismatch", "facts": {}},
        {"module": "core.errors", "error": "EmptyText", "facts": 3},
        {"module": 3, "error": 3, "facts": {}},
        [],
        None,
    ],
)
def test_what_is_no_error_of_ours_makes_no_sense(told):
    with pytest.raises(errors.ReaderStopped, match="no sense"):
        error_from(told)


def test_no_other_module_is_imported():
    """To import a module is to run it."""
    assert "tabnanny" not in sys.modules
    with pytest.raises(errors.ReaderStopped):
        error_from({"module": "tabnanny", "error": "NannyNag", "facts": {}})
    assert "tabnanny" not in sys.modules
