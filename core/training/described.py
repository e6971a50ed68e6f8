"""What a run has as data and network, as `dataset.json` says it: checked field by field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.training.errors import BrokenRun
from core.training.files import read_json
from core.training.status import is_count, is_number, shortened


def read_described(path: Path) -> Mapping[str, Any] | None:
    """What it says; None until the data are prepared. Raises BrokenRun."""
    found = read_json(path)
    if found is None:
        return None
    if not (isinstance(found, dict) and {"metric", "layers"} <= found.keys()):
        raise BrokenRun(file=path.name, why="it describes no data")
    for name, check in _CHECKS.items():
        value = found.get(name)
        if value is not None and not check(value):
            raise BrokenRun(file=path.name, why=f"'{name}' is {shortened(value)}")
    return found


def _is_words(value: object) -> bool:
    return isinstance(value, str)


def _are_answers(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str | int) for name in value)


def _are_counts(value: object) -> bool:
    return isinstance(value, dict) and all(map(is_count, value.values()))


def _are_layers(value: object) -> bool:
    """Tables of words, and of counts of parameters."""
    return isinstance(value, list) and all(
        isinstance(layer, dict)
        and all(_is_words(layer.get(name, "")) for name in ("name", "kind", "formula"))
        and is_count(layer.get("parameters", 0))
        for layer in value
    )


_CHECKS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("name", "loss", "metric", "readout", "citation"), _is_words),
    **dict.fromkeys(
        ("vocabulary", "features", "parameters", "train", "validation", "test"), is_count
    ),
    **dict.fromkeys(("chance", "solved"), is_number),
    "answers": _are_answers,
    "class_counts": _are_counts,
    "layers": _are_layers,
}
