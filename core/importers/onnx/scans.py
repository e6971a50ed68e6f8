"""A Scan whose body is a cell: read as the LSTM, GRU or RNN of ONNX that computes the same.

tf2onnx writes a recurrent layer of Keras so where it knows no operation for it, and so do people.
What gates there are, and what goes into each, is read off the body (`onnx/bodies.py`); which is
whose is tried: a cell is taken only if one step of it gives what the body gives on states and
inputs drawn at random, to nine digits. All else is refused. Not chosen: names of nodes and patterns
of known exporters, which say what somebody meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UnsupportedModel
from core.importers.onnx.axes import sizes
from core.importers.onnx.bodies import follow
from core.importers.onnx.forms import CURVES, Function, Gate, Known, Linear
from core.importers.onnx.operators import OTHERWISE
from core.importers.onnx.proto import Branch, Node
from core.importers.onnx.reading import Reading, integer, whole_numbers
from core.importers.onnx.recurrent import recurrent
from core.importers.onnx.structure import STRUCTURE, Inputs
from core.importers.onnx.values import Const, Filled, Flow, Tips, Value

Numbers = NDArray[np.float64]

_PROBES = 3
_TOLERANCE = 1e-9
_MOST_GATES = 6
_MOST_UNITS, _MOST_WIDTHS = 4096, 24


@dataclass(frozen=True, eq=False)
class Recognised:
    """A cell in ONNX's layout, of one direction: W, R, B, and its settings."""

    op: str
    w: Numbers
    r: Numbers
    b: Numbers
    functions: tuple[Function, ...]
    linear_before_reset: int = 0

    def step(self, x: Numbers, h: Numbers, c: Numbers | None) -> tuple[Numbers, Numbers | None]:
        """The next hidden state, and cell state of an LSTM, by ONNX's equations."""
        maps, units = len(self.w) // h.shape[1], h.shape[1]
        rows = [slice(at * units, (at + 1) * units) for at in range(maps)]
        own, beside = np.split(self.b, 2)
        left = [x @ self.w[row].T + own[row] for row in rows]
        right = [h @ self.r[row].T + beside[row] for row in rows]
        f, *rest = (_curve(function) for function in self.functions)
        if self.op == "RNN":
            return f(left[0] + right[0]), None
        g = rest[0]
        if self.op == "GRU":
            z, r = (f(left[at] + right[at]) for at in (0, 1))
            if self.linear_before_reset:
                candidate = g(left[2] + r * right[2])
            else:
                candidate = g(left[2] + (r * h) @ self.r[rows[2]].T + beside[rows[2]])
            return (1 - z) * candidate + z * h, None
        assert c is not None
        i, o, forget = (f(left[at] + right[at]) for at in (0, 1, 2))
        cell = forget * c + i * g(left[3] + right[3])
        return o * g(cell), cell


def scanned(
    node: Node, inputs: Inputs, reading: Reading, outside: Callable[[str], Value]
) -> Sequence[Value]:
    """What a Scan gives whose body is a cell. Raises UnsupportedModel for any other."""
    body = node.attributes.get("body")
    if not isinstance(body, Branch) or integer(node, "num_scan_inputs", 0) != 1:
        raise _refusal(node, "it goes along several sequences")
    states, x = list(inputs[:-1]), inputs[-1]
    if reading.graph.version < 9 or not isinstance(x, Flow | Tips) or len(states) not in (1, 2):
        raise _refusal(node, "it is not one sequence with a state or two")
    axis = _one(node, "scan_input_axes", 0)
    backwards = _one(node, "scan_input_directions", 0)
    x = _turned(x, axis, node, reading)
    wide = sizes(x.axes)[2] if len(x.axes) == 3 else None
    if not isinstance(wide, int) or wide > _MOST_UNITS:
        raise _refusal(node, "the number of its features is not known, or very large")
    cell, order, every_step = _recognised(node, body, reading, outside, wide=wide)
    hidden = states[order.index("h")]
    memory = states[order.index("c")] if "c" in order else None
    made = _as_layer(node, cell, x, (hidden, memory), reading, backwards=backwards)
    finals = {"h": made[1], "c": made[-1]}
    given = [_dropped(finals[kind], 0, node, reading) for kind in order]
    every = _dropped(made[0], 1, node, reading)
    for at in range(every_step):
        if _one(node, "scan_output_directions", at) != backwards:
            raise _refusal(node, "what it gives runs the other way than what it reads")
        out = _one(node, "scan_output_axes", at)
        given.append(_turned(every, out, node, reading))
    return given[: len(node.outputs)]


