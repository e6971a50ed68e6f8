"""Axes as groups of atoms, and lengths as names: held to what NumPy makes of real arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.importers.onnx.axes import (
    Atom,
    Axes,
    completed,
    new_axis,
    regrouped,
    sizes,
    without_axis,
)
from core.importers.onnx.cuts import chosen, position
from core.importers.onnx.sizes import Size, UnknownSize, divided, product

LENGTH, TEXTS = Size(1, ("time",)), Size(1, ("batch",))


def layout(axes: Axes, base: np.ndarray) -> np.ndarray:
    """The array that `axes` describe, if axis number `n` of `base` is the atom `n`."""
    order = [int(atom.label) for group in axes for atom in group if atom.label != "one"]
    rest = [at for at in range(base.ndim) if at not in order]
    return base.transpose(order + rest).reshape(sizes(axes))


@given(st.data())
def test_turning_and_joining_axes_is_what_numpy_does(data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.sampled_from([1, 2, 3, 5]), min_size=2, max_size=4))
    base = np.arange(math.prod(shape)).reshape(shape)
    axes: Axes = tuple((Atom(str(at), size),) for at, size in enumerate(shape))
    array = base
    for _ in range(data.draw(st.integers(1, 5))):
        way = data.draw(st.sampled_from(["turn", "join", "part", "new", "drop"]))
        if way == "turn":
            order = data.draw(st.permutations(range(array.ndim)))
            axes, array = tuple(axes[at] for at in order), array.transpose(order)
        elif way == "join" and array.ndim > 1:
            at = data.draw(st.integers(0, array.ndim - 2))
            joined = array.shape[at] * array.shape[at + 1]
            target = [*array.shape[:at], joined, *array.shape[at + 2 :]]
            axes, array = regrouped(axes, target), array.reshape(target)
        elif way == "part":
            target = [atom.size for group in axes for atom in group if isinstance(atom.size, int)]
            axes, array = regrouped(axes, target), array.reshape([*map(int, target)])
        elif way == "new":
            at = data.draw(st.integers(0, array.ndim))
            axes, array = new_axis(at, axes), np.expand_dims(array, at)
        elif way == "drop" and 1 in array.shape[1:]:
            at = array.shape.index(1, 1)
            axes, array = without_axis(at, axes), array.squeeze(at)
    assert sizes(axes) == list(array.shape)
    np.testing.assert_array_equal(layout(axes, base), array)


def test_lengths_that_are_names() -> None:
    axes: Axes = ((Atom("t", LENGTH),), (Atom("b", TEXTS),), (Atom("u", 6),))
    before = sizes(axes)
    flat = completed([-1, 6], before, zero_is_zero=False)
    assert flat == [Size(1, ("batch", "time")), 6]
    joined = regrouped(axes, flat)
    assert [[atom.label for atom in group] for group in joined] == [["t", "b"], ["u"]]
    assert regrouped(joined, [LENGTH, TEXTS, 6]) == axes
    assert completed([0, -1, 6], before, zero_is_zero=False) == before
    with pytest.raises(UnknownSize):
        completed([-1, -1, 6], before, zero_is_zero=False)
    for target in ([TEXTS, LENGTH, 6], [LENGTH, TEXTS, 2, 3], [LENGTH, 6], [4, -1]):
        with pytest.raises(UnknownSize):
            regrouped(axes, target)


def test_parts_can_be_split() -> None:
    axes: Axes = ((Atom("part0", 6),), (Atom("b", TEXTS),))
    split = regrouped(axes, [3, 2, TEXTS])
    assert split == ((Atom("part0", 3),), (Atom("part0", 2),), (Atom("b", TEXTS),))


def test_sums_of_lengths() -> None:
    assert Size(1, ("time",), -1) == LENGTH - 1
    assert 1 + LENGTH - 1 == LENGTH
    assert LENGTH - LENGTH == 0
    assert Size(2, ("batch", "time")) == 2 * LENGTH * TEXTS
    assert Size(2, ("batch",)) == 2 * LENGTH * TEXTS // LENGTH
    assert divided(LENGTH * 6, LENGTH * 3) == 2
    assert product([2, LENGTH, 3]) == Size(6, ("time",))
    assert Size(-1, ("time",), 3) == 3 - LENGTH
    assert LENGTH * 0 == 0
    for impossible in (
        lambda: LENGTH // 2,
        lambda: LENGTH // TEXTS,
        lambda: LENGTH + TEXTS,
        lambda: divided(7, 2),
        lambda: divided(6, 0),
        lambda: divided(6, LENGTH),
        lambda: (LENGTH + 1) * TEXTS,
        lambda: LENGTH + 0.5,
    ):
        with pytest.raises(UnknownSize):
            impossible()


@given(*(st.integers(-7, 7) for _ in range(2)), st.sampled_from([-2, -1, 1, 2]))
def test_slices_are_those_of_python(start: int, stop: int, step: int) -> None:
    found = chosen(5, start=start, stop=stop, step=step)
    expected = list(range(5))[start:stop:step]
    named = {"all": list(range(5)), "flipped": list(range(5))[::-1]}
    assert (named[found] if isinstance(found, str) else list(found)) == expected


def test_slices_of_lengths_that_are_names() -> None:
    far = 2**63 - 1
    assert chosen(LENGTH, start=0, stop=far, step=1) == "all"
    assert chosen(LENGTH, start=0, stop=LENGTH, step=1) == "all"
    assert chosen(LENGTH, start=0, stop=1, step=1) == "first"
    assert chosen(LENGTH, start=-1, stop=far, step=1) == "last"
    assert chosen(LENGTH, start=LENGTH - 1, stop=LENGTH, step=1) == "last"
    assert chosen(LENGTH, start=-1, stop=-far, step=-1) == "flipped"
    assert chosen(LENGTH, start=0, stop=far, step=2) == ()
    assert chosen(LENGTH, start=1, stop=far, step=1) == ()
    taken = [position(LENGTH, at) for at in (0, -1, LENGTH - 1, 2)]
    assert taken == ["first", "last", "last", (2,)]
    assert [position(4, at) for at in (0, -1, 4, -5)] == [(0,), (3,), (), ()]


def test_huge_axes_are_not_counted_out() -> None:
    assert chosen(2**62, start=1, stop=2**62, step=1) == range(1, 2**62)
