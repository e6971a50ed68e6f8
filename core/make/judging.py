"""What a network made, held against real sequences of its set; see `core.analysis.coverage`."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.coverage import Coverage, coverage
from core.data.sequences import Sequences, sequences

REAL, SEED = 1_000, 1_000_003
"""How many real sequences, and the seed that they are drawn from: none was trained on."""
_OF_KIND = 0.5
"""A ball about a real sequence reaches as many others as are half of its kind."""


@cache
def real(of: str) -> tuple[Array, NDArray[np.intp]]:
    """Real sequences of a set, and their kinds. Read-only."""
    drawn, kinds = sequences(of).examples(REAL, seed=SEED)
    drawn.flags.writeable = kinds.flags.writeable = False
    return drawn, kinds


def held_against_real(made: Array, *, of: Sequences) -> Coverage:
    """What of it looks real, and what of the real it covers."""
    examples, kinds = real(of.name)
    neighbours = round(_OF_KIND * REAL / len(of.kinds))
    return coverage(
        of.seen(made), of.seen(examples), kinds=kinds, of=len(of.kinds), neighbours=neighbours
    )
