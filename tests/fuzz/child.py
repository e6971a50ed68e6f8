"""The child of a fuzz run: makes the files of a range of numbers, reads them, tells of each.

    python -m tests.fuzz.child SEED FIRST STOP

The file of a number is always the same, so a finding can be had again.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from core.importers.limits import Limits
from tests.core.importers.attacks import witness
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import Seed, seeds

LIMITS = Limits(file_bytes=16 * 2**20)
"""Tighter than what users have, so that what goes beyond shows with small files."""


def file_of(number: int, seed: int, sound: tuple[Seed, ...]) -> tuple[str, str, bytes, dict]:
    """The name of the sound file, what was done to it, the bytes, and the options."""
    rng = np.random.default_rng((seed, number))
    chosen = sound[number % len(sound)]
    way, data, options = mutated(chosen, rng)
    return chosen.name, way, data, options


def main() -> None:
    """Reads the files of the range, a line of JSON for each."""
    seed, first, stop = map(int, sys.argv[1:4])
    sound = seeds()
    witness.prepare()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as told:
        os.dup2(2, 1)
        for each in sound:  # what is imported or built once is not the fault of the first file
            witness.read(each.data, name=each.name, limits=LIMITS, options=dict(each.options))
        for number in range(first, stop):
            name, way, data, options = file_of(number, seed, sound)
            found: dict[str, Any] = {"number": number, "name": name, "way": way, "size": len(data)}
            found |= witness.read(data, name=name, limits=LIMITS, options=options)
            told.write(json.dumps(found) + "\n")
            told.flush()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--write"]:
        number, seed, target = sys.argv[2:5]
        Path(target).write_bytes(file_of(int(number), int(seed), seeds())[2])
    else:
        main()
