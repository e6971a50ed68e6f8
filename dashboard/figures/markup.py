"""Text of users in pictures is text, never markup.

Plotly reads HTML-like tags (<b>, <a href=…>) and, where MathJax is loaded, $…$ in ticks, hover
texts and annotations. Everything that a user wrote passes through `plain` on its way there; tables
and files hold it as it was.
"""

from __future__ import annotations

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
    return escape(text, quote=False).replace("$", "&#36;")
