"""Make the model of the page Context: `python -m core.training.context`.

A run of the one trainer, as those of `core.training.bundled` are: a language model that reads in
both directions, on the sentences of `core.data.senses`. Its card says what it reached, and how well
its vectors tell senses apart.

Cost: three minutes on two quiet cores.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from core.analysis.mixture import Mixture
from core.analysis.senses import LEARNED_FROM, corpus, sense_task, separations
from core.bundled import APART
from core.data import senses
from core.model import Model
from core.terminal import print_anywhere
from core.training import worker
from core.training.bundled import BUNDLED
from core.training.config import RunConfig
from core.training.presets import preset
from core.training.run_folder import Run
from core.training.store import RunStore

NAME = "context-lstm"


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: train, write, open again, measure, and write the card."""
    parser = argparse.ArgumentParser(prog="python -m core.training.context", description=__doc__)
    parser.add_argument("--folder", type=Path, default=BUNDLED / APART, help="where it goes")
    make(preset("senses-two-way").config, folder=parser.parse_args(arguments).folder)


def make(config: RunConfig, *, folder: Path) -> None:
    """Train it, and write model and card. Raises SystemExit where the run fails."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="unrolled-") as runs:
        run = RunStore(Path(runs)).create(config, name=NAME)
        if worker.main([str(run.folder), "--now"]):
            raise SystemExit(1)
        file = folder / f"{NAME}.npz"
        replace(run.model(), name=NAME, card={}).save(file)
        card = card_of(Model.load(file), run)
    text = json.dumps(card, ensure_ascii=False, indent=2)
    file.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


def card_of(model: Model, run: Run) -> dict[str, Any]:
    """What is to be known about the model."""
    config, result = run.config, run.result or {}
    read = corpus(model)
    task = sense_task(model, read)
    apart = np.mean(list(separations(read).values()), axis=0)
    return {
        "id": NAME,
        "cell": config.network.cell,
        "description": "Reads a sentence in English or Korean forwards and backwards, and "
        "predicts at each word the next and the one before.",
        "unit": "word",
        "data": {"citation": senses.CITATION, **config.data.options},
        "parameters": {
            "total": model.parameter_count,
            "units": model.layers[0].units,
            "layers": len(model.layers),
            "vocabulary": model.vocabulary.size if model.vocabulary else 0,
        },
        "seed": config.seed,
        "score": {"metric": "perplexity", "side": "test",
                  "value": round(result["metric"], 3), "chance": round(result["chance"], 1)},
        "senses": {
            "unseen sentences": len(read.ambiguous.sentences),
            "learned from": LEARNED_FROM,
            "separation": [round(float(value), 3) for value in apart],
            "levels": [_told(each) for each in task.alone],
            "mixture": _told(task.mixed),
            "weights": [round(float(weight), 3) for weight in task.mixed.weights],
        },
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "keras", "tensorflow")},
        "command": "python -m core.training.context",
    }  # fmt: skip


def _told(found: Mixture) -> list[float]:
    """An accuracy, and between what it lies with 95 % confidence."""
    return [round(value, 4) for value in (found.accuracy.value, *found.accuracy.bounds)]


if __name__ == "__main__":
    print_anywhere()
    main()
