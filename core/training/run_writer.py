"""What a worker writes into its run's folder, so that a kill at any instant leaves it readable.

Lines are appended whole, files replaced atomically. The status is written at most once a second
unless its state changes. A file of 64 KB is held in reserve: when the disk is full it is given up,
and there is room to say so.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import IO, Any

import numpy as np

from core.arrays import save_arrays
from core.errors import CoreError, Failure
from core.model import Model
from core.trace import Trace
from core.training.errors import LinesSetAside
from core.training.files import (
    append_line,
    epoch_of_batch,
    keep_lines,
    read_json,
    read_json_line,
    remove_left_overs,
    replace_file,
    replace_json,
    whole_lines,
)
from core.training.run_folder import Run
from core.training.status import State, Status, read_status

RESERVE = 65_536
BETWEEN_STATUS = 1.0


class RunWriter:
    """The files of one run, open for its worker alone."""

    def __init__(self, run: Run, *, last_words: bool = False) -> None:
        """Takes up the status where an earlier worker left it.

        Room for last words is kept; `last_words`: they are all that will be written. Raises
        OSError where there is no room, or no folder.
        """
        self.run = run
        written = read_json(run.file("status.json"))
        self.status = read_status(written) if isinstance(written, dict) else Status()
        self.status = replace(self.status, notes=())
        self._told = 0.0
        self._open = ExitStack()
        self._lines: dict[str, IO[bytes]] = {}
        if last_words:
            return
        for folder in ("epochs", "film"):
            run.file(folder).mkdir(exist_ok=True)
            remove_left_overs(run.file(folder))
        remove_left_overs(run.folder)
        if not run.file("reserve").is_file():
            replace_file(run.file("reserve"), lambda file: file.write(b"\0" * RESERVE))

    def close(self) -> None:
        """Closes the files and gives up the reserve."""
        self._open.close()
        self._lines.clear()
        self.run.file("reserve").unlink(missing_ok=True)

    def tell(self, *, state: State | None = None, **changes: Any) -> None:
        """Changes the status; on disk at once for a new state, else within a second or so."""
        changed = state is not None and state != self.status.state
        self.status = replace(self.status, **changes, state=state or self.status.state)
        if changed or time.monotonic() - self._told >= BETWEEN_STATUS:
            self.tell_now()

    def tell_now(self) -> None:
        """Writes the status. Raises OSError where the disk is full."""
        replace_json(self.run.file("status.json"), asdict(self.status) | {"taken": True})
        self._told = time.monotonic()

    def note(self, error: CoreError) -> None:
        """Says what it goes on in spite of, once."""
        note = Failure.of(error).to_json()
        if note not in self.status.notes:
            self.tell(notes=(*self.status.notes, note))

    def rewind(self, epoch: int) -> None:
        """Forgets what was written after an epoch, which a resumed run does again.

        Lines that cannot be read are set aside, and noted.
        """
        names = whole_lines(self.run.file("batches.csv")).partition(b"\n")[0]

        def is_before(found: int | None) -> bool | None:
            return None if found is None else found <= epoch

        def of_batch(line: bytes) -> bool | None:
            columns = line == names and line.startswith(b"epoch,batch,")
            return True if columns else is_before(epoch_of_batch(line, names))

        def of_epoch(line: bytes) -> bool | None:
            return is_before((read_json_line(line) or {}).get("epoch"))

        for name, wanted in (
            ("batches.csv", of_batch),
            ("epochs.jsonl", of_epoch),
            ("looks.jsonl", of_epoch),
        ):
            count = keep_lines(self.run.file(name), wanted)
            if count:
                self.note(LinesSetAside(file=name, count=count))
        for folder in ("epochs", "film"):
            for file in self.run.file(folder).iterdir():
                # Of nothing else: somebody may have put a copy of their own there.
                named = re.fullmatch(r"([0-9]{4,9})(-[0-9]+)?\.npz", file.name)
                if named and int(named[1]) > epoch:
                    file.unlink()

    def batch(self, row: Mapping[str, float]) -> None:
        """Appends one line to batches.csv; the first one brings the columns' names."""
        file = self._appending("batches.csv")
        if file.tell() == 0:
            append_line(file, ",".join(row))
        append_line(file, ",".join(f"{value:.7g}" for value in row.values()))

    def epoch(self, row: Mapping[str, Any]) -> None:
        """Appends one line to epochs.jsonl."""
        append_line(self._appending("epochs.jsonl"), _json(row))

    def look(self, row: Mapping[str, Any]) -> None:
        """Appends one line to looks.jsonl."""
        append_line(self._appending("looks.jsonl"), _json(row))

    def _appending(self, name: str) -> IO[bytes]:
        if name not in self._lines:
            self._lines[name] = self._open.enter_context(self.run.file(name).open("ab"))
        return self._lines[name]

    def model(self, model: Model, *, epoch: int) -> None:
        """Keeps the model after an epoch, 0 for the one before training."""
        replace_file(self.run.file(f"epochs/{epoch:04d}.npz"), model.save)

    def film(self, trace: Trace, *, probe: int, epoch: int) -> None:
        """Keeps the trace of a probe text after an epoch."""
        replace_file(self.run.file(f"film/{epoch:04d}-{probe}.npz"), trace.save)

    def dataset(self, described: Mapping[str, Any]) -> None:
        """Keeps what the data and the network are, for those who read the run."""
        replace_json(self.run.file("dataset.json"), dict(described))

    def result(
        self,
        scores: Mapping[str, Any],
        *,
        mistakes: Sequence[Mapping[str, Any]],
        answers: Mapping[str, np.ndarray[Any, Any]] | None,
    ) -> None:
        """Keeps the scores on test data, the worst mistakes, and the answers if there are any."""
        if answers is not None:
            replace_file(
                self.run.file("test.npz"),
                lambda file: save_arrays(file, kind="answers", description={}, arrays=answers),
            )
        replace_json(self.run.file("mistakes.json"), list(mistakes))
        replace_json(self.run.file("result.json"), dict(scores))

    def make_room(self) -> None:
        """Gives the reserve up: the disk is full, and something has to be said."""
        self.run.file("reserve").unlink(missing_ok=True)


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)
