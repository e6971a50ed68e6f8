"""What would clipping do to the gradient of the parameters?

A gradient longer than a limit is scaled down to it, all parameters by one factor, so that its
direction stays (Pascanu, Mikolov & Bengio 2013). This is `global_clipnorm` of Keras's
optimisers: factor = limit / max(limit, ‖gradient‖). Not chosen: `clipnorm`, which scales each
parameter by itself and so turns the direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.activations import Array
from core.errors import OutOfRange
from core.gradients import Gradients


@dataclass(frozen=True, eq=False)
class Clipping:
    """`norm` of all parameter gradients together, and the `factor` that clipping scales them by.

    `norms` and `parameters` by full name: the norm of each gradient before, and the gradient
    after clipping. `factor` is 1 where nothing is clipped, NaN where the gradient is not finite.
    """

    limit: float
    norm: float
    factor: float
    norms: Mapping[str, float]
    parameters: Mapping[str, Array]

    @property
    def clipped(self) -> bool:
        """Whether the gradient was longer than the limit."""
        return self.norm > self.limit


def clip(gradients: Gradients, *, limit: float) -> Clipping:
    """The parameter gradients, scaled so that their global norm is at most `limit`.

    Norms are computed in float64, safe from overflow of squares. Raises OutOfRange unless
    limit > 0.
    """
    if not limit > 0:
        raise OutOfRange(what="The norm to clip at", found=limit, expected="more than 0")
    norms = {name: _norm(array) for name, array in gradients.parameters.items()}
    norm = _norm(np.array(list(norms.values())))
    # The same as limit / max(limit, norm), but also for a limit of infinity, which clips nothing.
    factor = np.nan if not np.isfinite(norm) else 1.0 if norm <= limit else limit / norm
    scaled = {
        name: (array * array.dtype.type(factor)) for name, array in gradients.parameters.items()
    }
    return Clipping(limit=limit, norm=norm, factor=factor, norms=norms, parameters=scaled)


def _norm(array: Array) -> float:
    values = np.asarray(array, dtype=np.float64)
    largest = np.abs(values).max(initial=0.0)
    if largest == 0 or not np.isfinite(largest):
        return float(largest)
    return float(largest * np.linalg.norm(values / largest))
