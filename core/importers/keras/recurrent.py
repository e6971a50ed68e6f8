"""A recurrent layer of Keras, in any of its wrappings, as recurrent stages.

SimpleRNN, LSTM and GRU hold their cell's weights themselves; RNN is a loop around a cell, or
around several that stand on each other; Bidirectional holds two of these that read in opposite
directions. Cells on each other are stages on each other: each hands on every step to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from core import cells
from core.engines.keras_layout import KERAS_CELLS, OURS, gates_from_keras, keras_variables
from core.importers.keras.fields import Fields
from core.nodes import MERGES, Direction, Layer, Readout, Recurrent

RECURRENT = (*KERAS_CELLS, "RNN", "Bidirectional")
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
        holders = _cells(inner[0])
        looped = partial(_layer, inner[0], reversed_by_now=reversed_by_now)
        names = [name] if len(holders) == 1 else [f"{name}/{cell.layer.name}" for cell in holders]
        stages = [
            Recurrent(own, (looped(holder=cell, name=own),), None, "every")
            for own, cell in zip(names[:-1], holders[:-1], strict=True)
        ]
        last = looped(holder=holders[-1], name=names[-1])
        return Read([*stages, Recurrent(names[-1], (last,), None, returns)], backwards)
    pair = []
    for one in inner:
        holders = _cells(one)
        if len(holders) > 1:
            raise layer.refuse("it wraps several cells on each other; use a Bidirectional of each")
        direction = _direction(one, reversed_by_now=reversed_by_now)
        side = f"{name}/{direction}"
        pair.append(_layer(one, holder=holders[0], name=side, reversed_by_now=reversed_by_now))
    return Read([Recurrent(name, tuple(pair), merge, returns)], backwards)


def _inner(layer: Fields) -> tuple[list[Fields], str | None]:
    """The one or two layers that loop, and how two are merged."""
    if layer.kind != "Bidirectional":
        return [layer], None
    if layer.layer.config.get("merge_mode", "concat") is None:
        raise layer.refuse("with merge_mode None it hands on two sequences; use concat, sum, …")
    merge = layer.choice("merge_mode", default="concat", among=tuple(MERGES))
    inner = [layer.inside(one) for one in layer.layer.inner]
    if len(inner) != 2:
        raise layer.refuse(f"it has {len(inner)} layers inside, not two")
    return inner, merge


def _cells(layer: Fields) -> list[Fields]:
    """What holds the weights and settings of each cell of one loop, the lowest first."""
    if layer.kind in KERAS_CELLS:
        return [layer]
    if layer.kind == "RNN" and len(layer.layer.inner) == 1:
        cell = layer.inside(layer.layer.inner[0])
        stacked = cell.kind == "StackedRNNCells"
        holders = [layer.inside(one) for one in cell.layer.inner] if stacked else [cell]
        if holders and all(_is_cell(one) for one in holders):
            return holders
        kinds = ", ".join(one.kind.rpartition(">")[2] for one in holders) or "nothing"
        raise layer.refuse(f"its cell is {kinds}, not of a SimpleRNN, LSTM or GRU")
    kind = layer.kind.rpartition(">")[2]
    raise layer.refuse(f"it wraps a {kind}, not a SimpleRNN, LSTM or GRU")


def _is_cell(holder: Fields) -> bool:
    if holder.kind == OURS:
        return holder.choice("cell", default="", among=("", *cells.CELLS)) != ""
    return holder.kind.endswith("Cell") and holder.kind.removesuffix("Cell") in KERAS_CELLS


def _cell(holder: Fields) -> cells.Cell:
    """The cell whose weights it holds."""
    if holder.kind == OURS:
        return cells.get(holder.choice("cell", default="", among=tuple(cells.CELLS)))
    return KERAS_CELLS[holder.kind.removesuffix("Cell")]


def _direction(layer: Fields, *, reversed_by_now: bool) -> Direction:
    backwards = layer.flag("go_backwards", default=False) != reversed_by_now
    return "backward" if backwards else "forward"


def _layer(layer: Fields, *, holder: Fields, name: str, reversed_by_now: bool) -> Layer:
    """One loop around one cell, which `holder` holds."""
    cell = _cell(holder)
    biased = holder.flag("use_bias", default=True)
    options = {name: holder.flag(name, default=usual) for name, usual in cell.options.items()}
    names = keras_variables(cell, options, biased=biased)
    needed = [variable for variable in names if not variable.endswith("bias")]
    given = holder.arrays(*needed, optional=("bias", *(set(names) - {*needed, "bias"})))
    holder.agree("use_bias", present=given["bias"] is not None)
    arrays = {variable: array for variable, array in given.items() if array is not None}
    usual_state, usual_gates = cell.default_activations
    return Layer(
        name,
        cell.name,
        gates_from_keras(cell, arrays, name=name, options=options),
        _direction(layer, reversed_by_now=reversed_by_now),
        activation=holder.activation(default=usual_state),
        recurrent_activation=(
            holder.activation("recurrent_activation", default=usual_gates) if cell.gated else ""
        ),
        options=options,
    )
