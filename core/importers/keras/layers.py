"""Keras layers, from wherever they came, as a Model: the one place where they become stages.

The bridge (`keras/bridge.py`) gathers them from a model in memory, the readers of Keras's files
from a file; so a live model and its file cannot come out differently. What one layer means
stands in `keras/reader.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.errors import UnsupportedModel, UnsupportedTail
from core.importers.keras.fields import Fields, KerasLayer
from core.importers.keras.reader import Reader
from core.importers.keras.recurrent import RECURRENT
from core.model import Model
from core.nodes import nodes_of
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
    `<name>/backward`, called after the direction in which they read the text. The words of a
    TextVectorization become the vocabulary, where no other is given. With `without_tail`, a layer
    after the last recurrent one that cannot be read is left out, and all that follow it.

    Raises UnsupportedModel, which names the layer, its class and its place; where every layer
    that cannot be read stands after the last recurrent one, UnsupportedTail; and what Model
    raises.
    """
    whole = list(_flat(layers))
    flat = _named([layer for layer in whole if layer.kind != "InputLayer"])
    reader = Reader()
    rest = flat
    read: Vocabulary | None = None
    try:
        while rest:
            at = len(flat) - len(rest) + 1
            reader.read(Fields(rest[0], rest[0], at=at, total=len(flat)))
            rest = rest[1:]
        read = reader.vocabulary
        reader.end(steps=_steps(whole) if read is None else read.length)
    except UnsupportedModel as refusal:
        if not reader.unrolls or any(layer.kind in RECURRENT for layer in rest):
            raise
        if not without_tail:
            raise UnsupportedTail(**refusal.facts) from refusal
        reader.cut()
    words = vocabulary or reader.vocabulary
    told = dict(card or {})
    made = Model(nodes_of(reader.stages), name=name, vocabulary=words, card=told)
    if read is None and made.embedding is not None and (length := _steps(whole)) is not None:
        told.setdefault("length", length)
    return made


def _flat(layers: Sequence[KerasLayer]) -> Iterator[KerasLayer]:
    """The layers, those of nested models in their place."""
    for layer in layers:
        if layer.kind in _NESTED:
            yield from _flat(layer.inner)
        else:
            yield layer


def _named(layers: Sequence[KerasLayer]) -> list[KerasLayer]:
    """The layers under names of their own: nested models may use one twice."""
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    named = []
    for layer in layers:
        name = layer.name
        while name in taken:
            numbers[layer.name] += 1
            name = f"{layer.name}_{numbers[layer.name]}"
        taken.add(name)
        named.append(replace(layer, name=name))
    return named


def _steps(layers: Sequence[KerasLayer]) -> int | None:
    """The number of steps that the first layer says its inputs have, None where it does not."""
    config = layers[0].config if layers else {}
    # Keras 3 says it of the input, Keras 2 of the first layer, and of an embedding in a third way.
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    found = shape[1] if isinstance(shape, list | tuple) and len(shape) > 1 else None
    found = config.get("input_length") if found is None else found
    return found if isinstance(found, int) and not isinstance(found, bool) else None
