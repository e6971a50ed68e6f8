"""The learning rate at each batch: a warm-up, then the schedule.

A pure function of the batch's number, so that a resumed run has the same rates without any state.
"""

from __future__ import annotations

import math

from core.training.config import OptimizerSettings

DECAY = 0.9
"""What an exponential schedule multiplies the rate with from epoch to epoch."""


def rate_at(step: int, *, settings: OptimizerSettings, steps: int, epoch_steps: int) -> float:
    """The learning rate of batch `step`, counted from 0.

    `steps` is how many batches the whole run has at most, `epoch_steps` how many an epoch has.
    """
    warm = math.floor(settings.warm_up * steps)
    if step < warm:
        return settings.learning_rate * (step + 1) / warm
    match settings.schedule:
        case "cosine":
            share = (step - warm) / max(1, steps - warm)
            return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * share))
        case "exponential":
            return settings.learning_rate * DECAY ** (step // epoch_steps)
    return settings.learning_rate
