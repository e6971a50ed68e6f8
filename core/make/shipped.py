"""The networks that make sequences and ship with the project, each with a film of its training.

In `core/bundled/make`, three files each: `<id>.npz`, the model; `<id>.json`, its card; and
`<id>.film.npz`, what it made after some epochs and its losses after each, small enough to ship
where the weights of every epoch would not be. `python -m core.training.makers` makes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.arrays import File, load_arrays, save_arrays
from core.bundled import UnknownBundledModel
from core.data.sequences import Sequences, sequences
from core.make.autoencoder import decoder_of
from core.model import Model

MAKERS = ("autoencoder", "denoising", "adversarial", "diffusion")


@dataclass(frozen=True, eq=False)
class Film:
    """How what a network made became better.

    `losses` by name, one after each of `epochs` (epochs,). At some of them, `seen` (moments,), it
    was asked to make `made` (moments, count, steps, features) of what is `given` (count, …): the
    same sequences, or the same noise. `measures` by name are taken then, (moments,).
    """

    epochs: NDArray[np.intp]
    losses: Mapping[str, Array]
    seen: NDArray[np.intp]
    made: Array
    given: Array
    measures: Mapping[str, Array]

    def save(self, file: File) -> None:
        """Writes it as an `.npz` without pickle, sequences in half precision."""
        arrays: dict[str, NDArray[Any]] = {"epochs": self.epochs, "seen": self.seen}
        arrays |= {"made": self.made.astype(np.float16), "given": self.given.astype(np.float16)}
        for kind, named in (("losses", self.losses), ("measures", self.measures)):
            arrays |= {f"{kind}/{name}": np.asarray(a, np.float32) for name, a in named.items()}
        save_arrays(file, kind="film", description={}, arrays=arrays)

    @classmethod
    def load(cls, file: File) -> Film:
        """The inverse of `save`. Raises WrongFile for anything else."""
        _, arrays = load_arrays(file, kind="film")

        def named(kind: str) -> dict[str, Array]:
            return {n.partition("/")[2]: a for n, a in arrays.items() if n.startswith(f"{kind}/")}

        return cls(
            epochs=arrays["epochs"],
            losses=named("losses"),
            seen=arrays["seen"],
            made=arrays["made"].astype(np.float32),
            given=arrays["given"].astype(np.float32),
            measures=named("measures"),
        )


@dataclass(frozen=True, eq=False)
class Shipped:
    """A network that ships: `model`, whose card tells of it, what it makes, and its `film`."""

    model: Model
    of: Sequences
    film: Film


def cards() -> list[dict[str, Any]]:
    """The cards of all that ship, by what they make and how."""
    here = files("core.bundled") / "make"
    found = [
        json.loads(file.read_text(encoding="utf-8"))
        for file in here.iterdir()
        if file.name.endswith(".json")
    ]
    return sorted(found, key=lambda card: (card["makes"], MAKERS.index(card["maker"])))


@cache
def shipped(identifier: str) -> Shipped:
    """One of them, by its id such as "autoencoder-strokes". Raises UnknownBundledModel."""
    by_id = {card["id"]: card for card in cards()}
    if identifier not in by_id:
        raise UnknownBundledModel(found=identifier, known=", ".join(by_id))
    card, here = by_id[identifier], files("core.bundled") / "make"
    with as_file(here / f"{identifier}.npz") as path:
        model = replace(Model.load(path), card=card)
    with as_file(here / f"{identifier}.film.npz") as path:
        film = Film.load(path)
    return Shipped(model, sequences(card["makes"]), film)


def decoder(of: str) -> Model:
    """The half of an autoencoder that makes: one vector becomes a sequence, one to many.

    `of` is a set of sequences, such as "strokes". Its card says the shape. Raises
    UnknownBundledModel.
    """
    whole = shipped(f"autoencoder-{of}").model
    card = {**whole.card, "id": f"decoder-{of}", "maker": "decoder", "shape": "one-to-many"}
    return replace(decoder_of(whole), name=f"decoder-{of}", card=card)
