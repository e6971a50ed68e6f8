"""Pickles that would do harm, pickles that are broken, and those that NumPy really writes."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.errors import NotKerasData, PickleRefused
from core.data.object_arrays import read_numbers, read_rows
from core.errors import CoreError

ROWS = [[1, 14, 300, 70_000], [], [2], [5, 5, 5]]


def ragged(rows):
    array = np.empty(len(rows), object)
    array[:] = rows
    return array


def header(shape):
    data = io.BytesIO()
    described = {"descr": "|O", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(data, described)
    return np.lib.format.magic(1, 0) * (not data.getvalue().startswith(b"\x93")) + data.getvalue()


def archive(folder, content):
    """An .npz whose array 'x' is a header and these bytes."""
    file = folder / "data.npz"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("x.npy", header((1,)) + content)
    return file


class Harm:
    """What a hostile pickle calls: it makes a file, so that one can see whether it was called."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


# Up to protocol 2, Python 3 writes NumPy's own arrays with a call, which is refused as well.
HARMS = [
    *product(["the whole"], range(pickle.HIGHEST_PROTOCOL + 1)),
    *product(["a text", "inside a text"], range(3, pickle.HIGHEST_PROTOCOL + 1)),
]


@pytest.mark.parametrize(("place", "protocol"), HARMS)
def test_a_pickle_that_calls_something_is_refused_by_name_and_never_run(tmp_path, protocol, place):
    touched = tmp_path / "touched"
    harm = Harm(os.mkdir, str(touched))
    content = {"inside a text": ragged([[1, harm], [2]]), "a text": ragged([[1], harm]),
               "the whole": harm}[place]  # fmt: skip
    data = pickle.dumps(content, protocol=protocol)
    file = archive(tmp_path, data)
    with pytest.raises(PickleRefused) as caught:
        read_rows(file, "x")
    assert caught.value.facts == {"file": "data.npz", "found": f"{os.name}.mkdir"}
    assert not touched.exists()
    pickle.loads(data)  # noqa: S301
    assert touched.exists(), "the pickle does no harm, so nothing was tested"


# Callables that are near at hand: one step from what is admitted, or known from real attacks.
@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("builtins", "list"),
        ("copyreg", "_reconstructor"),
        ("_codecs", "encode"),
        ("numpy", "load"),
        ("numpy", "ndarray.tofile"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy._core.multiarray", "fromfile"),
        ("numpy.core.multiarray", "_reconstruct.__globals__"),
        ("core.data.object_arrays", "_Array"),
    ],
)
def test_all_but_three_names_are_refused(tmp_path, module, name):
    by_name = pickle.PROTO + b"\x04" + b"".join(
        pickle.SHORT_BINUNICODE + bytes([len(word)]) + word.encode() for word in (module, name)
    )  # fmt: skip
    data = by_name + pickle.STACK_GLOBAL + pickle.STOP
    with pytest.raises(PickleRefused, match="asks for"):
        read_rows(archive(tmp_path, data), "x")
    old = pickle.GLOBAL + f"{module}\n{name}\n".encode() + pickle.STOP
    with pytest.raises(PickleRefused, match="asks for"):
        read_rows(archive(tmp_path, old), "x")


def test_persistent_objects_and_registered_extensions_are_refused(tmp_path):
    persistent = pickle.PERSID + b"1\n" + pickle.STOP
    with pytest.raises(PickleRefused):
        read_rows(archive(tmp_path, persistent), "x")
    extension = pickle.PROTO + b"\x02" + pickle.EXT1 + b"\x01" + pickle.STOP
    with pytest.raises(CoreError):
        read_rows(archive(tmp_path, extension), "x")


class Forged:
    """An array that claims to be filled with something else than it should be."""

    def __init__(self, state):
        self.state = state

    def __reduce__(self):
        rebuilt = np._core.multiarray._reconstruct
        return rebuilt, (np.ndarray, (0,), b"b"), self.state


