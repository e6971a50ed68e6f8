"""Stages as plain data for JSON, and back: how a model describes itself in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core import cells
from core.activations import Array
from core.errors import UnknownName
from core.nodes import PLAIN, Embedding, Layer, Plain, Recurrent, Stage

_LAYER = ("name", "cell", "direction", "activation", "recurrent_activation")


def settings_of(stage: Stage) -> dict[str, Any]:
    """Everything about a stage but its weights, as plain data for JSON."""
    if isinstance(stage, Embedding):
        return {"kind": "embedding", "name": stage.name, "mask_zero": stage.mask_zero}
    if isinstance(stage, Plain):
        own = {name: getattr(stage, name) for name in stage.settings}
        return {"kind": stage.kind, "name": stage.name, **own}
    layers = [
        {name: getattr(layer, name) for name in _LAYER} | dict(layer.options)
        for layer in stage.layers
    ]
    return {
        "kind": "recurrent",
        "name": stage.name,
        "merge": stage.merge,
        "returns": stage.returns,
        "layers": layers,
    }


def stage_from(settings: Mapping[str, Any], weights: Mapping[str, Array]) -> Stage:
    """The stage that `settings_of` described, with its weights by full name.

    Raises KeyError where a setting or an array is missing, and what the stages themselves raise.
    """
    name = settings["name"]
    match settings["kind"]:
        case "embedding":
            return Embedding(name, weights[f"{name}/weights"], bool(settings["mask_zero"]))
        case "recurrent":
            layers = tuple(_layer_from(layer, weights) for layer in settings["layers"])
            return Recurrent(name, layers, settings["merge"], settings["returns"])
        case kind if kind in PLAIN:
            return _plain_from(PLAIN[kind], settings, weights)
        case kind:
            known = ", ".join(("embedding", "recurrent", *PLAIN))
            raise UnknownName(kind="stage", found=kind, known=known)


def _plain_from(
    kind: type[Plain], settings: Mapping[str, Any], weights: Mapping[str, Array]
) -> Plain:
    name = settings["name"]
    own: dict[str, Any] = {setting: settings[setting] for setting in kind.settings}
    own |= {array: weights[f"{name}/{array}"] for array in kind.needed}
    own |= {array: weights.get(f"{name}/{array}") for array in kind.optional}
    return kind(name, **own)


def _layer_from(settings: Mapping[str, Any], weights: Mapping[str, Array]) -> Layer:
    cell = cells.get(settings["cell"])
    # Older files say an option of the GRU for every cell.
    options = {name: bool(settings[name]) for name in cell.options}
    gates = {
        gate: {
            name: weights[full]
            for name, weight in cell.weights_of(gate, options).items()
            if (full := f"{settings['name']}/{gate}/{name}") in weights or not weight.optional
        }
        for gate in cell.maps
    }
    return Layer(weights=gates, options=options, **{name: settings[name] for name in _LAYER})
