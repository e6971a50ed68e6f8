"""Gradients: ∂loss/∂ of everything in a Trace, keyed as the trace is.

Axes are (batch, time, units) in the order of the text. A state's gradient is total: it counts
every way from that state to the loss, through later steps as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from core.activations import Array
from core.arrays import File, load_arrays, restoring, save_arrays
from core.nodes import LayerGradients
from core.trace import tidy

if TYPE_CHECKING:
    import pandas as pd

_GROUPS = ("states", "gates", "preactivations", "initial_states")


@dataclass(frozen=True, eq=False)
class Gradients:
    """What `backprop` found.

    `loss` is the value differentiated; `inputs` ∂loss/∂ of the features each step reads,
    (batch, time, features), after the embedding; `parameters` ∂loss/∂ of every weight by its
    full name, summed over time and batch; `per_step`, for the parameters that were asked for,
    what each step contributes to that sum, (time, …); `nodes` ∂loss/∂ of what each node recorded,
    by the node's name and the array's, as far as the node tells. `truncate` is the length of the
    blocks of truncated backpropagation, None for the whole way.
    """

    loss: float
    loss_name: str
    layers: tuple[LayerGradients, ...]
    inputs: Array
    parameters: Mapping[str, Array]
    per_step: Mapping[str, Array] = field(default_factory=dict)
    truncate: int | None = None
    nodes: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)

    def layer(self, name: str) -> LayerGradients:
        """The layer called `name`. Raises KeyError."""
        return {layer.name: layer for layer in self.layers}[name]

    def frame(self, *, batch: int | None = None) -> pd.DataFrame:
        """A tidy table: batch, time, layer, quantity, unit, value; one row a number."""
        return tidy(((layer.name, layer.arrays.items()) for layer in self.layers), batch=batch)

    def save(self, file: File) -> None:
        """Writes the gradients as an `.npz` of named arrays, without pickle."""
        arrays: dict[str, NDArray[Any]] = {"inputs": self.inputs}
        arrays |= {f"parameters/{name}": array for name, array in self.parameters.items()}
        arrays |= {f"per_step/{name}": array for name, array in self.per_step.items()}
        layers = {layer.name for layer in self.layers}
        for node, of in self.nodes.items():
            if node not in layers:
                arrays |= {f"nodes/{node}/{name}": array for name, array in of.items()}
        for at, layer in enumerate(self.layers):
            for group in _GROUPS:
                named = getattr(layer, group).items()
                arrays |= {f"layers/{at}/{group}/{name}": array for name, array in named}
            arrays[f"layers/{at}/inputs"] = layer.inputs
        description = {
            "loss": self.loss,
            "loss_name": self.loss_name,
            "truncate": self.truncate,
            "layers": [layer.name for layer in self.layers],
            "nodes": list(self.nodes),
        }
        save_arrays(file, kind="gradients", description=description, arrays=arrays)

    @classmethod
    def load(cls, file: File) -> Gradients:
        """The gradients that `save` wrote. Raises WrongFile for anything else. Runs no code."""
        described, arrays = load_arrays(file, kind="gradients")

        def under(prefix: str) -> dict[str, Array]:
            return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}

        with restoring("gradients"):
            layers = tuple(
                LayerGradients(
                    name=name,
                    inputs=arrays[f"layers/{at}/inputs"],
                    **{group: under(f"layers/{at}/{group}/") for group in _GROUPS},
                )
                for at, name in enumerate(described["layers"])
            )
            nodes: dict[str, Mapping[str, Array]] = {
                name: under(f"nodes/{name}/") for name in described.get("nodes", ())
            }
            nodes |= {layer.name: layer.arrays for layer in layers if layer.name in nodes}
            return cls(
                loss=described["loss"],
                loss_name=described["loss_name"],
                layers=layers,
                inputs=arrays["inputs"],
                parameters=under("parameters/"),
                per_step=under("per_step/"),
                truncate=described["truncate"],
                nodes=nodes,
            )
