"""Trace: everything that a model did with its inputs, as frozen named arrays.

One run, recorded: what every node read, gave and recorded, by the node's name, and what the model
answered. Saved as `.npz` without pickle, or given as a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.arrays import File, load_arrays, restoring, save_arrays
from core.interventions import Intervention, interventions_of
from core.nodes import MAIN, Flow, LayerTrace, Mask, NodeTrace, Port

if TYPE_CHECKING:
    import pandas as pd

_MAIN = "outputs"
"""What a node hands on, in a file."""


@dataclass(frozen=True, eq=False)
class Trace:
    """A recorded run of a model.

    `inputs` are the token ids (batch, time) or features (batch, time, features) it was given;
    `outputs` what the readout gave: (batch, outputs) for a readout at the last step or above a
    pooling, (batch, time, outputs) at every step, in the order of the text; what the last
    recurrent layer handed on for a model without readout. A model that reads or gives several
    things has them by name in `inputs_by_name` and `outputs_by_port`; `inputs` and `outputs` are
    the first. `nodes` holds what each node did; `layers` those that are recurrent, as
    `model.layers` has them. `mask` (batch, time), as it stands where the model last reads steps,
    is None where every step counts. `interventions` are what was changed in the run.
    """

    inputs_by_name: Mapping[str, NDArray[Any]]
    outputs_by_port: Mapping[Port, Flow]
    nodes: Mapping[str, NodeTrace]
    mask: Mask | None
    engine: str
    model_digest: str
    interventions: tuple[Intervention, ...] = ()

    @property
    def inputs(self) -> NDArray[Any]:
        """What was read, the first of several."""
        return next(iter(self.inputs_by_name.values()))

    @property
    def outputs(self) -> Array:
        """What was answered, the first of several."""
        return next(iter(self.outputs_by_port.values())).values

    @cached_property
    def layers(self) -> tuple[LayerTrace, ...]:
        """What the recurrent layers did, in order."""
        return tuple(run for run in self.nodes.values() if isinstance(run, LayerTrace))

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
        """The first step at which a state is not a finite number; None where all are.

        Of layers that read a text of another length, a step of theirs.
        """
        states = [state for layer in self.layers for state in layer.states.values()]
        bad = [np.flatnonzero(~np.isfinite(state).all(axis=(0, 2))) for state in states]
        return min((int(steps[0]) for steps in bad if len(steps)), default=None)

    def layer(self, name: str) -> LayerTrace:
        """The layer called `name`. Raises KeyError."""
        return {layer.name: layer for layer in self.layers}[name]

    def frame(self, *, batch: int | None = None) -> pd.DataFrame:
        """A tidy table: batch, time, layer, quantity, unit, value; one row a number.

        Quantities are named `gates/forget`, `preactivations/forget`, `states/cell` … With
        `batch`, of that sequence alone.
        """
        return tidy(((layer.name, layer.arrays.items()) for layer in self.layers), batch=batch)

    def save(self, file: File) -> None:
        """Writes the trace as an `.npz` of named arrays, without pickle."""
        arrays: dict[str, NDArray[Any]] = {
            f"inputs/{name}": array for name, array in self.inputs_by_name.items()
        }
        if self.mask is not None:
            arrays["mask"] = self.mask
        for node, run in self.nodes.items():
            arrays |= {f"nodes/{node}/{name}": array for name, array in _stored(run)}
        description = {
            "engine": self.engine,
            "model_digest": self.model_digest,
            "inputs": list(self.inputs_by_name),
            "outputs": list(self.outputs_by_port),
            "nodes": [_described(run) for run in self.nodes.values()],
            "interventions": [one.to_json() for one in self.interventions],
        }
        save_arrays(file, kind="trace", description=description, arrays=arrays)

    @classmethod
    def load(cls, file: File) -> Trace:
        """The trace that `save` wrote. Raises WrongFile for anything else. Runs no code."""
        described, arrays = load_arrays(file, kind="trace")
        with restoring("trace"):
            if "stages" in described:
                described, arrays = _from_first_format(described, arrays)
            nodes = {
                settings["name"]: _restored(settings, _under(arrays, f"nodes/{settings['name']}/"))
                for settings in described["nodes"]
            }
            return cls(
                inputs_by_name={name: arrays[f"inputs/{name}"] for name in described["inputs"]},
                outputs_by_port={given: _at(nodes, given) for given in described["outputs"]},
                nodes=nodes,
                mask=arrays.get("mask"),
                engine=described["engine"],
                model_digest=described["model_digest"],
                interventions=interventions_of(described.get("interventions", ())),
            )


def _stored(run: NodeTrace) -> Iterable[tuple[str, NDArray[Any]]]:
    if isinstance(run, LayerTrace):
        yield from run.stored()
        return
    for at, flow in enumerate(run.read):
        yield from _flow_stored(f"read/{at}", flow)
    for of, flow in run.gave.items():
        yield from _flow_stored(f"gave/{of or _MAIN}", flow)
    for name, array in run.recorded.items():
        yield f"recorded/{name}", array


def _flow_stored(name: str, flow: Flow) -> Iterable[tuple[str, NDArray[Any]]]:
    yield name, flow.values
    if flow.mask is not None:
        yield f"{name}/mask", flow.mask


def _described(run: NodeTrace) -> dict[str, Any]:
    if isinstance(run, LayerTrace):
        return run.describe()
    return {
        "name": run.name,
        "read": [flow.clock for flow in run.read],
        "gave": {of: flow.clock for of, flow in run.gave.items()},
        "recorded": {name: list(axes) for name, axes in run.recorded_axes.items()},
    }


def _restored(described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> NodeTrace:
    if "cell" in described:
        return LayerTrace.restore(described, arrays)

    def flow(name: str, clock: str | None) -> Flow:
        return Flow(arrays[name], arrays.get(f"{name}/mask"), clock)

    return NodeTrace(
        described["name"],
        tuple(flow(f"read/{at}", clock) for at, clock in enumerate(described["read"])),
        {of: flow(f"gave/{of or _MAIN}", clock) for of, clock in described["gave"].items()},
        _under(arrays, "recorded/"),
        {name: tuple(axes) for name, axes in described["recorded"].items()},
    )


def _at(nodes: Mapping[str, NodeTrace], given: Port) -> Flow:
    """The flow at a port."""
    if given in nodes:
        return nodes[given].gave[MAIN]
    name = max((name for name in nodes if given.startswith(f"{name}.")), key=len)
    return nodes[name].gave[given.removeprefix(f"{name}.")]


def _from_first_format(
    described: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What the first format wrote, layers and stages apart, as this one writes it."""
    layers, stages = described["layers"], described["stages"]
    outputs = arrays["outputs"]
    clock = "input" if outputs.ndim == 3 else None
    answer = {"name": "answer", "read": [clock], "gave": {MAIN: clock}, "recorded": {}}
    nodes, renamed = list(layers), {"inputs/input": arrays["inputs"]}
    for at, layer in enumerate(layers):
        for name, array in _under(arrays, f"layers/{at}/").items():
            renamed[f"nodes/{layer['name']}/{name}"] = array
    for at, name in enumerate(stages):
        of = _under(arrays, f"stages/{at}/")
        clocks = ["input" if of[end].ndim == 3 else None for end in ("inputs", "outputs")]
        nodes.append({"name": name, "read": clocks[:1], "gave": {MAIN: clocks[1]}, "recorded": {}})
        place = f"nodes/{name}"
        renamed |= {f"{place}/read/0": of["inputs"], f"{place}/gave/{_MAIN}": of["outputs"]}
        if "preactivations" in of:
            renamed[f"{place}/recorded/preactivations"] = of["preactivations"]
    renamed |= {"nodes/answer/read/0": outputs, f"nodes/answer/gave/{_MAIN}": outputs}
    if "mask" in arrays:
        renamed["mask"] = arrays["mask"]
    written = {**described, "inputs": ["input"], "outputs": ["answer"], "nodes": [*nodes, answer]}
    return written, renamed


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
