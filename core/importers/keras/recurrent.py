"""A recurrent layer of Keras, in any of its wrappings, as nodes.

SimpleRNN, LSTM and GRU hold their cell's weights themselves; RNN is a loop around a cell, or
around several that stand on each other; Bidirectional holds two of these that read in opposite
directions. Cells on each other are layers on each other: each hands on every step to the next.
What Keras returns besides, with `return_state`, are ports of the layers; initial states are
ports that they read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from core import cells
from core.engines.keras_layout import KERAS_CELLS, OURS, gates_from_keras, keras_variables
from core.importers.keras.fields import Fields
from core.nodes import MERGES, STATE, Direction, Layer, Node, Port, Readout, port

RECURRENT = (*KERAS_CELLS, "RNN", "Bidirectional")
"""Layers with a loop in time."""


@dataclass(frozen=True)
class Read:
    """What a Keras layer is: its nodes, what it hands on, and its states, in Keras's order.

    `every` is whether it hands on every step, `backwards` whether in the order opposite to that
    in which it was handed them.
    """

    nodes: Sequence[Node]
    gives: Port
    states: tuple[Port, ...]
    every: bool
    backwards: bool


def recurrent_nodes(
    layer: Fields, *, sequence: Port, states: Sequence[Port], reversed_by_now: bool, masked: bool
) -> Read:
    """The nodes of one of RECURRENT, which reads `sequence` and starts from `states`, if any.

    `reversed_by_now` is whether the sequence that it is handed runs against the text, `masked`
    whether the layer heeds its mask. Raises UnsupportedModel, and what the nodes raise.
    """
    inner, merge = _inner(layer)
    backwards = inner[0].flag("go_backwards", default=False)
    nodes: list[Node]
    every = inner[0].flag("return_sequences", default=False)
    if any(one.flag("return_sequences", default=False) != every for one in inner):
        raise layer.refuse("one of its directions hands on every step, and the other the last")
    returns: Readout = "every" if every else "last"
    looped = partial(
        _layers, reversed_by_now=reversed_by_now, reads=sequence, returns=returns, pair=bool(merge)
    )
    if merge is None:
        made = [looped(layer, inner[0], name=layer.outer.name, states=states)]
        nodes = [*made[0]]
    else:
        each = len(states) // 2
        if len(states) % 2:
            raise layer.refuse(f"it is given {len(states)} initial states for two directions")
        made = []
        for one, own in zip(inner, (states[:each], states[each:]), strict=True):
            name = f"{layer.outer.name}/{_direction(one, reversed_by_now=reversed_by_now)}"
            made.append(looped(layer, one, name=name, states=own))
        ends = tuple(side[-1].hands_on for side in made)
        nodes = [*made[0], *made[1], MERGES[merge](layer.outer.name, reads=ends)]
    if not masked:
        nodes = [replace(n, masked=False) if isinstance(n, Layer) else n for n in nodes]
    returned = [one.flag("return_state", default=False) for one in inner]
    if len(set(returned)) > 1:
        raise layer.refuse("one of its directions returns its states, and the other does not")
    if returned[0] and any(len(side) > 1 for side in made):
        raise layer.refuse("with return_state, cells on each other hand on lists of states")
    after = tuple(
        port(port(side[0].name, STATE), state)
        for side in made
        for state in (cells.get(side[0].cell).states if returned[0] else ())
    )
    return Read(nodes, nodes[-1].hands_on, after, every, backwards)


def _layers(
    outer: Fields,
    layer: Fields,
    *,
    name: str,
    reads: Port,
    states: Sequence[Port],
    returns: Readout,
    reversed_by_now: bool,
    pair: bool,
) -> list[Layer]:
    """The loops around the cells of one direction, the lowest first."""
    holders = _cells(layer)
    if pair and len(holders) > 1:
        raise outer.refuse("it wraps several cells on each other; use a Bidirectional of each")
    if states and len(holders) > 1:
        raise outer.refuse("it is given initial states, and its cells stand on each other")
    names = [name] if len(holders) == 1 else [f"{name}/{cell.layer.name}" for cell in holders]
    made: list[Layer] = []
    for holder, own in zip(holders, names, strict=True):
        one = _layer(layer, holder=holder, name=own, reversed_by_now=reversed_by_now)
        known = cells.get(one.cell).states
        if states and len(states) != len(known):
            expected = ", ".join(known)
            raise outer.refuse(f"it is given {len(states)} initial states, and has {expected}")
        made.append(replace(one, reads=(reads, *states), returns="every"))
        reads = own
    # A pair that hands on every step hands on zeros at masked ones, whatever its layers say.
    zeroes = layer.flag("zero_output_for_mask", default=False)
    zeroes = returns == "every" if pair else zeroes
    made[-1] = replace(made[-1], returns=returns, zero_masked=zeroes)
    return made


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
