"""Make the translators that ship: `python -m core.training.translators [id …] [--pairs FILE]`.

Each is a configuration of the one trainer, trained as every run is, then stored in half precision,
opened again and scored: the share of tokens that are right when the ones before are, and of whole
answers that the network writes alone. Its card says both, the second also by the length of the
source. Dates and sums need nothing; the pairs of English and Spanish are those of tatoeba.org as
manythings.org/anki has them (CC BY 2.0), a file that has to be named: without it that model is left
as it is.

The three that read dates differ in what the decoder sees, and in nothing else. Sums without
attention are read from their end, by a peeky decoder, as that is what makes them learnable there.

Cost: some minutes each on two cores.
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

import numpy as np

from core.bundled import APART
from core.data import dates, sums
from core.encoder_decoder import SOURCE, TARGET
from core.model import Model
from core.terminal import print_anywhere
from core.training import worker
from core.training.architectures.encoder_decoder import judge
from core.training.bundled import BUNDLED
from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)
from core.training.run_folder import Run
from core.training.sources import prepare
from core.training.sources.translation import TATOEBA
from core.training.store import RunStore

TRANSLATOR = "translator"
"""What its card says of the kind of model."""
_SENTENCES = ("I am tired.", "Where is Tom?", "She has a dog.", "We can help you.", "It's cold.")


def _config(
    source: str,
    *,
    data: Mapping[str, Any],
    options: Mapping[str, Any],
    epochs: int,
    units: int = 64,
    embedding: int = 16,
    rate: float = 4e-3,
    dropout: float = 0.0,
    bidirectional: bool = False,
) -> RunConfig:
    return RunConfig(
        data=DataSettings(source=source, options=dict(data), validation=0.05),
        network=NetworkSettings(
            architecture="encoder_decoder",
            options=dict(options),
            units=(units,),
            embedding=embedding,
            dropout=dropout,
            bidirectional=bidirectional,
        ),
        optimizer=OptimizerSettings(
            name="adam", learning_rate=rate, schedule="cosine", warm_up=0.05, clip=1.0
        ),
        # XLA takes a minute to compile masked loops, and then is no faster than TensorFlow.
        fit=FitSettings(epochs=epochs, batch=128, restore_best=False, jit=False),
    )


_DATES: dict[str, Any] = {"train_examples": 20_000, "test_examples": 1_000}
_SUMS: dict[str, Any] = {"train_examples": 40_000, "test_examples": 1_000}
TRANSLATORS: dict[str, RunConfig] = {
    **{
        f"dates-{name}": _config("dates", data=_DATES, options={"attention": kind}, epochs=6)
        for name, kind in (("plain", "none"), ("attention", "dot"), ("additive", "additive"))
    },
    "sums-plain": _config(
        "sums", data=_SUMS, options={"backwards": True, "peeky": True}, epochs=10, units=96
    ),
    **{
        f"sums-{name}": _config("sums", data=_SUMS, options={"attention": kind}, epochs=10)
        for name, kind in (("attention", "dot"), ("additive", "additive"))
    },
    "english-spanish": _config(
        "translation",
        data={"words": 1_500, "target_words": 1_500, "longest": 5, "target_longest": 6,
              "known": True, "first": True},
        options={"attention": "dot", "combined": 64},
        epochs=12,
        units=112,
        embedding=56,
        dropout=0.2,
        bidirectional=True,
    ),
}  # fmt: skip
"""Id of a translator that ships → how it is trained."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: train, store, score, and print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m core.training.translators", description=__doc__
    )
    parser.add_argument("ids", nargs="*", metavar="id", help=f"of {', '.join(TRANSLATORS)}")
    parser.add_argument("--pairs", type=Path, help="the ZIP or text file of English and Spanish")
    parser.add_argument("--folder", type=Path, default=BUNDLED / APART, help="where they go")
    parser.add_argument(
        "--budget", type=float, default=1.0, help="the share of training examples to use"
    )
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    for name in given.ids or TRANSLATORS:
        config = TRANSLATORS[name]
        if config.data.source == "translation":
            if given.pairs is None:
                print(f"{name} is left as it is: --pairs names no file", flush=True)
                continue
            config = config.with_setting("data.options.file", str(given.pairs.resolve()))
        make(name, reduced(config, given.budget), folder=given.folder)
    print(table(cards_in(given.folder)))


