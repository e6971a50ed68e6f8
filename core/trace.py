"""Trace: everything that a model did with its inputs, as frozen named arrays.

One run, recorded: a LayerTrace for every recurrent layer in every direction, what the plain
stages did, and what the model answered. Saved as `.npz` without pickle, or given as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.arrays import File, load_arrays, save_arrays
from core.errors import WrongFile
from core.layer_trace import LayerTrace, Mask
from core.nodes import NodeTrace

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Trace:
    """A recorded run of a model.

    `inputs` are the token ids (batch, time) or features (batch, time, features) it was given;
    `outputs` what the readout gave: (batch, outputs) for a readout at the last step or above a
    pooling, (batch, time, outputs) at every step, in the order of the text; what the last
    recurrent stage handed on for a model without readout. `layers` follow `model.layers`,
    `stages` the plain stages: dense, normalisation, pooling … `mask` (batch, time), as it stands
    above the last recurrent layer, is None where every step counts.
    """

    inputs: NDArray[Any]
    outputs: Array
    layers: tuple[LayerTrace, ...]
    stages: tuple[NodeTrace, ...]
    mask: Mask | None
    engine: str
    model_digest: str

    @property
    def batch(self) -> int:
        """The number of sequences."""
        return self.inputs.shape[0]

    @property
    def time(self) -> int:
        """The number of steps."""
        return self.inputs.shape[1]

    @cached_property
    def overflow(self) -> int | None:
        """The first step at which a state is not a finite number; None where all are."""
        states = [state for layer in self.layers for state in layer.states.values()]
        bad = [~np.isfinite(state).all(axis=(0, 2)) for state in states]
        steps = np.flatnonzero(np.any(bad, axis=0))
        return int(steps[0]) if len(steps) else None

    def layer(self, name: str) -> LayerTrace:
        """The layer called `name`. Raises KeyError."""
        return {layer.name: layer for layer in self.layers}[name]

    def frame(self, *, batch: int | None = None) -> pd.DataFrame:
        """A tidy table: batch, time, layer, quantity, unit, value; one row a number.

        Quantities are named `gates/forget`, `preactivations/forget`, `states/cell` … With
        `batch`, of that sequence alone.
        """
        return tidy(((layer.name, layer.arrays()) for layer in self.layers), batch=batch)

    def save(self, file: File) -> None:
        """Writes the trace as an `.npz` of named arrays, without pickle."""
        arrays: dict[str, NDArray[Any]] = {"inputs": self.inputs, "outputs": self.outputs}
        if self.mask is not None:
            arrays["mask"] = self.mask
        for at, layer in enumerate(self.layers):
            arrays |= {f"layers/{at}/{name}": array for name, array in layer.stored()}
        for at, stage in enumerate(self.stages):
            arrays |= {f"stages/{at}/{name}": array for name, array in _stored(stage)}
        description = {
            "engine": self.engine,
            "model_digest": self.model_digest,
            "layers": [layer.describe() for layer in self.layers],
            "stages": [stage.name for stage in self.stages],
        }
        save_arrays(file, kind="trace", description=description, arrays=arrays)

    @classmethod
    def load(cls, file: File) -> Trace:
        """The trace that `save` wrote. Raises WrongFile for anything else. Runs no code."""
        described, arrays = load_arrays(file, kind="trace")
        try:
            layers = tuple(
                LayerTrace.restore(settings, _under(arrays, f"layers/{at}/"))
                for at, settings in enumerate(described["layers"])
            )
            stages = tuple(
                NodeTrace(name, **_under(arrays, f"stages/{at}/"))
                for at, name in enumerate(described["stages"])
            )
            return cls(
                inputs=arrays["inputs"],
                outputs=arrays["outputs"],
                layers=layers,
                stages=stages,
                mask=arrays.get("mask"),
                engine=described["engine"],
                model_digest=described["model_digest"],
            )
        except (KeyError, TypeError) as error:
            raise WrongFile(kind="trace", why=f"{error} is missing") from error


def _stored(stage: NodeTrace) -> Iterator[tuple[str, Array]]:
    yield "inputs", stage.inputs
    yield "outputs", stage.outputs
    if stage.preactivations is not None:
        yield "preactivations", stage.preactivations


def _under(arrays: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}


def tidy(
    layers: Iterable[tuple[str, Iterable[tuple[str, Array]]]], *, batch: int | None
) -> pd.DataFrame:
    """Named arrays (batch, time, units) of named layers as one table, a row a number."""
    import pandas as pd  # here, because it takes as long to import as all the rest together

    parts = []
    for layer, arrays in layers:
        for quantity, array in arrays:
            kept = np.asarray(array if batch is None else array[batch : batch + 1])
            rows, times, units = (axis.reshape(-1) for axis in np.indices(kept.shape))
            columns = {"batch": rows + (batch or 0), "time": times, "layer": layer}
            columns |= {"quantity": quantity, "unit": units, "value": kept.reshape(-1)}
            parts.append(pd.DataFrame(columns))
    table = pd.concat(parts, ignore_index=True)
    return table.astype({"layer": "category", "quantity": "category"})
