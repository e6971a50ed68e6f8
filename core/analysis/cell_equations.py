"""The equations of each cell, once more: as expressions over the numbers of one step.

Each reads as the docstring of its cell does, and says what was computed at one step for one unit;
`equations.py` gives the numbers. A test evaluates every one of them against the trace, so that
they cannot come apart from the cells. A new cell adds a function here and its line in EQUATIONS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from core.analysis.expressions import Apply, Expression, Number, Operand

Lines = Iterator[tuple[Operand, Expression]]
_ONE = Number(1)


class Numbers(Protocol):
    """What was recorded for one unit at one step, as operands.

    A map is named by what it leads to (`map_`): a gate, or the state of a SimpleRNN.
    """

    activation: str
    recurrent_activation: str
    reset_after: bool

    def gate(self, name: str, symbol: str) -> Operand: ...
    def state(self, name: str, symbol: str) -> Operand: ...
    def before(self, state: Operand) -> Operand: ...
    def preactivation(self, map_: Operand) -> Operand: ...
    def from_input(self, map_: Operand) -> Operand: ...
    def from_hidden(self, map_: Operand, symbol: str = "h₋₁U") -> Operand: ...
    def bias(self, map_: Operand) -> Operand: ...
    def recurrent_bias(self, map_: Operand) -> Operand: ...


def simple_rnn(at: Numbers) -> Lines:
    """H = φ(x W + h₋₁ U + b)."""
    h = at.state("hidden", "h")
    a = at.preactivation(h)
    yield a, at.from_input(h) + at.from_hidden(h) + at.bias(h)  # a = x W + h₋₁ U + b
    yield h, Apply(at.activation, a)  # h = φ(a)


def lstm(at: Numbers) -> Lines:
    """C = f ⊙ c₋₁ + i ⊙ g and h = o ⊙ φ(c)."""
    i, f = at.gate("input", "i"), at.gate("forget", "f")
    g, o = at.gate("candidate", "g"), at.gate("output", "o")
    c, h = at.state("cell", "c"), at.state("hidden", "h")
    for gate in (i, f, g, o):
        a = at.preactivation(gate)
        yield a, at.from_input(gate) + at.from_hidden(gate) + at.bias(gate)  # a = x W + h₋₁ U + b
        yield gate, Apply(at.activation if gate is g else at.recurrent_activation, a)  # f = σ(a)
    yield c, f * at.before(c) + i * g  # c = f ⊙ c₋₁ + i ⊙ g
    yield h, o * Apply(at.activation, c)  # h = o ⊙ φ(c)


def gru(at: Numbers) -> Lines:
    """H = z ⊙ h₋₁ + (1 − z) ⊙ g."""
    z, r = at.gate("update", "z"), at.gate("reset", "r")
    g, h = at.gate("candidate", "g"), at.state("hidden", "h")
    for gate in (z, r):
        a = at.preactivation(gate)
        whole = at.from_input(gate) + at.from_hidden(gate) + at.bias(gate)
        yield a, whole + at.recurrent_bias(gate) if at.reset_after else whole  # x W + b + h₋₁ U + d
        yield gate, Apply(at.recurrent_activation, a)  # z = σ(a)
    a = at.preactivation(g)
    if at.reset_after:
        inner = at.from_hidden(g) + at.recurrent_bias(g)
        yield a, at.from_input(g) + at.bias(g) + r * inner  # a = x W + b + r ⊙ (h₋₁ U + d)
    else:
        reset_before = at.from_hidden(g, "(r·h₋₁)U")
        yield a, at.from_input(g) + reset_before + at.bias(g)  # a = x W + (r ⊙ h₋₁) U + b
    yield g, Apply(at.activation, a)  # g = φ(a)
    yield h, z * at.before(h) + (_ONE - z) * g  # h = z ⊙ h₋₁ + (1 − z) ⊙ g


EQUATIONS: dict[str, Callable[[Numbers], Lines]] = {
    "simple_rnn": simple_rnn,
    "lstm": lstm,
    "gru": gru,
}
