"""Timings that can be trusted: side by side, alternating, medians."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

Contestant = Callable[[], object]


def alternate(
    contestants: Mapping[str, Contestant],
    *,
    runs: int,
    of: Callable[[list[float]], float] = median,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, float]:
    """The median seconds of each contestant over `runs` rounds; or what else `of` takes of them.

    Each round runs every contestant once, in turn, so that whatever slows the machine down for
    a while slows them all. One round before goes uncounted.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for contestant in contestants.values():
        contestant()
    for _ in range(runs):
        for name, contestant in contestants.items():
            gc.collect()
            start = clock()
            contestant()
            seconds[name].append(clock() - start)
    return {name: of(times) for name, times in seconds.items()}


def table(rows: list[list[str]], *, head: list[str]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
