"""Watching a text being read, token by token: a play in the browser, which stops by itself.

The sentences of all steps in the picture, and where each cell of it ends, are sent with it. So a
step costs a line of CSS there (see `veil`) and asks nobody. Only a text longer than the picture
turns a page, which the server draws. Where the play stands is no choice that lasts: nobody shares
a half-read sentence, and the step that other pages look at is not moved by it. It belongs to one
text and one model, so whoever types or picks another sees that one whole.
Not chosen: a fragment that runs itself again, which asked the server at every token; Plotly's
frames, which know neither the sentence beside the picture nor the reader who types on meanwhile.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard import state
from dashboard.figures.unrolled import MOST
from dashboard.i18n import t

PAUSE = 0.7
"""Seconds that each step is shown: a reader's pace, with time to see what changed."""

HERE = Path(__file__).parent
KEY = "home-player"
_KEPT = "player"

_player = st.components.v2.component(
    "unrolled_home_player",
    css=(HERE / "player.css").read_text(encoding="utf-8"),
    js=(HERE / "player.js").read_text(encoding="utf-8"),
)


def first_shown(of: str, *, total: int) -> int:
    """Return the first step in the picture: of the part being read, else of that of the answer.

    `of` names what is read: model and text.
    """
    last = max(0, total - MOST)
    step = _turned(of)
    return last if step is None else min(step - step % MOST, last)


def play(
    of: str, *, sentences: Sequence[str], ends: Sequence[float], start: int, total: int
) -> None:
    """Draw the button that starts, halts and resumes the play (key K), and a sentence beside it.

    Args:
        of: what is read: model and text.
        sentences: what is said after each step in the picture, as Markdown with bold words; () for
            nothing.
        ends: the share of the picture's width at which each step's cell ends.
        start: the first step in the picture.
        total: how many steps the text has.
    """
    data = {
        "of": of,
        "at": _turned(of),
        "start": start,
        "total": total,
        "ends": [round(end, 5) for end in ends],
        "sentences": [_parts(sentence) for sentence in sentences],
        "pause": PAUSE,
        "words": {"play": t("home.play"), "pause": t("home.pause")},
    }

    def turn() -> None:
        sent = state.sent(KEY, "turned")
        if sent is not None:
            state.remember(_KEPT, (sent["of"], sent["step"]))

    _player(key=KEY, data=data, on_turned_change=turn)


def _parts(sentence: str) -> list[tuple[str, bool]]:
    """A sentence as texts, and whether each is bold: none of it is markup in the browser."""
    parts = enumerate(sentence.split("**"))
    return [(html.unescape(part), bool(at % 2)) for at, part in parts if part]


def _turned(of: str) -> int | None:
    """The step for which the play turned a page last; None where it did not, or has ended."""
    found: tuple[str, int | None] = state.recall(_KEPT, ("", None))
    return found[1] if found[0] == of else None
