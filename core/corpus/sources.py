"""Where the texts of a corpus come from, one function a kind of source.

A `Source` gives its texts one after another and holds none of them, so a corpus may be larger than
the memory. What data sets keep as arrays of ids (IMDB, Reuters, the Penn Treebank, the test set of
a run) is read as those ids; everything else is text, which the model's own vocabulary splits.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from core.corpus.classes import word_classes
from core.corpus.errors import NoTexts
from core.data import task as task_named
from core.text import MOST_BYTES, NoSuchColumn, RaggedRow, Vocabulary, decode, tokenize
from core.text.detect import SAMPLE_BYTES
from core.text.table import sniffed
from core.training.dataset import Dataset, Part
from core.training.run_folder import Run
from core.training.sources import prepare
from core.training.sources.errors import UnreadableFile
from core.typed_paths import typed_file, typed_folder

ENDINGS = (".txt", ".md", ".text")
LARGEST_FILE = 1 << 30


@dataclass(frozen=True)
class Text:
    """One text of a source.

    Attributes:
        name: what it is called: a file, a row.
        written: the text, as its writer wrote it; "" where only ids are known.
        ids: its token ids, where no text is read.
        vocabulary: what those ids stand for; None where nobody says, and they are the model's.
        label: the answer it should get, or any class it has; "" where nobody says.
        classes: a class for each token, where the source knows them.
    """

    name: str
    written: str = ""
    ids: NDArray[Any] | None = field(default=None, compare=False)
    vocabulary: Vocabulary | None = field(default=None, compare=False, repr=False)
    label: str = ""
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Texts, one after another.

    Attributes:
        described: what it is, as plain data; `source_from` makes it again, in another process too,
            where `kind` is one of `KINDS`.
        open: begins at the first text.
        count: how many texts there are; None where nobody knows before they are read.
    """

    described: Mapping[str, Any]
    open: Callable[[], Iterator[Text]] = field(repr=False)
    count: int | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return str(self.described.get("name") or self.described["kind"])

    def __iter__(self) -> Iterator[Text]:
        return self.open()


def listed(
    texts: Iterable[str | tuple[str, str]], *, name: str = "texts", times: int | None = None
) -> Source:
    """Texts, or pairs of a text and its label, from anything that can be gone through.

    A generator can be read once; a list as often as one likes.
    """

    def each() -> Iterator[Text]:
        for number, given in enumerate(islice(texts, times)):
            written, label = (given, "") if isinstance(given, str) else given
            yield Text(f"{name} {number + 1}", written, label=label)

    count = len(texts) if isinstance(texts, Sequence) else None
    return Source({"kind": "list", "name": name}, each, count)


def folder(path: str | Path, *, most: int | None = None) -> Source:
    """The text files of a folder and of those beneath it, in the order of their paths.

    A file's label is the name of the folder it lies in, if that is not the folder itself. Raises
    UnusablePath and NoTexts; what is no text, or cannot be read, is refused when its turn comes.
    """
    above = typed_folder(path)
    known = (file for file in above.rglob("*") if file.suffix.lower() in ENDINGS)
    files = sorted(file for file in known if file.is_file())[:most]
    if not files:
        raise NoTexts(folder=above, endings=", ".join(ENDINGS))

    def each() -> Iterator[Text]:
        for file in files:
            with _readable(file):
                content = file.read_bytes()
            written = decode(content, limit=LARGEST_FILE).text
            label = "" if file.parent == above else file.parent.name
            yield Text(file.relative_to(above).as_posix(), written, label=label)

    described = {"kind": "folder", "path": str(above.resolve()), "most": most, "name": above.name}
    return Source(described, each, len(files))


