"""Make the networks that make sequences and ship: `python -m core.training.makers [id …]`.

Each is a run of the one trainer, as those of `core.training.bundled` are, of an architecture of its
own. Of its epochs are kept what it made after some of them, and its losses after all.

Cost: two to eight minutes each on two cores.
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

from core.activations import Array
from core.analysis.coverage import Coverage
from core.data.sequences import SETS, Sequences
from core.engines import record
from core.make import adversarial, diffusion
from core.make.judging import held_against_real
from core.make.judging import real as real_ones
from core.make.linear import Principal, error
from core.make.shipped import MAKERS, Film
from core.model import Model
from core.terminal import print_anywhere
from core.training import worker
from core.training.bundled import BUNDLED
from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)
from core.training.run_folder import Run
from core.training.sources.drawn import TEST_SEED
from core.training.store import RunStore

FOLDER = BUNDLED / "make"
MOMENTS, SHOWN, HELD = 8, 12, 400
"""Epochs at which a film looks, sequences that it shows, and that measures are taken of."""
_ARCHITECTURE = {"denoising": "autoencoder"}


def _preset(
    maker: str, of: str, *, units: int, rate: float, epochs: int, options: Mapping[str, Any],
    batch: int = 64, examples: int = 6_400,
) -> RunConfig:  # fmt: skip
    return RunConfig(
        data=DataSettings(source=of, options={"train_examples": examples}, validation=0.0),
        network=NetworkSettings(
            architecture=_ARCHITECTURE.get(maker, maker), units=(units,), options=options
        ),
        optimizer=OptimizerSettings(
            name="adam", learning_rate=rate, schedule="cosine", warm_up=0.02, clip=1.0
        ),
        fit=FitSettings(epochs=epochs, batch=batch, restore_best=False),
        preset=f"{maker}-{of}",
    )


_SETTINGS: Mapping[str, tuple[int, float, Mapping[str, Any]]] = {
    "autoencoder": (32, 4e-3, {"code": 2}),
    "denoising": (32, 4e-3, {"code": 10, "noise": 0.3}),
    "adversarial": (40, 2e-3, {"noise": 8}),
    "diffusion": (32, 4e-3, {}),
}
"""Units, learning rate, and the architecture's own options."""
_EPOCHS = {
    ("autoencoder", "strokes"): 30,
    ("autoencoder", "waves"): 12,
    ("denoising", "strokes"): 12,
    ("adversarial", "strokes"): 45,
    ("diffusion", "strokes"): 25,
}
"""By maker and set, for those that ship."""

