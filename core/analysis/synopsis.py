"""What is this model, in one sentence? What it reads, what it is made of, what it answers.

Facts for a sentence, read off the nodes; the words are the reader's language's own. Layers that
only shape or thin out what passes (dropout, masks, poolings, normalisations) are left to the list
of all layers: a sentence of twelve parts is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from core.analysis.anatomy import Part, anatomy
from core.analysis.questions import predicts_tokens
from core.analysis.typed import Reads, reads
from core.cells import CELLS
from core.model import Model
from core.nodes import Embedding
from core.padding import window_of
from core.text import Unit

Answer = Literal["probability", "probabilities", "classes", "token", "numbers", "states"]
Task = Literal["classifier", "tagger", "writer", "predictor", "reader"]

_NAMED = ("embedding", "conv1d", "attention", "additive_attention", "dense")


@dataclass(frozen=True)
class Piece:
    """One kind of layer, or `count` alike in a row: `size` units, filters or features.

    `rows` are those of an embedding, else 0. `both_ways`: it reads in both directions.
    """

    kind: str
    size: int
    rows: int = 0
    both_ways: bool = False
    count: int = 1


@dataclass(frozen=True)
class Synopsis:
    """The facts of the sentence.

    Attributes:
        reads: what is typed for it.
        unit: what its tokens are: "word", "character", "jamo", or "ids" without a vocabulary.
        task: a "classifier" answers a text or a series once in probabilities, a "tagger" at each
            step; a "writer" gives the next token, a "predictor" numbers, a "reader" ends in states.
        steps: how many steps it has learned from, None where any number will do or nobody says.
        features: numbers of each step; 0 for a model that reads tokens.
        inputs: how many things it reads.
        pieces: its layers, in order, without the one that answers.
        answer: what its outputs are.
        outputs: how many.
        every_step: whether it answers at each step.
    """

    reads: Reads
    unit: Unit | Literal["ids"]
    task: Task
    steps: int | None
    features: int
    inputs: int
    pieces: tuple[Piece, ...]
    answer: Answer
    outputs: int
    every_step: bool


def synopsis(model: Model) -> Synopsis:
    """Gather the facts; nothing is run."""
    answer, every = _answer(model), model.readout == "every"
    return Synopsis(
        reads=reads(model),
        unit="ids" if model.vocabulary is None else model.vocabulary.unit,
        task=_task(answer, every_step=every),
        steps=window_of(model) or model.steps,
        features=0 if model.embedding is not None else model.features,
        inputs=len(model.inputs),
        pieces=_pieces(model),
        answer=answer,
        outputs=model.outputs,
        every_step=every,
    )


def _answer(model: Model) -> Answer:
    if model.readout is None:
        return "states"
    if predicts_tokens(model):
        return "token"
    if model.activation == "softmax":
        return "classes"
    if model.activation == "sigmoid":
        return "probability" if model.outputs == 1 else "probabilities"
    return "numbers"


def _task(answer: Answer, *, every_step: bool) -> Task:
    match answer:
        case "states":
            return "reader"
        case "token":
            return "writer"
        case "numbers":
            return "predictor"
    return "tagger" if every_step else "classifier"


def _pieces(model: Model) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    parts = anatomy(model)
    answering = _answering(model, parts) if model.readout else set()
    for part in parts:
        if part.name in answering:
            continue
        piece = _piece(model, part)
        if piece is None:
            continue
        if pieces and replace(pieces[-1], count=1) == piece:
            pieces[-1] = replace(piece, count=pieces[-1].count + 1)
        else:
            pieces.append(piece)
    return tuple(pieces)


def _answering(model: Model, parts: tuple[Part, ...]) -> set[str]:
    """The part that answers, and the dense layer whose activation stands by itself."""
    last = next(part for part in parts if part.name == model.output_node.name)
    if last.kind != "activation":
        return {last.name}
    return {last.name, *(at.name for at in parts if at.name in last.reads and at.kind == "dense")}


def _piece(model: Model, part: Part) -> Piece | None:
    if part.kind in CELLS:
        units = next(at.layers[0].units for at in model.recurrent if at.name == part.name)
        return Piece(part.kind, units, both_ways=part.both_ways)
    if part.kind not in _NAMED:
        return None
    node = model.by_name[part.name]
    rows = len(node.weights) if isinstance(node, Embedding) else 0
    return Piece(part.kind, part.outputs, rows=rows)
