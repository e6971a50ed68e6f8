"""A set of sequences of numbers, all of one length, that are made from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Sequences:
    """Sequences of one sort, float32 (count, steps, features).

    `features` names the numbers of a step, `kinds` what an example may be an example of, and
    `signs` is a letter or sign for each kind, for pictures that have room for no more. `draw`
    takes a generator and the kind of each example (count,), and gives the sequences. `seen` is
    what the eye compares where two are held against each other, (count, numbers): the way of a
    pen, not its single moves.
    """

    name: str
    steps: int
    features: tuple[str, ...]
    kinds: tuple[str, ...]
    signs: tuple[str, ...]
    citation: str
    draw: Callable[[np.random.Generator, NDArray[np.intp]], Array]
    seen: Callable[[Array], Array]

    def examples(self, count: int, *, seed: int) -> tuple[Array, NDArray[np.intp]]:
        """So many sequences (count, steps, features) and their kinds (count,), all as frequent."""
        random = np.random.default_rng(seed)
        kinds = random.permutation(np.arange(count) % len(self.kinds))
        return self.draw(random, kinds).astype(np.float32), kinds
