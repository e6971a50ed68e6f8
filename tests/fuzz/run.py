"""A fuzz run: children read files until a number of them is done; what came of each is counted.

Several children, one for each processor; one that dies or hangs costs the file that it was at.
"""

from __future__ import annotations

import json
import os
import select
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from core import children
from tests.fuzz.child import LIMITS

MOST_SECONDS = 2.0
MOST_MEMORY = LIMITS.memory_bytes
PATIENCE = 30.0
"""Seconds without a word after which a child hangs; it includes its start."""


@dataclass
class Outcome:
    """What came of the files: refused by class, loaded, and findings, each with its number."""

    files: int = 0
    loaded: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    by_name: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    slowest: float = 0.0
    largest: int = 0

    def add(self, told: dict[str, Any]) -> None:
        """Counts one file, by what its child told."""
        self.files += 1
        self.by_name[told["name"]] += 1
        self.slowest = max(self.slowest, told["seconds"])
        self.largest = max(self.largest, told["memory"])
        if "stages" in told:
            self.loaded += 1
        elif "error" in told:
            self.refused[told["error"]["name"]] += 1
        for what, wrong in (
            (f"crashed: {told.get('crash')}", "crash" in told),
            ("did not arrive", told.get("error", {}).get("name") == "ReaderStopped"),
            (f"took {told['seconds']:.1f} s", told["seconds"] > MOST_SECONDS),
            (f"took {told['memory'] / 1e6:.0f} MB", told["memory"] > MOST_MEMORY),
            (f"did {told['deeds']}", told["deeds"]),
        ):
            if wrong:
                self.findings.append(f"{told['number']} ({told['name']}, {told['way']}) {what}")

    def lost(self, number: int, why: str) -> None:
        """Counts a file at which its child was lost."""
        self.files += 1
        self.findings.append(f"{number} {why}")

    def table(self) -> str:
        """The outcome as lines for a terminal."""
        rows = [("files", f"{self.files:,}"), ("loaded", f"{self.loaded:,}")]
        rows += [(f"refused: {name}", f"{count:,}") for name, count in self.refused.most_common()]
        rows += [("slowest", f"{self.slowest:.3f} s")]
        rows += [("largest memory", f"{self.largest / 2**20:.1f} MB")]
        rows += [("findings", f"{len(self.findings):,}")]
        width = max(len(name) for name, _ in rows)
        lines = [f"{name:<{width}}  {value:>10}" for name, value in rows]
        return "\n".join([*lines, *self.findings[:50]])


def fuzz(files: int, *, seed: int, first: int = 0, children: int | None = None) -> Outcome:
    """Reads mutated files by their numbers from `first` on; the same seed gives the same files."""
    outcome = Outcome()
    count = children or os.cpu_count() or 1
    edges = [first + files * at // count for at in range(count + 1)]
    with ThreadPoolExecutor(count) as pool:
        parts = pool.map(lambda at: list(_told(seed, edges[at], edges[at + 1])), range(count))
    for told in (each for part in parts for each in part):
        if isinstance(told, dict):
            outcome.add(told)
        else:
            outcome.lost(*told)
    return outcome


def _told(seed: int, first: int, stop: int) -> Iterator[dict[str, Any] | tuple[int, str]]:
    """What children tell about the numbers from `first` on; a new child where one was lost."""
    while first < stop:
        command = children.command("tests.fuzz.child", str(seed), str(first), str(stop))
        settings = {"OPENBLAS_NUM_THREADS": "1"}
        with children.launch(command, settings=settings, stdin=None) as child:
            assert child.stdout is not None
            why = "ended"
            while first < stop:
                ready, _, _ = select.select([child.stdout], [], [], PATIENCE)
                line = child.stdout.readline() if ready else b""
                if not line:
                    why = "killed its reader" if ready else f"hung for {PATIENCE:.0f} s"
                    break
                told = json.loads(line)
                first = told["number"] + 1
                yield told
            if first < stop:
                with suppress(ProcessLookupError):
                    child.kill()
                yield first, f"{why} (exit code {child.wait()})"
                first += 1
