"""A recurrent layer of Keras, in any of its wrappings, as recurrent stages.

SimpleRNN, LSTM and GRU hold their cell's weights themselves; RNN is a loop around a cell, or
around several that stand on each other; Bidirectional holds two of these that read in opposite
directions. Cells on each other are stages on each other: each hands on every step to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from core.engines.keras_layout import KERAS_CLASSES, gates_from_keras
from core.importers.keras.fields import Fields
from core.nodes import MERGES, Direction, Layer, Readout, Recurrent

_CELLS = {name: cell for cell, name in KERAS_CLASSES.items()}
RECURRENT = (*_CELLS, "RNN", "Bidirectional")
"""Layers with a loop in time."""


@dataclass(frozen=True)
class Read:
    """What a Keras layer is: its stages, and whether it hands on what it read backwards."""

    stages: Sequence[Recurrent]
    backwards: bool


def recurrent_stages(layer: Fields, *, reversed_by_now: bool, masked: bool) -> Read:
    """The stages of one of RECURRENT.

    `reversed_by_now` is whether the sequence that it is handed runs against the text, `masked`
    whether steps of it are skipped. Raises UnsupportedModel, and what the stages raise.
    """
    inner, merge = _inner(layer)
    if any(one.flag("return_state", default=False) for one in inner):
        raise layer.refuse("with return_state it hands on its states as well")
    every = inner[0].flag("return_sequences", default=False)
    backwards = inner[0].flag("go_backwards", default=False)
    zeroes = inner[0].flag("zero_output_for_mask", default=False)
    if masked and merge is None and every and zeroes:
        raise layer.refuse("with zero_output_for_mask it hands on zeros at masked steps")
    returns: Readout = "every" if every else "last"
    name = layer.outer.name
    if merge is None:
        cells = _cells(inner[0])
        looped = partial(_layer, inner[0], reversed_by_now=reversed_by_now)
        names = [name] if len(cells) == 1 else [f"{name}/{cell.layer.name}" for cell in cells]
        stages = [
            Recurrent(own, (looped(holder=cell, name=own),), None, "every")
            for own, cell in zip(names[:-1], cells[:-1], strict=True)
        ]
        last = looped(holder=cells[-1], name=names[-1])
        return Read([*stages, Recurrent(names[-1], (last,), None, returns)], backwards)
    pair = []
    for one in inner:
        cells = _cells(one)
        if len(cells) > 1:
            raise layer.refuse("it wraps several cells on each other; use a Bidirectional of each")
        direction = _direction(one, reversed_by_now=reversed_by_now)
        side = f"{name}/{direction}"
        pair.append(_layer(one, holder=cells[0], name=side, reversed_by_now=reversed_by_now))
    return Read([Recurrent(name, tuple(pair), merge, returns)], backwards)


def _inner(layer: Fields) -> tuple[list[Fields], str | None]:
    """The one or two layers that loop, and how two are merged."""
    if layer.kind != "Bidirectional":
        return [layer], None
    if layer.layer.config.get("merge_mode", "concat") is None:
        raise layer.refuse("with merge_mode None it hands on two sequences; use concat, sum, …")
    merge = layer.choice("merge_mode", default="concat", among=MERGES)
    inner = [layer.inside(one) for one in layer.layer.inner]
    if len(inner) != 2:
        raise layer.refuse(f"it has {len(inner)} layers inside, not two")
    return inner, merge


def _cells(layer: Fields) -> list[Fields]:
    """What holds the weights and settings of each cell of one loop, the lowest first."""
    if layer.kind in _CELLS:
        return [layer]
    if layer.kind == "RNN" and len(layer.layer.inner) == 1:
        cell = layer.inside(layer.layer.inner[0])
        stacked = cell.kind == "StackedRNNCells"
        cells = [layer.inside(one) for one in cell.layer.inner] if stacked else [cell]
        if cells and all(_cell(one) != one.kind and _cell(one) in _CELLS for one in cells):
            return cells
        kinds = ", ".join(one.kind.rpartition(">")[2] for one in cells) or "nothing"
        raise layer.refuse(f"its cell is {kinds}, not of a SimpleRNN, LSTM or GRU")
    kind = layer.kind.rpartition(">")[2]
    raise layer.refuse(f"it wraps a {kind}, not a SimpleRNN, LSTM or GRU")


def _cell(holder: Fields) -> str:
    """The name of the layer whose cell this is."""
    return holder.kind.removesuffix("Cell")


def _direction(layer: Fields, *, reversed_by_now: bool) -> Direction:
    backwards = layer.flag("go_backwards", default=False) != reversed_by_now
    return "backward" if backwards else "forward"


def _layer(layer: Fields, *, holder: Fields, name: str, reversed_by_now: bool) -> Layer:
    """One loop around one cell, which `holder` holds."""
    cell = _CELLS[_cell(holder)]
    own: dict[str, Any] = holder.arrays("kernel", "recurrent_kernel", optional=("bias",))
    holder.agree("use_bias", present=own["bias"] is not None)
    after = holder.flag("reset_after", default=True) if cell == "gru" else True
    settings = {}
    if cell != "simple_rnn":
        settings["recurrent_activation"] = holder.activation(
            "recurrent_activation", default="sigmoid"
        )
    return Layer(
        name,
        cell,
        gates_from_keras(cell, name=name, reset_after=after, **own),
        _direction(layer, reversed_by_now=reversed_by_now),
        activation=holder.activation(default="tanh"),
        reset_after=after,
        **settings,
    )
