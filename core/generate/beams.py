"""Beam search: the likeliest answer as a whole, not token by token.

At each step every answer under way goes on with every token; of all these, and of those that have
ended, the `width` likeliest are kept (by the sum of log p). What is kept and what is not stands in
a tree. A width of 1 is greedy; as many as there are answers is brute force. An answer never gets
likelier by going on, so the best one that has ended is final once it stands first.

Not chosen: probabilities divided by the length, which let long answers off and are no probabilities
any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.generate.decoder import Decoder

ROOT = -1
"""The parent of a first token."""


class BeamNode(NamedTuple):
    """A token that was weighed: where it stands in the tree, and how likely that makes the answer.

    `step` counts from 0; `parent` is the index of the node before it, ROOT at the first step;
    `probability` is its own, `log_probability` that of the answer up to here (natural logarithm);
    `kept` says whether the search went on with it, `ended` whether it is where an answer ends.
    """

    step: int
    parent: int
    identity: int
    text: str
    probability: float
    log_probability: float
    kept: bool
    ended: bool


@dataclass(frozen=True, eq=False)
class Beams:
    """A search: its `nodes`, those of a step together, and the ends of its `answers`, best first.

    `answers` are indices of nodes; of those that the search broke off at its greatest length, the
    last node.
    """

    width: int
    nodes: tuple[BeamNode, ...]
    answers: tuple[int, ...]

    def path(self, end: int) -> tuple[int, ...]:
        """The indices of the nodes from the first token to `end`."""
        found: list[int] = []
        while end != ROOT:
            found.append(end)
            end = self.nodes[end].parent
        return tuple(found[::-1])


@dataclass(frozen=True, eq=False)
class _Open:
    """An answer under way: its last node, and the probabilities given before each of its tokens."""

    node: int
    log_probability: float
    ended: bool
    given: tuple[Array, ...]
    row: int


def search(
    decoder: Decoder,
    *,
    start: int,
    end: int,
    writable: NDArray[np.bool_],
    names: tuple[str, ...],
    width: int,
    most: int,
    forced: Mapping[int, int],
) -> tuple[Beams, tuple[Array, ...]]:
    """The search, and the probabilities (tokens,) that were given before each token of the best.

    `writable` (tokens,) says which tokens may be written, `names` what each is called; `forced`
    are ids by step.
    """
    nodes: list[BeamNode] = []
    open_ones = [_Open(ROOT, 0.0, ended=False, given=(), row=0)]
    reading = np.array([start])
    for step in range(most):
        live = [one for one in open_ones if not one.ended]
        if not live:
            break
        probabilities = decoder.read(reading)
        ended = [one for one in open_ones if one.ended]
        grown = _grown(live, probabilities, writable, width=width, forced=forced.get(step))
        ranked = sorted(
            [(-one.log_probability, 0, at, one) for at, one in enumerate(ended)]
            + [(-logs, 1, at, pair) for at, (logs, pair) in enumerate(grown)],
            key=lambda entry: entry[:3],
        )
        open_ones = []
        for place, (cost, _, _, entry) in enumerate(ranked):
            kept = place < width
            if isinstance(entry, _Open):
                if kept:
                    open_ones.append(entry)
                continue
            parent, token = entry
            row = live.index(parent)
            given = probabilities[row]
            nodes.append(BeamNode(
                step, parent.node, token, names[token], float(given[token]), -cost, kept,
                token == end,
            ))  # fmt: skip
            if kept:
                at = len(nodes) - 1
                open_ones.append(_Open(at, -cost, token == end, (*parent.given, given), row))
        going = [one for one in open_ones if not one.ended]
        if going:
            decoder.keep(np.array([one.row for one in going]))
            reading = np.array([nodes[one.node].identity for one in going])
    best = open_ones[0]
    return Beams(width, tuple(nodes), tuple(one.node for one in open_ones)), best.given


def _grown(
    live: list[_Open],
    probabilities: Array,
    writable: NDArray[np.bool_],
    *,
    width: int,
    forced: int | None,
) -> list[tuple[float, tuple[_Open, int]]]:
    """What each goes on with: its `width` likeliest tokens, or the one that is forced."""
    found = []
    for row, one in enumerate(live):
        given = probabilities[row].astype(np.float64)
        with np.errstate(divide="ignore"):
            logs = np.log(given)
        if forced is None:
            order = np.argsort(-np.where(writable, given, -1), kind="stable")
            tokens = [int(token) for token in order[:width] if writable[token]]
        else:
            tokens = [forced]
        found += [(one.log_probability + float(logs[token]), (one, token)) for token in tokens]
    return found
