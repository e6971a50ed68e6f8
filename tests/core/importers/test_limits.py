"""The bounds: each is held at its edge, and the sums are sums."""

from __future__ import annotations

import numpy as np
import pytest

from core.importers import errors
from core.importers.limits import Limits, Tally

LIMITS = Limits(
    file_bytes=400,
    entries=5,
    tensors=3,
    dimensions=2,
    header_bytes=50,
    depth=4,
    zip_ratio=10,
    small_bytes=30,
)


@pytest.mark.parametrize(
    ("most", "check", "kind"),
    [
        (400, LIMITS.check_file, errors.ModelFileTooLarge),
        (400, lambda n: LIMITS.check_unpacked(n, entry="x"), errors.EntryTooLarge),
        (50, lambda n: LIMITS.check_header(n, entry="x"), errors.HeaderTooLong),
        (5, lambda n: LIMITS.check_entries(n, entry="x"), errors.TooManyEntries),
        (4, lambda n: LIMITS.check_depth(n, entry="x"), errors.TooDeep),
        (100, lambda n: LIMITS.check_shape((n,), entry="x"), errors.TooManyNumbers),
        (2, lambda n: LIMITS.check_shape((1,) * n, entry="x"), errors.TooManyDimensions),
        (70, lambda n: LIMITS.check_ratio(packed=7, unpacked=n, entry="x"), errors.PacksTooWell),
        (30, lambda n: LIMITS.check_ratio(packed=0, unpacked=n, entry="x"), errors.PacksTooWell),
    ],
)
def test_the_last_that_is_allowed_and_the_first_that_is_not(most, check, kind):
    check(most)
    with pytest.raises(kind):
        check(most + 1)


def test_a_shape_is_given_back():
    assert LIMITS.check_shape([3, 4], entry="x") == (3, 4)
    assert LIMITS.check_shape((), entry="x") == ()


@pytest.mark.parametrize(
    "shape", [None, 3, "34", b"34", (1.0,), (True,), (-1,), (None,), ("3",), (np.float32(3),)]
)
def test_what_is_no_shape(shape):
    with pytest.raises(errors.BadShape):
        LIMITS.check_shape(shape, entry="x")


def test_a_side_of_nothing_excuses_no_other():
    with pytest.raises(errors.TooManyNumbers):
        LIMITS.check_shape((0, 10**9), entry="x")


def test_a_product_does_not_wrap_round():
    with pytest.raises(errors.TooManyNumbers) as caught:
        LIMITS.check_shape((2**32, 2**32), entry="x")
    assert caught.value.facts["found"] == 2**64


def test_a_tally_adds_up():
    tally = Tally(LIMITS)
    assert tally.add((10, 6), entry="a") == (10, 6)
    tally.add((40,), entry="b")
    with pytest.raises(errors.TooManyNumbers) as caught:
        tally.add((), entry="c")
    assert caught.value.facts["found"] == 101


def test_a_tally_counts_tensors():
    tally = Tally(LIMITS)
    for name in "abc":
        tally.add((0,), entry=name)
    with pytest.raises(errors.TooManyEntries):
        tally.add((0,), entry="d")


def test_the_rest_follows_from_the_size_of_a_file():
    assert Limits(file_bytes=2**30).numbers == 2**28
    assert Limits(file_bytes=2**30).memory_bytes == 3 * 2**30


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("layers/lstm", "layers/lstm"),
        ("망각 게이트", "망각 게이트"),
        ("a\nb\x00\x1b[31m", r"a\nb\x00\x1b[31m"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("\ud800", r"\ud800"),
        ("x" * 200, "x" * 159 + "…"),
    ],
)
def test_names_are_shown_on_one_line(name, shown):
    assert errors.MissingEntry(entry=name).facts["entry"] == shown
