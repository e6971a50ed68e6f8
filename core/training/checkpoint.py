"""All that is needed to go on from the last finished epoch as if nothing had happened.

Every variable of the Keras model (weights, states, the seeds of its dropout) and of its optimizer
(moments, number of steps), in the order in which Keras lists them, with what the loop itself
remembers. The order of the data needs nothing: it is drawn from the seed and the epoch's number.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import load_arrays, save_arrays
from core.training.errors import BrokenRun
from core.training.files import replace_file

KIND = "checkpoint"


def save_checkpoint(
    path: Path, *, model: Any, optimizer: Any, remembered: Mapping[str, Any]
) -> None:
    """Writes all variables, and what the loop remembers (plain data), all or nothing."""
    arrays = {
        f"{owner}/{place}": np.asarray(variable)
        for owner, variables in _variables(model, optimizer)
        for place, variable in enumerate(variables)
    }
    replace_file(
        path,
        lambda file: save_arrays(file, kind=KIND, description=dict(remembered), arrays=arrays),
    )


def load_checkpoint(path: Path, *, model: Any, optimizer: Any) -> dict[str, Any]:
    """Sets all variables and returns what the loop remembered.

    Raises WrongFile for one that is damaged, and BrokenRun for one of another network.
    """
    remembered, arrays = load_arrays(path, kind=KIND)
    for owner, variables in _variables(model, optimizer):
        for place, variable in enumerate(variables):
            found = arrays.get(f"{owner}/{place}")
            if found is None or found.shape != tuple(variable.shape):
                why = f"it belongs to another network ({owner} {place}: {variable.path})"
                raise BrokenRun(file=path.name, why=why)
            variable.assign(found)
    return remembered


def _variables(model: Any, optimizer: Any) -> tuple[tuple[str, list[Any]], ...]:
    return ("model", model.variables), ("optimizer", optimizer.variables)
