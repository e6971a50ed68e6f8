"""What a model answered, as rows of tables: one a text, or one a step.

A model that answers once gives each text an answer, its probability, and whether it is the text's
label; one that answers every step gives each step one, and where its answers are the vocabulary,
how many bits each token was to it (`core.analysis.surprise`), NaN for the first of a text.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from core.activations import Array
from core.analysis.surprise import bits_of
from core.corpus.recorded import Corpus
from core.corpus.tokens import write_table
from core.model import Model
from core.trace import Trace

OUTCOMES = pa.schema(
    [
        ("text", pa.int64()),
        ("answer", pa.string()),
        ("score", pa.float32()),
        ("wrong", pa.bool_()),
    ]
)
ANSWERS = pa.schema(
    [
        ("step", pa.int64()),
        ("answer", pa.string()),
        ("score", pa.float32()),
        ("bits", pa.float32()),
    ]
)


def names_of(model: Model) -> tuple[str, ...]:
    """What a model's answers are called: those of its card, else its vocabulary, else numbers."""
    count = max(2, model.outputs)
    given = tuple(map(str, model.card.get("answers") or ()))
    if len(given) == count:
        return given
    if writes(model) and model.vocabulary is not None:
        return tuple(model.vocabulary.token_of(number) for number in range(count))
    return tuple(map(str, range(count)))


def writes(model: Model) -> bool:
    """Whether its answer at a step is what comes next, a token of its vocabulary."""
    known = model.vocabulary
    if known is None or model.readout != "every" or model.activation != "softmax":
        return False
    return model.outputs == known.size


def chosen(model: Model, outputs: Array) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The answer of the most probability and that probability, of outputs (…, outputs).

    One output is the probability of the second of two answers.
    """
    if outputs.shape[-1] == 1:
        given = outputs[..., 0]
        answer = (given > 0.5).astype(np.int64)
        sure = np.where(answer == 1, given, 1 - given) if model.activation == "sigmoid" else given
        return answer, sure.astype(np.float32)
    answer = outputs.argmax(axis=-1)
    score = np.take_along_axis(outputs, answer[..., None], axis=-1)[..., 0]
    return answer, score.astype(np.float32)


class BatchAnswers:
    """The answers to the texts of one batch, gathered while it is recorded."""

    def __init__(self, model: Model, *, steps: int, texts: int) -> None:
        self._model, self._names = model, names_of(model)
        count = steps if model.readout == "every" else texts
        self._answer = np.zeros(count, np.int64)
        self._score = np.full(count, np.nan, np.float32)
        self._bits = np.full(steps if writes(model) else 0, np.nan, np.float32)

    def take(
        self,
        trace: Trace,
        ids: NDArray[np.int64],
        *,
        rows: NDArray[np.int64],
        places: NDArray[np.int64],
        lengths: NDArray[np.int64],
        guess: Array | None = None,
    ) -> None:
        """What texts were answered: its `rows`, at `places` of the batch, ids (texts, time).

        `guess` (outputs,) is what the piece before has left, of a text that goes on here.
        """
        if self._model.readout is None:
            return
        answer, score = chosen(self._model, trace.outputs)
        if self._model.readout == "last":
            self._answer[rows], self._score[rows] = answer, score
            return
        for number, (place, length) in enumerate(zip(places, lengths, strict=True)):
            at = slice(place, place + length)
            self._answer[at], self._score[at] = answer[number, :length], score[number, :length]
            if len(self._bits):
                before = np.arange(length - 1)
                given = trace.outputs[number, before, ids[number, 1:length]]
                self._bits[place + 1 : place + length] = bits_of(given)
                if guess is not None:
                    self._bits[place] = bits_of(guess[ids[number, 0]])

    def write(self, corpus: Corpus, number: int, *, start: int) -> None:
        """Puts them into the tables of a corpus, as those of its batch. Raises OSError."""
        if self._model.readout == "every":
            given = _as_names(self._answer, self._names)
            step = np.arange(start, start + len(given))
            bits = self._bits if len(self._bits) else np.full(len(given), np.nan, np.float32)
            columns = {"step": step, "answer": given, "score": self._score, "bits": bits}
            write_table(corpus.part("answers", number), columns, ANSWERS)
        elif self._model.readout == "last":
            # A text that goes on in the next batch has no row yet, and no answer.
            texts = corpus.rows("texts", number, ["text", "label"])
            given = _as_names(self._answer[: len(texts)], self._names)
            labels = texts["label"].to_pylist()
            false = wrong(given.to_pylist(), labels, names=self._names)
            score = self._score[: len(texts)]
            columns = {"text": texts["text"], "answer": given, "score": score, "wrong": false}
            write_table(corpus.part("outcomes", number), columns, OUTCOMES)


def wrong(answers: list[str], labels: list[str], *, names: tuple[str, ...]) -> list[bool | None]:
    """Whether each answer differs from its text's label; None where that is none of the answers."""
    known = set(names)
    return [
        answer != label if label in known else None
        for answer, label in zip(answers, labels, strict=True)
    ]


def _as_names(answers: NDArray[np.int64], names: tuple[str, ...]) -> pa.Array:
    return pa.array(np.asarray(names, object)[answers], pa.string())
