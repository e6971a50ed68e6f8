"""Which of five shapes has a network in time, and what is read, kept and answered at each turn?

    one to one      one step in, one answer            many to one    a text in, one answer
    one to many     one thing in, an answer each step  frames         an answer at each step read
    encoder-decoder a text in, and from its state another text out

The shape is read off the graph (`shape_of`), never off a name: whether what enters has steps,
whether what is given has, and whether a recurrent layer begins with what another one made. The five
after Karpathy 2015, "The unreasonable effectiveness of recurrent neural networks". A model may be
used in a smaller shape than its own: a language model that reads one token is one to one, and one
to many if it then reads what it wrote itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.alignment import sides
from core.analysis.guesses import Answers
from core.errors import ShapeMismatch
from core.model import Model
from core.nodes import Layer, RepeatVector
from core.trace import Trace

SHAPES = ("one_to_one", "one_to_many", "many_to_one", "frames", "encoder_decoder")
ENCODER, DECODER = "encoder", "decoder"


def shape_of(model: Model) -> str:
    """Return the one of SHAPES that a model's graph has."""
    if is_decoded(model):
        return "encoder_decoder"
    specs, wiring = model.wiring.specs, model.wiring
    read = any(specs[entrance].steps for entrance in wiring.inputs.values())
    given = specs[model.output_ports[0]].steps
    if read:
        return "frames" if given else "many_to_one"
    return "one_to_many" if given else "one_to_one"


def is_decoded(model: Model) -> bool:
    """Whether it answers step by step what another recurrent layer has read before.

    Either a layer begins with another's states, or reads its last output again and again, or the
    steps of two inputs meet: what is left for that is attention.
    """
    specs, wiring = model.wiring.specs, model.wiring
    if not specs[model.output_ports[0]].steps:
        return False
    layers = {layer.name for layer in model.layers}
    for node in model.nodes:
        reads = wiring.reads[node.name]
        begun = reads[1:] if isinstance(node, Layer) else reads
        if isinstance(node, Layer | RepeatVector) and any(
            wiring.owners.get(port) in layers and not specs[port].steps for port in begun
        ):
            return True
    texts = [entrance for entrance in wiring.inputs.values() if specs[entrance].steps]
    return len(texts) > 1


@dataclass(frozen=True, eq=False)
class Turn:
    """One turn of the loop.

    `state` (units,) after it; `read` what it read, made visible, None where nothing new came in;
    `answer` what was answered after it and `share` how probable that was, None where nobody asked
    or it is no probability. `side` is ENCODER or DECODER where there are both.
    """

    state: Array
    read: str | None = None
    answer: str | None = None
    share: float | None = None
    side: str = ""


@dataclass(frozen=True, eq=False)
class Unrolling:
    """A network in time, in one of SHAPES.

    `turns` in order, an encoder's before its decoder's; `fed_back` says that each answer is what
    the next turn reads; `looks` (decoder's turns, encoder's turns) are the weights of an attention.
    `cell` is the name of the cell, and states lie between `low` and `high`.
    """

    shape: str
    cell: str
    turns: tuple[Turn, ...]
    fed_back: bool = False
    looks: NDArray[np.floating] | None = None

    def side(self, name: str) -> tuple[Turn, ...]:
        """The turns of one side."""
        return tuple(turn for turn in self.turns if turn.side == name)

    @property
    def answered(self) -> tuple[Turn, ...]:
        """The turns after which something was answered."""
        return tuple(turn for turn in self.turns if turn.answer is not None)

    @property
    def spread(self) -> float:
        """The largest size of a state's number, at least 1: what a tanh bounds."""
        return max(1.0, *(float(np.abs(turn.state).max()) for turn in self.turns))


def unroll(
    model: Model,
    trace: Trace,
    *,
    tokens: Sequence[str] = (),
    classes: Sequence[str] = (),
    answers: Sequence[str] = (),
    fed_back: bool = False,
) -> Unrolling:
    """A recorded text, turn by turn: what the first layer kept, and what was answered where.

    `tokens` are what was read at each step, made visible, and `classes` what the outputs are
    called; or `answers` say what each of them is, where its numbers are no probabilities. With
    `fed_back` tokens are the model's own answers from the second on. A model of one
    vector reads it before the first turn. Raises ShapeMismatch for another number of tokens or
    answers.
    """
    run = trace.layers[0]
    states = next(iter(run.states.values()))[0]
    if tokens and len(tokens) != len(states):
        raise ShapeMismatch(what="tokens", found=(len(tokens),), expected=(len(states),))
    values = trace.outputs[0] if trace.outputs.ndim == 3 else trace.outputs
    if answers and len(answers) != len(values):
        raise ShapeMismatch(what="answers", found=(len(answers),), expected=(len(values),))
    first = len(states) - len(values)  # an answer to the whole text stands at its end
    given = Answers.of(values, activation=model.activation, classes=classes)
    turns = []
    for at, state in enumerate(states):
        turn = Turn(state, tokens[at] if tokens else None)
        if at >= first:
            name, share = (answers[at - first], None) if answers else best(given, at - first)
            turn = replace(turn, answer=name, share=share)
        turns.append(turn)
    shape = shape_of(model)
    if fed_back:
        shape = "one_to_many"
    elif shape == "frames" and len(turns) == 1:
        shape = "one_to_one"
    return Unrolling(shape, run.cell, tuple(turns), fed_back=fed_back)


def best(answers: Answers, step: int) -> tuple[str, float | None]:
    """The likeliest answer at a step and its probability; a number itself, which has none."""
    if answers.probable:
        return answers.guesses(step, most=1)[0]
    return f"{float(answers.values[step, 0]):.3g}", None


def unroll_pair(
    trace: Trace,
    *,
    source: Sequence[str],
    read: Sequence[str],
    written: Sequence[tuple[str, float]],
    looks: NDArray[np.floating] | None = None,
) -> Unrolling:
    """An encoder and a decoder, turn by turn: the source, and what the decoder read and wrote.

    `written` are tokens with their probabilities, one for each that was `read`; `looks` the
    attention. An encoder's turns stand in the order of the text, whichever way it reads. Raises
    ShapeMismatch for other numbers of tokens.
    """
    encoders, decoders = sides(trace)
    before, after = (next(iter(run.states.values()))[0] for run in (encoders[0], decoders[0]))
    for what, tokens, states in (
        ("source", source, before), ("tokens read", read, after), ("tokens", written, after),
    ):  # fmt: skip
        if len(tokens) != len(states):
            raise ShapeMismatch(what=what, found=(len(tokens),), expected=(len(states),))
    turns = [Turn(state, token, side=ENCODER) for state, token in zip(before, source, strict=True)]
    turns += [
        Turn(state, token, answer, share, side=DECODER)
        for state, token, (answer, share) in zip(after, read, written, strict=True)
    ]
    return Unrolling("encoder_decoder", decoders[0].cell, tuple(turns), looks=looks)
