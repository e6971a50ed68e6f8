"""`watch`: a Keras callback by which one's own `model.fit` is seen in the dashboard as it happens.

    model.fit(x, y, epochs=10, callbacks=[watch("my run", probes=["not good"], vocabulary=words)])

Keras hands its callbacks means over the epoch so far, from which those of single batches are taken
back: n·mₙ − p·mₚ, over the batches since the last that was written. The model of an epoch is what
`from_keras` makes of the weights as they are. A model that cannot be read costs nothing but that:
its curves are watched. Not chosen: a subclass of `Callback` at the top of this file, which would
load Keras into whatever imports `core.training`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

from core.importers.keras.bridge import from_keras
from core.model import Model
from core.training.brought import MOST_EPOCHS, RESERVED, SQUARES, Brought, metric_kind
from core.training.config import MOST_PROBES
from core.training.layers_told import network_said
from core.training.snapshot import pictured, with_words
from core.training.watched import Watched

VALIDATION = "val_"
_RATES = frozenset({"learning_rate", "lr"})
_MEANS = SQUARES | {"mae", "mean_absolute_error", "hinge", "cosine_similarity"}
"""Metrics, beside the accuracies, that are means over examples: those of a batch can be told."""


def watch(
    name: str,
    *,
    probes: Sequence[str] = (),
    vocabulary: Any = None,
    answers: Sequence[str] = (),
    validation: Any = None,
    metric: str | None = None,
    every: int = 1,
    folder: str | Path | None = None,
) -> Any:
    """A `keras.callbacks.Callback` that writes a run beside those of the dashboard.

    Curves go in batch by batch and epoch by epoch; after every epoch the model, its film of the
    probe texts, and a look at its gates. The run can be stopped from its page: the callback looks
    after each batch whether somebody asked. Whatever cannot be written is said in one warning, and
    training goes on. Used for several `fit` in turn, it goes on counting epochs.

    Args:
        name: what the run is called.
        probes: at most eight texts to film; for a model of ids or numbers, those as typed.
        vocabulary: what the script turned texts into ids with: a `TextVectorization`, a list of
            words, a mapping of words to ids, a tokenizer, or a `Vocabulary`. Not needed where the
            model itself begins with a `TextVectorization`.
        answers: what its answers are called, in the order of its outputs, as pages say them.
        validation: (inputs, answers) of a few examples, whose gates and gradient are looked at
            after every epoch; the first probe's unless given.
        metric: the name of the metric that is drawn; unless given, the first that Keras tells.
        every: keep a model after every so many epochs only, where models are large.
        folder: where runs are kept; unless given, where the dashboard looks for them.

    Raises NamelessRun.
    """
    watched = Watched(
        name,
        tuple(probes)[:MOST_PROBES],
        tuple(answers),
        validation,
        max(1, int(every)),
        None if folder is None else Path(folder),
    )
    return _callback()(watched, vocabulary=vocabulary, metric=metric)


@cache
def _callback() -> Any:
    """The class of the callback, made where Keras is: in the process that trains."""
    import keras

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        """Tells a `Watching` what Keras tells it, in such a way that nothing gets out."""

        def __init__(self, watched: Watched, *, vocabulary: Any, metric: str | None) -> None:
            super().__init__()
            self.watched = watched
            self._watching = Watching(watched, vocabulary=vocabulary, metric=metric)

        def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
            del logs
            keras_model, params = self.model, self.params or {}
            self.watched.attempt(lambda: self._watching.begin(keras_model, params))

        def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            del logs
            self.watched.attempt(lambda: self._watching.begin_epoch(epoch))

        def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
            self.watched.attempt(lambda: self._watching.batch(batch, logs or {}))

        def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
            del epoch
            self.watched.attempt(lambda: self._watching.end_epoch(logs or {}))

        def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
            del logs
            self.watched.attempt(self._watching.end)

    return Watch


class Watching:
    """One callback's knowledge of its training."""

    def __init__(self, watched: Watched, *, vocabulary: Any, metric: str | None) -> None:
        self.watched = watched
        self.vocabulary = vocabulary
        self.metric = metric
        self.keras_model: Any = None
        self.epochs = 0
        self.epoch = 0
        self.pictured = False
        self.stopped = False
        self._before = 0
        self._first: int | None = None
        self._began = self._at = 0.0
        self._told: tuple[int, dict[str, float]] = (0, {})
        self._last = 0

    def begin(self, keras_model: Any, params: Mapping[str, Any]) -> None:
        """The run, and its model before training."""
        self.keras_model = keras_model
        self._before, self._first = self.watched.epoch, None
        self.stopped = False
        self.epochs = int(params.get("epochs") or 1)
        model, why = pictured(self._model)
        self.pictured = model is not None
        again = self.watched.brought is not None
        brought = self.watched.brought or self._brought(model)
        self.watched.begin(brought, versions=_versions(), why=why)
        self.watched.tell(batches=int(params.get("steps") or 0))
        if again:
            return
        count = int(keras_model.count_params()) if keras_model.built else None
        self.watched.described(model, parameters=count)
        if self.pictured:
            self.watched.keep(self._model, epoch=0)

    def _model(self) -> Model:
        """The weights as they are. Raises CoreError."""
        model = from_keras(self.keras_model, name=self.watched.name)
        model = with_words(model, given=self.vocabulary)
        self.vocabulary = model.vocabulary or self.vocabulary  # read once
        return model

    def _brought(self, model: Model | None) -> Brought:
        optimizer = getattr(self.keras_model, "optimizer", None)
        loss = getattr(self.keras_model, "loss", "")
        return Brought(
            kind="script",
            program="keras",
            cell=None if model is None else model.layers[0].cell,
            network=network_said(model) if model is not None else "",
            epochs=min(self.epochs, MOST_EPOCHS),
            # Its class: Keras numbers the names of those that came after it, "adam_1".
            optimizer="" if optimizer is None else type(optimizer).__name__.lower(),
            learning_rate=self._rate(),
            loss=loss
            if isinstance(loss, str)
            else str(getattr(loss, "name", getattr(loss, "__name__", ""))),
            metric=self.metric or "",
            probes=tuple(map(str, self.watched.probes)),
        )

    def _rate(self) -> float | None:
        rate = getattr(getattr(self.keras_model, "optimizer", None), "learning_rate", None)
        return None if rate is None else float(rate)

    def begin_epoch(self, epoch: int) -> None:
        """`epoch` is Keras's, from 0, and from 0 again in a second `fit`."""
        if self._first is None:
            self._first = self._before if epoch < self._before else 0
            self.watched.say(epochs=min(self._first + self.epochs, MOST_EPOCHS))
        self.epoch = self._first + epoch + 1
        self._told, self._last = (0, {}), 0
        self._began = self._at = time.monotonic()

    def batch(self, batch: int, logs: Mapping[str, Any]) -> None:
        """Keras's means over the epoch so far; `batch` counts from 0."""
        number = self._last = batch + 1
        if self.watched.wants_batch(number):
            now = time.monotonic()
            before, means = self._told
            found = {name: float(value) for name, value in logs.items()}
            self._choose(found)
            metric = self.metric or ""
            own = {"epoch": self.epoch, "batch": number}
            row = {"loss": _since(found, means, "loss", number, before)}
            row["metric"] = (
                _since(found, means, metric, number, before)
                if metric_kind(metric) == "accuracy" or metric in _MEANS
                else found.get(metric, float("nan"))
            )
            row["learning_rate"] = self._rate() or float("nan")
            row["seconds"] = (now - self._at) / (number - before)
            self.watched.batch(own | row)
            self._told, self._at = (number, found), now
        if not self.stopped and self.watched.asked_to_stop:
            self.stopped = True
            self.keras_model.stop_training = True

    def _choose(self, found: Mapping[str, float]) -> None:
        """Which metric is drawn: the first that is none of the loss; known with the first logs."""
        if self.metric is None:
            others = (
                name
                for name in found
                if name not in RESERVED | _RATES and not name.startswith(VALIDATION)
            )
            self.metric = next((name for name in others if not name.endswith("loss")), "")
            self.watched.say(metric=self.metric)

    def end_epoch(self, logs: Mapping[str, Any]) -> None:
        """What Keras says of the epoch; then the model and its film."""
        found = {name: float(value) for name, value in logs.items()}
        self._choose(found)
        metric = self.metric or ""
        row: dict[str, Any] = {"epoch": self.epoch, "loss": found.get("loss")}
        row |= {"metric": found.get(metric), "validation_loss": found.get("val_loss")}
        row |= {"validation_metric": found.get(VALIDATION + metric), "learning_rate": self._rate()}
        row |= {"seconds": time.monotonic() - self._began}
        shown = {"loss", metric, VALIDATION + "loss", VALIDATION + metric} | RESERVED
        row |= {name: value for name, value in found.items() if name not in shown}
        self.watched.tell(batches=self._last)
        model = self._model if self.pictured else None
        self.watched.finish_epoch(row, batches=self._last, model=model)

    @property
    def _epochs_left(self) -> int:
        return (self._first or 0) + self.epochs - self.epoch

    def end(self) -> None:
        """The fit is over, at its end or before."""
        if self.stopped:
            self.watched.end(state="cancelled")
        else:
            short = bool(self.keras_model.stop_training) and self._epochs_left > 0
            self.watched.end(early=short)


def _since(
    found: Mapping[str, float], means: Mapping[str, float], name: str, number: int, before: int
) -> float:
    """The mean over the batches since `before`, out of the means over all until then."""
    if name not in found:
        return float("nan")
    if not before:
        return found[name]
    return (number * found[name] - before * means.get(name, 0.0)) / (number - before)


def _versions() -> dict[str, str]:
    return {"python": python_version(), "keras": version("keras")}
