"""How are pre-activations distributed over a batch, step by step?

What a normalisation evens out: at each step of the text, the mean and the deviation over the
sequences of a batch of every pre-activation of a layer. Cooijmans, Ballas, Laurent, Gülçehre &
Courville 2017, "Recurrent batch normalization", found that these differ from step to step, most at
the beginning of a text, so that statistics of all steps together, as a batch normalisation between
layers has them, are right for no step. Cost: one pass over what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import OutOfRange
from core.nodes import LayerTrace

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BatchStatistics:
    """Over the sequences of a batch, at each step, of every map of a layer.

    `means` and `deviations` are (time, maps, units), in the order of the text; NaN at a step that
    fewer than two sequences have. `maps` are the names of the maps.
    """

    maps: tuple[str, ...]
    means: Numbers
    deviations: Numbers

    @property
    def spread(self) -> Numbers:
        """The typical deviation over the batch at each step, (time,): its mean over all units."""
        return self.deviations.mean(axis=(1, 2))

    @property
    def offset(self) -> Numbers:
        """How far a unit's mean lies from 0 at each step, (time,): the mean of |μ| over units."""
        return np.abs(self.means).mean(axis=(1, 2))


def batch_statistics(run: LayerTrace) -> BatchStatistics:
    """The statistics of a layer's pre-activations over a batch; masked steps do not count.

    Raises OutOfRange for a batch of one.
    """
    arrays = {name: np.asarray(a, np.float64) for name, a in run.preactivations.items()}
    stacked = np.stack(list(arrays.values()), axis=2)  # (batch, time, maps, units)
    batch, time = stacked.shape[:2]
    if batch < 2:
        raise OutOfRange(what="batch", found=batch, expected="at least 2 sequences")
    counted = np.ones((batch, time), bool) if run.mask is None else run.mask
    weights = counted[:, :, None, None].astype(np.float64)
    count = weights.sum(axis=0)
    few = count < 2
    divisor = np.where(few, 1, count)
    means = (stacked * weights).sum(axis=0) / divisor
    variances = (np.square(stacked - means) * weights).sum(axis=0) / divisor
    return BatchStatistics(
        tuple(arrays), np.where(few, np.nan, means), np.where(few, np.nan, np.sqrt(variances))
    )
