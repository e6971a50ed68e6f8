"""What a search found, as `trials.json` has it: written by its process, read by everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from core.written import NotAsWritten, read_as

Scalar = str | int | float | bool | None
TrialState = Literal["running", "finished", "pruned", "failed"]


@dataclass(frozen=True)
class SweepTrial:
    """One trial.

    Attributes:
        number: from 0.
        run: the id of its run.
        values: what was tried, by path.
        state: how it stands.
        value: the measure at the epoch that counts; None while there is none.
        epoch: finished epochs.
        error: why it failed, as `core.errors.Failure` writes it.
    """

    number: int
    run: str
    values: Mapping[str, Scalar]
    state: TrialState = "running"
    value: float | None = None
    epoch: int = 0
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class SweepFindings:
    """What a search found so far.

    Attributes:
        trials: in the order in which they were begun.
        best: the number of the best one, None while none came to its end.
        importance: how much each setting mattered, the largest first; {} while nobody can say.
        rising: whether a larger value is a better one.
    """

    trials: tuple[SweepTrial, ...] = ()
    best: int | None = None
    importance: Mapping[str, float] | None = None
    rising: bool = False


def read_findings(written: object) -> SweepFindings:
    """What JSON says was found. Raises NotAsWritten."""
    found = read_as(SweepFindings, written)
    ended = {trial.number for trial in found.trials if trial.value is not None}
    if found.best is not None and found.best not in ended:
        raise NotAsWritten("best", found.best)
    return found
