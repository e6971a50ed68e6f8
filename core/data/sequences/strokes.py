"""Handwriting as pen strokes: at each step the pen moves by (dx, dy), on the paper or above it.

The form of Graves 2013 ("Generating sequences with recurrent neural networks"), (dx, dy, pen),
with letters from the project's own font, each written by another hand: slant, size, turn, and every
point a little off. The pen begins at HOME, above the paper. `pen` is 1 for a move that draws and
−1 for one that does not; dx and dy are in heights of a small letter, times SCALE, so that all
three numbers are of like size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.sequences.font import LETTERS, curve, spaced
from core.data.sequences.sequences import Array, Sequences
from core.errors import CoreError

STEPS, SCALE = 24, 3.0
HOME = (0.0, 1.0)
KINDS = tuple(LETTERS)
_FEWEST = 2
"""Points that a stroke has at least: its ends."""


class UnknownLetter(CoreError):
    """A word has a letter that the font of strokes has not."""

    message = "The font of strokes has no '{found}'. Its letters are: {known}."


class NoLetters(CoreError):
    """There is nothing to write, or too much."""

    message = "Write 1 to {most} letters; these are {found}."


MOST_LETTERS = 24
_ARROWS = "→↗↑↖←↙↓↘"


def draw(random: np.random.Generator, kinds: NDArray[np.intp]) -> Array:
    """A letter for each kind, (count, steps, 3)."""
    return np.stack([_written(random, KINDS[kind]) for kind in kinds])


def word(text: str, *, seed: int) -> Array:
    """A word letter by letter, (letters, steps, 3). Raises UnknownLetter and NoLetters."""
    letters = [letter for letter in text.lower() if not letter.isspace()]
    if not 1 <= len(letters) <= MOST_LETTERS:
        raise NoLetters(most=MOST_LETTERS, found=len(letters))
    for letter in letters:
        if letter not in LETTERS:
            raise UnknownLetter(found=letter, known=" ".join(LETTERS))
    kinds = np.array([KINDS.index(letter) for letter in letters])
    return draw(np.random.default_rng(seed), kinds).astype(np.float32)


def positions(sequences: Array) -> Array:
    """Where the pen is after each step (…, steps, 2), in heights of a small letter."""
    return np.asarray(HOME) + np.cumsum(sequences[..., :2], axis=-2) / SCALE


def on_paper(sequences: Array) -> NDArray[np.bool_]:
    """Whether each step draws, (…, steps)."""
    return sequences[..., 2] > 0


def signs(sequence: Array) -> tuple[str, ...]:
    """Each move of one sequence (steps, 3) as an arrow; ○ where the pen is above the paper."""
    angles = np.arctan2(sequence[:, 1], sequence[:, 0])
    eighths = np.rint(angles / (np.pi / 4)).astype(int) % len(_ARROWS)
    drawn = on_paper(sequence)
    return tuple(_ARROWS[at] if draws else "○" for at, draws in zip(eighths, drawn, strict=True))


def _written(random: np.random.Generator, letter: str) -> Array:
    """One letter by one hand, (steps, 3)."""
    wide, high = random.uniform(0.85, 1.15, 2)
    slant, turn = random.uniform(-0.05, 0.25), random.uniform(-0.08, 0.08)
    leaning = np.array([[1.0, 0.0], [slant, 1.0]]) @ np.diag([wide, high])
    turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    lines = []
    for stroke in LETTERS[letter]:
        points = np.asarray(stroke)
        off = 0.025 * random.standard_normal(points.shape)
        same = (np.diff(points, axis=0) == 0).all(axis=1)
        off[1:][same] = off[:-1][same]  # a corner stays one
        lines.append(curve((points + off) @ leaning @ turned))
    shares = _shared(np.array([np.linalg.norm(np.diff(e, axis=0), axis=1).sum() for e in lines]))
    parts = [spaced(line, count) for line, count in zip(lines, shares, strict=True)]
    points = np.concatenate([np.array([HOME]), *parts])
    pen = np.concatenate([np.r_[-1.0, np.ones(len(part) - 1)] for part in parts])
    return np.concatenate([SCALE * np.diff(points, axis=0), pen[:, None]], axis=1)


def _shared(lengths: Array) -> NDArray[np.intp]:
    """How many of the steps each stroke gets: as its length is, and at least two."""
    counts = np.maximum(_FEWEST, np.floor(STEPS * lengths / lengths.sum())).astype(np.intp)
    counts[np.argmax(lengths)] += STEPS - counts.sum()
    return counts


def _seen(sequences: Array) -> Array:
    """The way of the pen, and half as much whether it draws."""
    pen = 0.5 * np.clip(sequences[..., 2:], -1, 1)
    return np.concatenate([positions(sequences), pen], axis=-1).reshape(len(sequences), -1)


SEQUENCES = Sequences(
    name="strokes",
    steps=STEPS,
    features=("dx", "dy", "pen"),
    kinds=KINDS,
    signs=KINDS,
    citation="Drawn by this project from its own font of strokes, in the form of Graves 2013, "
    "'Generating sequences with recurrent neural networks'.",
    draw=draw,
    seen=_seen,
)
