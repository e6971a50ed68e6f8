"""Small Keras models for the table of file formats: every cell, direction, merge, depth, readout.

Each is built once, run layer by layer, and asked by every format for the same answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np

UNITS = 5
IDS = np.array([[3, 1, 4, 1, 5], [2, 6, 0, 0, 0], [0, 5, 0, 8, 0]])
CELLS = ("simple_rnn", "lstm", "gru", "gru, reset before")
DIRECTIONS = ("forward", "backward", "concat", "sum", "mul", "ave")


@dataclass(frozen=True)
class Case:
    """One row of the table. Readout and mask alternate: each meets every cell and direction."""

    cell: str
    direction: str
    depth: int
    every: bool
    mask: bool

    def __str__(self) -> str:
        readout = "every" if self.every else "last"
        mask = ", masked" if self.mask else ""
        return f"{self.cell}, {self.direction}, {self.depth}, {readout}{mask}"


def _cases() -> Iterator[Case]:
    for (c, cell), (d, direction) in product(enumerate(CELLS), enumerate(DIRECTIONS)):
        every, mask = (c + d) % 2 == 0, (c + d // 2) % 2 == 0
        yield Case(cell, direction, 1, every, mask)
        # Keras does not mask a sequence that it has reversed, but the steps at the other end.
        yield Case(cell, direction, 2, not every, not mask and direction != "backward")


CASES = list(_cases())


@dataclass(frozen=True, eq=False)
class Known:
    """A Keras model and what it says of `IDS`: its answer, and what each recurrent layer gave."""

    model: Any
    answer: np.ndarray
    hidden: list[np.ndarray]


@cache
def known(case: Case) -> Known:
    """The model of a case, its weights drawn anew, and its answers."""
    import keras

    k = keras.layers
    layers = [k.Embedding(9, 3, mask_zero=case.mask, name="embedding")]
    layers += [_recurrent(case, at) for at in range(case.depth)]
    layers.append(k.Dense(2, activation="sigmoid", name="dense"))
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *layers], name="reader")
    generator = np.random.default_rng(len(str(case)))
    model.set_weights([generator.normal(0, 0.5, w.shape) for w in model.weights])
    x: Any = keras.ops.convert_to_tensor(IDS)
    hidden = []
    for layer in model.layers:  # one by one, which hands on masks as the model does
        x = layer(x)
        hidden.append(_array(x))
    return Known(model, hidden[-1], hidden[1:-1])


def _recurrent(case: Case, at: int) -> Any:
    import keras

    k = keras.layers
    cell, _, reset = case.cell.partition(", ")
    kind = {"simple_rnn": k.SimpleRNN, "lstm": k.LSTM, "gru": k.GRU}[cell]
    settings: dict[str, Any] = {"reset_after": not reset} if cell == "gru" else {}
    every = case.every or at < case.depth - 1
    if case.direction in ("forward", "backward"):
        backward = case.direction == "backward"
        name = f"layer_{at}"
        return kind(UNITS, return_sequences=every, go_backwards=backward, name=name, **settings)
    layer = kind(UNITS, return_sequences=every, **settings)
    return k.Bidirectional(layer, merge_mode=case.direction, name=f"layer_{at}")


def _array(tensor: Any) -> np.ndarray:
    return np.asarray(tensor).copy()
