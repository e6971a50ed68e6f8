"""How fast a model translates: beside Keras `predict` in a loop, and a loop over a PyTorch cell.

The same encoder and decoder for all, its weights those of ours: an embedding of 32, 128 units,
dot-product attention over a source of 30 letters, a softmax over 64. Each writes greedily, a step
of the decoder a token, its states carried and the encoder run once; ours also gives back what was
weighed at each token. Keras is given a decoder of its own that takes the states and what the
encoder gave.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import core
from core.text import END, START, Vocabulary
from tests.benchmarks.timing import Contestant, alternate, table

UNITS, EMBEDDING, SOURCE = 128, 32, 30
LETTERS = tuple(map(chr, range(ord("0"), ord("0") + 60)))
READ, WRITTEN = Vocabulary(LETTERS, "character"), Vocabulary((START, END, *LETTERS), "character")
TEXT = "".join(LETTERS[at % len(LETTERS)] for at in range(7, 7 + SOURCE))
STEPS = {"ours": 500, "torch cell loop": 500, "Keras predict_on_batch": 50, "Keras predict": 20}
"""Tokens that each writes in a round."""


def translating(*, runs: int, peers: bool) -> str:
    """The table of tokens a second."""
    model = core.new_translator(
        "lstm", source=READ, target=WRITTEN, embedding=EMBEDDING, units=UNITS, attention="dot"
    )
    endless = model.parameters["answer/bias"].copy()
    endless[WRITTEN.encode_tokens([END]).ids] = -100
    model = model.with_parameters({"answer/bias": endless})
    contestants: dict[str, Contestant] = {
        "ours": lambda: core.translate(model, TEXT, most=STEPS["ours"])
    }
    if peers:
        contestants["torch cell loop"] = _torch(model)
        contestants["Keras predict_on_batch"] = _keras(model, "predict_on_batch")
        contestants["Keras predict"] = _keras(model, "predict", verbose=0)
    seconds = alternate(contestants, runs=runs)
    each = {name: time / STEPS[name] for name, time in seconds.items()}
    rows = [
        [f"lstm, {UNITS} units, attention", name, f"{1 / time:,.0f}", f"{time / each['ours']:.1f}"]
        for name, time in each.items()
    ]
    return table(rows, head=["translating", "who", "tokens a second", "times slower than ours"])


def _keras(model: core.Model, call: str, **options: Any) -> Callable[[], object]:
    import keras

    whole = core.to_keras(model)
    layers = {layer.name: layer for layer in whole.layers}
    encoder = keras.Model(whole.inputs[0], layers["encoder"].output)
    token, kept = keras.Input((1,), dtype="int32"), keras.Input((SOURCE, UNITS))
    states = [keras.Input((UNITS,)), keras.Input((UNITS,))]
    cell = layers["decoder"]
    decoder = keras.layers.LSTM(UNITS, return_sequences=True, return_state=True)
    hidden, *after = decoder(layers["target_embedding"](token), initial_state=states)
    decoder.set_weights(cell.get_weights())
    seen = keras.layers.Attention()([hidden, kept])
    told = keras.layers.Concatenate()([hidden, seen])
    step = keras.Model([token, kept, *states], [layers["answer"](told), *after])
    read, answer = getattr(encoder, call), getattr(step, call)
    source, steps = READ.encode(TEXT).ids[None].astype(np.int32), STEPS[f"Keras {call}"]
    start = WRITTEN.encode_tokens([START]).ids

    def run() -> object:
        every, *carried = read(source, **options)
        written = start
        for _ in range(steps):
            given = [np.array([[written[0]]], np.int32), every, *carried]
            answers, *carried = answer(given, **options)
            written = answers[0, -1, 3:].argmax(keepdims=True) + 3
        return written

    return run


def _torch(model: core.Model) -> Callable[[], object]:
    import torch

    weights = model.parameters

    def cell(name: str) -> Any:
        made = torch.nn.LSTMCell(EMBEDDING, UNITS)
        order = ("input", "forget", "candidate", "output")
        side = {
            what: np.concatenate([weights[f"{name}/{gate}/{what}"] for gate in order], axis=-1)
            for what in ("kernel", "recurrent_kernel", "bias")
        }
        with torch.no_grad():
            made.weight_ih.copy_(torch.from_numpy(side["kernel"].T.copy()))
            made.weight_hh.copy_(torch.from_numpy(side["recurrent_kernel"].T.copy()))
            made.bias_ih.copy_(torch.from_numpy(side["bias"]))
            made.bias_hh.zero_()
        return made

    encoder, decoder = cell("encoder"), cell("decoder")
    read, words = (
        torch.nn.Embedding.from_pretrained(
            torch.from_numpy(weights[f"{n}_embedding/weights"].copy())
        )
        for n in ("source", "target")
    )
    kernel = torch.from_numpy(weights["answer/kernel"].copy())
    bias = torch.from_numpy(weights["answer/bias"].copy())
    source = torch.from_numpy(READ.encode(TEXT).ids)

    def run() -> object:
        with torch.no_grad():
            state, kept = None, []
            for letter in read(source):
                state = encoder(letter[None], state)
                kept.append(state[0])
            every = torch.cat(kept)
            token = torch.tensor([2])
            for _ in range(STEPS["torch cell loop"]):
                state = decoder(words(token), state)
                seen = torch.softmax(state[0] @ every.T, dim=-1) @ every
                answers = torch.softmax(torch.cat([state[0], seen], dim=-1) @ kernel + bias, dim=-1)
                token = answers[:, 3:].argmax(dim=-1) + 3
                int(token)
        return token

    return run
