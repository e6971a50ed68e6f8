"""How fast a model writes: beside Keras `predict` in a loop, and a loop over a PyTorch cell.

The same model for all, its weights those of the first: an embedding of 32, 128 units, a softmax
over 64 letters. Each draws every token by its probability and reads it in the next step, its states
carried; only ours gives back what was weighed at each. Keras is given its kindest loop: a stateful
layer, one step a call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import core
from core import cells
from core.text import Vocabulary
from tests.benchmarks.timing import Contestant, alternate, table
from tests.benchmarks.torch_peers import torch_cell

UNITS, EMBEDDING = 128, 32
LETTERS = Vocabulary(tuple(map(chr, range(ord("0"), ord("0") + 62))), "character")
STEPS = {
    "ours": 1_000,
    "torch cell loop": 1_000,
    "Keras predict_on_batch": 100,
    "Keras predict": 20,
}
"""Tokens that each writes in a round: enough to be measured, few enough to be waited for."""


def writing(*, runs: int, peers: bool) -> str:
    """The table of tokens a second."""
    rows = []
    for cell in ("simple_rnn", "lstm", "gru"):
        assert cell in cells.CELLS
        model = core.new_model(
            cell, vocabulary=LETTERS, embedding=EMBEDDING, units=[UNITS], outputs=LETTERS.size,
            readout="every", spread=1.0,
        )  # fmt: skip
        contestants: dict[str, Contestant] = {
            "ours": lambda m=model: core.generate(m, "0", steps=STEPS["ours"])  # type: ignore[misc]
        }
        if peers:
            contestants["torch cell loop"] = _torch(model, cell)
            contestants["Keras predict_on_batch"] = _keras(model, "predict_on_batch")
            contestants["Keras predict"] = _keras(model, "predict", verbose=0)
        seconds = alternate(contestants, runs=runs)
        each = {name: time / STEPS[name] for name, time in seconds.items()}
        rows += [
            [f"{cell}, {UNITS} units", name, f"{1 / time:,.0f}", f"{time / each['ours']:.1f}"]
            for name, time in each.items()
        ]
    return table(rows, head=["writing", "who", "tokens a second", "times slower than ours"])


def _drawn(random: np.random.Generator, probabilities: Any) -> int:
    given = np.asarray(probabilities, np.float64)
    return int(random.choice(len(given), p=given / given.sum()))


def _keras(model: core.Model, call: str, **options: Any) -> Callable[[], object]:
    import keras

    plain = core.to_keras(model)

    def stateful(layer: Any) -> Any:
        config = layer.get_config()
        if isinstance(layer, keras.layers.RNN):
            config["stateful"] = True
        return type(layer).from_config(config)

    twin = keras.models.clone_model(
        plain, input_tensors=keras.Input(batch_shape=(1, 1), dtype="int32"), clone_function=stateful
    )
    twin.set_weights(plain.get_weights())
    answer, steps = getattr(twin, call), STEPS[f"Keras {call}"]

    def run() -> object:
        random, token = np.random.default_rng(0), 2
        for _ in range(steps):
            token = _drawn(random, answer(np.array([[token]], np.int32), **options)[0, -1])
        return token

    return run


def _torch(model: core.Model, cell: str) -> Callable[[], object]:
    import torch

    layer = torch_cell(cell, features=EMBEDDING, units=UNITS)
    embedding = torch.nn.Embedding(LETTERS.size, EMBEDDING)
    readout = torch.nn.Linear(UNITS, LETTERS.size)
    with torch.no_grad():
        embedding.weight.copy_(torch.from_numpy(model.parameters["embedding/weights"].copy()))
        readout.weight.copy_(torch.from_numpy(model.parameters["dense/kernel"].T.copy()))
        readout.bias.zero_()

    def run() -> object:
        state, token = None, torch.tensor([2])
        with torch.no_grad():
            for _ in range(STEPS["torch cell loop"]):
                state = layer(embedding(token), state)
                hidden = state[0] if isinstance(state, tuple) else state
                token = torch.multinomial(torch.softmax(readout(hidden), dim=-1), 1)[0]
                int(token)
        return token

    return run
