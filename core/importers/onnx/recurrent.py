"""ONNX's LSTM, GRU and RNN: their weights by gate name, their settings, what they hand on.

    W (directions, maps·units, features), R (directions, maps·units, units),
    B (directions, 2·maps·units): beside the input, then beside the hidden state
    LSTM  i o f c     GRU  z r h     RNN  one map

Its GRU is Keras's: h = (1 − z)⊙g + z⊙h, with `linear_before_reset` what Keras calls reset_after.
What ONNX has and the cells here have not (peepholes, clipped sums, coupled gates, states to start
from that the file holds) is refused by its name. Initial states that are inputs of the graph are
what `record` calls so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.activations import Array
from core.importers.onnx.axes import PART, UNITS, Atom
from core.importers.onnx.functions import recurrent_functions
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading, integer, needs, number, text
from core.importers.onnx.sizes import Dim, product
from core.importers.onnx.structure import Inputs
from core.importers.onnx.values import (
    Aside,
    Const,
    Filled,
    Flow,
    Tip,
    Tips,
    Value,
    settled,
    tips_of,
)
from core.nodes import Direction, GateWeights, Layer

ONNX_ORDER = {
    "LSTM": ("input", "output", "forget", "candidate"),
    "GRU": ("update", "reset", "candidate"),
    "RNN": ("hidden",),
}
"""Operation → affine maps in the order of ONNX's rows."""

ONNX_CELLS = {"LSTM": "lstm", "GRU": "gru", "RNN": "simple_rnn"}
"""Operation → cell."""

_DIRECTIONS: dict[str, tuple[Direction, ...]] = {
    "forward": ("forward",),
    "reverse": ("backward",),
    "bidirectional": ("forward", "backward"),
}
_LENGTHS, _HIDDEN, _CELL, _PEEPHOLES = 4, 5, 6, 7


