"""What a run's network is made of, as plain data and in a line, for those who read the run."""

from __future__ import annotations

from typing import Any

from core.analysis.parameters import TITLES, count_parameters
from core.model import Model


def layers_told(model: Model) -> list[dict[str, Any]]:
    """Every layer with weights: name, kind, parameters and where their number comes from."""
    return [
        {
            "name": stage.name,
            "kind": stage.layers[0].title,
            "parameters": stage.count,
            "formula": stage.formula,
        }
        for stage in count_parameters(model).stages
    ]


def network_said(model: Model) -> str:
    """A network as it is usually written: Embedding(32) → LSTM(16)×2 → Dense(1)."""
    told = []
    for stage in count_parameters(model).stages:
        layer = stage.layers[0]
        units = f"({layer.units})" if layer.units else ""
        both = "×2" if len(stage.layers) > 1 else ""
        told.append(f"{TITLES.get(layer.kind, layer.kind)}{units}{both}")
    return " → ".join(told)
