"""Noisy sines: what is the next value?

Each example is a sum of sines with periods and phases of their own, and noise upon it; at each step
the next value is asked for. A network has to find out period and phase while it reads, and to carry
the phase on through the noise: an oscillator, where the other tasks want a latch or a counter.

Nobody can know the noise that is to come, so no error can be smaller than its variance (`solved`).
Who knows nothing answers 0, and is off by the variance of the sines besides: a half, however many
there are, since their amplitudes are scaled to it.

A task of this project, after the sine that Williams & Zipser 1989 taught a recurrent network.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.numbers import NumberTask

LENGTH, WAVES, NOISE = 60, 1, 0.1
SHORTEST_PERIOD, LONGEST_PERIOD = 6.0, 30.0


def build(
    *, length: int = LENGTH, waves: int = WAVES, noise: float = NOISE,
    shortest_period: float = SHORTEST_PERIOD, longest_period: float = LONGEST_PERIOD,
) -> NumberTask:  # fmt: skip
    """The task over so many steps.

    Args:
        length: steps that are read.
        waves: how many sines are summed.
        noise: standard deviation of what is added to each value.
        shortest_period: in steps.
        longest_period: in steps.
    """

    def draw(random: np.random.Generator, count: int) -> tuple[NDArray[Any], NDArray[Any]]:
        period = random.uniform(shortest_period, longest_period, size=(count, waves, 1))
        phase = random.uniform(0, 2 * np.pi, size=(count, waves, 1))
        steps = np.arange(length + 1)
        sines = np.sin(2 * np.pi * steps / period + phase).sum(axis=1) / np.sqrt(waves)
        values = sines + noise * random.standard_normal(sines.shape)
        values = values[..., None].astype(np.float32)
        return values[:, :-1], values[:, 1:]

    return NumberTask(
        name="sines",
        description="Reads a noisy sine and predicts its next value at each step.",
        citation="A task of this project. Williams & Zipser 1989, 'A learning algorithm for "
        "continually running fully recurrent neural networks'",
        readout="every",
        draw=draw,
        chance=0.5 + noise**2,
        solved=noise**2,
    )


TASK = build()
