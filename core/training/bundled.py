"""Make the models that ship: `python -m core.training.bundled [task …] [--cells …]`.

Each is a preset of the one trainer (`core.training.worker`): a configuration, trained as every run
is. Its model is then exported to `core/bundled`, opened again and scored through `core.record` on
test examples; its card is written, and the table of scores printed as it stands in the README.

The cells of a task get the same examples in the same order, the same steps, learning rate and
clipping, and nearly the same number of parameters in the whole model: their units say so. Where
SimpleRNN falls behind it was tried again: on sentiment with 0.4 times the learning rate (0.828
against 0.826), on the latch with other seeds and a quarter of the learning rate (at most 0.27 at
long gaps). Given far more steps, or fewer symbols to tell apart, it does learn the latch on some
seeds; what it lacks is not the means to hold a symbol but a gradient to learn it by in time.

Without a task, or with --runs, the runs that ship (`core.training.example_runs`) are made as well.

Cost: about half an hour for all of them on two cores, and half a minute for the runs.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.bundled import CELL_ORDER
from core.data import OPTIONS, TASKS, Example, Task
from core.data import task as task_named
from core.model import Model
from core.terminal import print_anywhere
from core.training import example_runs, worker
from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)
from core.training.run_folder import EXAMPLES
from core.training.scores import chance, score
from core.training.sources.drawn import TEST_SEED
from core.training.store import RunStore

BUNDLED = Path(__file__).resolve().parent.parent / "bundled"


def _presets(
    task: str,
    *,
    units: Mapping[str, int],
    embedding: int,
    options: Mapping[str, Any],
    rate: float,
    fit: FitSettings,
    dropout: float = 0.0,
) -> dict[str, RunConfig]:
    """One configuration for each cell, equal but for cell and units."""
    return {
        f"{task}-{cell}": RunConfig(
            data=DataSettings(source=task, options=options, validation=0.0),
            network=NetworkSettings(
                cell=cell,
                units=(count,),
                embedding=embedding,
                dropout=dropout,
            ),
            optimizer=OptimizerSettings(
                name="adam", learning_rate=rate, schedule="cosine", warm_up=0.05, clip=1.0
            ),
            fit=replace(fit, restore_best=False),
            preset=f"{task}-{cell}",
        )
        for cell, count in units.items()
    }


PRESETS: dict[str, RunConfig] = {
    **_presets(
        "sentiment",
        units={"simple_rnn": 36, "lstm": 16, "gru": 19},
        embedding=8,
        options={
            "train_examples": 120_000,
            "test_examples": 2_000,
            "hide": 0.15,
            "broken_off": 0.25,
        },
        rate=4e-3,
        fit=FitSettings(epochs=3, batch=128),
    ),
    **_presets(
        "brackets",
        units={"simple_rnn": 33, "lstm": 16, "gru": 18},
        embedding=6,
        options={"train_examples": 24_000, "test_examples": 500},
        rate=1e-2,
        fit=FitSettings(epochs=6, batch=64),
    ),
    **_presets(
        "latch",
        units={"simple_rnn": 34, "lstm": 16, "gru": 18},
        embedding=8,
        options={"train_examples": 320_000, "test_examples": 1_000},
        rate=4e-3,
        fit=FitSettings(epochs=1, batch=64),
    ),
    **_presets(
        "flip-flop",
        units={"simple_rnn": 28, "lstm": 14, "gru": 16},
        embedding=4,
        options={"train_examples": 24_000, "test_examples": 500},
        rate=8e-3,
        fit=FitSettings(epochs=5, batch=64),
    ),
    **_presets(
        "parity",
        units={"simple_rnn": 18, "lstm": 8, "gru": 9},
        embedding=4,
        options={"train_examples": 40_000, "test_examples": 1_000},
        rate=1e-2,
        fit=FitSettings(epochs=30, batch=64),
    ),
    **_presets(
        "dyck1",
        units={"simple_rnn": 30, "lstm": 14, "gru": 16},
        embedding=4,
        options={"train_examples": 12_000, "test_examples": 500, **OPTIONS["dyck1"]},
        rate=1e-2,
        fit=FitSettings(epochs=5, batch=64),
    ),
    **_presets(
        "dyck2",
        units={"simple_rnn": 30, "lstm": 14, "gru": 16},
        embedding=4,
        options={"train_examples": 24_000, "test_examples": 500, **OPTIONS["dyck2"]},
        rate=1e-2,
        fit=FitSettings(epochs=6, batch=64),
    ),
    **_presets(
        "reber",
        units={"simple_rnn": 28, "lstm": 14, "gru": 16},
        embedding=4,
        options={"train_examples": 24_000, "test_examples": 500, **OPTIONS["reber"]},
        rate=1e-2,
        fit=FitSettings(epochs=6, batch=64),
    ),
    **_presets(
        "characters",
        units={"simple_rnn": 101, "lstm": 56, "gru": 64},
        embedding=20,
        options={"train_examples": 1_000, "test_examples": 300},
        rate=8e-3,
        fit=FitSettings(epochs=30, batch=32),
        dropout=0.2,
    ),
}
"""Id of a bundled model → how it is trained."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: train, export, score, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m core.training.bundled", description=__doc__)
    parser.add_argument("tasks", nargs="*", metavar="task", help=f"of {', '.join(TASKS)}")
    parser.add_argument("--cells", nargs="+", choices=CELL_ORDER, default=CELL_ORDER)
    parser.add_argument("--folder", type=Path, default=BUNDLED, help="where the models go")
    parser.add_argument(
        "--budget", type=float, default=1.0, help="the share of training and test examples to use"
    )
    parser.add_argument("--runs", action="store_true", help="make the runs that ship, no model")
    given = parser.parse_args(arguments)
    if given.runs or not given.tasks:
        for identifier, config in example_runs.RUNS.items():
            example_runs.make(identifier, config, folder=given.folder / EXAMPLES.name)
    if given.runs:
        return
    given.folder.mkdir(parents=True, exist_ok=True)
    tasks = [task_named(name).name for name in given.tasks or TASKS]
    for name in (f"{task}-{cell}" for task in tasks for cell in given.cells):
        make(reduced(PRESETS[name], given.budget), folder=given.folder)
    print(table(cards_in(given.folder)))