def _recognised(
    node: Node, body: Branch, reading: Reading, outside: Callable[[str], Value], *, wide: int
) -> tuple[Recognised, tuple[str, ...], int]:
    """The cell, which state is which ("h", "c"), and how many things are given at every step."""
    why: UnsupportedModel | None = None
    count = len(body.inputs) - 1

    def stored(name: str) -> NDArray[Any]:
        value = outside(name)
        if not isinstance(value, Const) or value.array.dtype.kind == "O":
            raise _refusal(node, "its body reads what is no number of the file")
        array: NDArray[Any] = value.array
        return array.astype(np.float64) if array.dtype.kind == "f" else array

    for units in _widths(body, stored, wide):
        draw = np.random.default_rng(0)
        arrays = [draw.normal(size=(_PROBES, units)) for _ in range(count)]
        step, eye = draw.normal(size=(_PROBES, wide)), np.eye(wide + units + 1)
        for order in permutations(("h", "c")[:count]):
            given = {name: Known(each) for name, each in zip(body.inputs, arrays, strict=False)}
            given[body.inputs[-1]] = Known(step, Linear(eye[:, :wide]))
            hidden = arrays[order.index("h")]
            form = Linear(eye[:, wide : wide + units])
            given[body.inputs[order.index("h")]] = Known(hidden, form)
            try:
                found = follow(body, given, outside=stored, units=units, reading=reading)
            except UnsupportedModel as refusal:
                why = why or refusal
                continue
            memory = arrays[order.index("c")] if count == 2 else None
            for cell in _candidates(found.gates[:_MOST_GATES], wide, units, memory=count == 2):
                ours = dict(zip("hc", cell.step(step, hidden, memory), strict=True))
                every = len(found.outputs) - count
                wanted = [ours[kind] for kind in (*order, *["h"] * every)]
                if all(_alike(a, b) for a, b in zip(wanted, found.outputs, strict=True)):
                    return cell, order, every
    told = "" if why is None else f" ({why.facts['what']}: {why.facts['why']})"
    raise _refusal(node, f"its body is no LSTM, GRU or RNN as they are read here{told}")


