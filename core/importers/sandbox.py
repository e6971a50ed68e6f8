"""A model file read in a process of its own, which may run out of time or memory, or die.

    path or bytes ─▶ child: bounds, `read_model` ─▶ JSON and plain numbers ─▶ Model, checked again

A fault in libhdf5 ends the child and not the page; a file that hangs is stopped; memory has a
bound. The child sees no environment variables but those that Python needs, loads no plug-ins of
HDF5, and cannot start programs or write large files. Each refusal crosses as its own error.

Cost: some 0.4 s until the child reads, nearly all of it NumPy's import; then what reading costs,
and one copy of the weights. The limits on memory and processor time are the system's: Linux has
them, macOS has no working one on memory, Windows has neither. `memory_is_limited` says whether;
the limit on time, and the bounds that are checked before reading, hold everywhere. Not chosen:
a child that stays, whose memory a file could spoil for the next one.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from core import children
from core.errors import CoreError, Failure
from core.importers.archive import Data
from core.importers.crossing import read_answer
from core.importers.errors import (
    FileRefused,
    NoModelFile,
    ReaderOutOfMemory,
    ReaderStopped,
    ReaderTooSlow,
)
from core.importers.limits import MIB, Limits
from core.importers.shown import sentence, shown
from core.model import Model

_COMMAND = children.command("core.importers.reader")
_SETTINGS = {
    "HDF5_PLUGIN_PRELOAD": "::",  # no plug-ins, which are programs
    "OPENBLAS_NUM_THREADS": "1",  # each thread would reserve memory that nothing here needs
    "OMP_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
_LAST_WORDS = 200


def memory_is_limited() -> bool:
    """Whether the system holds the child to its limit on memory."""
    return sys.platform == "linux"


def read_model_apart(
    source: str | os.PathLike[str] | Data,
    *,
    name: str | None = None,
    options: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
) -> Model:
    """The model in a file, read by `load.read_model` in a child process.

    `source` is a path, or the bytes of a file that was called `name`. `options` are further
    arguments of `read_model`, as JSON has them. Raises what `read_model` raises, ReaderTooSlow,
    ReaderOutOfMemory, ReaderStopped, and NoModelFile where there is no file at the path.
    """
    limits = limits or Limits()
    with TemporaryDirectory(prefix="unrolled-", ignore_cleanup_errors=True) as folder:
        if isinstance(source, str | os.PathLike):
            path = Path(source)
            _check_file(path, limits)
        else:
            limits.check_file(len(source))
            path = Path(folder) / "model"
            path.write_bytes(source)
        request = {
            "file": str(path.resolve()),
            "answer": str(Path(folder) / "answer"),
            "name": name or path.name,
            "options": dict(options or {}),
            "limits": asdict(limits),
        }
        _ask(request, limits, folder=folder)
        try:
            with (Path(folder) / "answer").open("rb") as answer:
                return model_from_answer(answer, limits=limits)
        except OSError as error:
            raise ReaderStopped(signal="it gave no answer") from error


def _check_file(path: Path, limits: Limits) -> None:
    """Raises for what is no file of the right size: a pipe or a device may never end."""
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise NoModelFile(entry=str(path)) from error
    if not stat.S_ISREG(found.st_mode):
        raise NoModelFile(entry=str(path))
    limits.check_file(found.st_size)


def _ask(request: Mapping[str, Any], limits: Limits, *, folder: str) -> None:
    """Runs the child. Returns when the answer is written, raises what it tells instead."""
    try:
        child = children.ask(
            _COMMAND,
            json.dumps(request).encode(),
            seconds=limits.seconds,
            folder=folder,
            settings=_SETTINGS,
            bare=True,
        )
    except children.ChildTooSlow as error:
        raise ReaderTooSlow(seconds=limits.seconds) from error
    if child.code:
        raise _end_of(child, limits)
    if child.stdout:
        raise error_from(child.stdout)


def _end_of(child: children.Ended, limits: Limits) -> FileRefused:
    """The error for a child that ended by itself, by a signal or with a traceback."""
    match child.signal:
        case "SIGXCPU":
            return ReaderTooSlow(seconds=limits.seconds)
        case "SIGKILL":  # not by us: by the system, whose memory had run out
            return ReaderOutOfMemory(megabytes=limits.memory_bytes // MIB)
        case None:
            last = child.last_line(_LAST_WORDS)
            return ReaderStopped(signal=f"exit code {child.code}: {last}")
        case name:
            return ReaderStopped(signal=name)


def error_from(told: bytes) -> CoreError:
    """The error that a child told of. Raises ReaderStopped where that makes no sense.

    Facts that are texts may come from the file, even where the error is not a FileRefused.
    """
    try:
        failure = Failure.from_json(json.loads(told))
        own: frozenset[str] = frozenset()
        safely = sentence
        if issubclass(failure.kind, FileRefused):
            own, safely = failure.kind.as_it_is, shown
        safe = {
            fact: safely(value) if isinstance(value, str) and fact not in own else value
            for fact, value in failure.facts.items()
        }
        return replace(failure, facts=safe).error()
    except (ValueError, RecursionError) as error:
        raise ReaderStopped(signal="its answer made no sense") from error


@np.errstate(over="ignore", invalid="ignore")  # as in `read_model`: the model refuses it by name
def model_from_answer(answer: BufferedReader, *, limits: Limits) -> Model:
    """The model that a child described. Raises ReaderStopped, and what stages raise."""
    description, arrays = read_answer(answer, limits=limits)
    try:
        return Model.restore(description, arrays)
    except (KeyError, TypeError, AttributeError) as error:
        raise ReaderStopped(signal="its answer made no sense") from error
