"""All that is needed to go on from the last finished epoch as if nothing had happened.

Every variable of what learns, for a Keras model its own (weights, states, the seeds of its
dropout) and its optimizer's (moments, number of steps), in the order in which Keras lists them,
with what the loop itself remembers. The order of the data needs nothing: it is drawn from the seed
and the epoch's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import load_arrays, save_arrays
from core.errors import WrongFile
from core.training.errors import BrokenRun
from core.training.files import replace_file

KIND = "checkpoint"


Variables = Mapping[str, Sequence[Any]]
"""Keras variables, by the name of whose they are."""


def save_checkpoint(path: Path, *, variables: Variables, remembered: Mapping[str, Any]) -> None:
    """Writes all variables, and what the loop remembers (plain data), all or nothing."""
    arrays = {
        f"{owner}/{place}": np.asarray(variable)
        for owner, own in variables.items()
        for place, variable in enumerate(own)
    }
    replace_file(
        path,
        lambda file: save_arrays(file, kind=KIND, description=dict(remembered), arrays=arrays),
    )


def load_checkpoint(path: Path, *, variables: Variables) -> dict[str, Any]:
    """Sets all variables, or none, and returns what the loop remembered.

    Raises WrongFile for one that is damaged, and BrokenRun for one of another network.
    """
    remembered, arrays = load_arrays(path, kind=KIND)
    found: list[tuple[Any, Any]] = []
    for owner, own in variables.items():
        for place, variable in enumerate(own):
            name = f"{owner}/{place}"
            if name not in arrays or arrays[name].shape != tuple(variable.shape):
                why = f"it belongs to another network ({owner} {place}: {variable.path})"
                raise BrokenRun(file=path.name, why=why)
            if arrays[name].dtype.kind not in "biuf":
                raise WrongFile(kind=KIND, why=f"{name} holds no numbers")
            found.append((variable, arrays[name]))
    for variable, values in found:
        variable.assign(values)
    return remembered
