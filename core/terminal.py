"""What a command prints, on whatever terminal it is run.

Names of runs, words of settings and tables hold letters that a terminal of the C locale, a pipe on
Windows or an old code page cannot show. A command calls `print_anywhere` first: such a letter is
then printed as '?', where Python would end with a UnicodeEncodeError after half of the table.
"""

from __future__ import annotations

import io
import sys
import warnings


def print_anywhere() -> None:
    """Let standard output and error print '?' for what their encoding does not have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not what a test or a notebook puts there
            stream.reconfigure(errors="replace")


def warn(error: Exception) -> None:
    """Warns in words; where warnings are errors, on standard error: whoever is at work goes on."""
    try:
        warnings.warn(str(error), stacklevel=5)
    except UserWarning:
        sys.stderr.write(f"{error}\n")
