"""The text as it grows: each token in the colour of its surprise, with what else was weighed."""

from __future__ import annotations

import streamlit as st

from core.analysis.surprise import bits_of
from core.generate.writing import likeliest
from dashboard.components.writing import Fork, Token, writing
from dashboard.i18n import t
from dashboard.views.write.draft import Draft
from dashboard.views.write.settings import beginning, fork

SHOWN = 6
"""Alternatives of a token."""
MOST, TAIL = 2_000, 300
"""Tokens that are drawn of a text, and while it grows: the last ones."""
TICK = 0.4
"""Seconds between two looks at a text that is being written."""


def text(draft: Draft, *, growing: bool) -> None:
    """Draw the text; while it is `growing`, a little more of it each time."""
    if beginning() != draft.order.beginning:
        st.rerun()  # an alternative was chosen: another text is to be written
    draft.advance(seconds=TICK / 2)
    if growing and draft.done:
        st.rerun()  # what follows when a text is done stands outside of this fragment
    with st.container(border=True, key="written"):
        draw(draft, key="writing", most=TAIL if growing else MOST)
    if growing:
        count, total = len(draft.written), draft.order.steps
        row = st.container(horizontal=True, vertical_alignment="center", key="writing-busy")
        row.button(t("write.stop"), icon=":material/stop_circle:", on_click=draft.stop)
        row.progress(count / total, text=t("write.busy", count=count, total=total))


def draw(draft: Draft, *, key: str, most: int) -> None:
    """Draw the end of a text, `most` tokens of it, each with its surprise and its alternatives."""

    def forked(place: Fork) -> None:
        fork(draft.until(place.at, then=place.text))

    start = max(0, len(draft) - most)
    words = draft.vocabulary.unit == "word"
    writing(_tokens(draft, start), key=key, words=words, start=start, on_fork=forked)


def _tokens(draft: Draft, start: int) -> list[Token]:
    shown = []
    for at in range(start, len(draft)):
        token, written, expected = draft.tokens[at], at >= len(draft.read), draft.expected(at)
        if expected is None:
            shown.append(Token(token, None, written))
            continue
        others = likeliest(draft.vocabulary, expected, most=SHOWN)
        shown.append(Token(token, bits_of(expected[draft.ids[at]]), written, others))
    return shown
