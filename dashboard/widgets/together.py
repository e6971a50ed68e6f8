"""Records of several models in one `.npz`: each array under its model's name."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.gradients import Gradients
from core.trace import Trace


@dataclass(frozen=True, eq=False)
class Together:
    """What up to three models did, and the gradients of that if there are some, by model.

    An array's name says cell, layer and quantity, `lstm/lstm/gates/forget`; gradients stand
    under `gradients/`.
    """

    traces: Mapping[str, Trace]
    gradients: Mapping[str, Gradients] | None = None

    def save(self, file: io.BytesIO, /) -> None:
        """Write all arrays, without pickle."""
        np.savez_compressed(file, allow_pickle=False, **dict(self._named()))

    def _named(self) -> Iterator[tuple[str, NDArray[np.generic]]]:
        for cell, trace in self.traces.items():
            yield f"{cell}/inputs", trace.inputs
            yield f"{cell}/outputs", trace.outputs
            for layer in trace.layers:
                for name, array in layer.arrays.items():
                    yield f"{cell}/{layer.name}/{name}", np.asarray(array)
        for cell, found in (self.gradients or {}).items():
            for own in found.layers:
                for name, array in own.arrays.items():
                    yield f"gradients/{cell}/{own.name}/{name}", np.asarray(array)
            for name, array in found.parameters.items():
                yield f"gradients/{cell}/parameters/{name}", np.asarray(array)
