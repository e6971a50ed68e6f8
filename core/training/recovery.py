"""What a run goes on from, and what it is tested with, where some of its files are damaged.

Its checkpoint, which gives the numbers of a run that was never interrupted; else the newest epoch
whose model reads whole, with an optimizer that begins anew; else the beginning. Not chosen: two
checkpoints, which double what is written after every epoch for a case that is as rare as this one.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from core.errors import CoreError, WrongFile
from core.training.checkpoint import load_checkpoint
from core.training.errors import BrokenRun, CheckpointLost, ModelLost
from core.training.files import read_json_lines
from core.training.remembered import Remembered
from core.training.run_folder import Run
from core.training.step import Steps


def last_finished(run: Run, *, steps: Steps, batches: int) -> tuple[Remembered, CoreError | None]:
    """Sets all variables to those of the last finished epoch. What is known of it, what is lost.

    `batches` is how many an epoch has. Raises BrokenRun for a checkpoint of another network.
    """
    try:
        found = load_checkpoint(run.file("checkpoint.npz"), variables=steps.variables)
        return Remembered.read(found.get("loop"), epochs=run.config.fit.epochs), None
    except FileNotFoundError as error:
        # The checkpoint is the last that an epoch writes: a model of the first without one is of a
        # process that ended between the two, and to begin again gives the same numbers.
        if max(run.model_epochs, default=0) < 2:
            return Remembered(), None
        why = error.strerror
    except BrokenRun:  # of another network: nothing here is damaged
        raise
    except (WrongFile, OSError, ValueError) as error:
        why = str(error)
    remembered = _newest_whole(run, steps=steps, batches=batches)
    return remembered, CheckpointLost(epoch=remembered.epoch, why=why)


def _newest_whole(run: Run, *, steps: Steps, batches: int) -> Remembered:
    """Sets the weights to the newest ones that can be read. What is known then."""
    for epoch in reversed(run.model_epochs):
        try:
            steps.restore(run.model(epoch))
        except (BrokenRun, ValueError):  # Keras's, where it is of another network
            continue
        remembered = Remembered()
        for row in read_json_lines(run.file("epochs.jsonl")):
            if row["epoch"] <= epoch:
                remembered = remembered.after(
                    row["epoch"],
                    loss=_number(row.get("validation_loss")),
                    step=0,
                    seconds=_number(row.get("seconds")) or 0.0,
                    patience=None,
                )
        return replace(remembered, epoch=epoch, step=epoch * batches)
    return Remembered()


def _number(written: Any) -> float | None:
    """A number of a line, which may say anything."""
    return written if type(written) is float and math.isfinite(written) else None


def final(run: Run, *, steps: Steps) -> tuple[int, CoreError | None]:
    """Sets the weights to the model that counts, else to the newest whole one.

    Returns its epoch, and what is lost. Raises BrokenRun where there is none.
    """
    wanted = run.final_epoch
    if wanted is None:
        raise BrokenRun(file="epochs", why="no epoch is finished yet")
    lost: BrokenRun | None = None
    for epoch in (wanted, *(other for other in reversed(run.model_epochs) if other != wanted)):
        try:
            steps.restore(run.model(epoch))
        except BrokenRun as error:
            lost = lost or error
            continue
        return epoch, None if lost is None else ModelLost(epoch=wanted, other=epoch, why=str(lost))
    assert lost is not None
    raise lost
