"""Typed ids and numbers: what they become, and what is said of those that are none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import CoreError, EmptyText, TokenOutOfRange
from core.text import (
    Affine,
    NotAnId,
    NotANumber,
    Scaling,
    TooManyCharacters,
    WrongWidth,
    read_ids,
    read_numbers,
    read_table,
)
from core.text.numbers import header
from core.text.series import as_text


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


def test_a_line_of_names_gives_the_columns_their_parts():
    text = "@ day, bus, -> rides, rail\n1 May, 1.5, 10, 2\n2 May;3;20;4\n"
    found = read_numbers(text, features=2)
    assert found.names == ("bus", "rail")
    assert found.values.tolist() == [[1.5, 2], [3, 4]]
    assert found.target_names == ("rides",)
    assert found.targets.tolist() == [[10], [20]]
    assert found.tokens == ("1 May", "2 May")
    assert {name: c.tolist() for name, c in found.part(1, 2).columns.items()} == {
        "bus": [3], "rail": [4], "rides": [20],
    }  # fmt: skip


def test_names_of_one_feature_and_what_is_no_name():
    assert read_numbers("price\n1\n2", features=1).values.tolist() == [[1], [2]]
    assert read_numbers("1\n2", features=1).names == ("1",)
    for text in ("nan\n1\n2", "x, 1\n2, 3"):  # the first value of a column, not its name
        with pytest.raises(NotANumber):
            read_numbers(text, features=1 + text.count(",") // 2)


def test_rows_below_names_have_as_many_cells():
    with pytest.raises(WrongWidth) as caught:
        read_numbers("a, b\n1, 2\n3, 4, 5", features=2)
    assert caught.value.facts == {"row": 3, "found": 3, "expected": 2}
    with pytest.raises(WrongWidth):
        read_numbers("a, → b\n1, 2", features=2)
    with pytest.raises(NotANumber) as wrong:
        read_numbers("a, → b\n1, 2\n3,", features=1)
    assert wrong.value.facts["row"] == 3


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4), st.booleans())
def test_a_header_of_any_names_is_read_as_a_header(names, stepped):
    line = header(features=names, targets=names[:1], steps=names[-1] if stepped else None)
    row = ["5"] * stepped + [str(at) for at in range(len(names))] + ["9"]
    found = read_numbers(f"{line}\n{', '.join(row)}", features=len(names))
    assert found.values.tolist() == [list(range(len(names)))]
    assert found.targets.tolist() == [[9]]


def test_features_are_scaled_by_name_and_remembered_as_they_were():
    found = read_numbers("a, b, → c\n1, 2, 3\n3, 4, 5", features=2)
    scaled = found.scaled(Scaling({"b": Affine(2, 4), "c": Affine(9, 9)}))
    assert scaled.values.tolist() == [[1, 0], [3, 0.5]]
    assert scaled.columns["b"].tolist() == [2, 4]
    assert scaled.columns["c"].tolist() == [3, 5]
    assert scaled.part(1, 2).columns["a"].tolist() == [3]
    assert found.scaled(Scaling({"else": Affine(1, 2)})) is found


def test_columns_of_a_table_become_what_is_read():
    table = read_table('day,"bus, city",rides,rail\n"May 1, 2001", 1 ,9,2\n"May 2, 2001",3,8,4\n')
    typed = as_text(table, features=["rail", "bus, city"], targets=["rides"], steps="day")
    found = read_numbers(typed, features=2)
    assert found.names == ("rail", "bus city")
    assert found.values.tolist() == [[2, 1], [4, 3]]
    assert found.columns["rides"].tolist() == [9, 8]
    assert found.tokens == ("May 1 2001", "May 2 2001")
