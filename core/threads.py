"""One thread for matrix products, and large work shared by the cores that are free.

BLAS wakes all its threads even for the small products of one step, where that costs more than it
saves; and where another process is busy, a product then waits for a thread that does not come:
on two cores under load, `backprop` for 32 texts took 0.9 s with all threads and 0.17 s with one
(LSTM, 128 units, 500 steps). A dashboard is such a busy process, so BLAS has one thread, always.

Where there is enough to do, we share it out ourselves: in pieces, of which each thread takes the
next one when it is done with the last. The caller takes pieces too, so that cores that are busy
with something else hold it up for no longer than one piece takes; where none is free, it does all.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cache, partial
from itertools import count
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Holds BLAS to one thread while it is entered."""
    return _controller().limit(limits=1, user_api="blas")


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


SHARED_FROM = 4e6
"""Products of two numbers, from which on a second core is worth its waking."""


@cache
def available() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cores() -> int:
    """How many large work is shared by: all that this process may use, or `UNROLLED_THREADS`."""
    chosen = os.environ.get("UNROLLED_THREADS", "")
    return min(available(), int(chosen)) if chosen.isdecimal() and int(chosen) else available()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max(1, available() - 1), thread_name_prefix="shared")


def shared(pieces: Sequence[Callable[[], object]]) -> None:
    """Does all pieces, in any order, on the cores that are free. They have to let go of the GIL."""
    if len(pieces) == 1:
        pieces[0]()
        return
    turn = count()

    def take() -> None:
        while (at := next(turn)) < len(pieces):
            pieces[at]()

    helpers = [_pool().submit(take) for _ in range(min(cores(), len(pieces)) - 1)]
    take()
    for helper in helpers:
        if not helper.cancel():
            helper.result()


def product(one: NDArray[Any], other: NDArray[Any]) -> NDArray[Any]:
    """`one @ other` of two matrices, in pieces of the longer side of the result where it is large.

    For use within `one_thread`.
    """
    (rows, inner), columns = one.shape, other.shape[1]
    if cores() < 2 or rows * inner * columns < SHARED_FROM:
        return one @ other
    made = np.empty((rows, columns), np.result_type(one, other))
    size = -(-max(rows, columns) // (2 * cores()))
    places = [slice(start, start + size) for start in range(0, max(rows, columns), size)]
    if rows > columns:
        shared([partial(np.matmul, one[at], other, out=made[at]) for at in places])
    else:
        shared([partial(np.matmul, one, other[:, at], out=made[:, at]) for at in places])
    return made
