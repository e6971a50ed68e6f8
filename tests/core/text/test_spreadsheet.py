from __future__ import annotations

import csv
from io import StringIO

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text.spreadsheet import neutralise, neutralised


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        '=HYPERLINK("http://example.org")',
        "+82-10-1234",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "-",
        "=",
        "--1",
        "-1-1",
        "1e5".replace("1", "-1", 1) + "x",
        "＝1",
        "-٣",
    ],
)
def test_what_might_run_gets_an_apostrophe(cell: str):
    assert neutralise(cell) == "'" + cell


@pytest.mark.parametrize(
    "cell", ["", "a", "영화", " =1", "a=b", "3", "-3.5", "+2", "-1e-05", "-.5", "-inf", "'=1"]
)
def test_text_and_numbers_stay(cell: str):
    assert neutralise(cell) == cell


@pytest.mark.parametrize("cell", [-3.5, -3, np.float32(-0.1), None, True])
def test_what_is_no_text_stays(cell: object):
    assert neutralise(cell) is cell


@given(st.text())
def test_nothing_is_lost_and_once_is_enough(cell: str):
    safe = neutralise(cell)
    assert safe.removeprefix("'") == cell.removeprefix("'") or safe == cell
    assert safe.endswith(cell)
    assert neutralise(safe) == safe


def test_an_exported_table_holds_no_formula_and_the_same_numbers():
    frame = pd.DataFrame(
        {
            "token": ["=1+1", "not", "-2", "@me"],
            "=cell": [-0.25, 0.5, -1.0, 2.0],
            "kind": pd.Categorical(["+x", "y", "+x", "y"]),
        }
    )
    before = frame.copy()
    rows = list(csv.reader(StringIO(neutralised(frame).to_csv(index=False))))
    assert rows == [
        ["token", "'=cell", "kind"],
        ["'=1+1", "-0.25", "'+x"],
        ["not", "0.5", "y"],
        ["-2", "-1.0", "'+x"],
        ["'@me", "2.0", "y"],
    ]
    pd.testing.assert_frame_equal(frame, before)
