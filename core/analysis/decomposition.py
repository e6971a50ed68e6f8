"""Contextual decomposition: what each token says by itself, gates and all, beside all others.

Every state of an LSTM is parted into β, owed to one token, and γ, owed to the rest (Murdoch, Liu &
Yu 2018, "Beyond word importance"). Sums part by themselves; a function of β + γ + b is parted into
L(β) + L(γ) + L(b), each the mean of its difference over the orders in which they may be added; of a
product what has no γ in it goes to β. Then

    i ⊙ g :  β gets L(β_i) ⊙ (L(β_g) + L(b_g)) + L(b_i) ⊙ L(β_g), γ the rest
    f ⊙ c₋₁ :  β gets (L(β_f) + L(b_f)) ⊙ β_c, γ the rest
    h = o ⊙ φ(c) :  o ⊙ L(β_c) and o ⊙ L(γ_c)

and what two biases write together belongs to the token at its own step. β + γ is the state itself,
at every step. Cost: one run of as many sequences as there are tokens, side by side. Only the LSTM
has these rules; other cells have `relevance`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from core.activations import Activation, Array
from core.cells import get
from core.cells.interpreted import weights_by_map
from core.errors import UnsupportedModel
from core.model import Model
from core.nodes import (
    Activated,
    Concatenate,
    Dense,
    Input,
    Layer,
    LayerTrace,
    Node,
    in_reading_order,
    in_text_order,
)
from core.nodes.flow import LAST, MAIN, port
from core.nodes.layer_trace import STATE
from core.trace import Trace

CELL = "lstm"


class Parted(NamedTuple):
    """A value as what one token and what the rest has a part in: `own` + `rest` is the value.

    (tokens, time, features), or (tokens, features) where the text has ended; row k is about token
    k.
    """

    own: Array
    rest: Array


def decomposition(model: Model, run: Trace) -> Mapping[str, Parted]:
    """What each node hands on, parted for each token, by port; for a run of one text.

    A readout is parted before its activation, its bias with the rest. Raises UnsupportedModel for
    cells and nodes without rules.
    """
    (entrance,) = model.wiring.inputs.values()
    given = run.inputs[0]
    eye = np.eye(len(given), dtype=given.dtype)[:, :, None]
    parted: dict[str, Parted] = {entrance: Parted(eye * given, (1 - eye) * given)}
    for node in model.nodes:
        read = [parted[at] for at in model.wiring.reads[node.name]]
        did = run.nodes[node.name]
        parted |= {port(node.name, of): each for of, each in _through(node, did, *read).items()}
    return parted


def _through(node: Node, did: object, *read: Parted) -> Mapping[str, Parted]:
    match node:
        case Input():
            return {MAIN: read[0]}
        case Layer(cell=cell) if cell == CELL and len(read) == 1:
            assert isinstance(did, LayerTrace)
            return _layer(node, did, read[0])
        case Concatenate():
            own, rest = ([part[at] for part in read] for at in (0, 1))
            return {MAIN: Parted(np.concatenate(own, axis=-1), np.concatenate(rest, axis=-1))}
        case Dense():
            return {MAIN: _dense(node, read[0])}
    title = node.title if not isinstance(node, Layer) else f"{node.title} ({node.cell})"
    why = "its rules are those of LSTM layers and a dense readout"
    raise UnsupportedModel(what=f"Contextual decomposition through {title}", why=why)


def _dense(node: Activated, read: Parted) -> Parted:
    assert isinstance(node, Dense)
    rest = read.rest @ node.kernel
    return Parted(read.own @ node.kernel, rest if node.bias is None else rest + node.bias)


def _layer(node: Layer, did: LayerTrace, read: Parted) -> Mapping[str, Parted]:
    """The hidden state at every step, at the last, and both states after it."""
    weights = weights_by_map(get(CELL), did.kernels)
    sigma, phi = did.kernels.recurrent_activation, did.kernels.activation
    x = [in_reading_order(part, did.direction) for part in read]
    time, tokens = x[0].shape[:2]
    valid = np.ones(time, bool)
    if did.mask is not None:
        valid = in_reading_order(did.mask, did.direction)[:, 0]
    places = np.arange(time) if did.direction == "forward" else np.arange(time)[::-1]
    nothing = np.zeros((tokens, did.units), x[0].dtype)
    h, c = (Parted(nothing, nothing + did.record.states[name][0]) for name in ("hidden", "cell"))
    steps: list[Parted] = []
    for t in range(time):
        if valid[t]:
            now = Parted(x[0][t], x[1][t])
            a = {name: _sum(now, h, weights, name) for name in get(CELL).maps}
            b = {name: weights[name, "bias"] for name in a}
            i, f = (_three(a[name], b[name], sigma) for name in ("input", "forget"))
            g = _three(a["candidate"], b["candidate"], phi)
            o = sigma(a["output"].own + a["output"].rest + b["output"])
            spoken = (np.arange(tokens) == places[t])[:, None]
            kept = (f.own + f.bias) * c.own
            written = i.own * (g.own + g.bias) + i.bias * g.own + spoken * (i.bias * g.bias)
            whole = f.whole * (c.own + c.rest) + i.whole * g.whole  # c = f ⊙ c₋₁ + i ⊙ g
            c = Parted(kept + written, whole - kept - written)
            shown = _two(c, phi)
            h = Parted(o * shown.own, o * shown.rest)  # h = o ⊙ φ(c)
        steps.append(h if valid[t] or not node.zero_masked else Parted(nothing, nothing))
    own, rest = (in_text_order(np.stack(part), did.direction) for part in zip(*steps, strict=True))
    after = {LAST: h, port(STATE, "hidden"): h, port(STATE, "cell"): c}
    return {MAIN: Parted(own, rest), **after}


def _sum(x: Parted, h: Parted, weights: Mapping[tuple[str, str], Array], name: str) -> Parted:
    """X W + h₋₁ U of a gate, without its bias."""
    w, u = weights[name, "kernel"], weights[name, "recurrent_kernel"]
    return Parted(x.own @ w + h.own @ u, x.rest @ w + h.rest @ u)


class _Three(NamedTuple):
    """A gate as what the token, the rest and the bias have in it; they add up to the gate."""

    own: Array
    bias: Array
    whole: Array


def _three(a: Parted, b: Array, function: Activation) -> _Three:
    """L(β) is the mean of what β adds to the bias alone, and to the bias and γ; L(b) is φ(b)."""
    whole, bias = function(a.own + a.rest + b), function(b)
    own = (function(a.own + b) - bias + whole - function(a.rest + b)) / 2
    return _Three(own, bias, whole)


def _two(c: Parted, function: Activation) -> Parted:
    """The same without a bias; what φ makes of nothing is the rest's."""
    whole, empty = function(c.own + c.rest), function(np.zeros_like(c.own))
    own = (function(c.own) - empty + whole - function(c.rest)) / 2
    return Parted(own, whole - own)
