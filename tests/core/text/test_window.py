from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import OutOfRange
from core.text.window import MOST_TOKENS, Window

TOTALS = st.integers(0, 500)
LENGTHS = st.integers(1, 60)


@given(total=TOTALS, length=LENGTHS)
def test_side_by_side_they_show_each_token_once(total: int, length: int):
    tokens = list(range(total))
    windows = Window(0, length, total).all()
    assert [token for window in windows for token in window.of(tokens)] == tokens
    assert all(len(window.of(tokens)) == length for window in windows[:-1])


@given(total=TOTALS, length=LENGTHS, near=st.integers(-700, 700))
def test_a_window_near_a_place_is_full_and_shows_it(total: int, length: int, near: int):
    window = Window.over(total=total, length=length, near=near)
    tokens = range(total)
    assert len(window.of(tokens)) == min(length, total)
    if 0 <= near < total:
        assert near in window.of(tokens)
    assert window.before + len(window.of(tokens)) + window.after == total
    assert window.is_whole == (total <= length)


@given(total=TOTALS, length=LENGTHS, steps=st.lists(st.integers(-100, 100), max_size=10))
def test_moving_stays_inside_and_stays_full(total: int, length: int, steps: list[int]):
    window = Window.over(total=total, length=length)
    for step in steps:
        expected = min(max(window.start + step, 0), max(total - length, 0))
        window = window.moved(by=step)
        assert window.start == expected
        assert len(window.of(range(total))) == min(length, total)


def test_the_middle_of_a_long_text():
    window = Window.over(total=10_000, near=5_000)
    assert (window.start, window.stop) == (4_000, 6_000)
    assert (window.before, window.after) == (4_000, 4_000)
    assert window.last_start == 10_000 - MOST_TOKENS
    assert window.moved(by=-9_999).start == 0
    assert window.at(9_999).start == 8_000


def test_an_empty_text_has_an_empty_window():
    window = Window.over(total=0)
    assert window.of(()) == ()
    assert window.is_whole
    assert window.all() == (window,)


@pytest.mark.parametrize(
    ("start", "length", "total", "sentence"),
    [
        (0, 0, 10, "length is 0; it should be 1 or more"),
        (10, 5, 10, "start is 10; it should be from 0 to 9"),
        (-1, 5, 10, "start is -1; it should be from 0 to 9"),
        (0, 5, -1, "total is -1; it should be 0 or more"),
    ],
)
def test_impossible_windows_are_refused(start: int, length: int, total: int, sentence: str):
    with pytest.raises(OutOfRange, match=sentence):
        Window(start, length, total)


def test_a_window_made_for_another_text_is_refused():
    with pytest.raises(OutOfRange, match="the number of tokens is 3; it should be 4"):
        Window(0, 2, 4).of("abc")
