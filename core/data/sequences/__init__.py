"""Sequences that one can see: waves, pen strokes and melodies, each drawn from a seed.

What networks learn to make (`core.make`). All of one set have the same length and a few kinds (the
periods of waves, the letters, the shapes of melodies), so that one can count which kinds a network
makes, and which it has forgotten. A new set is one file with a `SEQUENCES`, and its line here.
"""

from __future__ import annotations

from core.data.sequences import melodies, strokes, waves
from core.data.sequences.sequences import Sequences
from core.errors import UnknownName

SETS: dict[str, Sequences] = {
    each.name: each for each in (strokes.SEQUENCES, waves.SEQUENCES, melodies.SEQUENCES)
}


def sequences(name: str) -> Sequences:
    """The set of that name. Raises UnknownName when there is none."""
    if name not in SETS:
        raise UnknownName(kind="set of sequences", found=name, known=", ".join(SETS))
    return SETS[name]


__all__ = ["SETS", "Sequences", "sequences"]
