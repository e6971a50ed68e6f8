"""Encoder and decoder: one recurrent layer reads a text, another writes another text from it.

Sutskever, Vinyals & Le 2014. The decoder begins with the states in which the encoder ended, and
reads at each step the token before the one that it should write. What else it sees is chosen:

- attention: at each step a mixture of all that the encoder gave, weighed by how well it answers the
  decoder's state ("dot", Luong et al. 2015; "additive", Bahdanau et al. 2015), beside that state;
- peeky: the encoder's last state at every step, beside what the decoder reads and what it answers
  from (Cho et al. 2014);
- reversed: the encoder reads the text from its end, so that its beginning is near (Sutskever).

Not chosen: attention that the next step reads as well, as Bahdanau has it, whose decoder is a loop
of two nodes: here the layer's loop knows no other node.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, get_args

import numpy as np

from core import cells
from core.errors import OutOfRange, UnknownName, UnsupportedModel
from core.initialise import glorot_uniform, new_model
from core.model import Model
from core.nodes import (
    STATE,
    AdditiveAttention,
    Attention,
    Concatenate,
    Dense,
    Embedding,
    Input,
    Node,
    Port,
    Recurrent,
    RepeatAlong,
    port,
)
from core.text import Vocabulary

Attending = Literal["none", "dot", "additive"]
ATTENDING: tuple[Attending, ...] = get_args(Attending)
SOURCE, TARGET = "source", "target"
"""What an encoder and a decoder read."""


def new_translator(
    cell: str = "lstm",
    *,
    source: int | Vocabulary,
    target: int | Vocabulary,
    embedding: int = 32,
    units: int = 64,
    attention: Attending = "none",
    bidirectional: bool = False,
    backwards: bool = False,
    peeky: bool = False,
    combined: int = 0,
    seed: int = 0,
    forget_bias: float = 1.0,
    dtype: Any = np.float32,
    **options: bool,
) -> Model:
    """An untrained encoder and decoder, of the inputs "source" and "target".

    `source` and `target` are vocabularies, or how many ids there are; id 0 is padding, and masked.
    With `bidirectional` the encoder has half the `units` in each direction, so that its states,
    side by side, are what the decoder begins with; `backwards` it reads the source from its end.
    `combined` are units of a tanh layer between what the decoder has seen and its answer.
    `options` are those of cells. The nodes worth a look are "encoder", "decoder" and "attention",
    whose weights are (batch, query, key): a row for each step of the target. The same seed gives
    the same weights. Raises OutOfRange, UnknownName and UnsupportedModel.
    """
    if attention not in ATTENDING:
        raise UnknownName(kind="attention", found=attention, known=", ".join(ATTENDING))
    if bidirectional and units % 2:
        raise OutOfRange(what="units", found=units, expected="even, where both directions are read")
    if bidirectional and backwards:
        why = "both directions are read already"
        raise UnsupportedModel(what="A bidirectional encoder that reads backwards", why=why)
    each = units // 2 if bidirectional else units
    common: dict[str, Any] = {"forget_bias": forget_bias, "dtype": dtype, **options}
    encoder = new_model(
        cell, vocabulary=source, embedding=embedding, units=(each,), bidirectional=bidirectional,
        outputs=None, readout="every", seed=seed, mask_zero=True, **common,
    )  # fmt: skip
    read = embedding + units * peeky
    decoder = new_model(
        cell, features=read, units=(units,), outputs=None, readout="every", seed=seed + 1, **common
    )
    random = np.random.default_rng([seed, 2])
    rows = target if isinstance(target, int) else target.size
    table = random.uniform(-0.05, 0.05, (rows, embedding)).astype(dtype)
    nodes: list[Node] = [
        Input(SOURCE),
        replace(encoder.nodes[0], name="source_embedding", reads=(SOURCE,)),
        *_encoder(encoder, backwards=backwards),
    ]
    begins, joined = _ends(cell, bidirectional=bidirectional)
    nodes += joined
    nodes += [Input(TARGET), Embedding("target_embedding", table, mask_zero=True, reads=(TARGET,))]
    entering: Port = "target_embedding"
    seen: tuple[Port, ...] = ()
    if peeky:
        nodes.append(RepeatAlong("seen", reads=(begins[0], entering)))
        nodes.append(Concatenate("decoder_input", reads=(entering, "seen")))
        entering, seen = "decoder_input", ("seen",)
    nodes.append(replace(decoder.layers[0], name="decoder", reads=(entering, *begins)))
    if attention != "none":
        nodes.append(_attention(attention, units=units, random=random, dtype=dtype))
        seen = ("attention", *seen)
    if seen:
        nodes.append(Concatenate("readout", reads=("decoder", *seen)))
    width = units * (1 + len(seen))
    if combined:
        kernel = glorot_uniform(random, (width, combined)).astype(dtype)
        nodes.append(Dense("combined", kernel, np.zeros(combined, dtype), "tanh"))
        width = combined
    kernel = glorot_uniform(random, (width, rows)).astype(dtype)
    nodes.append(Dense("answer", kernel, np.zeros(rows, dtype), "softmax"))
    return Model(
        tuple(nodes),
        name=f"untrained-translator-{cell}",
        vocabulary=source if isinstance(source, Vocabulary) else None,
        vocabularies={TARGET: target} if isinstance(target, Vocabulary) else {},
    )


def _encoder(drawn: Model, *, backwards: bool) -> tuple[Node, ...]:
    """The recurrent nodes of the drawn chain, called encoder and reading the source."""
    layers = []
    for layer in drawn.layers:
        name = "encoder" if len(drawn.layers) == 1 else f"encoder/{layer.direction}"
        direction = "backward" if backwards else layer.direction
        layers.append(replace(layer, name=name, direction=direction, reads=("source_embedding",)))
    merge = "concat" if len(layers) > 1 else None
    return Recurrent("encoder", tuple(layers), merge).nodes


def _ends(cell: str, *, bidirectional: bool) -> tuple[tuple[Port, ...], list[Node]]:
    """The ports of the encoder's states after its text, and the nodes that join two directions."""
    names = cells.get(cell).states
    if not bidirectional:
        return tuple(port("encoder", port(STATE, name)) for name in names), []
    sides = ("encoder/forward", "encoder/backward")
    joined: list[Node] = [
        Concatenate(f"encoder_{name}", reads=tuple(port(s, port(STATE, name)) for s in sides))
        for name in names
    ]
    return tuple(node.name for node in joined), joined


def _attention(
    kind: Attending, *, units: int, random: np.random.Generator, dtype: Any
) -> Attention | AdditiveAttention:
    """From the decoder's steps to the encoder's."""
    reads = ("decoder", "encoder")
    if kind == "dot":
        return Attention("attention", causal=False, reads=reads)
    limit = np.sqrt(6 / (units + 1))  # Glorot's, from all features to one score
    scale = random.uniform(-limit, limit, units).astype(dtype)
    return AdditiveAttention("attention", causal=False, scale=scale, reads=reads)
