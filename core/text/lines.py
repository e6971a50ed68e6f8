"""Lines of a text, counted as editors count them."""

from __future__ import annotations


def lines_of(text: str) -> list[str]:
    r"""The lines of a text, without their ends: \n, \r\n and \r.

    Python's `splitlines` also parts at signs that stand within a line in every editor: a form feed,
    a vertical tab (Word's line break), U+0085 and U+2028 (copied from a PDF). A number of a line
    then names another one than the reader sees. What stands behind the last end is a line unless
    it is empty.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines if lines[-1] else lines[:-1]
