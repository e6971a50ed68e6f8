"""What stands around a place of the corpus: its tokens, and those before and after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from core.corpus.recorded import Corpus


@dataclass(frozen=True)
class Context:
    """Tokens of one text around some of them.

    Attributes:
        text: the number of the text.
        name: what the text is called.
        label: its label, or "".
        position: of the first of `tokens`, in the text.
        before: tokens before the place.
        tokens: those of the place.
        after: tokens behind it.
    """

    text: int
    name: str
    label: str
    position: int
    before: tuple[str, ...]
    tokens: tuple[str, ...]
    after: tuple[str, ...]


class Texts:
    """The texts of a corpus by their numbers: what they are called, their labels, as written."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._ends = [len(corpus.rows("texts", number, ["text"])) for number in range(corpus.done)]
        self._firsts = np.cumsum([0, *self._ends[:-1]])

    def __getitem__(self, text: int) -> tuple[str, str, str]:
        """Name, label and the text as it was written; empty where it is not recorded to its end."""
        number = int(np.searchsorted(self._firsts, text, side="right")) - 1
        row = text - int(self._firsts[number])
        if row >= self._ends[number]:
            return "", "", ""
        columns = ["name", "label", "written"]
        name, label, written = self._corpus.rows("texts", number, columns).slice(row, 1)
        return name[0].as_py(), label[0].as_py(), written[0].as_py()

    def labels(self) -> list[str]:
        """The labels of all texts."""
        return [
            label
            for number in range(self._corpus.done)
            for label in self._corpus.rows("texts", number, ["label"])["label"].to_pylist()
        ]


class Tokens:
    """The tokens of a corpus by their steps; parts that were read are kept, at most eight."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._firsts = np.array([batch.start for batch in corpus.manifest.batches])
        self._parts: dict[int, np.ndarray[tuple[int], np.dtype[np.object_]]] = {}

    def between(self, start: int, stop: int) -> tuple[str, ...]:
        """The tokens from a step to another."""
        found: list[str] = []
        while start < stop:
            number = int(np.searchsorted(self._firsts, start, side="right")) - 1
            batch = self._corpus.manifest.batches[number]
            end = min(stop, batch.stop)
            found += self._part(number)[start - batch.start : end - batch.start].tolist()
            start = end
        return tuple(found)

    def _part(self, number: int) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
        if number not in self._parts:
            if len(self._parts) == 8:
                self._parts.pop(next(iter(self._parts)))
            table = self._corpus.rows("tokens", number, ["token"])
            self._parts[number] = table["token"].to_numpy()
        return self._parts[number]


def contexts(
    corpus: Corpus, places: Iterable[tuple[int, int]], *, around: int = 6
) -> list[Context]:
    """What stands at some places, from a first step to one behind the last, and around them."""
    tokens, texts, starts, found = Tokens(corpus), Texts(corpus), corpus.starts, []
    for start, stop in places:
        text = int(np.searchsorted(starts, start, side="right")) - 1
        first, last = int(starts[text]), int(starts[text + 1])
        name, label, _ = texts[text]
        found.append(
            Context(
                text,
                name,
                label,
                start - first,
                tokens.between(max(first, start - around), start),
                tokens.between(start, min(stop, last)),
                tokens.between(min(stop, last), min(last, stop + around)),
            )
        )
    return found


def whole(corpus: Corpus, text: int) -> str:
    """A text as it was written; its tokens, parted by blanks, where only these are known."""
    _, _, written = Texts(corpus)[text]
    if written:
        return written
    tokens = Tokens(corpus).between(int(corpus.starts[text]), int(corpus.starts[text + 1]))
    known = corpus.model.vocabulary
    glue = " " if known is None or known.unit == "word" else ""
    return glue.join(token for token in tokens if token != "<pad>")
