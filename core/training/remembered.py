"""What the training loop knows from epoch to epoch, all of it in the checkpoint."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Remembered:
    """Where training stands.

    Attributes:
        epoch: finished epochs.
        step: batches so far.
        best_epoch: of lowest validation loss, counted from 1; None without validation.
        best_loss: that loss.
        stopped: whether patience has run out.
        seconds: spent training.
    """

    epoch: int = 0
    step: int = 0
    best_epoch: int | None = None
    best_loss: float | None = None
    stopped: bool = False
    seconds: float = 0.0

    def after(
        self, epoch: int, *, loss: float | None, step: int, seconds: float, patience: int | None
    ) -> Remembered:
        """What is known after one more epoch: `loss` is on validation data, `seconds` its own."""
        better = loss is not None and (self.best_loss is None or loss < self.best_loss)
        best_epoch = epoch if better else self.best_epoch
        waited = epoch - (best_epoch or epoch)
        return Remembered(
            epoch=epoch,
            step=step,
            best_epoch=best_epoch,
            best_loss=loss if better else self.best_loss,
            stopped=patience is not None and waited >= patience,
            seconds=self.seconds + seconds,
        )

    @classmethod
    def read(cls, written: Any, *, epochs: int) -> Remembered:
        """What a checkpoint says, which may be of any kind. `epochs`: how many there are to be.

        Raises ValueError for what training cannot have remembered.
        """
        if not isinstance(written, Mapping) or set(written) - set(cls.__annotations__):
            raise ValueError("it does not say where training stood")
        stood: dict[str, Any] = vars(cls()) | dict(written)
        best = stood["best_epoch"]
        counts = (stood["epoch"], stood["step"], 0 if best is None else best)
        right = (
            all(type(count) is int and count >= 0 for count in counts)
            and max(stood["epoch"], counts[2]) <= epochs
            and type(stood["stopped"]) is bool
            and (stood["best_loss"] is None or type(stood["best_loss"]) is float)
            and type(stood["seconds"]) in (int, float)
            and math.isfinite(stood["seconds"])
        )
        if not right:
            raise ValueError(f"training cannot have stood at {stood}"[:200])
        return cls(**stood)
