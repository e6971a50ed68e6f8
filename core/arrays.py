"""Named arrays in an `.npz`, with a JSON description beside them; never pickle.

One format for models, traces and gradients. NumPy's own `.npz` opens anywhere; the description
is a JSON string among the arrays. Not chosen: HDF5, which is C that would parse files of others.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.errors import WrongFile

File = str | PathLike[str] | IO[bytes]
_FORMAT = 1


def save_arrays(
    file: File, *, kind: str, description: Mapping[str, Any], arrays: Mapping[str, Any]
) -> None:
    """Writes `arrays` by name, and what they are."""
    text = json.dumps({"kind": kind, "format": _FORMAT, **description}, ensure_ascii=False)
    np.savez_compressed(file, allow_pickle=False, description=np.array(text), **arrays)


def load_arrays(file: File, *, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The description and the arrays. Raises WrongFile for anything that `save` did not write."""
    if isinstance(file, str | PathLike):
        # NumPy leaves a file open that it cannot read.
        with Path(file).open("rb") as opened:
            return load_arrays(opened, kind=kind)
    try:
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (ValueError, zipfile.BadZipFile, EOFError, AttributeError) as error:
        raise WrongFile(kind=kind, why="it is no .npz file of plain arrays") from error
    try:
        description = json.loads(str(arrays.pop("description")))
        found, version = description["kind"], description["format"]
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise WrongFile(kind=kind, why="its description is missing") from error
    if found != kind:
        raise WrongFile(kind=kind, why=f"it holds a {found}")
    if version != _FORMAT:
        raise WrongFile(kind=kind, why=f"its format is {version}, this version reads {_FORMAT}")
    return description, arrays
