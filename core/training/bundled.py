"""Make the models that ship: `python -m core.training.bundled [task …] [--cells …]`.

Draws each task's examples, trains its three cells with Keras, exports each to `core/bundled` as a
`Model` with named weights, opens that file again, scores it through `core.record` on test examples,
writes its card, and prints the table of scores as it stands in the README.

Cost: about a quarter of an hour for all twelve on two cores.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from core.bundled import CELL_ORDER
from core.data import TASKS, Example, Task
from core.data import task as task_named
from core.model import Model
from core.text import Vocabulary
from core.training.batches import vocabulary_of
from core.training.fit import fit
from core.training.recipes import CELLS, RECIPES, Recipe, units_of
from core.training.scores import chance, score

BUNDLED = Path(__file__).resolve().parent.parent / "bundled"
TEST_SEED = 1_000_003
"""Another seed than any training's; test texts differ from training texts by themselves."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: train, export, score, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m core.training.bundled", description=__doc__)
    parser.add_argument("tasks", nargs="*", metavar="task", help=f"of {', '.join(TASKS)}")
    parser.add_argument("--cells", nargs="+", choices=CELLS, default=CELLS)
    parser.add_argument("--folder", type=Path, default=BUNDLED, help="where the models go")
    parser.add_argument(
        "--budget", type=float, default=1.0, help="the share of training and test examples to use"
    )
    given = parser.parse_args(arguments)
    tasks = [task_named(name) for name in given.tasks or TASKS]
    given.folder.mkdir(parents=True, exist_ok=True)
    for task in tasks:
        recipe = reduced(RECIPES[task.name], given.budget)
        examples = task.generate(recipe.examples, seed=recipe.seed)
        vocabulary = vocabulary_of(task, examples)
        for cell in given.cells:
            make(task, cell, recipe, vocabulary, examples, folder=given.folder)
    print(table(cards_in(given.folder)))


def reduced(recipe: Recipe, budget: float) -> Recipe:
    """The recipe with a share of its examples, at least a batch of them."""
    return replace(
        recipe,
        examples=max(recipe.batch, round(recipe.examples * budget)),
        test=max(10, round(recipe.test * budget)),
    )


def make(
    task: Task, cell: str, recipe: Recipe, vocabulary: Vocabulary, examples: Sequence[Example], *,
    folder: Path,
) -> None:  # fmt: skip
    """Train one model, write it, open it again, score it, write its card."""
    units = recipe.lstm_units if cell == "lstm" else units_of(task, cell, vocabulary)
    print(f"{task.name}-{cell}, {units} units", flush=True)
    trained = fit(
        task, cell=cell, units=units, recipe=recipe, vocabulary=vocabulary, examples=examples,
        report=lambda line: print(line, flush=True),
    )  # fmt: skip
    file = folder / f"{task.name}-{cell}.npz"
    trained.save(file)
    model = Model.load(file)
    card = card_of(model, task, cell, recipe)
    text = json.dumps(card, ensure_ascii=False, indent=2)
    file.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    print(f"  {task.metric} {card['score']['value']}", flush=True)


def card_of(model: Model, task: Task, cell: str, recipe: Recipe) -> dict[str, Any]:
    """What is to be known about a bundled model, its score on test examples included."""
    settings = asdict(recipe)
    layer = model.layers[0]
    recurrent = sum(array.size for array in layer.parameters().values())
    value = score(model, task, test_examples(task, recipe.test))
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
            "training examples": recipe.examples,
            "training seed": recipe.seed,
            "test examples": recipe.test,
            "test seed": TEST_SEED,
        },
        "parameters": {
            "total": model.parameter_count,
            "recurrent": recurrent,
            "units": layer.units,
            "features": layer.features,
            "vocabulary": model.vocabulary.size if model.vocabulary else 0,
        },
        "training": {k: settings[k] for k in (
            "epochs", "batch", "learning_rate", "clip", "dropout", "hide"
        )} | {"optimizer": "adam", "schedule": "warm-up and cosine"},
        "seed": recipe.seed,
        "score": {"metric": task.metric, "value": round(value, 4), "side": "test",
                  "chance": round(chance(model, task), 4)},
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "keras", "tensorflow")},
        "command": f"python -m core.training.bundled {task.name} --cells {cell}",
    }  # fmt: skip


def test_examples(task: Task, count: int) -> tuple[Example, ...]:
    """The examples that scores are taken on."""
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
    main()