def recurrent(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Every step, the last one, and the cell's last state, as ONNX hands them on."""
    needs(node, 3)
    x = settled(inputs[0], node)
    given = [*inputs, *[None] * (_PEEPHOLES + 1 - len(inputs))]
    layout = integer(node, "layout", 0)
    time, batch = _axes(x, layout, node, reading)
    _refuse_settings(node, given)
    lengths = _lengths(given[_LENGTHS], time, node)
    if reading.lengths is None:
        reading.lengths = lengths
    if lengths != reading.lengths:
        raise node.refuse("some recurrent layers are told the lengths of the texts, others not")
    tips = _tips(node, x, given, reading)
    units = Atom(UNITS, tips[0].layer.units)
    part = Atom(f"{PART}0", len(tips))
    parts = tips_of(tips)
    every = Tips(parts, (), x.source, x.flipped, lengths)
    # The last one that each direction reads, as `Y_h` has it.
    last = Tips(
        tips_of([Tip(t.below, t.layer, t.stage, t.last_read) for t in tips]),
        (),
        x.source,
        x.flipped,
    )
    if layout:
        axes = ((batch,), (time,), (part,), (units,))
        states = ((batch,), (part,), (units,))
    else:
        axes = ((time,), (part,), (batch,), (units,))
        states = ((part,), (batch,), (units,))
    found: list[Value] = [
        every.with_parts(parts, axes),
        last.with_parts(last.parts, states),
        Aside(f"the cell state of '{tips[0].stage}'"),
    ]
    return found[: len(node.outputs)]


def _axes(x: Flow, layout: int, node: Node, reading: Reading) -> tuple[Atom, Atom]:
    """The atoms of time and batch of what it reads."""
    if len(x.axes) != 3:
        raise node.refuse(f"it reads an array of {len(x.axes)} axes, not of three")
    time, batch = (x.axes[1], x.axes[0]) if layout else (x.axes[0], x.axes[1])
    reading.settle_axes(time, batch, node)
    if x.step is not None or any(a.label in (reading.time, reading.batch) for a in x.axes[2]):
        raise node.refuse("its features are several steps, or several texts, side by side")
    if x.flipped - {time[0].label}:
        raise node.refuse("it reads something else than time backwards")
    return time[0], batch[0]


def _refuse_settings(node: Node, given: Sequence[Value | None]) -> None:
    """Refuses what no cell here does, by its name."""
    if number(node, "clip", 0) != 0:
        raise node.refuse("it clips what goes into its activations (clip)")
    if integer(node, "input_forget", 0) != 0:
        raise node.refuse("its input and forget gates are one (input_forget)")
    if not _zero(given[_PEEPHOLES]):
        raise node.refuse("its gates look at the cell state through peepholes (P)")
    for at, what in ((_HIDDEN, "initial_h"), (_CELL, "initial_c")):
        value = given[at]
        outside = isinstance(value, Flow) and not value.stages and value.source
        if not (_zero(value) or outside or _part_of_input(value)):
            why = f"it starts from states other than zero that the file holds ({what})"
            raise node.refuse(why)


def _part_of_input(value: Value | None) -> bool:
    return isinstance(value, Aside) and value.what.startswith("a part of the input")


def _zero(value: Value | None) -> bool:
    """Whether the value is not there, or all zeros."""
    if isinstance(value, Const):
        return value.array.dtype.kind != "O" and not value.array.any()
    return value is None or (isinstance(value, Filled) and value.number == 0)


def _lengths(value: Value | None, time: Atom, node: Node) -> bool:
    """Whether texts have lengths of their own; the same length for all is that of the array."""
    if value is None:
        return False
    if isinstance(value, Const) and isinstance(time.size, int):
        if (value.array == time.size).all():
            return False
    elif isinstance(value, Flow) and not value.stages:
        return True
    raise node.refuse("the lengths of texts (sequence_lens) are no input of the graph")


def _tips(node: Node, x: Flow, given: Sequence[Value | None], reading: Reading) -> list[Tip]:
    """One layer for each direction."""
    way = text(node, "direction", "forward")
    if way not in _DIRECTIONS:
        raise node.refuse(f"its direction is '{way}'")
    directions = _DIRECTIONS[way]
    weights = [_weights(value, node) for value in given[1:4]]
    w, r, b = weights
    if w is None or r is None or w.ndim != 3 or r.ndim != 3:
        raise node.refuse("its weights have no axis for the directions")
    maps, units = len(ONNX_ORDER[node.op]), r.shape[2]
    features = w.shape[2]
    expected = {
        "W": (w, (len(directions), maps * units, features)),
        "R": (r, (len(directions), maps * units, units)),
        "B": (b, (len(directions), 2 * maps * units)),
    }
    for what, (array, shape) in expected.items():
        if array is not None and array.shape != shape:
            raise node.refuse(f"its {what} has the shape {array.shape}; it should be {shape}")
    if integer(node, "hidden_size", units) != units:
        raise node.refuse(f"its hidden_size is not {units}, as its weights have it")
    wide: Dim = product([atom.size for atom in x.axes[2]])
    if isinstance(wide, int) and wide != features:
        raise node.refuse(f"it reads {wide} features and has weights for {features}")
    functions = recurrent_functions(node, len(directions))
    after = node.op != "GRU" or bool(integer(node, "linear_before_reset", 0))
    backwards = reading.time in x.flipped
    stage = reading.name_for(node)
    tips = []
    for at, direction in enumerate(directions):
        gates = _gates(node, w[at], r[at], None if b is None else b[at], reset_after=after)
        turned: Direction = "forward" if (direction == "backward") == backwards else "backward"
        layer = Layer(stage, ONNX_CELLS[node.op], gates, turned, reset_after=after, **functions[at])
        tips.append(Tip(x.stages, layer, stage))
    return tips


def _gates(
    node: Node, w: Array, r: Array, b: Array | None, *, reset_after: bool
) -> dict[str, GateWeights]:
    """The weights of one direction by gate name, copied."""
    names, units = ONNX_ORDER[node.op], r.shape[1]
    gates = {}
    for at, name in enumerate(names):
        rows = slice(at * units, (at + 1) * units)
        kernels = np.ascontiguousarray(w[rows].T), np.ascontiguousarray(r[rows].T)
        if b is None:
            gates[name] = GateWeights(*kernels)
            continue
        own, beside = (half[rows] for half in np.split(b, 2))
        if node.op == "GRU" and reset_after:
            gates[name] = GateWeights(*kernels, own.copy(), beside.copy())
            continue
        with np.errstate(invalid="ignore", over="ignore"):  # the model refuses what comes of it
            gates[name] = GateWeights(*kernels, own + beside)
    return gates


def _weights(value: Value | None, node: Node) -> Array | None:
    if value is None:
        return None
    if not isinstance(value, Const) or value.array.dtype.kind != "f":
        raise node.refuse("its weights are not numbers that the file holds")
    return value.array
