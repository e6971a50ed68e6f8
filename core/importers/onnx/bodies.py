"""The graph that a Scan runs at each step, followed once on numbers drawn at random.

Every name in it has two values: an array, as ONNX computes it, and what it is of the step's input
and the state, where that can be said: numbers of the file, a `Linear` form of both, or a function
of one, a `Gate`. The arrays say in the end whether what was recognised is right; without them
nothing would be more than a guess. In float64; only what cells are written with is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.importers.onnx.forms import (
    CURVES,
    NUMBERS,
    Function,
    Gate,
    Known,
    Linear,
    columns,
    linear,
    times,
)
from core.importers.onnx.plumbing import plumbed
from core.importers.onnx.proto import Branch, Node, array_of
from core.importers.onnx.reading import Reading, integer, number
from core.importers.onnx.structure import axes_given
from core.importers.onnx.values import Const


@dataclass(frozen=True, eq=False)
class Followed:
    """The outputs of a body, and every gate that was met in it, as wide as the state."""

    outputs: tuple[NDArray[Any], ...]
    gates: tuple[Gate, ...]


def follow(
    body: Branch,
    given: Mapping[str, Known],
    *,
    outside: Callable[[str], NDArray[Any]],
    units: int,
    reading: Reading,
) -> Followed:
    """What the body makes of what it is given; `outside` are numbers of the graph around it.

    Raises UnsupportedModel for an operation that no cell here is written with.
    """
    names = dict(given)
    gates: list[Gate] = []
    for name, tensor in body.tensors.items():
        names[name] = Known(array_of(tensor), stored=True)

    def known(name: str) -> Known:
        if name not in names:
            names[name] = Known(outside(name), stored=True)
        return names[name]

    for node in body.nodes:
        made = _made(node, [known(name) if name else None for name in node.inputs], reading)
        for name, value in zip(node.outputs, made, strict=False):
            names[name] = value
            if isinstance(value.form, Gate):
                gates.append(value.form)
    alike = tuple(gate for gate in gates if gate.width == units)
    return Followed(tuple(known(name).array for name in body.outputs), alike)


def _made(node: Node, inputs: Sequence[Known | None], reading: Reading) -> list[Known]:
    values = [value for value in inputs if value is not None]
    if all(value.stored for value in values):
        consts = [None if value is None else Const(value.array) for value in inputs]
        found = plumbed(node, consts, reading)
        if found is not None and all(isinstance(each, Const) for each in found):
            return [Known(each.array, stored=True) for each in found if isinstance(each, Const)]
    function = _function(node, inputs)
    if function is not None:
        x = values[0]
        form = Gate(function, x.form) if isinstance(x.form, Linear) else None
        return [Known(CURVES[function[0]](x.array.astype(np.float64), *function[1:]), form)]
    if node.op in _FORMS:
        with np.errstate(all="ignore"):
            try:
                return _FORMS[node.op](node, inputs)
            except (ValueError, IndexError, TypeError, AttributeError) as error:
                raise node.refuse("what it reads does not fit together") from error
    raise node.refuse("no cell here is written with it")


def _function(node: Node, inputs: Sequence[Known | None]) -> Function | None:
    if node.op == "Clip":
        # As Keras's hard sigmoid is written out: 0.2 x + 0.5 first, then cut at 0 and 1.
        stored = [value.array for value in inputs[1:] if value is not None and value.stored]
        bounds = [float(array) for array in stored if array.size == 1]
        if bounds != [0.0, 1.0]:
            bounds = [number(node, "min", np.nan), number(node, "max", np.nan)]
        return ("HardSigmoid", 1.0, 0.0) if bounds == [0.0, 1.0] else None
    if node.op not in CURVES:
        return None
    alpha, beta = NUMBERS.get(node.op, (0.0, 0.0))
    return (node.op, number(node, "alpha", alpha), number(node, "beta", beta))


def _product(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    x, w = _two(inputs)
    return [Known(x.array @ w.array, times(x.form, w) if x.array.ndim == 2 else None)]


def _gemm(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    x, w = _two(inputs)
    if integer(node, "transA", 0):
        raise ValueError
    turned = w.array.T if integer(node, "transB", 0) else w.array
    weights = Known(turned * number(node, "alpha", 1.0), stored=w.stored)
    [found] = _product(node, [x, weights])
    if len(inputs) < 3 or inputs[2] is None:
        return [found]
    bias = replace(inputs[2], array=inputs[2].array * number(node, "beta", 1.0))
    return _added(node, [found, bias])


def _added(node: Node, inputs: Sequence[Known | None], sign: float = 1.0) -> list[Known]:
    one, other = _two(inputs)
    array = one.array + sign * other.array
    forms = [value.form for value in (one, other) if isinstance(value.form, Linear)]
    rows = len(forms[0].matrix) if forms else 0
    first, second = (linear(value, array, rows=rows) for value in (one, other))
    if first is None or second is None or (first.gate and second.gate):
        return [Known(array)]
    matrix = first.matrix + sign * second.matrix
    if second.gate is not None and second.outer is not None:
        return [Known(array, replace(second, matrix=matrix, outer=sign * second.outer))]
    return [Known(array, replace(first, matrix=matrix))]


def _subtracted(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    return _added(node, inputs, -1.0)


def _multiplied(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    one, other = _two(inputs)
    array = one.array * other.array
    for x, by in ((one, other), (other, one)):
        if isinstance(x.form, Linear) and by.stored and by.array.ndim < 2:
            scale = np.broadcast_to(by.array, (array.shape[-1],))
            return [Known(array, times(x.form, Known(np.diag(scale), stored=True)))]
        if isinstance(x.form, Gate) and isinstance(by.form, Linear) and by.form.gate is None:
            inner = by.form.matrix
            wide = inner.shape[1]
            empty = np.zeros_like(inner)
            return [Known(array, Linear(empty, x.form, inner, np.eye(wide)))]
    return [Known(array)]


def _split(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    x = inputs[0]
    if x is None or integer(node, "axis", 0) not in (1, -1) or x.array.ndim != 2:
        raise ValueError
    wide = node.attributes.get("split")
    if len(inputs) > 1 and inputs[1] is not None:
        wide = inputs[1].array.tolist()
    count = len(node.outputs)
    sizes = wide or [x.array.shape[1] // count] * count
    if sum(sizes) != x.array.shape[1] or len(sizes) != count:
        raise ValueError
    ends = np.cumsum([0, *sizes])
    return [columns(x, slice(a, b)) for a, b in pairwise(ends)]


def _slice(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    x = inputs[0]
    stored = [None if value is None else Const(value.array) for value in inputs]
    starts, ends, axes, steps = (
        axes_given(node, stored, at, name)
        for at, name in enumerate(("starts", "ends", "axes", "steps"), start=1)
    )
    if x is None or x.array.ndim != 2 or not starts or not ends or (axes or [0])[0] not in (1, -1):
        raise ValueError
    if len(starts) != 1 or (steps or [1]) != [1]:
        raise ValueError
    return [columns(x, slice(starts[0], ends[0]))]


def _joined(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    values = [value for value in inputs if value is not None]
    if integer(node, "axis", 0) not in (1, -1):
        raise ValueError
    array = np.concatenate([value.array for value in values], axis=1)
    forms = [value.form for value in values]
    linear = [form for form in forms if isinstance(form, Linear)]
    if len(linear) < len(forms) or sum(form.gate is not None for form in linear) > 1:
        return [Known(array)]
    made = Linear(np.concatenate([form.matrix for form in linear], axis=1))
    at = 0
    for form in linear:
        wide = form.matrix.shape[1]
        if form.outer is not None:
            outer = np.zeros((form.outer.shape[0], array.shape[1]))
            outer[:, at : at + wide] = form.outer
            made = replace(made, gate=form.gate, inner=form.inner, outer=outer)
        at += wide
    return [Known(array, made)]


def _same(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    x = inputs[0]
    if x is None:
        raise ValueError
    return [x]


def _negative(node: Node, inputs: Sequence[Known | None]) -> list[Known]:
    minus = Known(np.array(-1.0), stored=True)
    return _multiplied(node, [*inputs[:1], minus])


def _two(inputs: Sequence[Known | None]) -> tuple[Known, Known]:
    one, other = inputs[:2]
    if one is None or other is None:
        raise ValueError
    return one, other


_FORMS: dict[str, Callable[[Node, Sequence[Known | None]], list[Known]]] = {
    "MatMul": _product,
    "Gemm": _gemm,
    "Add": _added,
    "Sub": _subtracted,
    "Mul": _multiplied,
    "Neg": _negative,
    "Split": _split,
    "Slice": _slice,
    "Concat": _joined,
    "Identity": _same,
}
