"""One thread for matrix products.

BLAS wakes all its threads even for the small products of one step, where that costs more than it
saves; and where another process is busy, a product then waits for a thread that does not come:
on two cores under load, `backprop` for 32 texts took 0.9 s with all threads and 0.17 s with one
(LSTM, 128 units, 500 steps). A dashboard is such a busy process, so one thread it is, always.
Idle cores serve other sessions.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Holds BLAS to one thread while it is entered."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()
