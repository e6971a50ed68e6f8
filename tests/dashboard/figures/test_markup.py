"""Text of users is drawn as text."""

from __future__ import annotations

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.figures.markup import plain, power, width, wrapped


@given(st.text())
def test_what_is_drawn_is_the_text_itself(text):
    drawn = plain(text)
    assert unescape(drawn) == unescape(text) or "&" in text
    assert "<" not in drawn
    assert ">" not in drawn
    assert "$" not in drawn
    assert "%{" not in drawn


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("<b>", "&lt;b&gt;"),
        ("&lt;", "&amp;lt;"),
        ("$x$", "&#36;x&#36;"),
        ("%{x}", "&#37;{x}"),
        ("don't", "don't"),
    ],
)
def test_each_danger_is_escaped_once(text, drawn):
    assert plain(text) == drawn


def test_long_texts_are_cut_between_what_a_reader_sees_as_characters():
    family = "👨‍👩‍👧"
    assert plain(family * 5, most=3) == family * 2 + "…"
    assert plain("abc", most=3) == "abc"
    assert plain("<<<<", most=3) == "&lt;&lt;…"


def test_powers_are_written_as_on_paper():
    assert [power(n) for n in (0, 1, 2, -12.0)] == ["1", "10", "10<sup>2</sup>", "10<sup>−12</sup>"]


def test_hangul_is_wider_than_latin_and_marks_have_no_width():
    assert width("가나") > width("ab") == 2
    assert width("e\u0301") == 1


@given(st.lists(st.text("ab가", min_size=1, max_size=9), min_size=1), st.integers(10, 60))
def test_wrapping_keeps_every_word_in_lines_that_fit(words, columns):
    lines = wrapped(" ".join(words), columns=columns)
    assert " ".join(lines).split() == words
    assert all(width(line) <= columns or " " not in line for line in lines)
