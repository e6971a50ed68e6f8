"""What people call the answers of a run's model: a list beside its label, which they change.

Data name their classes as their files do ("0", "pos"), and training writes that down once. What
somebody calls them instead is a file of its own, so that the record of the data stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import CoreError
from core.training.errors import NoSuchRun
from core.training.files import read_json, replace_json, writing
from core.training.folders import alone
from core.training.run_folder import Run

FILE = "answers.json"


def answer_names(run: Run) -> tuple[str, ...]:
    """What people call the answers; () where nobody named them, or the file is broken."""
    try:
        written = read_json(run.file(FILE))
    except CoreError:
        return ()
    if not isinstance(written, list) or not all(isinstance(name, str) for name in written):
        return ()
    return tuple(written)


def name_answers(run: Run, names: Sequence[str]) -> None:
    """Call the answers of a run's model by names; () gives those of the data back.

    Raises NoSuchRun, FolderNotWritable and DiskFull.
    """
    gone = NoSuchRun(run=run.id)
    with alone(run.folder.parent, gone=gone), writing(run.folder, gone=gone):
        replace_json(run.file(FILE), list(names))
