"""A task whose inputs are numbers: what `core.data.task.Task` is for texts.

Examples are drawn many at once, as arrays. No two are ever alike, so training and test need no more
than different seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Draw = Callable[[np.random.Generator, int], tuple[NDArray[Any], NDArray[Any]]]


@dataclass(frozen=True)
class NumberTask:
    """A task whose inputs and answers are numbers.

    Attributes:
        name: its name in code and in links.
        description: one English sentence: what is read, what is asked.
        citation: where it comes from.
        readout: "last" when one answer is given at the end, "every" when at each step.
        draw: given a generator and a count: inputs (count, time, features), targets (count,
            outputs) or (count, time, outputs).
        chance: the mean squared error of one who knows nothing of the input.
        solved: the mean squared error from which on the task counts as learned.
    """

    name: str
    description: str
    citation: str
    readout: Literal["last", "every"]
    draw: Draw = field(repr=False)
    chance: float
    solved: float
