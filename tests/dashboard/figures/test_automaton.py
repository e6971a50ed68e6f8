"""The graph of an automaton: which tokens stand at which arrow."""

from __future__ import annotations

import numpy as np

from dashboard import figures
from dashboard.figures.automaton import CROWDED, Graph


def beside(states: int) -> list[str]:
    """What stands at the arrows when token b has just led from state 0 to state 1."""
    moves = np.stack([(np.arange(states) + step) % states for step in range(5)], axis=1)
    graph = Graph(
        moves=moves,
        tokens=["a", "b", "c", "d", "e"],
        names=[str(state) for state in range(states)],
        answers=["x"] * states,
        visits=np.ones(states, np.intp),
    )
    drawn = figures.automaton(graph, at=1, before=0).draw
    texts = next(each.text for each in drawn.data if each.mode == "text")
    return [*texts, *(each.text for each in drawn.layout.annotations)]


def test_tokens_stand_at_every_arrow_of_a_small_graph_and_at_the_last_of_a_crowded_one():
    small, crowded = 5, 7
    assert small**2 < CROWDED < 5 * crowded
    assert sorted(beside(small)) == sorted("abcde" * small)
    assert [each for each in beside(crowded) if each] == ["b"]