def reduced(config: RunConfig, budget: float) -> RunConfig:
    """The same with a share of its examples, where they are drawn."""
    wanted = config.data.options.get("train_examples")
    if wanted is None or budget == 1:
        return config
    return config.with_settings({
        "data.options.train_examples": max(config.fit.batch, round(wanted * budget)),
        "data.options.test_examples": max(10, round(config.data.options["test_examples"] * budget)),
    })  # fmt: skip


def make(name: str, config: RunConfig, *, folder: Path) -> None:
    """Train one, store it, open it again, score it, write its card.

    Raises SystemExit where the run fails: it has said why.
    """
    with TemporaryDirectory(prefix="unrolled-") as runs:
        run = RunStore(Path(runs)).create(config, name=name)
        if worker.main([str(run.folder), "--now"]):
            raise SystemExit(1)
        store(name, run, folder=folder)


def store(name: str, run: Run, *, folder: Path) -> None:
    """The model of a run as one that ships: in half precision, with its card."""
    file = folder / f"{name}.npz"
    replace(run.model(), name=name, card={}).astype(np.float16).save(file)
    card = card_of(name, Model.load(file).astype(np.float32), run)
    text = json.dumps(card, ensure_ascii=False, indent=2)
    file.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    print(f"  {name}: tokens {card['score']['tokens']}, whole {card['score']['value']}", flush=True)


def card_of(name: str, model: Model, run: Run) -> dict[str, Any]:
    """What is to be known about a translator that ships, its scores on test sources included."""
    config = run.config
    options = {key: value for key, value in config.data.options.items() if key != "file"}
    dataset = prepare(
        config.data.source, config.data.options, seed=config.seed,
        validation=config.data.validation, folder=run.folder,
    )  # fmt: skip
    judged = judge(model, dataset)
    task = {"dates": dates.TASK, "sums": sums.TASK}.get(config.data.source)
    known = [model.vocabulary_of(side) for side in (SOURCE, TARGET)]
    samples = {"en": _SENTENCES, "ko": _SENTENCES} if task is None else task.samples_by_language
    result = run.result or {}
    return {
        "id": name,
        "kind": TRANSLATOR,
        "task": "english-spanish" if task is None else task.name,
        "cell": config.network.cell,
        "description": "Reads a short English sentence, and writes a Spanish one."
        if task is None else task.description,
        "attention": config.network.options.get("attention", "none"),
        "network": config.to_json()["network"],
        "samples": {language: list(texts) for language, texts in samples.items()},
        "data": {
            "citation": TATOEBA if task is None else task.citation,
            "training examples": len(dataset.train),
            "training seed": config.seed,
            "test examples": judged.scores["judged"],
            "options": options,
        },
        "parameters": {
            "total": model.parameter_count,
            "recurrent": sum(a.size for own in model.layers for a in own.parameters().values()),
            "units": config.network.units[0],
            "features": config.network.embedding,
            "vocabulary": [0 if one is None else one.size for one in known],
        },
        "training": config.to_json()["fit"] | config.to_json()["optimizer"],
        "seed": config.seed,
        "score": {
            "metric": "whole answers",
            "value": round(judged.scores["whole"], 4),
            "tokens": round(result.get("metric", float("nan")), 4),
            "side": "test",
            "chance": round(dataset.chance or 0.0, 4),
        },
        "by_length": [
            {key: round(value, 4) for key, value in row.items()}
            for row in judged.scores["by_length"]
        ],
        "versions": {"python": platform.python_version()}
        | {library: version(library) for library in ("numpy", "keras", "tensorflow")},
        "command": f"python -m core.training.translators {name}"
        + (" --pairs spa-eng.zip" if task is None else ""),
    }  # fmt: skip


def cards_in(folder: Path) -> list[dict[str, Any]]:
    """The cards of the translators of a folder, in the order of `TRANSLATORS`."""
    cards = [json.loads(file.read_text("utf-8")) for file in folder.glob("*.json")]
    own = {card["id"]: card for card in cards if card.get("kind") == TRANSLATOR}
    return [own[name] for name in TRANSLATORS if name in own]


def table(cards: Sequence[Mapping[str, Any]]) -> str:
    """The scores as a Markdown table, one row a model."""
    lines = [
        "| model | attention | units | parameters | tokens right | whole answers right |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {card['id']} | {card['attention']} | {card['parameters']['units']} "
        f"| {card['parameters']['total']:,} | {card['score']['tokens']:.4f} "
        f"| {card['score']['value']:.4f} |"
        for card in cards
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print_anywhere()
    main()
