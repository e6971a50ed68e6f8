from __future__ import annotations

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from core.text.tokens import UNITS, tokenize
from core.text.visible import MOST_MARKS, visible


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        (" ", "␣"),
        ("\n", "↵"),
        ("\r\n", "↵"),
        ("\r", "⟨CR⟩"),
        ("\t", "⇥"),
        ("", "∅"),
        ("\x00", "⟨U+0000⟩"),
        ("\x1b", "⟨U+001B⟩"),
        ("\u202e", "⟨U+202E⟩"),
        ("\u2066", "⟨U+2066⟩"),
        ("\u00a0", "⟨U+00A0⟩"),
        ("\u3000", "⟨U+3000⟩"),
        ("\u200b", "⟨U+200B⟩"),
        ("\u200d", "⟨U+200D⟩"),
        ("\ufe0f", "⟨U+FE0F⟩"),
        ("\ufeff", "⟨U+FEFF⟩"),
        ("\ufff9", "⟨U+FFF9⟩"),
        ("\u3164", "⟨U+3164⟩"),  # a Hangul filler: a letter without a picture
        ("\ud800", "⟨U+D800⟩"),
        ("\ue000", "⟨U+E000⟩"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("well\u00adknown", "well⟨U+00AD⟩known"),
        ("a b", "a␣b"),
        ("\u0301", "◌\u0301"),
        ("<script>", "<script>"),  # to be set as text by whoever draws it
        ("The", "The"),
        ("영화", "영화"),
    ],
)
def test_signs(token: str, shown: str):
    assert visible(token) == shown


@pytest.mark.parametrize(
    "cluster",
    [
        "👨\u200d👩\u200d👧",
        "❤\ufe0f",
        "❤\ufe0f\u200d🔥",
        "1\ufe0f\u20e3",
        "👍🏽",
        "🇰🇷",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "می\u200cخواهم",
        "क्षि",
        "é",
        "e\u0301",
    ],
)
def test_what_belongs_to_a_visible_cluster_stays(cluster: str):
    assert visible(cluster) == cluster


def test_a_joiner_that_joins_nothing_is_shown():
    assert visible("👨\u200d") == "👨⟨U+200D⟩"
    assert visible("❤\ufe0f\u200d") == "❤\ufe0f⟨U+200D⟩"
    assert visible("a\u200d\u200db") == "a⟨U+200D⟩⟨U+200D⟩b"


def test_a_pile_of_marks_is_counted_not_drawn():
    assert visible("e" + "\u0316" * 50) == "e" + "\u0316" * MOST_MARKS + "⟨+42⟩"
    assert visible("e" + "\u0316" * MOST_MARKS) == "e" + "\u0316" * MOST_MARKS


@given(st.text(max_size=20))
@example("\u0600 ")
@example("\u200b\u0301")
def test_every_token_is_seen_and_none_turns_the_writing(text: str):
    for unit in UNITS:
        for token in tokenize(text, unit):
            shown = visible(token)
            assert regex.search(r"[^\p{C}\p{Z}\p{M}]", shown)
            assert not regex.search(r"[\p{Cc}\p{Cs}\p{Z}\p{Bidi_Control}]", shown)
