"""How much of a text from a file an error repeats: on one line, printable, cut after a word.

Whoever made the file wrote its names, so they are bounded wherever they are shown. Not chosen: to
cut at a number of characters, which ended lists of ours in the middle of a name.
"""

from __future__ import annotations

LONGEST_FACT = 160
"""Characters of a hostile name that an error repeats."""
LONGEST_SENTENCE = 1_000
"""Characters of a sentence of ours, with such names in it, that comes out of another process."""


def shown(text: str) -> str:
    """A name from a file, as it may stand in a sentence: one line, printable, not too long.

    What is too long ends after a whole word, or a whole entry of a list, where there is one.
    """
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode("ascii")
        for each in _cut(text, LONGEST_FACT)
    )


def sentence(text: str) -> str:
    """A sentence with names from a file in it, as it may stand in another one."""
    return _cut(" ".join(map(shown, text.split(" "))), LONGEST_SENTENCE)


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    for parting in (", ", " "):
        start, found, _ = text[: most - 1].rpartition(parting)
        if found and 2 * len(start) >= most:
            return f"{start}{parting}…"
    return text[: most - 1] + "…"