PRESETS: dict[str, RunConfig] = {
    f"{maker}-{of}": _preset(maker, of, units=units, rate=rate, epochs=epochs, options=options)
    for (maker, of), epochs in _EPOCHS.items()
    for units, rate, options in [_SETTINGS[maker]]
}
"""Id of a network that ships → how it is trained."""


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: train, look at the epochs, write."""
    parser = argparse.ArgumentParser(prog="python -m core.training.makers", description=__doc__)
    parser.add_argument("ids", nargs="*", metavar="id", help=f"of {', '.join(PRESETS)}")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where they go")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    for identifier in given.ids or PRESETS:
        card = make(PRESETS[identifier], folder=given.folder)
        print(f"  {identifier} {json.dumps(card['score'])}", flush=True)


def make(config: RunConfig, *, folder: Path) -> dict[str, Any]:
    """Trains one, writes it, its film and its card; returns the card.

    Raises SystemExit where the run fails: it has said why.
    """
    name = str(config.preset)
    maker, _, of = name.partition("-")
    with TemporaryDirectory(prefix="unrolled-") as runs:
        run = RunStore(Path(runs)).create(config, name=name)
        if worker.main([str(run.folder), "--now"]):
            raise SystemExit(1)
        model = replace(run.model(), name=name, card={})
        film = _filmed(run, maker=maker, of=SETS[of])
    model.save(folder / f"{name}.npz")
    film.save(folder / f"{name}.film.npz")
    card = card_of(model, config, film, maker=maker, of=of)
    text = json.dumps(card, ensure_ascii=False, indent=2)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return card


def card_of(
    model: Model, config: RunConfig, film: Film, *, maker: str, of: str
) -> dict[str, Any]:  # fmt: skip
    """What is to be known about one of them."""
    assert maker in MAKERS
    return {
        "id": f"{maker}-{of}",
        "maker": maker,
        "makes": of,
        "cell": config.network.cell,
        "data": {"citation": SETS[of].citation, **config.data.options, "seed": config.seed},
        "parameters": model.parameter_count,
        "training": {
            "epochs": config.fit.epochs,
            "batch": config.fit.batch,
            "learning_rate": config.optimizer.learning_rate,
            **config.network.options,
        },
        "score": {
            "side": "test",
            **{name: round(float(values[-1]), 4) for name, values in film.measures.items()},
        },
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("numpy", "keras", "tensorflow")},
        "command": f"python -m core.training.makers {maker}-{of}",
    }


def _filmed(run: Run, *, maker: str, of: Sequences) -> Film:
    """What was made after some epochs, and what was lost after all."""
    epochs = np.asarray(run.model_epochs)
    last = int(epochs[-1])
    # More of them at first, where more happens.
    wanted = np.concatenate([[0], np.geomspace(1, last, MOMENTS - 1)]).round().astype(int)
    seen = np.unique(epochs[np.abs(epochs[:, None] - wanted).argmin(axis=0)])
    real, _ = real_ones(of.name)
    films = {"adversarial": _of_players, "diffusion": _of_denoiser}
    look = films.get(maker, _of_autoencoder)
    made, measures = [], []
    given = _given(run, maker=maker, of=of, real=real)
    for epoch in seen:
        shown, taken = look(run.model(int(epoch)), given, real=real, of=of)
        made.append(shown[:SHOWN])
        measures.append(taken)
    return Film(
        epochs=epochs[1:],
        losses=_losses(run, epochs[1:], maker=maker, real=real),
        seen=seen,
        made=np.stack(made),
        given=given[:SHOWN],
        measures={name: np.array([taken[name] for taken in measures]) for name in measures[0]},
    )


def _given(run: Run, *, maker: str, of: Sequences, real: Array) -> Array:
    """What it makes its sequences of."""
    if maker == "adversarial":
        width = int(run.config.network.options["noise"])
        return adversarial.noise(HELD, width=width, seed=TEST_SEED)
    if maker == "diffusion":
        random = np.random.default_rng(TEST_SEED)
        return random.standard_normal((HELD, of.steps, len(of.features)))
    noise = np.random.default_rng(TEST_SEED).standard_normal(real[:HELD].shape)
    return real[:HELD] + run.config.network.options.get("noise", 0.0) * noise


def _of_autoencoder(
    model: Model, given: Array, *, real: Array, of: Sequences
) -> tuple[Array, dict[str, float]]:
    made = record(model, given.astype(np.float32)).outputs
    code = model.wiring.specs["code"].features or 1
    best = Principal.of(of.examples(2_000, seed=0)[0], numbers=code).rebuilt(real[:HELD])
    return made, {
        "error": error(real[:HELD], made),
        "error by principal components": error(real[:HELD], best),
        "error of what was read": error(real[:HELD], given),
    }


def _of_players(
    model: Model, given: Array, *, real: Array, of: Sequences
) -> tuple[Array, dict[str, float]]:
    made = record(adversarial.players(model)[0], given.astype(np.float32)).outputs
    return made, _measures(held_against_real(made, of=of))


def _of_denoiser(
    model: Model, given: Array, *, real: Array, of: Sequences
) -> tuple[Array, dict[str, float]]:
    along = diffusion.schedule("cosine", steps=32)
    *_, last = diffusion.way_back(model, given, schedule=along, seed=0)
    return last.noisy, _measures(held_against_real(last.noisy, of=of))


def _measures(found: Coverage) -> dict[str, float]:
    return {
        "convincing": found.share,
        "covered": found.covered,
        "kinds reached": float(found.reached),
        "effective kinds": found.effective,
    }


def _losses(run: Run, epochs: Array, *, maker: str, real: Array) -> dict[str, Array]:
    """The losses after each epoch: of both players on test sequences, else as they were told."""
    if maker != "adversarial":
        return {"loss": run.epochs["loss"].to_numpy()}
    found = []
    for epoch in epochs:
        generator, critic = adversarial.players(run.model(int(epoch)))
        width = int(run.config.network.options["noise"])
        made = record(generator, adversarial.noise(128, width=width, seed=1)).outputs
        real_says, made_says = (record(critic, each).outputs for each in (real[:128], made))
        found.append(adversarial.losses(real=real_says, made=made_says))
    critic_loss, generator_loss = np.array(found).T
    return {"critic": critic_loss, "generator": generator_loss}


if __name__ == "__main__":
    print_anywhere()
    main()
