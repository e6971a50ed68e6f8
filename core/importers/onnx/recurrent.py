"""ONNX's LSTM, GRU and RNN: their weights by gate name, their settings, what they hand on.

    W (directions, maps·units, features), R (directions, maps·units, units),
    B (directions, 2·maps·units): beside the input, then beside the hidden state
    LSTM  i o f c     GRU  z r h     RNN  one map

Its GRU is Keras's: h = (1 − z)⊙g + z⊙h, with `linear_before_reset` what Keras calls reset_after.
Its LSTM is one of three cells here: with weights P (directions, 3·units), i o f, that with
peepholes; with `input_forget` that whose forget gate is 1 − i, so that the rows of f are not read;
else the plain one. Which rows are whose, the cells' own declarations say. What ONNX has and the
cells here have not (clipped sums, peepholes of coupled gates) is refused by its name. Initial
states that are inputs of the graph are what `record` calls so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from core.activations import Array
from core.cells import CELLS, Cell
from core.cells.twins import OnnxTwin
from core.importers.onnx.axes import PART, UNITS, Atom
from core.importers.onnx.functions import Fitted, recurrent_functions
from core.importers.onnx.merges import settled
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading, integer, needs, text
from core.importers.onnx.sizes import Dim, product
from core.importers.onnx.starts import initial, is_zero
from core.importers.onnx.structure import Inputs
from core.importers.onnx.values import (
    Const,
    Flow,
    Tip,
    Tips,
    Value,
    tips_of,
)
from core.nodes import Direction, Layer

ONNX_CELLS: dict[str, list[tuple[Cell, OnnxTwin]]] = {}
"""Operation → the cells that it can be, each with its layout."""
for _cell in CELLS.values():
    if _cell.onnx is not None:
        ONNX_CELLS.setdefault(_cell.onnx.operation, []).append((_cell, _cell.onnx))

_DIRECTIONS: dict[str, tuple[Direction, ...]] = {
    "forward": ("forward",),
    "reverse": ("backward",),
    "bidirectional": ("forward", "backward"),
}
_LENGTHS, _HIDDEN, _CELL, _PEEPHOLES = 4, 5, 6, 7


def recurrent(node: Node, inputs: Inputs, reading: Reading) -> Sequence[Value]:
    """Every step, the last one, and the cell's last state, as ONNX hands them on."""
    needs(node, 3)
    x = settled(inputs[0], node, reading)
    given = [*inputs, *[None] * (_PEEPHOLES + 1 - len(inputs))]
    layout = integer(node, "layout", 0)
    time, batch = _axes(x, layout, node, reading)
    lengths = _lengths(given[_LENGTHS], time, node)
    if reading.lengths.setdefault(reading.axis(time.label), lengths) != lengths:
        raise node.refuse("some recurrent layers are told the lengths of the texts, others not")
    tips = _tips(node, x, given, reading, layout=layout)
    units = Atom(UNITS, tips[0].layer.units)
    part = Atom(f"{PART}0", len(tips))
    every = Tips(tips_of(tips), (), x.source, x.flipped, lengths)
    states = replace(every, padded=False)
    # The last one that each direction reads, as `Y_h` has it; and what `Y_c` has.
    last = replace(states, parts=tips_of([replace(tip, step=tip.last_read) for tip in tips]))
    cell = replace(states, parts=tips_of([replace(tip, state="cell") for tip in tips]))
    if layout:
        axes = ((batch,), (time,), (part,), (units,))
        of_states = ((batch,), (part,), (units,))
    else:
        axes = ((time,), (part,), (batch,), (units,))
        of_states = ((part,), (batch,), (units,))
    found: list[Value] = [every.with_parts(every.parts, axes)]
    found += [each.with_parts(each.parts, of_states) for each in (last, cell)]
    return found[: len(node.outputs)]


def _axes(x: Flow, layout: int, node: Node, reading: Reading) -> tuple[Atom, Atom]:
    """The atoms of time and batch of what it reads."""
    if len(x.axes) != 3:
        raise node.refuse(f"it reads an array of {len(x.axes)} axes, not of three")
    time, batch = (x.axes[1], x.axes[0]) if layout else (x.axes[0], x.axes[1])
    reading.settle_axes(time, batch, node)
    others = [atom.label for atom in x.axes[2]]
    if x.step is not None or any(reading.is_time(a) or reading.is_batch(a) for a in others):
        raise node.refuse("its features are several steps, or several texts, side by side")
    if x.flipped - {reading.axis(time[0].label)}:
        raise node.refuse("it reads something else than time backwards")
    return time[0], batch[0]


def _cell_of(node: Node, *, peepholes: bool) -> tuple[Cell, OnnxTwin]:
    """The cell that a node computes, by its attributes and whether it has peepholes."""
    known = {"input_forget"}.union(*(twin.attributes for _, twin in ONNX_CELLS[node.op]))
    given = {name: 1 for name in known if integer(node, name, 0) != 0}
    for cell, twin in ONNX_CELLS[node.op]:
        if dict(twin.attributes) == given and bool(twin.peepholes) == peepholes:
            return cell, twin
    settings = ", ".join([*given, *(["peepholes (P)"] if peepholes else [])])
    raise node.refuse(f"no cell here has all of {settings}")


def _lengths(value: Value | None, time: Atom, node: Node) -> bool:
    """Whether texts have lengths of their own; the same length for all is that of the array."""
    if value is None:
        return False
    if isinstance(value, Const) and isinstance(time.size, int):
        if (value.array == time.size).all():
            return False
    elif isinstance(value, Flow) and value.bare:
        return True
    raise node.refuse("the lengths of texts (sequence_lens) are no input of the graph")


