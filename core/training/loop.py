"""The training loop: epochs of batches, and after each epoch what makes it worth watching.

After an epoch come validation, a look inside, the model's snapshot, the film of the probe texts,
and last the checkpoint: when that is on the disk, the epoch is finished and will not be done again.
Killed anywhere before, a run does the epoch again from the same state, in the same order, and gets
the same numbers. Cost beside bare training: `python -m tests.benchmarks training`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.errors import CoreError
from core.model import Model
from core.training import network, recovery
from core.training.architectures import architecture_named
from core.training.checkpoint import save_checkpoint
from core.training.config import RunConfig
from core.training.dataset import Dataset, Part
from core.training.errors import LossNotFinite
from core.training.looks import Pace
from core.training.memory import peak_memory
from core.training.order import Portion, portions
from core.training.progress import Progress
from core.training.rates import rate_at
from core.training.remembered import Remembered
from core.training.run_writer import RunWriter
from core.training.step import Batch, batch_of
from core.training.windows import arranged, blocks

LATELY = 20
"""The pace is that of so many batches."""
SETTLED = 5
"""Batches of a sitting before a pace is told: compiling the first takes as long as a thousand."""


class Cancelled(Exception):
    """Somebody asked the run to stop."""


@dataclass
class Loop:
    """One run under way."""

    config: RunConfig
    dataset: Dataset
    writer: RunWriter
    progress: Progress
    remembered: Remembered = field(default_factory=Remembered)
    batches_seen: int = 0

    def __post_init__(self) -> None:
        """Builds the network from the run's seed."""
        import keras

        keras.utils.set_random_seed(self.config.seed)
        fit = self.config.fit
        self.carries = fit.stateful or fit.truncate is not None
        self.dataset = arranged(self.config, self.dataset)
        self.architecture = architecture_named(self.config.network.architecture)
        self.stepper = network.steps_of(self.config, self.dataset, carries=self.carries)
        self.pace = Pace()

    def resume(self) -> None:
        """Goes back to the last finished epoch, if there is one; to less where that is damaged."""
        self.remembered, lost = recovery.last_finished(
            self.writer.run, steps=self.stepper, batches=len(self._order(1))
        )
        if lost is not None:
            self.note(lost)
        self.writer.rewind(self.remembered.epoch)

    def note(self, error: CoreError) -> None:
        """Says what the run goes on in spite of, in its status and in the log."""
        self.writer.note(error)
        self.progress.say(str(error))

    def run(self) -> None:
        """Trains to the end. Raises Cancelled, LossNotFinite."""
        if self.remembered.epoch == 0:
            self._after(0, self.model(0))
        while self.remembered.epoch < self.config.fit.epochs and not self.remembered.stopped:
            self.train_epoch()

    def train_epoch(self) -> None:
        """Trains the next epoch, to its checkpoint. Raises Cancelled, LossNotFinite."""
        epoch = self.remembered.epoch + 1
        begun = time.monotonic()
        order = self._order(epoch)
        self.writer.tell(state="training", epoch=epoch - 1, batch=0, batches=len(order))
        rows: list[np.ndarray[Any, Any]] = []
        paces: list[float] = []
        step = self.remembered.step
        for number, portion in enumerate(order, start=1):
            self._stop_if_cancelled()
            rate = self._rate(step, len(order))
            started = time.monotonic()
            row = self._batch(portion, rate)
            seconds = time.monotonic() - started
            self.batches_seen += 1
            step += 1
            self._check(row, epoch=epoch, batch=number, rate=rate)
            rows.append(row)
            paces = [*paces[-LATELY + 1 :], seconds]
            self._tell_batch(epoch, number, row, rate, seconds)
            self._tell_pace(epoch, number, len(order), paces)
            if self.pace.due:
                self._look(self.model(epoch), epoch=epoch, batch=number, step=step, row=row)
        means = np.average(rows, axis=0, weights=[len(portion.places) for portion in order])
        self._finish(epoch, means, step=step, rate=rate, begun=begun, count=len(order))

    def _stop_if_cancelled(self) -> None:
        if self.writer.run.file("cancel").exists():
            raise Cancelled

    def _order(self, epoch: int) -> list[Portion]:
        fit = self.config.fit
        if fit.stateful:
            self.stepper.reset()
        seed = None if fit.stateful else self.config.seed
        return portions(
            self.dataset.train, dataset=self.dataset, batch=fit.batch, seed=seed, epoch=epoch
        )

    def _rate(self, step: int, epoch_steps: int) -> float:
        steps = epoch_steps * self.config.fit.epochs
        return rate_at(step, settings=self.config.optimizer, steps=steps, epoch_steps=epoch_steps)

    def _batch(self, portion: Portion, rate: float) -> np.ndarray[Any, Any]:
        batch = self._gather(self.dataset.train, portion, size=self.config.fit.batch)
        truncate = self.config.fit.truncate
        if truncate is None:
            return self.stepper.train(batch, rate=rate)
        if not self.config.fit.stateful:
            self.stepper.reset()
        rows = [self.stepper.train(block, rate=rate) for block in blocks(batch, truncate)]
        return np.mean(rows, axis=0)

    def _gather(self, part: Part, portion: Portion, *, size: int) -> Batch:
        return batch_of(
            part, portion.places, size=size, dataset=self.dataset, length=portion.length
        )

    def _check(self, row: np.ndarray[Any, Any], *, epoch: int, batch: int, rate: float) -> None:
        if not np.isfinite(row[0]):
            found = "NaN" if np.isnan(row[0]) else "∞"
            raise LossNotFinite(found=found, epoch=epoch, batch=batch, rate=f"{rate:.3g}")

    def _tell_batch(
        self, epoch: int, number: int, row: np.ndarray[Any, Any], rate: float, seconds: float
    ) -> None:
        norms = dict(zip(self.stepper.layers, row[2:], strict=True))
        written = {"epoch": epoch, "batch": number, "loss": row[0], "metric": self._shown(row[1])}
        written |= {"learning_rate": rate, "seconds": seconds}
        self.writer.batch(written | {f"norm/{name}": norm for name, norm in norms.items()})

    def _tell_pace(self, epoch: int, number: int, count: int, paces: list[float]) -> None:
        pace: dict[str, Any] = {}
        if self.batches_seen > SETTLED:  # of a new shape they compile again; the median forgets it
            typical = float(np.median(paces))
            left = count - number + count * (self.config.fit.epochs - epoch)
            pace["examples_per_second"] = self.config.fit.batch / typical
            pace["seconds_left"] = typical * left
        self.writer.tell(batch=number, memory=peak_memory(), **pace)
        self.progress.show()

    def _finish(
        self,
        epoch: int,
        means: np.ndarray[Any, Any],
        *,
        step: int,
        rate: float,
        begun: float,
        count: int,
    ) -> None:
        """Everything that comes after an epoch; the checkpoint last."""
        trained = time.monotonic() - begun
        examples = min(len(self.dataset.train), count * self.config.fit.batch)
        row: dict[str, Any] = {"epoch": epoch, "loss": float(means[0])}
        row["metric"] = self._shown(means[1])
        row |= dict(zip(("validation_loss", "validation_metric"), self._validate(), strict=True))
        row |= {"learning_rate": rate, "examples_per_second": examples / trained}
        row |= {"seconds": time.monotonic() - begun, "memory": peak_memory()}
        row["norms"] = dict(zip(self.stepper.layers, map(float, means[2:]), strict=True))
        model = self.model(epoch)
        self._look(model, epoch=epoch, batch=count, step=step, row=means)
        self._after(epoch, model)
        self.writer.epoch(row)
        self.progress.say(_told(row, of=self.config.fit.epochs))
        self.remembered = self.remembered.after(
            epoch,
            loss=row["validation_loss"],
            step=step,
            seconds=time.monotonic() - begun,
            patience=self.config.fit.patience,
        )
        save_checkpoint(
            self.writer.run.file("checkpoint.npz"),
            variables=self.stepper.variables,
            remembered={"loop": vars(self.remembered)},
        )
        known = self.remembered
        self.writer.tell(
            epoch=epoch,
            batch=0,
            best_epoch=known.best_epoch,
            stopped_early=known.stopped and epoch < self.config.fit.epochs,
            seconds=known.seconds,
        )

    def _validate(self) -> tuple[float | None, float | None]:
        if self.dataset.validation is None:
            return None, None
        loss, metric, _ = self.evaluate(self.dataset.validation, keep=False)
        return loss, metric

    def _shown(self, metric: float) -> float:
        """The metric as it is told: a perplexity is e to the mean loss."""
        return float(np.exp(metric) if self.dataset.metric == "perplexity" else metric)

    def evaluate(
        self, part: Part, *, keep: bool = True
    ) -> tuple[float, float, list[np.ndarray[Any, Any]]]:
        """Loss, metric and, to `keep`, the outputs of each example, in the examples' order."""
        size = self.config.fit.batch if self.carries else max(128, self.config.fit.batch)
        if self.config.fit.stateful:
            self.stepper.reset()
        order = portions(part, dataset=self.dataset, batch=size, seed=None)
        loss, metric, outputs = self.stepper.evaluate(
            self._batches(part, order, size=size), keep=keep
        )
        if not keep:
            return loss, self._shown(metric), []
        in_place = np.argsort(np.concatenate([portion.places for portion in order]))
        rows = [row for o, p in zip(outputs, order, strict=True) for row in o[: len(p.places)]]
        return loss, self._shown(metric), [rows[place] for place in in_place]

    def _batches(self, part: Part, order: list[Portion], *, size: int) -> Iterator[Batch]:
        for portion in order:
            self._stop_if_cancelled()
            if self.carries and not self.config.fit.stateful:
                self.stepper.reset()
            yield self._gather(part, portion, size=size)

    def model(self, epoch: int) -> Model:
        """The weights as they are now, as every page reads them."""
        card = {"epoch": epoch, "run": self.writer.run.id}
        name = self.writer.run.label.name
        model = self.stepper.exported()
        return replace(model, name=name, card=card)

    def _look(
        self, model: Model, *, epoch: int, batch: int, step: int, row: np.ndarray[Any, Any]
    ) -> None:
        begun = time.monotonic()
        seen = self.stepper.look(model)
        said = {"epoch": epoch, "batch": batch, "step": step, "loss": float(row[0])}
        self.writer.look({**said, **seen})
        self.pace.took(time.monotonic() - begun)

    def _after(self, epoch: int, model: Model) -> None:
        """Keeps the model, and films it reading the probe texts.

        A probe that this network cannot read is left out: it is no reason not to train.
        """
        self.writer.model(model, epoch=epoch)
        for place, text in enumerate(self.config.probes):
            try:
                trace = self.architecture.read(model, text)
            except CoreError as error:
                if epoch == 0:
                    self.progress.say(f"probe {place + 1} is not filmed: {error}")
                continue
            self.writer.film(trace, probe=place, epoch=epoch)


def _told(row: dict[str, Any], *, of: int) -> str:
    line = f"epoch {row['epoch']} of {of}: loss {row['loss']:.4f}, metric {row['metric']:.4f}"
    if row["validation_loss"] is not None:
        line += f"; validation {row['validation_loss']:.4f}, {row['validation_metric']:.4f}"
    return f"{line}; {row['seconds']:.1f} s"
