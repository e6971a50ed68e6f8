"""A request that cannot be met, said as a sentence where the reader is.

What the reader wrote may stand within the sentence, and Streamlit reads sentences as Markdown, so
each fact is shown by `plain`: as text, whatever it holds. Exceptions that are not CoreErrors are
mistakes of ours; they are never caught here and stay visible with their place in the code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import streamlit as st

from core.errors import CoreError
from core.text import visible
from dashboard.i18n import reasons, t

MOST_CHARACTERS = 300
# Every sign that Markdown, its extensions in Streamlit (colours, icons, emoji, formulas) or HTML
# could read as more than itself.
_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&^=\"':@/])")


def problem(error: CoreError) -> None:
    """Show an error in the reader's language."""
    st.error(told(error), icon=":material/error:")


def told(error: CoreError) -> str:
    """Return an error as a sentence in the reader's language, as Markdown."""
    facts = {name: _fact(fact) for name, fact in reasons.told(error.facts).items()}
    return t(f"errors.{type(error).__name__}", **facts)


def fragment(
    draw: Callable[..., None], *, run_every: str | float | None = None
) -> Callable[..., None]:
    """Let a part of a page be drawn again by itself, in words where it cannot be: `st.fragment`.

    Streamlit draws such a part again without the page around it, and so without its guard.
    """

    @wraps(draw)
    def guarded(*arguments: Any, **named: Any) -> None:
        with guard():
            draw(*arguments, **named)

    return st.fragment(guarded, run_every=run_every)


@contextmanager
def guard() -> Iterator[None]:
    """Show a CoreError raised within, in place of what could not be drawn; the rest goes on."""
    try:
        yield
    except CoreError as error:
        problem(error)


def plain(text: str, *, most: int | None = None) -> str:
    """Return Markdown that shows a text exactly as it is, on one line, cut at `most` characters.

    Signs are written as references to their numbers: with backslashes, `:smile:` would still
    become a picture. Control characters and marks of direction become visible.
    """
    cut = most is not None and len(text) > most
    shown = (text[:most] if cut else text).replace("\r\n", "\n")
    # Word by word: what joins an emoji has to stay beside what it joins.
    seen = " ".join(visible(word) if word else "" for word in shown.split(" "))
    return _SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", seen) + ("…" if cut else "")


def _fact(fact: object) -> object:
    # Numbers stay numbers: sentences say how they are written, {count:,}.
    return fact if isinstance(fact, int | float) else plain(str(fact), most=MOST_CHARACTERS)
