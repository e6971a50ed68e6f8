"""From a run's configuration to its result: data, training, test."""

from __future__ import annotations

import os
import time
from typing import Any

import numpy as np

from core.training import recovery
from core.training.errors import OutOfMemory
from core.training.layers_told import layers_told
from core.training.loop import Cancelled, Loop
from core.training.mistakes import mistakes
from core.training.presets import reference_of
from core.training.progress import Progress
from core.training.run_folder import Run
from core.training.run_writer import RunWriter
from core.training.sources import prepare


def train_and_test(run: Run, writer: RunWriter, progress: Progress) -> None:
    """Everything that a run does once it is its turn. Raises CoreError where it cannot."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # its greetings; what fails is raised
    config = run.config
    writer.tell(state="preparing", share=0.0)

    def report(doing: str, share: float) -> None:
        writer.tell(doing=doing, share=share)

    dataset = prepare(
        config.data.source,
        config.data.options,
        seed=config.seed,
        validation=config.data.validation,
        report=report,
        folder=run.folder,
    )
    writer.tell(share=1.0, doing="")
    import tensorflow as tf

    try:
        loop = Loop(config, dataset, writer, progress)
        for remark in dataset.remarks:
            loop.note(remark)
        loop.resume()
        writer.dataset(_described(loop))
        loop.run()
        writer.tell(state="testing")
        _test(run, loop)
    except Cancelled:
        writer.tell(state="cancelled", ended=time.time())
    except tf.errors.ResourceExhaustedError as error:
        raise OutOfMemory(batch=config.fit.batch) from error
    else:
        writer.tell(state="finished", ended=time.time(), seconds_left=0.0)


def _described(loop: Loop) -> dict[str, Any]:
    """What readers want to know of data and network."""
    dataset, model = loop.dataset, loop.model(0)
    parts = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    return {
        "name": dataset.name,
        "loss": dataset.loss,
        "metric": dataset.metric,
        "readout": dataset.readout,
        "answers": list(dataset.answers),
        "chance": dataset.chance,
        "solved": dataset.solved,
        "citation": dataset.citation,
        "class_counts": dict(dataset.class_counts),
        "vocabulary": None if dataset.vocabulary is None else dataset.vocabulary.size,
        "features": dataset.features,
        "parameters": model.parameter_count,
        "layers": layers_told(model),
    } | {name: 0 if part is None else len(part) for name, part in parts.items()}


def _test(run: Run, loop: Loop) -> None:
    """Scores the model that counts on test data, and keeps its worst mistakes."""
    epoch, lost = recovery.final(run, steps=loop.stepper)
    if lost is not None:
        loop.note(lost)
    dataset = loop.dataset
    loss, metric, rows = loop.evaluate(dataset.test, keep=dataset.readout == "last")
    scores = {
        "loss": loss,
        "metric": metric,
        "metric_name": dataset.metric,
        "epoch": epoch,
        "examples": len(dataset.test),
        "seconds": loop.remembered.seconds,
        "chance": dataset.chance,
        "solved": dataset.solved,
        "reference": reference_of(run.config),
        "classes": dict(dataset.class_counts),
    }
    if loop.architecture.judge is not None:
        judged = loop.architecture.judge(loop.model(epoch), dataset)
        loop.writer.result({**scores, **judged.scores}, mistakes=judged.mistakes, answers=None)
        return
    if dataset.readout == "every":
        loop.writer.result(scores, mistakes=[], answers=None)
        return
    outputs = np.stack(rows).astype(np.float32)
    answers = {"outputs": outputs, "targets": dataset.test.targets}
    loop.writer.result(scores, mistakes=mistakes(dataset, outputs), answers=answers)