@pytest.mark.parametrize(
    "state",
    [
        # NumPy proper would take these bytes for addresses of objects.
        (1, (1,), np.dtype(object), False, b"\xff" * 8),
        (1, (1,), np.dtype("<i8"), False, b"\xff" * 8),
        (1, (1,), np.dtype(object), False, None),
        (1, (1,), np.dtype(object)),
        {"state": 3},
        7,
    ],
)
def test_a_forged_array_is_no_array(tmp_path, state):
    with pytest.raises(NotKerasData):
        read_rows(archive(tmp_path, pickle.dumps(Forged(state))), "x")
    within = [Forged((1, (1,), np.dtype(object), False, b"\xff" * 8)), [1]]
    with pytest.raises(NotKerasData):
        read_rows(archive(tmp_path, pickle.dumps(ragged(within))), "x")


def test_a_forged_shape_asks_for_no_memory(tmp_path):
    forged = Forged((1, (10**15,), np.dtype(object), False, [[1, 2]]))
    rows = read_rows(archive(tmp_path, pickle.dumps(forged)), "x")
    assert [row.tolist() for row in rows] == [[1, 2]]


@pytest.mark.parametrize("spelling", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
def test_lists_are_read_by_both_names_that_numpy_has_had(tmp_path, spelling):
    # In protocol 3 a name ends with a line break, so it can be put in the place of another.
    data = pickle.dumps(ragged(ROWS), protocol=3)
    assert b"numpy._core.multiarray" in data
    data = data.replace(b"numpy._core.multiarray", spelling)
    assert [row.tolist() for row in read_rows(archive(tmp_path, data), "x")] == ROWS


def test_what_savez_writes_is_read(tmp_path):
    arrays = [np.array([3, 1], dtype) for dtype in ("<i8", "<i4", "u1")]
    np.savez_compressed(
        tmp_path / "a.npz", lists=ragged(ROWS), arrays=ragged(arrays), y=np.array([1, 0]),
        square=np.array([[1, 2], [3, 4]]), one=ragged([[7]]), none=ragged([]),
    )  # fmt: skip
    file = tmp_path / "a.npz"
    assert [row.tolist() for row in read_rows(file, "lists")] == ROWS
    assert [row.tolist() for row in read_rows(file, "arrays")] == [[3, 1]] * 3
    assert [row.tolist() for row in read_rows(file, "square")] == [[1, 2], [3, 4]]
    assert [row.tolist() for row in read_rows(file, "one")] == [[7]]
    assert read_rows(file, "none") == []
    assert read_numbers(file, "y").tolist() == [1, 0]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([[1.5]], "float"),
        ([[True]], "bool"),
        ([["word"]], "str"),
        ([[[1]]], "list"),
        ([(1, 2)], "tuple"),
        ([{"a": 1}], "dict"),
        ([[2**40]], "too large"),
        ([np.array([1.5])], "whole numbers"),
        ([None], "NoneType"),
    ],
)
def test_anything_but_lists_of_whole_numbers_is_told(tmp_path, rows, why):
    np.savez(tmp_path / "a.npz", x=ragged(rows))
    with pytest.raises(NotKerasData, match=why):
        read_rows(tmp_path / "a.npz", "x")


def test_files_that_are_something_else_are_told(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([0.5]), y=ragged([[1]]), z=np.array([["a"]]))
    for read, name in ((read_rows, "missing"), (read_rows, "x"), (read_numbers, "y"),
                       (read_numbers, "x"), (read_numbers, "z")):  # fmt: skip
        with pytest.raises(NotKerasData, match=r"a\.npz"):
            read(tmp_path / "a.npz", name)
    (tmp_path / "b.npz").write_bytes(b"no archive")
    with pytest.raises(NotKerasData, match="sound"):
        read_rows(tmp_path / "b.npz", "x")


WHOLE = pickle.dumps(ragged(ROWS), protocol=4)


@settings(max_examples=150)
@given(place=st.integers(0, len(WHOLE) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_pickle_ends_in_a_sentence(tmp_path_factory, place, byte, cut):
    # A memo of 2**31 places is the one request that costs what it asks for, so it is left out.
    damaged = WHOLE[:place] if cut else WHOLE[:place] + bytes([byte]) + WHOLE[place + 1 :]
    if pickle.LONG_BINPUT in damaged:
        return
    file = archive(tmp_path_factory.mktemp("damaged"), damaged)
    try:
        rows = read_rows(file, "x")
    except CoreError:
        return
    assert all(row.dtype == np.int32 for row in rows)
