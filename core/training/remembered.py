"""What the training loop knows from epoch to epoch, all of it in the checkpoint."""

from __future__ import annotations

from dataclasses import dataclass


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
