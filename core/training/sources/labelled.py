"""The texts of a table and their labels, checked, and what looks odd about them.

Two labels that a reader takes for one ('neg' and 'Neg ', 1 and 1.0) are two classes to a network.
So are those that differ in nothing that can be seen, and a text that stands under several labels
can be right under one only. Nothing of that is mended: it is told, with the counts, before anything
is trained. Only what Unicode holds to be the same text is one label (NFC), whatever a system wrote.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from core.errors import CoreError
from core.text import Table, visible
from core.training.errors import WrongSetting
from core.training.sources.errors import (
    EmptyCell,
    FirstRowIsData,
    LabelsAlike,
    OneClassOnly,
    RareLabel,
    TextsDisagree,
    TooManyClasses,
)

MOST_CLASSES = 1_000
LEAST_TEXTS = 2
MOST_TOLD = 5
"""Pairs of labels that are told; where there are more, the sentences say nothing new."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_UNSEEN = regex.compile(r"[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}--\s]", regex.V1)
"""What is drawn as nothing, blanks aside."""


@dataclass(frozen=True, eq=False)
class Labelled:
    """The texts of a table and their labels.

    Attributes:
        texts: as they stand there.
        answers: int64 (rows,), places in `labels`.
        labels: sorted: as numbers if all of them are, else as texts.
        remarks: what should be known of them before they are learned from.
    """

    texts: tuple[str, ...]
    answers: NDArray[np.int64]
    labels: tuple[str, ...]
    remarks: tuple[CoreError, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each label."""
        counts = np.bincount(self.answers, minlength=len(self.labels)).tolist()
        return dict(zip(self.labels, counts, strict=True))


def labelled(table: Table, *, text_column: str = "", label_column: str = "") -> Labelled:
    """The texts and labels of a table, checked; for a page as well, before anything is trained.

    Raises:
        NoSuchColumn, WrongSetting: see `columns`.
        EmptyCell, OneClassOnly, TooManyClasses, RareLabel: when there is nothing to learn so.
    """
    text_column, label_column = columns(table, text=text_column, label=label_column)
    texts = table.column(text_column)
    written = [plain(label) for label in table.column(label_column)]
    for column, cells in ((text_column, texts), (label_column, written)):
        check_said(table, cells, column)
    labels = _sorted(set(written))
    if len(labels) == 1:
        raise OneClassOnly(label=labels[0], column=label_column)
    if len(labels) > MOST_CLASSES:
        raise TooManyClasses(column=label_column, found=len(labels), limit=MOST_CLASSES)
    place_of = {label: place for place, label in enumerate(labels)}
    answers = np.array([place_of[label] for label in written])
    remarks = (
        *first_row(table, (text_column, label_column), cells=(texts, written)),
        *_alike(written),
        *_disagreeing(table, texts, answers),
    )
    found = Labelled(texts, answers, labels, remarks)
    _check_rare(table, found)
    return found


def plain(cell: str) -> str:
    """A cell without the blanks around it, in the form that Unicode composes (NFC)."""
    return unicodedata.normalize("NFC", cell).strip()


def check_said(table: Table, cells: Sequence[Any], column: str) -> None:
    """Raises EmptyCell for the first cell, or its tokens, with nothing to read."""
    for place, cell in enumerate(cells):
        if not cell or (isinstance(cell, str) and cell.isspace()):
            raise EmptyCell(row=table.number(place), column=column)


def columns(table: Table, *, text: str, label: str) -> tuple[str, str]:
    """The columns of texts and of labels; where one is not named, the likely one.

    Raises:
        NoSuchColumn: when there is no column of that name.
        WrongSetting: when both are the same, or it is not clear which one is meant.
    """
    for name in (text, label):
        if name:
            table.column(name)
    others = [name for name in table.columns if name != label]
    if not text and others:
        text = max(others, key=lambda name: sum(map(len, table.column(name))))
    others = [name for name in table.columns if name != text]
    if not label and len(others) == 1:
        label = others[0]
    if not text or not label or text == label:
        setting = "data.options.text_column" if not text else "data.options.label_column"
        found = repr(label) if label else "empty"
        expected = f"another column of the table: {', '.join(others)}"
        raise WrongSetting(setting=setting, found=found, expected=expected)
    return text, label


def own_texts(found: Labelled) -> list[list[str]]:
    """The different texts of each label; one that has several labels belongs to its first."""
    first: dict[str, int] = {}
    for text, answer in zip(found.texts, found.answers.tolist(), strict=True):
        first.setdefault(plain(text), answer)
    own: list[list[str]] = [[] for _ in found.labels]
    for text, answer in first.items():
        own[answer].append(text)
    return own


def _check_rare(table: Table, found: Labelled) -> None:
    for place, texts in enumerate(own_texts(found)):
        if len(texts) < LEAST_TEXTS:
            row = table.number(int(np.flatnonzero(found.answers == place)[0]))
            raise RareLabel(label=found.labels[place], row=row, found=len(texts), least=LEAST_TEXTS)


def first_row(
    table: Table, columns: Sequence[str], *, cells: Sequence[Sequence[str]]
) -> Iterator[FirstRowIsData]:
    """Whether the names of columns look like values of theirs: one stands below, or is a number."""
    for name, column in zip(columns, cells, strict=True):
        if plain(name) in column or _number(name) is not None:
            names = ", ".join(visible(each[:40]) for each in table.columns[:4])
            yield FirstRowIsData(names=names, name=visible(name[:40]), rows=len(table.rows))
            return


def _alike(labels: Sequence[str]) -> Iterator[LabelsAlike]:
    """Pairs of labels that a reader takes for one, the most frequent first."""
    counts = Counter(labels)
    groups: dict[object, list[str]] = {}
    for label, _ in counts.most_common():
        groups.setdefault(_seen(label), []).append(label)
    pairs = [(group[0], other) for group in groups.values() for other in group[1:]]
    for one, other in pairs[:MOST_TOLD]:
        yield LabelsAlike(
            one=visible(one), count=counts[one], other=visible(other), others=counts[other],
            pairs=len(pairs),
        )  # fmt: skip


def _seen(label: str) -> object:
    """What a reader sees of a label: without case, widths, marks of no width, or a number."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", label).casefold())
    shown = "".join(each for each in folded if not _UNSEEN.match(each))
    shown = " ".join(shown.split())
    number = _number(shown)
    return shown if number is None else number


def _number(text: str) -> float | None:
    with suppress(ValueError):
        return float(text) if _NUMBER.fullmatch(text) else None
    return None


def _disagreeing(
    table: Table, texts: Sequence[str], answers: NDArray[np.int64]
) -> Iterator[TextsDisagree]:
    """Texts that stand under several labels."""
    given: dict[str, set[int]] = {}
    first: dict[str, int] = {}
    counts: Counter[str] = Counter()
    for place, (text, answer) in enumerate(zip(map(plain, texts), answers.tolist(), strict=True)):
        given.setdefault(text, set()).add(answer)
        first.setdefault(text, place)
        counts[text] += 1
    several = [text for text, own in given.items() if len(own) > 1]
    if several:
        rows = sum(counts[text] for text in several)
        row = table.number(min(first[text] for text in several))
        yield TextsDisagree(texts=len(several), rows=rows, total=len(texts), row=row)


def _sorted(labels: set[str]) -> tuple[str, ...]:
    try:
        # Sorted twice, since '1' and '1.0' are equal as numbers.
        return tuple(sorted(sorted(labels), key=float))
    except ValueError:
        return tuple(sorted(labels))
