from __future__ import annotations

import html
import re

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.widgets import plain
from tests.sources import ROOT


def read_back(markdown: str) -> str:
    """What a reader sees, if nothing in the Markdown means more than itself."""
    left = re.sub(r"&#\d+;", "", markdown)
    assert not re.search(r"[\\`*_{}\[\]()<>#+\-.!|~$&^=\"':@/]", left), left
    return html.unescape(markdown)


@pytest.mark.parametrize(
    "text",
    [
        "plain words, 한글도 é 👩‍👩‍👧",
        "<script>alert(1)</script> <b>bold</b> &amp;",
        "**bold** _it_ `code` ~~gone~~ # head - list 1. list",
        "[link](http://example.com) ![image](x) https://example.com a@b.co www.example.com",
        ":smile: :red[red] :material/home: $x^2$ $$y$$ <!-- -->",
        "| a | b |",
        r"\* \\ \$",
    ],
)
def test_any_text_is_shown_as_itself(text):
    assert read_back(plain(text)) == text


def test_what_cannot_be_seen_is_made_visible():
    assert read_back(plain("a\u202eb\u0000c\nd\te")) == "a⟨U+202E⟩b⟨U+0000⟩c↵d⇥e"


def test_a_long_text_is_cut_where_it_is_seen_to_be():
    assert plain("a" * 10, most=4) == "aaaa…"
    assert plain("a" * 4, most=4) == "aaaa"
    assert read_back(plain("****", most=2)[:-1]) == "**"


def page() -> None:
    import streamlit as st

    from core.text import TooManyCharacters, UnknownEncoding
    from dashboard import widgets

    with widgets.guard():
        raise UnknownEncoding(found="**<b>:smile:**" + "x" * 1_000, known="utf-8, cp949")
    with widgets.guard():
        raise TooManyCharacters(found=12_345_678, limit=1_000)
    st.text("the rest")
    if st.toggle("mistake"):
        with widgets.guard():
            raise KeyError("a mistake of ours")


def test_an_error_is_its_sentence_and_the_rest_goes_on():
    app = AppTest.from_function(page, default_timeout=60).run()
    assert not app.exception
    first, second = (html.unescape(error.value) for error in app.error)
    assert first.startswith("There is no encoding '**<b>:smile:**xxx")
    assert "utf-8, cp949" in first
    assert len(first) < 500
    assert "**" not in app.error[0].value
    assert "12,345,678 characters" in second
    assert app.text[0].value == "the rest"


def test_an_error_is_said_in_korean():
    app = AppTest.from_function(page, default_timeout=60)
    app.context = {"locale": "ko-KR"}
    assert "12,345,678" in app.run().error[1].value
    assert re.search("[가-힣]", app.error[1].value)


def test_a_mistake_of_ours_stays_visible():
    app = AppTest.from_function(page, default_timeout=60).run()
    app.toggle[0].set_value(True).run()
    assert "a mistake of ours" in app.exception[0].message


def parts() -> None:
    from core.errors import UnknownName
    from dashboard import widgets

    def broken() -> None:
        raise UnknownName(kind="layer", found="lstm", known="gru")

    widgets.fragment(broken)()


def test_a_part_that_is_drawn_again_by_itself_fails_in_words():
    app = AppTest.from_function(parts, default_timeout=60).run()
    assert not app.exception
    [told] = app.error
    assert "lstm" in told.value


def test_every_part_that_is_drawn_again_by_itself_is_guarded():
    # Streamlit's own draws it without the page's guard: a traceback for a run that was deleted.
    bare = [
        path.name
        for path in (ROOT / "dashboard").rglob("*.py")
        if "st.fragment(" in path.read_text("utf-8") and path.name != "problem.py"
    ]
    assert bare == []
