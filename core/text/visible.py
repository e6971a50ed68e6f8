"""How a token is shown, so that each one can be seen and none can play tricks.

A blank, a line break, a byte-order mark or a mark that turns the direction of writing is a token
like any other, but drawn as itself it is nothing, or reorders what stands around it. Here each gets
a sign or its code point. What belongs to a visible cluster (the joiners of an emoji) stays.

The cost is a scan of the token. Not chosen: Python's `repr`, which shows é and 한 but also quotes
every apostrophe, and Unicode's control pictures (␀), which no one can read at this size.
"""

from __future__ import annotations

import regex

from core.text.hangul import LETTERS, compose

SIGNS = {"": "∅", " ": "␣", "\n": "↵", "\r\n": "↵", "\r": "⟨CR⟩", "\t": "⇥"}
MOST_MARKS = 8
"""Marks that are drawn upon one character; more would run over the lines above and below."""

# Nothing to see: control, format, surrogate, private and unassigned characters, separators, and
# what Unicode says to draw as nothing (Hangul fillers among them).
_UNSEEN = regex.compile(
    r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]"
)
# Joiners, variants and tags are part of a picture when they follow something that is seen.
_WITHIN_CLUSTER = regex.compile(
    r"(?<=[^\p{C}\p{Z}])"
    r"(?:[\ufe00-\ufe0f\U000e0100-\U000e01ef]?[\u200c\u200d](?=[^\p{C}\p{Z}])"
    r"|[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
    r"|(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f)"
)
_MANY_MARKS = regex.compile(rf"(\p{{M}}{{{MOST_MARKS}}})(\p{{M}}+)")
_ORPHAN_MARK = regex.compile(r"^\p{M}")


def visible(token: str) -> str:
    """Return what to draw for a token: "␣" for a blank, "⟨U+202E⟩" for a mark of direction.

    Two tokens that differ may look the same (and so did they before); use ids to tell them apart.
    """
    if token in SIGNS:
        return SIGNS[token]
    if token.isalnum() and token.isascii():
        return token
    shown: list[str] = []
    place = 0
    for kept in _WITHIN_CLUSTER.finditer(token):
        shown += [_without_unseen(token[place : kept.start()]), kept[0]]
        place = kept.end()
    shown.append(_without_unseen(token[place:]))
    text = _MANY_MARKS.sub(lambda marks: f"{marks[1]}⟨+{len(marks[2])}⟩", compose("".join(shown)))
    text = "".join(LETTERS.get(character, character) for character in text)
    return f"◌{text}" if _ORPHAN_MARK.match(text) else text


def _without_unseen(text: str) -> str:
    return _UNSEEN.sub(lambda found: SIGNS.get(found[0], f"⟨U+{ord(found[0]):04X}⟩"), text)
