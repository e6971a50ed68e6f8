"""Typed ids and numbers: what they become, and what is said of those that are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CoreError, EmptyText, TokenOutOfRange
from core.text import NotAnId, NotANumber, TooManyCharacters, WrongWidth, read_ids, read_numbers


def test_ids_are_parted_by_anything_usual():
    found = read_ids(" 3 17,204;\n5\t0 ", rows=205)
    assert found.ids.tolist() == [3, 17, 204, 5, 0]
    assert found.tokens == ("3", "17", "204", "5", "0")
    assert found.inputs.tolist() == [[3, 17, 204, 5, 0]]
    assert found.part(1, 3).tokens == ("17", "204")


def test_what_is_no_id_is_said_with_its_place():
    for text, place in (("3 x 4", 2), ("1.5", 1), ("7 -2", 2), ("3 ٣", 2)):
        with pytest.raises(NotAnId) as caught:
            read_ids(text, rows=10)
        assert caught.value.facts["place"] == place
    with pytest.raises(TokenOutOfRange):
        read_ids("9 10", rows=10)
    with pytest.raises(EmptyText):
        read_ids(" ,\n", rows=10)
    with pytest.raises(TooManyCharacters):
        read_ids("1 " * 10, rows=10, limit=5)


def test_a_line_is_a_step():
    found = read_numbers("0.5, 1\n\n -2e-1;.25\n3\t4.\n1 2", features=2)
    assert found.values.tolist() == [[0.5, 1], [-0.2, 0.25], [3, 4], [1, 2]]
    assert found.inputs.shape == (1, 4, 2)
    assert found.tokens == ("1", "2", "3", "4")
    assert found.part(1, 3).values.tolist() == [[-0.2, 0.25], [3, 4]]
    assert found.part(1, 3).tokens == ("2", "3")


def test_one_feature_takes_numbers_in_any_line():
    found = read_numbers("1 2, 3\n4", features=1)
    assert found.values.tolist() == [[1], [2], [3], [4]]


@pytest.mark.parametrize("word", ["x", "nan", "inf", "1e999", "1_0", "0x1", "٣", "1,5.2.1"])
def test_what_is_no_number_is_said_with_its_row(word):
    with pytest.raises(NotANumber) as caught:
        read_numbers(f"1 2\n3 {word}", features=2)
    assert caught.value.facts["row"] == 2


def test_rows_of_another_width_are_named():
    with pytest.raises(WrongWidth) as caught:
        read_numbers("1 2\n3 4 5", features=2)
    assert caught.value.facts == {"row": 2, "found": 3, "expected": 2}
    with pytest.raises(EmptyText):
        read_numbers("  \n ", features=2)


@given(st.text(max_size=40), st.integers(1, 3))
def test_anything_typed_is_read_or_said(text, features):
    for read in (lambda: read_ids(text, rows=50), lambda: read_numbers(text, features=features)):
        try:
            found = read()
        except CoreError:
            continue
        assert np.isfinite(found.inputs).all()
        assert len(found) == found.inputs.shape[1]
