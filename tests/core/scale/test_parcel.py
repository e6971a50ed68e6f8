"""What travels to another process arrives as it was, or is refused by its place."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.scale.errors import NotPlain
from core.scale.parcel import pack, unpack

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
)


@settings(max_examples=50)
@given(PLAIN)
def test_plain_data_come_back(value):
    assert unpack(pack(value)) == value


@pytest.mark.parametrize("kind", ["<f4", ">f8", "i1", "?", "<U7", "c8"])
def test_arrays_keep_their_kind_shape_and_values(kind):
    array = np.arange(24).reshape(2, 3, 4).astype(kind)
    told = unpack(pack({"a": [array[:, ::2], {"b": array[:0]}], "c": b"\0\xff"}))
    assert told["a"][0].dtype == array.dtype
    np.testing.assert_array_equal(told["a"][0], array[:, ::2])
    assert told["a"][1]["b"].shape == (0, 3, 4)
    assert told["c"] == b"\0\xff"


def test_what_json_does_not_tell_apart():
    told = unpack(pack({"pair": (1, np.float32(0.5)), "sure": np.bool_(True)}))
    assert told == {"pair": [1, 0.5], "sure": True}
    assert type(told["pair"][1]) is float
    assert told["sure"] is True


@pytest.mark.parametrize(
    ("value", "where", "found"),
    [
        ({"a": [1, {2}]}, "It['a'][1]", "a set"),
        ({"a": {3: 1}}, "It['a']", "a table with the name 3"),
        ([lambda: 1], "It[0]", "a function"),
        ({"a": np.array([None])}, "It['a']", "a ndarray"),
        ({"\0array": 0}, "It", "a table with the name '\\x00array'"),
    ],
)
def test_what_is_no_plain_data_is_refused_by_its_place(value, where, found):
    with pytest.raises(NotPlain) as caught:
        pack(value)
    assert caught.value.facts == {"where": where, "found": found}


def test_a_pickle_is_not_opened():
    text = json.dumps({"\0array": 0}).encode()
    array = np.lib.format.magic(1, 0)
    header = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
    forged = array + struct.pack("<H", len(header)) + header + b"cos\nsystem\n"
    with pytest.raises(ValueError, match="allow_pickle"):
        unpack(struct.pack(">Q", len(text)) + text + forged)
