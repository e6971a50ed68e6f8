"""Text of users in pictures is text, never markup.

Plotly reads HTML-like tags (<b>, <a href=…>) and, where MathJax is loaded, $…$ in ticks, hover
texts and annotations, and %{…} where a hover text is a template. Everything that a user wrote
passes through `plain` on its way there; tables and files hold it as it was.
"""

from __future__ import annotations

import unicodedata
from html import escape

import regex

MOST_CHARACTERS = 14
"""Characters, as a reader counts them, that a token takes in a picture."""


def plain(text: str, *, most: int | None = None) -> str:
    """Return what Plotly draws as exactly this text, cut after `most` characters with '…'."""
    if most is not None and len(text) > most:
        seen = regex.findall(r"\X", text)
        text = text if len(seen) <= most else "".join(seen[: most - 1]) + "…"
    # Plotly knows no name for quotes, and needs none: nothing here stands in an attribute.
    return escape(text, quote=False).replace("$", "&#36;").replace("%{", "&#37;{")


def power(exponent: float) -> str:
    """Return ten to a whole power, as axes write it."""
    whole = round(exponent)
    return {0: "1", 1: "10"}.get(whole, f"10<sup>{whole}</sup>".replace("-", "−"))


def width(text: str) -> float:
    """Return about how many Latin letters wide a text is; only the browser knows its fonts."""
    return sum(
        0.0 if unicodedata.combining(character)
        else 1.8 if unicodedata.east_asian_width(character) in "WF"
        else 1.0
        for character in text
    )  # fmt: skip


def wrapped(text: str, *, columns: float = 54) -> list[str]:
    """Return markup as lines of about so many letters, broken at blanks."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width(longer) > columns:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