def reduced(config: RunConfig, budget: float) -> RunConfig:
    """The same with a share of its examples, at least a batch of them."""
    options = config.data.options
    train = max(config.fit.batch, round(options["train_examples"] * budget))
    test = max(10, round(options["test_examples"] * budget))
    few = {**options, "train_examples": train, "test_examples": test}
    return replace(config, data=replace(config.data, options=few))


def make(config: RunConfig, *, folder: Path) -> None:
    """Train one model, write it, open it again, score it, write its card.

    Raises SystemExit where the run fails: it has said why.
    """
    name = str(config.preset)
    with TemporaryDirectory(prefix="unrolled-") as runs:
        run = RunStore(Path(runs)).create(config, name=name)
        if worker.main([str(run.folder), "--now"]):
            raise SystemExit(1)
        file = folder / f"{name}.npz"
        replace(run.model(), name=name, card={}).save(file)
    card = card_of(Model.load(file), config)
    text = json.dumps(card, ensure_ascii=False, indent=2)
    file.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    print(f"  {card['score']['metric']} {card['score']['value']}", flush=True)


def card_of(model: Model, config: RunConfig) -> dict[str, Any]:
    """What is to be known about a bundled model, its score on test examples included."""
    task, cell, options = task_named(config.data.source), config.network.cell, config.data.options
    layer = model.layers[0]
    recurrent = sum(array.size for array in layer.parameters().values())
    value = score(model, task, test_examples(task, options["test_examples"]))
    return {
        "id": f"{task.name}-{cell}",
        "task": task.name,
        "cell": cell,
        "description": task.description,
        "unit": task.unit,
        "readout": task.readout,
        "loss": task.loss,
        "answers": list(task.answers),
        "samples": {language: list(s) for language, s in task.samples_by_language.items()},
        "data": {
            "citation": task.citation,
            "training examples": options["train_examples"],
            "training seed": config.seed,
            "test examples": options["test_examples"],
            "test seed": TEST_SEED,
        },
        "parameters": {
            "total": model.parameter_count,
            "recurrent": recurrent,
            "units": layer.units,
            "features": layer.features,
            "vocabulary": model.vocabulary.size if model.vocabulary else 0,
        },
        "training": {
            "epochs": config.fit.epochs,
            "batch": config.fit.batch,
            "learning_rate": config.optimizer.learning_rate,
            "clip": config.optimizer.clip,
            "dropout": config.network.dropout,
            "hide": options.get("hide", 0.0),
            "broken off": options.get("broken_off", 0.0),
            "optimizer": config.optimizer.name,
            "schedule": "warm-up and cosine",
        },
        "seed": config.seed,
        "score": {"metric": task.metric, "value": round(value, 4), "side": "test",
                  "chance": round(chance(model, task), 4)},
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "keras", "tensorflow")},
        "command": f"python -m core.training.bundled {task.name} --cells {cell}",
    }  # fmt: skip


def test_examples(task: Task, count: int) -> tuple[Example, ...]:
    """The examples that scores are taken on: those that every run of the task is tested on."""
    return task.generate(count, seed=TEST_SEED, side="test")


def cards_in(folder: Path) -> list[dict[str, Any]]:
    """The cards of a folder, by task and cell."""
    cards = [json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")]
    order = list(TASKS)
    return sorted(
        cards, key=lambda card: (order.index(card["task"]), CELL_ORDER.index(card["cell"]))
    )


def table(cards: Sequence[dict[str, Any]]) -> str:
    """The scores as a Markdown table, one row a model."""
    lines = [
        "| model | units | parameters | test score | by chance | metric |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for card in cards:
        parameters, result = card["parameters"], card["score"]
        lines.append(
            f"| {card['id']} | {parameters['units']} | {parameters['total']:,} "
            f"| {result['value']:.4f} | {result['chance']:.4g} | {result['metric']} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    print_anywhere()
    main()
