"""Widgets that the browser may not show as yet: in a box that may be closed.

It makes them when they are to be seen, from what it was sent last. A value that came in an earlier
run is lost to them: they would begin, and answer, at their first option, and choose it. So
`dashboard.state` sends them their values in each run, but for the one that the reader moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_unseen: ContextVar[bool] = ContextVar("unseen", default=False)


@contextmanager
def unseen() -> Iterator[None]:
    """Say that what is drawn within stands where the reader may not see it."""
    token = _unseen.set(True)
    try:
        yield
    finally:
        _unseen.reset(token)


def is_unseen() -> bool:
    """Return whether what is drawn now is not seen."""
    return _unseen.get()