def column(
    path: str | Path, column: str = "", *, label: str = "", most: int | None = None
) -> Source:
    """One column of a CSV or TSV file, row by row; `label` names the column of the labels.

    The first row names the columns; without `column`, it is the one with the longest cells of the
    first rows. Raises UnusablePath, UnreadableFile, NoSuchColumn, RaggedRow, and what
    `core.text.decode` raises.
    """
    file = typed_file(path)
    with _readable(file), file.open("rb") as beginning:
        head = beginning.read(SAMPLE_BYTES)
    found = decode(head, limit=MOST_BYTES)
    encoding = "utf-8-sig" if found.encoding == "utf-8" else found.encoding
    delimiter = sniffed(found.text)
    csv.field_size_limit(LARGEST_FILE)
    with _table(file, encoding) as opened:
        rows = csv.reader(opened, delimiter=delimiter)
        names = [name.strip() for name in next(rows, [])]
        first = [row for row in islice(rows, 50) if len(row) == len(names)]
    if not names:
        raise UnreadableFile(file=file.name, why="its first line names no columns")
    if not column:
        column = max(names, key=lambda name: sum(len(row[names.index(name)]) for row in first))
    for wanted in (column, label):
        if wanted and wanted not in names:
            raise NoSuchColumn(found=wanted, known=", ".join(names))
    places = names.index(column), names.index(label) if label else None

    def each() -> Iterator[Text]:
        with _table(file, encoding) as opened:
            rows = csv.reader(opened, delimiter=delimiter)
            next(rows, None)
            for number, row in enumerate(islice((row for row in rows if row), most), start=1):
                if len(row) != len(names):
                    raise RaggedRow(
                        row=number + 1, line=rows.line_num, found=len(row), expected=len(names)
                    )
                answer = "" if places[1] is None else row[places[1]]
                yield Text(f"row {number}", row[places[0]], label=answer)

    described = {"kind": "column", "path": str(file.resolve()), "column": column, "label": label}
    return Source(described | {"most": most, "name": f"{file.name}: {column}"}, each)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """What the system or the table objects to becomes a sentence. Raises UnreadableFile."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise UnreadableFile(file=file.name, why=why) from error
    except csv.Error as error:
        raise UnreadableFile(file=file.name, why=str(error)) from error


@contextmanager
def _table(file: Path, encoding: str) -> Iterator[IO[str]]:
    with _readable(file), file.open(encoding=encoding, errors="replace", newline="") as opened:
        yield opened


def drawn(name: str, *, count: int, seed: int = 0) -> Source:
    """Test texts of a task of the project, with their answers and classes. Raises UnknownName."""
    task = task_named(name)

    def each() -> Iterator[Text]:
        for number, example in enumerate(task.generate(count, seed=seed, side="test")):
            label = "" if example.answer is None else task.answers[example.answer]
            classes = tuple("" if step is None else task.answers[step] for step in example.steps)
            if name == "sentiment":
                kinds = word_classes()
                classes = tuple(kinds.get(word, "") for word in tokenize(example.text, task.unit))
            yield Text(f"{name} {number + 1}", example.text, label=label, classes=classes)

    return Source({"kind": "task", "name": name, "count": count, "seed": seed}, each, count)


def data_set(
    name: str,
    options: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    base: str | Path = ".",
    most: int | None = None,
    called: str = "",
) -> Source:
    """The test part of a source of training data (`core.training.sources`), such as "imdb".

    `options` are that source's own, `base` is where relative paths in them begin. Nothing is read
    before the first text is asked for. Raises what `prepare` raises, then.
    """

    def each() -> Iterator[Text]:
        read = prepare(name, dict(options or {}), seed=seed, validation=0.0, folder=base)
        yield from islice(_part(read.test, read, called or name), most)

    described = {"kind": "data", "source": name, "options": dict(options or {}), "seed": seed}
    described |= {"base": str(Path(base).resolve()), "most": most, "name": called or name}
    return Source(described, each)


def of_run(run: Run, *, most: int | None = None) -> Source:
    """What a run was tested on. Raises BrokenRun; and what `data_set` raises."""
    data = run.config.data
    return data_set(
        data.source,
        data.options,
        seed=run.config.seed,
        base=run.folder,
        most=most,
        called=run.label.name,
    )


def _part(part: Part, dataset: Dataset, name: str) -> Iterator[Text]:
    for number in range(len(part)):
        ids = part.alone[number]
        label = _label(part.targets[number], dataset)
        written = "" if part.texts is None else part.texts(number)
        yield Text(
            f"{name} {number + 1}", written, ids=ids, vocabulary=dataset.vocabulary, label=label
        )


def _label(target: NDArray[Any], dataset: Dataset) -> str:
    if np.size(target) != 1 or not dataset.answers:
        return ""
    number = int(np.ravel(target)[0])
    return dataset.answers[number] if number < len(dataset.answers) else str(number)
