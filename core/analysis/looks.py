"""What was seen inside one layer from time to time while it trained?

Lines of a run's `looks.jsonl` come in; what is none of them, in a file that somebody changed, is
told by `is_look`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.analysis.series import spread

Array = NDArray[np.float64]
MOST_LOOKS = 240


@dataclass(frozen=True, eq=False)
class Inside:
    """One layer's looks.

    Attributes:
        layer: its name.
        cell: its cell.
        places: when each look was taken, in epochs, (looks,).
        steps: which steps of a text the gradient was measured at, counted from 1, (points,).
        gradient: ‖∂loss/∂h_t‖ at those steps, (looks, points).
        saturation: by gate, the share of it that is shut and that is open, (looks, 2).
    """

    layer: str
    cell: str
    places: Array
    steps: Array
    gradient: Array
    saturation: Mapping[str, Array]

    @staticmethod
    def layers(looks: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Return the names of the layers that were looked at, first to last."""
        return tuple(own["name"] for own in looks[-1]["layers"]) if looks else ()

    @classmethod
    def of(cls, looks: Sequence[Mapping[str, Any]], *, layer: str, per_epoch: int = 0) -> Inside:
        """Take one layer out of the lines of `looks.jsonl`, at most MOST_LOOKS of them.

        Looks that measured another number of steps than the last one are left out: they cannot
        stand in one picture. KeyError for a layer that no look has.
        """
        found = [(look, own) for look in looks for own in look["layers"] if own["name"] == layer]
        if not found:
            raise KeyError(layer)
        last = found[-1][1]
        found = [pair for pair in found if len(pair[1]["gradient"]) == len(last["gradient"])]
        found = [found[at] for at in spread(len(found), most=MOST_LOOKS)]
        most = max(per_epoch, *(int(look["batch"]) for look, _ in found), 1)
        points = len(last["gradient"])
        return cls(
            layer=layer,
            cell=last["cell"],
            places=np.array([look["epoch"] - 1 + look["batch"] / most for look, _ in found]),
            steps=np.unique(np.linspace(0, last["time"] - 1, points).round()) + 1,
            gradient=_numbers([own["gradient"] for _, own in found]),
            saturation={
                gate: _numbers([own["saturation"].get(gate, (None, None)) for _, own in found])
                for gate in last["saturation"]
            },
        )


def is_look(line: Mapping[str, Any]) -> bool:
    """Whether a line says when it was written, and has all that is drawn of each layer."""
    layers = line.get("layers")
    return (
        all(type(line.get(name)) is int for name in ("epoch", "batch"))
        and isinstance(layers, list)
        and all(isinstance(layer, dict) and _is_layer(layer) for layer in layers)
    )


def _is_layer(layer: Mapping[str, Any]) -> bool:
    saturation = layer.get("saturation")
    return (
        all(isinstance(layer.get(name), str) for name in ("name", "cell"))
        and type(layer.get("time")) is int
        and _are_numbers(layer.get("gradient"))
        and isinstance(saturation, dict)
        and all(_are_numbers(shares) and len(shares) == 2 for shares in saturation.values())
    )


def _are_numbers(values: object) -> bool:
    return isinstance(values, list) and all(
        value is None or type(value) in (int, float) for value in values
    )


def _numbers(values: Sequence[Sequence[float | None]]) -> Array:
    return np.array([[np.nan if each is None else each for each in row] for row in values])
