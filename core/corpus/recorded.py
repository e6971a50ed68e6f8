"""A recorded corpus as a folder: what is in which file, and reading it.

    manifest.json        format, model, source, quantities, how many texts and steps
    progress.json        how far the recording is; what is before that can be read
    model.npz            the model that recorded it (core.Model)
    texts/00000.parquet  a row a text: text, name, label, written, start, length
    tokens/00000.parquet a row a step: step, text, position, token, id, class
    outcomes/….parquet   a row a text: text, answer, score, wrong   (models that answer once)
    answers/….parquet    a row a step: step, answer, score, bits    (models that answer every step)
    arrays/….npy         a file a layer and quantity, (steps, units), float16 or float32
    sketches/….npz       what makes the search for a state fast, made from the arrays
    annotations/….parquet a row a step or a text, read from a user's TSV

Step s of every table is row s of every array, and the steps of a text follow each other. Arrays
stand column by column (NumPy calls that Fortran order, and `numpy.load(…, mmap_mode="r")` reads it
as any other): questions are asked of units, and a unit's steps then lie together. The price is
that a state, a row, is gathered from as many places as it has units. Not chosen: Zarr, whose
chunks would be opened by the hundred for one unit; HDF5, which no reader can open while it is
written; both orders, which would take the disk twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from core.corpus.errors import NoSuchQuantity, NotACorpus, NotRecordedYet
from core.corpus.manifest import Manifest, Quantity, json_of, unreadable
from core.errors import CoreError
from core.model import Model
from core.written import NotAsWritten, read_as

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class _Done:
    """What progress.json says."""

    batches: int = 0
    errors: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Corpus:
    """A recorded corpus, as far as it is recorded. Open one by `Corpus.open(folder)`."""

    folder: Path
    manifest: Manifest
    done: int
    """How many batches are recorded."""
    errors: Mapping[str, float]
    """The largest difference that float16 made, by quantity, as measured while recording."""

    @classmethod
    def open(cls, folder: str | Path) -> Corpus:
        """The corpus of a folder. Raises NotACorpus, CorpusOfOtherVersion."""
        path = Path(folder).expanduser()
        manifest = Manifest.read(path)
        written = json_of(path, "progress.json")
        try:
            done = _Done() if written is None else read_as(_Done, written)
        except NotAsWritten as error:
            raise unreadable(path, "progress.json", error) from error
        if not 0 <= done.batches <= len(manifest.batches):
            raise unreadable(path, "progress.json", NotAsWritten("batches", done.batches))
        return cls(path, manifest, done.batches, done.errors)

    @property
    def steps(self) -> int:
        """How many steps are recorded: those before this one can be searched."""
        return self.manifest.batches[self.done - 1].stop if self.done else 0

    @property
    def finished(self) -> bool:
        """Whether all of it is recorded."""
        return self.manifest.state == "finished" and self.is_recorded

    @property
    def is_recorded(self) -> bool:
        """Whether each of its batches is."""
        return self.done == len(self.manifest.batches)

    def checked(self) -> Corpus:
        """Itself. Raises NotRecordedYet where no step can be searched."""
        if not self.steps:
            raise NotRecordedYet(folder=self.folder)
        return self

    def sound(self) -> Corpus:
        """Itself, where all that is looked at first can be: its texts' lengths and its arrays.

        Raises NotRecordedYet and NotACorpus.
        """
        _ = self.starts
        for quantity in self.manifest.quantities:
            self.array(quantity.key)
        return self

    @cached_property
    def model(self) -> Model:
        """The model that it was recorded with. Raises NotACorpus."""
        try:
            return Model.load(self.folder / "model.npz")
        except (OSError, CoreError) as error:
            raise NotACorpus(folder=self.folder, why=f"model.npz: {error}") from error

    def quantity(self, key: str) -> Quantity:
        """The quantity of that key. Raises NoSuchQuantity."""
        known = {quantity.key: quantity for quantity in self.manifest.quantities}
        if key not in known:
            raise NoSuchQuantity(asked=key, known=", ".join(known))
        return known[key]

    def array(self, key: str) -> NDArray[Any]:
        """The recorded values of a quantity, (steps, units), a memory map that cannot be written.

        Raises NoSuchQuantity, NotRecordedYet, NotACorpus.
        """
        quantity = self.quantity(key)
        self.checked()
        try:
            array = np.load(self.folder / quantity.file, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise NotACorpus(folder=self.folder, why=f"{quantity.file}: {error}") from error
        if array.shape != (self.manifest.steps, quantity.units):
            why = f"{quantity.file} has the shape {array.shape}"
            raise NotACorpus(folder=self.folder, why=why)
        return array[: self.steps]

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The first step of each text that is recorded, and the step after the last.

        Raises NotRecordedYet and NotACorpus.
        """
        self.checked()
        lengths = [
            self.rows("texts", number, ["length"])["length"].to_numpy()
            for number in range(self.done)
        ]
        starts = np.concatenate([[0], np.cumsum(np.concatenate(lengths))]).astype(np.int64)
        if starts[-1] > self.steps:
            raise NotACorpus(folder=self.folder, why="its texts are longer than what is recorded")
        # A text that is recorded in pieces, and not to its end, counts as far as it goes.
        return starts if starts[-1] == self.steps else np.append(starts, self.steps)

    def rows(self, table: str, number: int, columns: Sequence[str]) -> pa.Table:
        """Columns of a table, those rows that are of a batch. Raises NotACorpus."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.part(table, number)
        file = f"{table}/{path.name}"
        if not path.is_file():
            raise NotACorpus(folder=self.folder, why=f"{file} is missing")
        try:
            found = pq.read_table(path, columns=list(columns))
        except (OSError, pa.ArrowException) as error:
            raise unreadable(self.folder, file, error) from error
        steps = self.manifest.batches[number].steps
        if found.column_names != list(columns) or (table == "tokens" and len(found) != steps):
            raise NotACorpus(folder=self.folder, why=f"{file} is of something else")
        return found

    def part(self, table: str, number: int) -> Path:
        """The file of a table that holds the rows of a batch."""
        return self.folder / table / f"{number:05d}.parquet"