def _widths(body: Branch, stored: Callable[[str], NDArray[Any]], wide: int) -> list[int]:
    """How wide the state may be, by the matrices that the body multiplies; what fits shows."""
    widths: dict[int, None] = {}
    made = {name for each in body.nodes for name in each.outputs}
    for each in body.nodes:
        name = each.inputs[1] if each.op in ("MatMul", "Gemm") and len(each.inputs) > 1 else ""
        if not name or name in made or name in body.inputs:
            continue
        tensor = body.tensors.get(name)
        sides = stored(name).shape if tensor is None else tuple(tensor[0].dims)
        for side in map(int, sides):
            parts = [side // many for many in (1, 2, 3, 4) if side % many == 0]
            widths |= dict.fromkeys([*parts, side - wide])
    return [width for width in widths if 0 < width <= _MOST_UNITS][:_MOST_WIDTHS]


def _candidates(
    gates: Sequence[Gate], wide: int, units: int, *, memory: bool
) -> Iterator[Recognised]:
    """Every cell that these gates could be, each in its roles."""
    plain = [gate for gate in gates if gate.of.gate is None]
    if memory:
        for i, o, f, g in permutations(plain, 4):
            if i.function == o.function == f.function:
                yield _cell("LSTM", [i, o, f, g], wide, units, (i, g, g))
        return
    for gate in plain:
        yield _cell("RNN", [gate], wide, units, (gate,))
    for candidate in gates:
        reset = candidate.of.gate
        if reset is None or candidate.of.inner is None or candidate.of.outer is None:
            continue
        for update in plain:
            if update.function == reset.function:
                yield from _grus(update, reset, candidate, wide, units)


def _grus(
    update: Gate, reset: Gate, candidate: Gate, wide: int, units: int
) -> Iterator[Recognised]:
    """With the reset before the product or after it, and an update that may be turned round."""
    inner, outer = candidate.of.inner, candidate.of.outer
    assert inner is not None
    assert outer is not None
    if candidate.of.matrix[wide:-1].any() or inner[:wide].any():
        return
    updates = [update]
    if update.function[0] == "Sigmoid":
        # z for 1 − z: a sigmoid is its own mirror.
        updates.append(replace(update, of=replace(update.of, matrix=-update.of.matrix)))
    square = inner.shape[1] == units
    for gate in updates:
        made = _cell("GRU", [gate, reset, candidate], wide, units, (gate, candidate))
        r, b = made.r.copy(), made.b.copy()
        if square and np.array_equal(inner[wide:-1], np.eye(units)) and not inner[-1].any():
            r[2 * units :] = outer.T
            yield replace(made, r=r)
        if np.array_equal(outer, np.eye(units)):
            r[2 * units :] = inner[wide:-1].T
            b[-units:] = inner[-1]
            yield replace(made, r=r, b=b, linear_before_reset=1)


def _cell(
    op: str, gates: Sequence[Gate], wide: int, units: int, functions: Sequence[Gate]
) -> Recognised:
    whole = np.concatenate([gate.of.matrix for gate in gates], axis=1)
    return Recognised(
        op,
        whole[:wide].T,
        whole[wide:-1].T,
        np.concatenate([whole[-1], np.zeros(len(gates) * units)]),
        tuple(gate.function for gate in functions),
    )


def _as_layer(
    node: Node,
    cell: Recognised,
    x: Flow | Tips,
    starts: tuple[Value | None, Value | None],
    reading: Reading,
    *,
    backwards: int,
) -> Sequence[Value]:
    """The layer, read as if the file had it as an operation of its own."""
    hidden, memory = (_unzeroed(value, node, reading) for value in starts)
    numbers = [function for function in cell.functions if function[0] == "HardSigmoid"]
    attributes: dict[str, Any] = {
        "activations": [name for name, _, _ in cell.functions],
        "activation_alpha": [alpha for _, alpha, _ in numbers],
        "activation_beta": [beta for _, _, beta in numbers],
        "direction": "reverse" if backwards else "forward",
        "hidden_size": cell.r.shape[1],
    }
    if cell.op == "GRU":
        attributes["linear_before_reset"] = cell.linear_before_reset
    outputs = ("Y", "Y_h", "Y_c")[: 3 if cell.op == "LSTM" else 2]
    layer = Node(cell.op, node.name, ("X", "W", "R"), outputs, attributes, node.at, node.total)
    weights = [Const(each[None].astype(np.float32)) for each in (cell.w, cell.r, cell.b)]
    return recurrent(layer, [x, *weights, None, hidden, memory], reading)


def _unzeroed(value: Value | None, node: Node, reading: Reading) -> Value | None:
    """A state to start from with an axis for the directions; None for zeros."""
    if isinstance(value, Const) and value.array.dtype.kind == "f" and not value.array.any():
        return None
    if value is None or (isinstance(value, Filled) and value.number == 0):
        return None
    if not isinstance(value, Flow | Tips):
        raise _refusal(node, "it starts from numbers that the file holds")
    step = replace(node, op="Unsqueeze", attributes={"axes": [0]})
    return STRUCTURE["Unsqueeze"](step, [value], reading)[0]


def _dropped(value: Value, axis: int, node: Node, reading: Reading) -> Value:
    step = replace(node, op="Squeeze", attributes={"axes": [axis]})
    return STRUCTURE["Squeeze"](step, [value], reading)[0]


def _turned(value: Any, axis: int, node: Node, reading: Reading) -> Any:
    """With the first two axes changed, where time is the second."""
    if axis not in (0, 1, -3, -2):
        raise _refusal(node, f"it goes along axis {axis}")
    if axis in (0, -3):
        return value
    if not isinstance(value, Flow | Tips) or len(value.axes) != 3:
        raise _refusal(node, "what it goes along has not three axes")
    step = replace(node, op="Transpose", attributes={"perm": [1, 0, 2]})
    return STRUCTURE["Transpose"](step, [value], reading)[0]


def _one(node: Node, name: str, at: int) -> int:
    """The number at a place of a list, 0 where the list is not there."""
    found = whole_numbers(node, name)
    if found is None:
        return 0
    if len(found) <= at:
        raise _refusal(node, f"its {name} is too short")
    return found[at]


def _curve(function: Function) -> Callable[[Numbers], Numbers]:
    name, alpha, beta = function
    return lambda x: CURVES[name](x, alpha, beta)


def _alike(one: Numbers | None, other: NDArray[Any]) -> bool:
    if one is None or one.shape != other.shape or not np.isfinite(other).all():
        return False
    return bool(abs(one - other).max() <= _TOLERANCE * max(1.0, float(abs(other).max())))


def _refusal(node: Node, why: str) -> UnsupportedModel:
    return node.refuse(f"it is a loop that runs a graph of its own, and {why}. {OTHERWISE}")
