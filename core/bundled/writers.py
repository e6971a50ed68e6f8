"""The language models that ship and belong to no task: what they learned from does not ship.

Each is two files in `writing`, as those beside this one: the model and its card
(`core.training.writers`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from typing import Any

from core.bundled import UnknownBundledModel
from core.model import Model


@cache
def writers() -> tuple[str, ...]:
    """Return the ids of all writers."""
    names = (file.name for file in (files("core.bundled") / "writing").iterdir())
    return tuple(sorted(n.removesuffix(".json") for n in names if n.endswith(".json")))


@cache
def writer(name: str) -> Model:
    """Return a writer, such as "shakespeare-gru", with its vocabulary and its card.

    Raises:
        UnknownBundledModel: when there is none of that id.
    """
    if name not in writers():
        raise UnknownBundledModel(found=name, known=", ".join(writers()))
    folder = files("core.bundled") / "writing"
    card: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    with as_file(folder / f"{name}.npz") as path:
        return replace(Model.load(path), card=card)
