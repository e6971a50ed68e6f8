"""Networks whose units are known: an exact counter of brackets, an exact tracker of quotations."""

from __future__ import annotations

import numpy as np

import core
from core.data.task import Example
from core.model import Model
from core.text import Vocabulary

LETTERS = "abcdefgh"
SYMBOLS = (*LETTERS, " ", "(", ")", "“", "”")
VOCABULARY = Vocabulary(SYMBOLS, "character")
DEPTH, QUOTE = 3, 5


def texts(count: int, *, seed: int, length: int = 60) -> tuple[Example, ...]:
    """Letters and blanks with brackets and quotations that open and close at random."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        written, depth, quoted = "", 0, False
        for _ in range(int(random.integers(length // 2, length + 1))):
            draw = random.random()
            if draw < 0.12 and depth < 4:
                written, depth = written + "(", depth + 1
            elif draw < 0.24 and depth:
                written, depth = written + ")", depth - 1
            elif draw < 0.34:
                written, quoted = written + ("”" if quoted else "“"), not quoted
            else:
                written += (LETTERS + " ")[random.integers(len(LETTERS) + 1)]
        found.append(Example(written))
    return tuple(found)


def planted(*, units: int = 8, seed: int = 0) -> Model:
    """A linear SimpleRNN: unit DEPTH counts brackets, unit QUOTE quotations; the rest is random."""
    random = np.random.default_rng(seed)
    model = core.new_model(
        "simple_rnn", vocabulary=VOCABULARY, embedding=6, units=[units], activation="linear",
        outputs=None, seed=seed,
    )  # fmt: skip
    table = random.normal(0, 0.5, (VOCABULARY.size, 6))
    table[:, :2] = 0
    for token, column, by in (("(", 0, 1), (")", 0, -1), ("“", 1, 1), ("”", 1, -1)):
        table[VOCABULARY.first + SYMBOLS.index(token), column] = by
    kernel = random.normal(0, 0.5, (6, units))
    recurrent = random.normal(0, 0.5 / np.sqrt(units), (units, units))
    for unit, column in ((DEPTH, 0), (QUOTE, 1)):
        kernel[:, unit] = np.eye(6)[column]
        recurrent[:, unit] = np.eye(units)[unit]
        recurrent[unit] = np.eye(units)[unit]
    kernel[:2] = np.where(np.isin(np.arange(units), (DEPTH, QUOTE)), kernel[:2], 0)
    layer = model.layers[0].name
    return model.with_parameters(
        {
            "embedding/weights": table.astype(np.float32),
            f"{layer}/hidden/kernel": kernel.astype(np.float32),
            f"{layer}/hidden/recurrent_kernel": recurrent.astype(np.float32),
        }
    )
