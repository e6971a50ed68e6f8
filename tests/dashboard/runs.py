"""Run folders as a worker leaves them, written in milliseconds and without Keras.

The files are those of `RunWriter`; the numbers are drawn, so that no two of them are equal. What
training itself gives is tested where it is trained.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from filelock import FileLock

import core
from core import cells
from core.text import Vocabulary
from core.training.config import DataSettings, FitSettings, NetworkSettings, RunConfig
from core.training.run_folder import Run
from core.training.run_writer import RunWriter
from core.training.store import RunStore

WORDS = ("the", "film", "was", "not", "good", "bad", "and", "boring")
BATCHES = 12
STEPS = 30
ANSWERS = ("negative", "positive")


def config(cell: str = "lstm", *, epochs: int = 4, seed: int = 0, **settings: Any) -> RunConfig:
    """A small configuration."""
    made = RunConfig(
        data=DataSettings(source="imdb", options={"length": STEPS}),
        network=NetworkSettings(cell=cell, units=(5,), embedding=3),
        fit=FitSettings(epochs=epochs, batch=32),
        seed=seed,
    )
    for path, value in settings.items():
        made = made.with_setting(path.replace("__", "."), value)
    return made


def write_run(
    store: RunStore,
    cell: str = "lstm",
    *,
    name: str = "",
    epochs: int = 3,
    state: str = "finished",
    batches: int = BATCHES,
    configured: RunConfig | None = None,
    **told: Any,
) -> Run:
    """A run that has done `epochs` of its epochs and stands as `state`; `told` changes its status.

    A finished run has results; one that is not lacks the last batches of its next epoch.
    """
    settings = configured or config(cell, epochs=max(epochs, 1))
    run = store.create(settings, name=name)
    writer = RunWriter(run)
    generator = np.random.default_rng([settings.seed, len(cell), epochs])
    model = a_model(settings)
    writer.dataset(_dataset(model))
    writer.model(model, epoch=0)
    best = 1 + int(generator.integers(epochs)) if epochs else None
    for epoch in range(1, epochs + 1):
        _epoch(writer, settings, epoch, batches, generator)
        writer.model(_moved(model, epoch), epoch=epoch)
    if state == "finished":
        _result(writer, generator, epoch=best or 0)
    elif state == "training":
        _batches(writer, settings, epochs + 1, batches // 2, generator)
    now = time.time()
    facts: dict[str, Any] = {"epoch": epochs, "batches": batches, "best_epoch": best}
    facts |= {"batch": batches // 2 if state == "training" else 0, "seconds": 61.5}
    facts |= {"examples_per_second": 812.0, "seconds_left": 75.0, "memory": 800_000_000}
    facts |= {"started": now - 90, "ended": None if state in ("training", "queued") else now}
    writer.status = replace(writer.status, **(facts | told), state=state)  # type: ignore[arg-type]
    writer.tell_now()
    writer.close()
    run.file("worker.log").write_text("starting\nan end that says why\n", encoding="utf-8")
    return run


@contextmanager
def at_work(run: Run) -> Iterator[Run]:
    """Hold the lock that a living worker holds."""
    with FileLock(run.file("worker.lock")):
        yield run


def a_model(settings: RunConfig) -> core.Model:
    """The network of a configuration, which reads WORDS."""
    network = settings.network
    return core.new_model(
        network.cell, vocabulary=Vocabulary(WORDS, "word"), embedding=network.embedding,
        units=list(network.units), bidirectional=network.bidirectional, outputs=1, readout="last",
        seed=settings.seed,
    )  # fmt: skip


def _moved(model: core.Model, epoch: int) -> core.Model:
    return model.with_parameters(
        {name: (1 + 0.3 * epoch) * array for name, array in model.parameters.items()}
    )


def _epoch(
    writer: RunWriter, settings: RunConfig, epoch: int, batches: int, generator: Any
) -> None:
    rows = _batches(writer, settings, epoch, batches, generator)
    loss = float(np.mean([row["loss"] for row in rows]))
    row: dict[str, Any] = {"epoch": epoch, "loss": loss, "metric": 1 - loss}
    row |= {"validation_loss": loss + 0.05, "validation_metric": 0.95 - loss}
    row |= {"learning_rate": 1e-3, "seconds": 20.5, "examples_per_second": 800.0}
    row |= {"memory": 800_000_000, "norms": {"embedding": 0.1, "dense": 0.2}}
    writer.epoch(row)


def _batches(
    writer: RunWriter, settings: RunConfig, epoch: int, batches: int, generator: Any
) -> list[dict[str, float]]:
    rows = []
    for batch in range(1, batches + 1):
        loss = 0.7 / (epoch + batch / batches) + 0.1 * generator.random()
        row = {"epoch": epoch, "batch": batch, "loss": loss, "metric": 1 - loss}
        row |= {"learning_rate": 1e-3 / epoch, "seconds": 0.02}
        row |= {f"norm/{layer}": 0.1 + generator.random()
                for layer in ("embedding", settings.network.cell, "dense")}  # fmt: skip
        writer.batch(row)
        rows.append(row)
    writer.look(_look(settings, epoch, batches, generator))
    return rows


def _look(settings: RunConfig, epoch: int, batch: int, generator: Any) -> dict[str, Any]:
    cell = settings.network.cell
    directions = ("/forward", "/backward") if settings.network.bidirectional else ("",)
    fall = np.exp(-np.arange(STEPS)[::-1] / (3 * epoch)) * (1 + 0.1 * generator.random(STEPS))
    layers = [
        {
            "name": cell + direction,
            "cell": cell,
            "time": STEPS,
            "saturation": {gate: [float(generator.random() / 2), float(generator.random() / 2)]
                           for gate in cells.get(cell).gates},
            "gradient": [float(f"{each:.5g}") for each in fall],
        }
        for direction in directions
    ]  # fmt: skip
    return {"epoch": epoch, "batch": batch, "step": epoch * batch, "loss": 0.5, "layers": layers}


def _dataset(model: core.Model) -> dict[str, Any]:
    return {
        "name": "imdb", "loss": "binary_crossentropy", "metric": "accuracy", "readout": "last",
        "answers": list(ANSWERS), "chance": 0.5, "solved": None, "citation": "Maas et al. 2011",
        "class_counts": {"negative": 300, "positive": 340}, "vocabulary": len(WORDS) + 2,
        "features": None, "parameters": model.parameter_count, "train": 512, "validation": 128,
        "test": 200,
        "layers": [
            {"name": "embedding", "kind": "Embedding", "parameters": 30, "formula": "10·3"},
            {"name": "dense", "kind": "Dense", "parameters": 6, "formula": "5·1 + 1"},
        ],
    }  # fmt: skip


def _result(writer: RunWriter, generator: Any, *, epoch: int) -> None:
    outputs = generator.random((200, 1)).astype(np.float32)
    targets = (generator.random((200, 1)) > 0.5).astype(np.float32)
    right = (outputs > 0.5) == (targets > 0.5)
    scores = {
        "loss": 0.41, "metric": float(right.mean()), "metric_name": "accuracy", "epoch": epoch,
        "examples": 200, "seconds": 61.5, "chance": 0.5, "solved": None, "reference": None,
        "classes": {"negative": 300, "positive": 340},
    }  # fmt: skip
    wrong = np.flatnonzero(~right[:, 0])[:20]
    mistakes = [
        {
            "index": int(at), "text": f"the film was not good {WORDS[at % len(WORDS)]}",
            "target": ANSWERS[int(targets[at, 0])], "answer": ANSWERS[1 - int(targets[at, 0])],
            "probability": 0.01 + at / 1e4, "loss": float(-np.log(0.01 + at / 1e4)),
        }
        for at in wrong
    ]  # fmt: skip
    writer.result(scores, mistakes=mistakes, answers={"outputs": outputs, "targets": targets})
