"""The checks that every stage makes of what it is given."""

from __future__ import annotations

from core.activations import Array
from core.errors import ShapeMismatch, UnknownName


def check_shape(what: str, array: Array, expected: tuple[int, ...]) -> None:
    """Raises ShapeMismatch, which names the array."""
    if array.shape != expected:
        raise ShapeMismatch(what=what, found=array.shape, expected=expected)


def check_name(kind: str, found: str, known: tuple[str, ...]) -> None:
    """Raises UnknownName."""
    if found not in known:
        raise UnknownName(kind=kind, found=found, known=", ".join(known))