def _tips(
    node: Node, x: Flow, given: Sequence[Value | None], reading: Reading, *, layout: int
) -> list[Tip]:
    """One layer for each direction."""
    way = text(node, "direction", "forward")
    if way not in _DIRECTIONS:
        raise node.refuse(f"its direction is '{way}'")
    directions = _DIRECTIONS[way]
    weights = [_weights(value, node) for value in given[1:4]]
    w, r, b = weights
    if w is None or r is None or w.ndim != 3 or r.ndim != 3:
        raise node.refuse("its weights have no axis for the directions")
    p = None if is_zero(given[_PEEPHOLES]) else _weights(given[_PEEPHOLES], node)
    cell, twin = _cell_of(node, peepholes=p is not None)
    rows, units = len(twin.order), r.shape[2]
    features = w.shape[2]
    expected = {
        "W": (w, (len(directions), rows * units, features)),
        "R": (r, (len(directions), rows * units, units)),
        "B": (b, (len(directions), 2 * rows * units)),
        "P": (p, (len(directions), len(twin.peepholes) * units)),
    }
    for what, (array, shape) in expected.items():
        if array is not None and array.shape != shape:
            raise node.refuse(f"its {what} has the shape {array.shape}; it should be {shape}")
    if integer(node, "hidden_size", units) != units:
        raise node.refuse(f"its hidden_size is not {units}, as its weights have it")
    wide: Dim = product([atom.size for atom in x.axes[2]])
    if isinstance(wide, int) and wide != features:
        raise node.refuse(f"it reads {wide} features and has weights for {features}")
    functions = recurrent_functions(node, twin.functions, len(directions))
    options = {name: bool(integer(node, says, 0)) for name, says in twin.options.items()}
    backwards = bool(x.flipped)
    stage = reading.name_for(node)
    states = {"hidden": given[_HIDDEN], **({"cell": given[_CELL]} if node.op == "LSTM" else {})}
    starts = initial(
        node,
        states,
        len(directions),
        reading,
        layout=layout,
        units=units,
        features=features,
        x=x,
        stage=stage,
    )
    tips = []
    for at, direction in enumerate(directions):
        one = {"W": w[at], "R": r[at]}
        one |= {what: array[at] for what, array in (("B", b), ("P", p)) if array is not None}
        gates = _gates(cell, twin, one, units, options)
        with np.errstate(invalid="ignore", over="ignore"):  # refused by the model, then
            gates = _fitting(cell, gates, functions[at])
        turned: Direction = "forward" if (direction == "backward") == backwards else "backward"
        settings: dict[str, Any] = {role: each.name for role, each in functions[at].items()}
        name = stage if len(directions) == 1 else f"{stage}/{turned}"
        reads = (x.port, *starts[at])
        layer = Layer(name, cell.name, gates, turned, options=options, reads=reads, **settings)
        reading.put(layer)
        tips.append(Tip(layer, stage))
    return tips


def _gates(
    cell: Cell,
    twin: OnnxTwin,
    arrays: Mapping[str, Array],
    units: int,
    options: Mapping[str, bool],
) -> dict[str, dict[str, Array]]:
    """The weights of one direction by gate and name, copied."""

    def block(array: Array, at: int) -> Array:
        return array[at * units : (at + 1) * units]

    gates = {}
    for name in cell.maps:
        at, declared = twin.order.index(name), cell.weights_of(name, options)
        gates[name] = {
            "kernel": np.ascontiguousarray(block(arrays["W"], at).T),
            "recurrent_kernel": np.ascontiguousarray(block(arrays["R"], at).T),
        }
        if "B" in arrays:
            own, beside = (block(half, at) for half in np.split(arrays["B"], 2))
            if "recurrent_bias" in declared:
                gates[name] |= {"bias": own.copy(), "recurrent_bias": beside.copy()}
            else:
                with np.errstate(invalid="ignore", over="ignore"):  # refused by the model, then
                    gates[name]["bias"] = own + beside
        if name in twin.peepholes:
            peephole = block(arrays["P"], twin.peepholes.index(name))
            gates[name]["peephole"] = peephole.copy()
    return gates


def _fitting(
    cell: Cell, gates: Mapping[str, Mapping[str, Array]], functions: Mapping[str, Fitted]
) -> dict[str, dict[str, Array]]:
    """The weights of gates whose function stretches and shifts what goes in, so that ours need not.

    What goes in is linear in the weights of a gate, and the shift is a bias.
    """
    fitting: dict[str, dict[str, Array]] = {}
    for name, weights in gates.items():
        fitted = functions.get(cell.function_of(name), Fitted(""))
        fitting[name] = dict(weights)
        if fitted.as_it_is:
            continue
        scaled = {
            weight: (array * fitted.slope).astype(array.dtype) for weight, array in weights.items()
        }
        units = scaled["kernel"].shape[1]
        bias = scaled.get("bias", np.zeros(units, scaled["kernel"].dtype))
        fitting[name] = scaled | {"bias": (bias + fitted.shift).astype(bias.dtype)}
    return fitting


def _weights(value: Value | None, node: Node) -> Array | None:
    if value is None:
        return None
    if not isinstance(value, Const) or value.array.dtype.kind != "f":
        raise node.refuse("its weights are not numbers that the file holds")
    return value.array
