"""Scenes for the heatmaps, the same in the test and in the served page.

They can be told apart by their numbers: each cell of each panel has a value of its own.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dashboard.components.heatmaps import Column, Palette, Panel, Strip

LIGHT = Palette("#fcfbf9", "#f3f1ec", "#23262b", "#62656b", "#e9e5dd", "#2d5f73")
DARK = Palette("#15181e", "#1f242c", "#e6e4df", "#a3a8b0", "#2a3039", "#8cc3d6")
GREENS = ["#ffffff", "#116655"]
SIGNED = [(0.0, "#1d5f93"), (0.5, "#ffffff"), (1.0, "#993311")]

BEACON = "#ff0000"  # the colour of one cell in the scene `beacon`, and of nothing else
BEACON_STEP = 13
BEACON_UNIT = 6
BEACON_PANEL = "output"

SENTENCE = ["the", "film", "was", "not", "good", "but", "the", "ending", ",", "slow", "and"]
SENTENCE += ["quiet", ",", "was", "beautiful"]
LETTERS = list("the network reads one word at a time, and at every step it")
LETTERS = [letter.replace(" ", "␣") for letter in LETTERS]
WORDY = ["antidisestablishmentarianism", "is", "a", "word"] * 12
KOREAN = ["이", "영화는", "처음에는", "지루했지만", "마지막", "장면은", "정말", "아름다웠다"]
SCRIPT = "<script>window.broken = true</script>"
ENTITY = "&lt;b&gt;"


def drawn(time: int, units: int, *, seed: int) -> NDArray[np.float32]:
    """Distinct numbers, (time, units)."""
    return np.random.default_rng(seed).normal(size=(time, units)).astype(np.float32) * 2


def column(
    tokens: list[str],
    *,
    units: int,
    key: str = "lstm",
    title: str = "",
    order: list[int] | None = None,
    seed: int = 0,
) -> Column:
    """A gate on 0–1 with pre-activations, and a state on ±max without."""
    before = drawn(len(tokens), units, seed=seed)
    gate = 1 / (1 + np.exp(-before))
    state = drawn(len(tokens), units, seed=seed + 1)
    most = float(np.abs(state).max())
    unknown = [token == "quiet" for token in tokens]
    masked = [step >= len(tokens) - 2 > 0 for step in range(len(tokens))]
    return Column(
        key,
        title,
        tokens,
        [
            Panel("forget", "Forget gate", gate, 0, 1, GREENS, "#116655", before, order, mean=True),
            Panel("cell", "Cell state", state, -most, most, SIGNED, "#993311", order=order),
        ],
        Strip("Mean of the forget gate", gate.mean(axis=1), 0, 1, GREENS, "#116655"),
        unknown,
        masked,
    )


def beacon() -> list[Column]:
    """Everything is 0 but one cell of the second panel; the units are in a mixed order."""
    tokens = [f"t{step}" for step in range(40)]
    order = [3, 0, 9, 6, 1, 8, 2, 7, 4, 5]
    dark = np.zeros((40, 10))
    lit = dark.copy()
    lit[BEACON_STEP, BEACON_UNIT] = 1
    colours = ["#dddddd", BEACON]
    panels = [
        Panel("input", "Input gate", dark, 0, 1, colours, "#000000", order=order),
        Panel(BEACON_PANEL, "Output gate", lit, 0, 1, colours, "#000000", order=order, mean=False),
    ]
    return [Column("lstm", "", tokens, panels, Strip("Tokens", dark[:, 0], 0, 1, colours))]


def stripes(time: int, units: int) -> list[Column]:
    """Neighbours along the longer axis are 0 and 1 in turn: their mean is 0.5 everywhere."""
    turns = np.indices((time, units))[int(units > time)] % 2
    panel = Panel("input", "Input gate", turns, 0, 1, ["#000000", "#0000ff"], "#000000", mean=False)
    return [Column("lstm", "", [f"t{step}" for step in range(time)], [panel])]


def compare() -> list[Column]:
    """Three models on one text, with different numbers of units."""
    return [
        column(SENTENCE, units=units, key=key, title=key.upper(), seed=seed)
        for seed, (key, units) in enumerate({"rnn": 12, "lstm": 6, "gru": 8}.items())
    ]


SCENES: dict[str, Callable[[], list[Column]]] = {
    "sentence": lambda: [column(SENTENCE, units=12)],
    "other": lambda: [column(SENTENCE, units=12, seed=7)],
    "ordered": lambda: [column(SENTENCE, units=5, order=[4, 2, 0, 1, 3])],
    "beacon": beacon,
    "compare": compare,
    "letters": lambda: [column(LETTERS, units=4)],
    "wordy": lambda: [column(WORDY, units=4)],
    "many steps": lambda: stripes(2000, 4),
    "many units": lambda: stripes(20, 320),
    "korean": lambda: [column(KOREAN, units=8)],
    "long": lambda: [column([f"w{step}" for step in range(2000)], units=64)],
    "one": lambda: [column(["alone"], units=3)],
    "hostile": lambda: [column([SCRIPT, ENTITY, "**bold**", "👩‍👩‍👧‍👦", "x"], units=4)],
}
