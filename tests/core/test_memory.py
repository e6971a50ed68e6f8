"""Memory is used again when nothing looks at it any more, and never before."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

import core
from core.cells import CELLS
from core.memory import ALIGNED, SMALLEST, Memory

MANY = SMALLEST  # numbers of four bytes: four times what is worth keeping


def place(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def test_what_was_given_back_is_lent_again() -> None:
    memory = Memory()
    first = memory.empty((MANY,), np.float32)
    assert place(first) % ALIGNED == 0
    where = place(first)
    assert memory.idle == 0
    del first
    assert memory.idle > 0
    second = memory.empty((2, MANY // 2), np.float32)
    assert (place(second), second.shape, memory.idle) == (where, (2, MANY // 2), 0)


def test_a_view_of_a_view_keeps_its_numbers() -> None:
    memory = Memory()
    array = memory.empty((4, MANY), np.float32)
    array[:] = np.arange(4)[:, None]
    view = array.reshape(2, 2, MANY).swapaxes(0, 1)[1, :, 5:9]
    del array
    memory.empty((4, MANY), np.float32).fill(-1)
    np.testing.assert_array_equal(view, [[1] * 4, [3] * 4])


def test_no_more_is_kept_than_was_said_and_the_oldest_goes() -> None:
    memory = Memory(kept=9 * MANY)
    arrays = [memory.empty((MANY,), np.float32) for _ in range(3)]
    last = place(arrays[2])
    while arrays:
        del arrays[0]
    assert 4 * MANY < memory.idle <= memory.kept
    assert place(memory.empty((MANY,), np.float32)) == last
    large = memory.empty((4 * MANY,), np.float32)
    idle = memory.idle
    del large
    assert memory.idle == idle


def test_a_return_while_another_is_lent_waits_for_nobody() -> None:
    """The garbage collector gives back whenever it likes, in a thread that holds the lock too."""
    memory = Memory()
    array = memory.empty((MANY,), np.float32)
    with memory._lock:
        del array
    assert memory.idle == 0


def test_threads_never_share_an_array() -> None:
    memory, wrong = Memory(), []

    def work(own: int) -> None:
        for _ in range(300):
            array = memory.empty((MANY,), np.float32)
            array[:: MANY // 8] = own
            if not (array[:: MANY // 8] == own).all():
                wrong.append(own)

    threads = [threading.Thread(target=work, args=(own,)) for own in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_trace_that_somebody_has_stays_what_it_was() -> None:
    model = core.new_model("lstm", features=4, units=[64], outputs=None)
    inputs = np.random.default_rng(0).normal(size=(8, 300, 4)).astype(np.float32)
    gate = core.record(model, inputs).layers[0].gates["forget"]  # a view, the trace itself is gone
    before = gate.copy()
    for seed in (1, 2):
        core.record(model, np.random.default_rng(seed).normal(size=inputs.shape))
    np.testing.assert_array_equal(gate, before)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("per_step", [False, True])
def test_a_run_and_its_way_back_go_with_the_last_who_has_them(cell: str, per_step: bool) -> None:
    """Not when the garbage collector comes: until then the next run would take new memory."""
    model = core.new_model(cell, features=2, units=[3], outputs=1)
    gc.collect()
    gc.disable()
    try:
        trace = core.record(model, np.ones((2, 4, 2), np.float32))
        gradients = core.backprop(model, trace, np.zeros_like(trace.outputs), per_step=per_step)
        held = [weakref.ref(trace.layers[0].record), weakref.ref(gradients.layers[0])]
        del trace, gradients
        assert [each() for each in held] == [None, None]
    finally:
        gc.enable()
