"""A figure bound to data: what the tests of all figures draw, in any language and mode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from dashboard import figures
from tests.dashboard.figures import samples

Drawn = Callable[[Mapping[str, str] | None, Any], figures.Picture]
"""A picture of words and a mode."""


def of(noun: str, *data: Any, **settings: Any) -> Drawn:
    """A noun bound to data. Each picture is made once for a language."""
    return lambda labels=None, mode="light": getattr(figures, noun)(
        *data, **settings, labels=labels, mode=mode
    )


SERIES = np.random.default_rng(3).normal(size=(samples.TIME, 2))
