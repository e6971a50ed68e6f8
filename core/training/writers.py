"""Make the writers that ship: `python -m core.training.writers FOLDER`.

FOLDER holds the text they learn from (`core.training.sources.shakespeare`), which is not a part of
the project; the plays are in the public domain, and so a model of them may be. Each is trained as
every run is, exported to `core/bundled/writing`, and scored on the parts of the text that it was
not trained on. Cost: some five minutes of one core.
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

from core.bundled import writers
from core.terminal import print_anywhere
from core.training import worker
from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)
from core.training.run_folder import Run
from core.training.sources import source_named
from core.training.store import RunStore

FOLDER = Path(writers.__file__).resolve().parent / "writing"

CONFIGS: dict[str, RunConfig] = {
    "shakespeare-gru": RunConfig(
        data=DataSettings(source="shakespeare", options={"length": 100}),
        network=NetworkSettings(cell="gru", units=(160,), embedding=24, dropout=0.05),
        optimizer=OptimizerSettings(
            name="adam", learning_rate=5e-3, schedule="cosine", warm_up=0.05, clip=1.0
        ),
        fit=FitSettings(epochs=16, batch=64, stateful=True),
    )
}
"""Id of a writer → how it is trained."""
SAMPLES = {
    "shakespeare-gru": (
        "the night is dark, and",
        "we have no bread, and",
        "good my lord, i",
    )
}
"""What each can begin with."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: train, export, and write the cards."""
    parser = argparse.ArgumentParser(prog="python -m core.training.writers", description=__doc__)
    parser.add_argument("texts", type=Path, help="the folder that holds the texts")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the models go")
    given = parser.parse_args(arguments)
    for name, config in CONFIGS.items():
        config = config.with_setting("data.options.folder", str(given.texts.resolve()))
        with TemporaryDirectory(prefix="unrolled-") as runs:
            run = RunStore(Path(runs)).create(config, name=name)
            if worker.main([str(run.folder), "--now"]):
                raise SystemExit(1)
            export(run, name, folder=given.folder)


def export(run: Run, name: str, *, folder: Path) -> None:
    """Write a finished run's model and its card."""
    model = replace(run.model(), name=name, card={})
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / f"{name}.npz")
    text = json.dumps(card_of(run, name), ensure_ascii=False, indent=2)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def card_of(run: Run, name: str) -> dict[str, Any]:
    """What is to be known about a writer, what it reached included."""
    config, result, model = run.config, run.result, run.model()
    assert result is not None
    source = source_named(config.data.source)
    best = run.epochs.iloc[int(result["epoch"]) - 1]
    layer = model.layers[0]
    return {
        "id": name,
        "cell": config.network.cell,
        "description": source.description,
        "samples": list(SAMPLES[name]),
        "data": {"citation": source.citation},
        "parameters": {
            "total": model.parameter_count,
            "units": layer.units,
            "features": layer.features,
            "vocabulary": model.vocabulary.size if model.vocabulary else 0,
        },
        "training": {
            "epochs": int(result["epoch"]),
            "batch": config.fit.batch,
            "steps": source.options.read(config.data.options).to_json()["length"],
            "learning_rate": config.optimizer.learning_rate,
            "clip": config.optimizer.clip,
            "dropout": config.network.dropout,
            "optimizer": config.optimizer.name,
            "schedule": "warm-up and cosine",
        },
        "seed": config.seed,
        "score": {
            "validation accuracy": round(float(best["validation_metric"]), 4),
            "validation loss": round(float(best["validation_loss"]), 4),
            "test accuracy": round(float(result["metric"]), 4),
            "test loss": round(float(result["loss"]), 4),
            "chance": round(float(result["chance"]), 4),
        },
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in ("numpy", "keras", "tensorflow")},
        "command": "python -m core.training.writers FOLDER",
    }


if __name__ == "__main__":
    print_anywhere()
    main()
