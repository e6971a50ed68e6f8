"""What a corpus is, as `manifest.json` has it: model, source, quantities, and how it is cut.

The folder may come from elsewhere, from another version or from a disk that was full, so each value
is held to its type, the batches to follow each other, and files to lie where ours do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from core.corpus.errors import CorpusOfOtherVersion, NotACorpus
from core.training.errors import BrokenRun
from core.training.files import read_json
from core.written import NotAsWritten, read_as, value_as

FORMAT = 1
Dtype = Literal["float16", "float32"]
DTYPES: tuple[Dtype, ...] = get_args(Dtype)
State = Literal["reading", "recording", "indexing", "finished"]
_FILE = re.compile(r"arrays/[0-9A-Za-z_-]+\.npy")
"""What the file of a quantity may be called: a manifest from elsewhere leads to no other folder."""


@dataclass(frozen=True, order=True)
class Quantity:
    """A gate or state of a layer, of all its units."""

    layer: str
    name: str
    """`gates/forget`, `states/hidden`, as `Trace.frame` calls them."""
    units: int = field(compare=False)
    file: str = field(compare=False)

    @property
    def key(self) -> str:
        """Its name in a corpus: `lstm/gates/forget`."""
        return f"{self.layer}/{self.name}"

    @property
    def is_state(self) -> bool:
        """Whether it is a state; else it is a gate."""
        return self.name.startswith("states/")


@dataclass(frozen=True)
class Batch:
    """Consecutive steps that are recorded together, and lie in one file of each table.

    `start` is its first step, `steps` how many there are, `texts` those that begin or go on in it,
    `first` the number of the first of them; `from_position` is where the first text is taken up.
    """

    start: int
    steps: int
    first: int
    texts: int
    from_position: int = 0

    @property
    def stop(self) -> int:
        return self.start + self.steps


@dataclass(frozen=True)
class Manifest:
    """What a corpus is. Attributes as the module says; `skipped` are texts without a token."""

    model_digest: str
    model_name: str
    source: Mapping[str, Any]
    dtype: Dtype
    quantities: tuple[Quantity, ...]
    state: State
    batches: tuple[Batch, ...] = ()
    texts: int = 0
    skipped: int = 0
    origin: str = ""
    """What the dashboard calls the model by."""

    @property
    def steps(self) -> int:
        """How many steps the corpus has, recorded or not."""
        return self.batches[-1].stop if self.batches else 0

    @property
    def bytes(self) -> int:
        """What the arrays take when all is recorded."""
        columns = sum(quantity.units for quantity in self.quantities)
        return self.steps * columns * np.dtype(self.dtype).itemsize

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "format": FORMAT,
            "kind": "corpus",
            "model": {"digest": self.model_digest, "name": self.model_name, "origin": self.origin},
            "source": dict(self.source),
            "dtype": self.dtype,
            "state": self.state,
            "texts": self.texts,
            "skipped": self.skipped,
            "steps": self.steps,
            "quantities": [
                {"layer": q.layer, "name": q.name, "units": q.units, "file": q.file}
                for q in self.quantities
            ],
            "batches": [
                [b.start, b.steps, b.first, b.texts, b.from_position] for b in self.batches
            ],
        }

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """What `to_json` gave, of a folder. Raises NotACorpus and CorpusOfOtherVersion."""
        written = json_of(folder, "manifest.json")
        if written is None:
            raise NotACorpus(folder=folder, why="it has no manifest.json")
        if not isinstance(written, dict) or written.get("kind") != "corpus":
            raise NotACorpus(folder=folder, why="its manifest.json is of something else")
        if written.get("format") != FORMAT:
            raise CorpusOfOtherVersion(folder=folder, found=written.get("format"), known=FORMAT)
        try:
            model = value_as(Mapping[str, str], written.get("model"), name="model")
            batches = value_as(tuple[tuple[int, ...], ...], written.get("batches"), name="batches")
            found = {
                "model_digest": model.get("digest"),
                "model_name": model.get("name"),
                "origin": model.get("origin", ""),
                "batches": [dict(zip(_OF_BATCH, batch, strict=False)) for batch in batches],
            }
            return read_as(cls, written | found)._held()
        except NotAsWritten as error:
            raise unreadable(folder, "manifest.json", error) from error

    def _held(self) -> Manifest:
        """Itself. Raises NotAsWritten where its parts do not fit each other, or lead elsewhere."""
        for quantity in self.quantities:
            if quantity.units < 1 or not _FILE.fullmatch(quantity.file):
                raise NotAsWritten("quantities", asdict(quantity))
        if not self.quantities:
            raise NotAsWritten("quantities", [])
        stop = 0
        for batch in self.batches:
            if batch.start != stop or batch.steps < 1 or min(batch.first, batch.texts) < 0:
                raise NotAsWritten("batches", asdict(batch))
            stop = batch.stop
        return self


_OF_BATCH = tuple(each.name for each in fields(Batch))


def json_of(folder: Path, name: str) -> Any:
    """What a file of a corpus says, None where there is none. Raises NotACorpus."""
    try:
        return read_json(folder / name)
    except BrokenRun as error:
        raise unreadable(folder, name, error.facts["why"]) from error


def unreadable(folder: Path, file: str, why: object) -> NotACorpus:
    """The error for a file of a corpus that is damaged."""
    return NotACorpus(folder=folder, why=f"{file} cannot be read ({why})")
