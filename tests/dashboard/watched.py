"""Runs of somebody's own script, as `watch` leaves them, written in milliseconds without Keras."""

from __future__ import annotations

import warnings

import numpy as np

from core.training.brought import Brought
from core.training.layers_told import network_said
from core.training.run_folder import Run
from core.training.store import RunStore
from core.training.watched import Watched
from tests.dashboard.runs import WORDS, a_model, config

PROBES = ("the film was not good", "boring and bad")
WHY = "The layer 'mine' (Mine, number 2 of 3) is not supported: it is none of Keras's."


def watch_script(
    store: RunStore,
    *,
    name: str = "my script",
    pictured: bool = True,
    epochs: int = 3,
    metric: str = "accuracy",
    over: bool = True,
) -> tuple[Watched, Run]:
    """A script's run after some epochs, of a network that can be pictured or of another.

    One that is not `over` is at work as long as what is returned first is held.
    """  # fmt: skip
    watched = Watched(name, PROBES, folder=store.folder)
    model = a_model(config("gru")) if pictured else None
    brought = Brought(
        kind="script", program="keras", cell=None if model is None else "gru", epochs=5,
        network="" if model is None else network_said(model), optimizer="adam",
        learning_rate=0.001, loss="binary_crossentropy", metric=metric, probes=PROBES,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the script's user is told there
        watched.begin(brought, versions={"python": "3.12.1"}, why="" if pictured else WHY)
    watched.described(model, parameters=None if pictured else 1_234)
    if model is not None:
        watched.keep(lambda: model, epoch=0)
    random = np.random.default_rng(0)
    for epoch in range(1, epochs + 1):
        for batch in range(1, 7):
            loss = 0.7 / epoch + 0.1 * random.random()
            row = {"epoch": epoch, "batch": batch, "loss": loss, "metric": 1 - loss}
            watched.batch(row | {"learning_rate": 1e-3, "seconds": 0.1})
        row = {"epoch": epoch, "loss": loss, "metric": 1 - loss, "validation_loss": loss + 0.1}
        row |= {"validation_metric": 0.9 - loss, "learning_rate": 1e-3, "seconds": 0.6}
        moved = model and model.with_parameters(
            {key: (1 + 0.2 * epoch) * array for key, array in model.parameters.items()}
        )
        watched.finish_epoch(row, batches=6, model=moved and (lambda now=moved: now))
    if over:
        watched.end()
    else:
        assert watched._writer is not None
        watched._writer.tell_now()
    return watched, store.run(watched.run_id or "")


__all__ = ["PROBES", "WORDS", "watch_script"]
