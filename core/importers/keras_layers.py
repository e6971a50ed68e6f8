"""Keras layers, from wherever they came, as a Model: the one place where they become stages.

The bridge (`keras_bridge.py`) gathers them from a model in memory, the readers of Keras's files
from a file; so a live model and its file cannot come out differently. What one layer means
stands in `keras_reader.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from core.errors import UnsupportedModel, UnsupportedTail
from core.importers.keras_fields import Fields, KerasLayer
from core.importers.keras_reader import RECURRENT, Reader
from core.model import Model
from core.text import Vocabulary

__all__ = ["KerasLayer", "model_from"]

_NESTED = ("Sequential", "Functional", "Model")


def model_from(
    layers: Sequence[KerasLayer],
    *,
    name: str,
    vocabulary: Vocabulary | None = None,
    card: Mapping[str, Any] | None = None,
    without_tail: bool = False,
) -> Model:
    """The Model that does what the Keras layers do one after another.

    Layers keep their names; a bidirectional layer becomes two, `<name>/forward` and
    `<name>/backward`, called after the direction in which they read the text. With
    `without_tail`, a layer after the last recurrent one that cannot be read is left out, and all
    that follow it.

    Raises UnsupportedModel, which names the layer, its class and its place; where every layer
    that cannot be read stands after the last recurrent one, UnsupportedTail; and what Model
    raises.
    """
    flat = [layer for layer in _flat(layers) if layer.kind != "InputLayer"]
    reader = Reader()
    for at, layer in enumerate(flat, start=1):
        try:
            reader.read(Fields(layer, layer, at=at, total=len(flat)))
        except UnsupportedModel as refusal:
            if not reader.unrolls or any(rest.kind in RECURRENT for rest in flat[at - 1 :]):
                raise
            if not without_tail:
                raise UnsupportedTail(**refusal.facts) from refusal
            break
    return Model(tuple(reader.stages), name=name, vocabulary=vocabulary, card=dict(card or {}))


def _flat(layers: Sequence[KerasLayer]) -> Iterator[KerasLayer]:
    """The layers, those of nested models in their place."""
    for layer in layers:
        if layer.kind in _NESTED:
            yield from _flat(layer.inner)
        else:
            yield layer
