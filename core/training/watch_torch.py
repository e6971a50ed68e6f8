"""`watch_torch`: one's own PyTorch loop, seen in the dashboard as it happens.

    with watch_torch(module, "my run", probes=["not good"], vocabulary=words) as watched:
        for epoch in range(10):
            for x, y in loader:
                …
                watched.batch(loss=loss)
            watched.epoch(loss=…, accuracy=…, val_loss=…)

What is kept of a module is its `state_dict`, as a `.safetensors` file in memory, which is read as
one that is uploaded would be: names and shapes tell most, `hints` the rest. PyTorch is asked for
nothing but its tensors' numbers, by the methods of the objects that the script hands over; it is
not imported here, so it is no dependency.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from platform import python_version
from types import TracebackType
from typing import Any

import numpy as np

from core.errors import Failure
from core.importers.torch.state_dict import read_state_dict
from core.model import Model
from core.training.brought import MOST_EPOCHS, RESERVED, Brought
from core.training.config import MOST_PROBES
from core.training.errors import ScriptStopped
from core.training.layers_told import network_said
from core.training.snapshot import pictured, with_words
from core.training.watched import Watched

VALIDATION = "val_"


def watch_torch(
    module: Any,
    name: str,
    *,
    probes: Sequence[str] = (),
    vocabulary: Any = None,
    answers: Sequence[str] = (),
    validation: Any = None,
    hints: Mapping[str, Any] | None = None,
    optimizer: Any = None,
    epochs: int | None = None,
    every: int = 1,
    folder: str | Path | None = None,
) -> TorchWatch:
    """A context in which a PyTorch loop tells of its batches and epochs.

    Args:
        module: the `torch.nn.Module` that is trained.
        name: what the run is called.
        probes: at most eight texts to film after every epoch; for a model of ids or numbers, those
            as typed.
        vocabulary: what the script turns texts into ids with, see `watch`.
        answers: what its answers are called, in the order of its outputs, as pages say them.
        validation: (inputs, answers) of a few examples, whose gates and gradient are looked at
            after every epoch; the first probe's unless given.
        hints: answers to what names and shapes leave open, such as {"readout": "last"}; see
            `core.importers.torch.inspect_state_dict`.
        optimizer: the `torch.optim` one, for its learning rate.
        epochs: how many there will be, if that is known.
        every: keep a model after every so many epochs only.
        folder: where runs are kept; unless given, where the dashboard looks for them.

    Raises NamelessRun. Whatever else goes wrong in watching is one warning, and training goes on.
    """
    watched = Watched(
        name,
        tuple(probes)[:MOST_PROBES],
        tuple(answers),
        validation,
        max(1, int(every)),
        None if folder is None else Path(folder),
    )
    return TorchWatch(
        watched, module, vocabulary=vocabulary, hints=hints, optimizer=optimizer, epochs=epochs
    )


class TorchWatch:
    """What a loop tells of itself."""

    def __init__(
        self,
        watched: Watched,
        module: Any,
        *,
        vocabulary: Any,
        hints: Mapping[str, Any] | None,
        optimizer: Any,
        epochs: int | None,
    ) -> None:
        self.watched = watched
        self._module, self._optimizer = module, optimizer
        self._vocabulary, self._hints = vocabulary, hints
        self._epochs = epochs
        self._pictured = False
        self._number = self._most = 0
        self._metric: str | None = None
        self._began = self._at = 0.0

    def __enter__(self) -> TorchWatch:
        self.watched.attempt(self._begin)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        del traceback
        self.watched.attempt(lambda: self._end(kind, error))

    @property
    def should_stop(self) -> bool:
        """Whether somebody pressed "Stop" on the run's page: a loop that looks may end here."""
        asked = False

        def look() -> None:
            nonlocal asked
            asked = self.watched.asked_to_stop

        self.watched.attempt(look)
        return asked

    def batch(self, *, loss: Any, **measures: Any) -> None:
        """Tells what a batch gave: numbers, or tensors of one number."""
        self.watched.attempt(lambda: self._batch(loss, measures))

    def epoch(self, *, loss: Any, **measures: Any) -> None:
        """Tells that an epoch is over, and what it gave; `val_loss` and the like of validation.

        The weights are kept as they are now, and film the probes.
        """
        self.watched.attempt(lambda: self._epoch(loss, measures))

    def _begin(self) -> None:
        self._began = self._at = time.monotonic()
        model, why = pictured(self._model)
        self._pictured = model is not None
        brought = Brought(
            kind="script",
            program="torch",
            cell=None if model is None else model.layers[0].cell,
            network="" if model is None else network_said(model),
            epochs=None if self._epochs is None else min(max(1, self._epochs), MOST_EPOCHS),
            optimizer="" if self._optimizer is None else type(self._optimizer).__name__,
            learning_rate=self._rate(),
            probes=tuple(map(str, self.watched.probes)),
        )
        self.watched.begin(brought, versions={"python": python_version()}, why=why)
        count = sum(int(np.prod(weight.shape)) for weight in self._module.parameters())
        self.watched.described(model, parameters=count)
        if self._pictured:
            self.watched.keep(self._model, epoch=0)

    def _model(self) -> Model:
        """The weights as they are. Raises CoreError."""
        model = read_state_dict(_snapshot(self._module), hints=self._hints, name=self.watched.name)
        model = with_words(model, given=self._vocabulary)
        self._vocabulary = model.vocabulary or self._vocabulary  # read once
        return model

    def _rate(self) -> float | None:
        groups = getattr(self._optimizer, "param_groups", None)
        return float(groups[0]["lr"]) if groups else None

    def _batch(self, loss: Any, measures: Mapping[str, Any]) -> None:
        self._number += 1
        if not self.watched.wants_batch(self._number):
            return
        now = time.monotonic()
        found = {name: _number(value) for name, value in measures.items()}
        row = {"epoch": self.watched.epoch + 1, "batch": self._number, "loss": _number(loss)}
        row |= {"metric": found.get(self._choose(found), float("nan"))}
        row |= {"learning_rate": self._rate() or float("nan"), "seconds": now - self._at}
        self._at = now
        self.watched.batch(row)

    def _choose(self, found: Mapping[str, float]) -> str:
        """The first measure that is no loss is drawn as the metric."""
        if not self._metric:
            bare = (name.removeprefix(VALIDATION) for name in found)
            chosen = (name for name in bare if not name.endswith("loss") and name not in RESERVED)
            self._metric = next(chosen, "")
            self.watched.say(metric=self._metric)
        return self._metric

    def _epoch(self, loss: Any, measures: Mapping[str, Any]) -> None:
        found = {name: _number(value) for name, value in measures.items()}
        metric, now = self._choose(found), time.monotonic()
        row: dict[str, Any] = {"epoch": self.watched.epoch + 1, "loss": _number(loss)}
        row |= {"metric": found.get(metric), "validation_loss": found.get(VALIDATION + "loss")}
        row |= {"validation_metric": found.get(VALIDATION + metric), "learning_rate": self._rate()}
        row |= {"seconds": now - self._began}
        shown = {metric, VALIDATION + "loss", VALIDATION + metric} | RESERVED
        row |= {name: value for name, value in found.items() if name not in shown}
        self._most = max(self._most, self._number)
        self.watched.tell(batches=self._most)
        model: Callable[[], Model] | None = self._model if self._pictured else None
        self.watched.finish_epoch(row, batches=self._number, model=model)
        self._number, self._began = 0, time.monotonic()
        self._at = self._began

    def _end(self, kind: type[BaseException] | None, error: BaseException | None) -> None:
        if kind is None or issubclass(kind, GeneratorExit):
            stopped = self.watched.asked_to_stop
            self.watched.end(state="cancelled" if stopped else "finished")
        elif issubclass(kind, KeyboardInterrupt | SystemExit):
            self.watched.end(state="cancelled")
        else:
            stopped_by = ScriptStopped(kind=kind.__name__, words=str(error)[:300])
            self.watched.end(state="failed", error=Failure.of(stopped_by).to_json())


def _snapshot(module: Any) -> bytes:
    """A module's weights as a `.safetensors` file, each tensor a copy of its own."""
    from safetensors.numpy import save

    tensors = {name: _array(value) for name, value in module.state_dict().items()}
    return save(tensors, metadata={"format": "pt"})


def _array(value: Any) -> np.ndarray[Any, Any]:
    tensor = value.detach().cpu()
    if str(tensor.dtype) in ("torch.bfloat16", "torch.float16"):
        tensor = tensor.float()
    return np.array(tensor.numpy(), order="C")


def _number(value: Any) -> float:
    """A number, or the one in a tensor."""
    return float(value.detach() if hasattr(value, "detach") else value)
