"""A recurrent autoencoder: a sequence becomes a few numbers, and these a sequence again.

    encoder (recurrent) → its last step → code (dense) → RepeatVector → decoder → output (dense)

After Srivastava, Mansimov & Salakhutdinov 2015 ("Unsupervised learning of video representations
using LSTMs"), with the code repeated at every step of the decoder. The code is the bottleneck: what
is not in its numbers cannot be in what is made of them. A denoising one (Vincent et al. 2008) is
given a noisy sequence and asked for the clean one. Its two halves are models of their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.engines import record
from core.make.parts import Parts
from core.model import Model
from core.nodes import Dense, Input, RepeatVector

CODE, SEQUENCE = "code", "sequence"
"""Names of the bottleneck, and of what is read."""


def autoencoder(
    *, steps: int, features: int, code: int, units: int = 32, cell: str = "lstm", seed: int = 0
) -> Model:
    """An untrained one, for sequences of so many steps, with so many numbers in its code."""
    parts = Parts(cell, seed=seed)
    nodes = (
        Input(SEQUENCE, features, steps),
        parts.layer("encoder", features=features, units=units, returns="last"),
        parts.dense(CODE, features=units, outputs=code),
        RepeatVector("repeat", steps),
        parts.layer("decoder", features=code, units=units),
        parts.dense("output", features=units, outputs=features),
    )
    return Model(nodes, name="autoencoder")


def encoder_of(model: Model) -> Model:
    """The half that reads: a sequence becomes its code."""
    at = list(model.by_name).index(CODE)
    return replace(model, nodes=model.nodes[: at + 1], gives=(), name=f"{model.name}-encoder")


def decoder_of(model: Model) -> Model:
    """The half that makes: a code (batch, numbers) becomes a sequence."""
    at = list(model.by_name).index(CODE)
    code = model.nodes[at]
    assert isinstance(code, Dense)
    nodes = (Input(CODE, code.outputs, vector=True), *model.nodes[at + 1 :])
    return replace(model, nodes=nodes, gives=(), name=f"{model.name}-decoder")


def encode(model: Model, sequences: Array) -> Array:
    """The codes (count, numbers) of sequences (count, steps, features)."""
    return record(model, sequences).nodes[CODE].outputs


def decode(model: Model, codes: Array) -> Array:
    """What an autoencoder makes of codes (count, numbers): (count, steps, features)."""
    return record(decoder_of(model), np.asarray(codes, model.dtype)).outputs


def blended(codes: Array, *, count: int) -> Array:
    """So many codes on the straight way between two of them (2, numbers), both ends among them."""
    share = np.linspace(0, 1, count)[:, None]
    return (1 - share) * codes[0] + share * codes[1]


@dataclass(frozen=True, eq=False)
class CodePlane:
    """The plane of an autoencoder with two numbers, decoded on a grid.

    `axes` (count,) each; `decoded` (count · count, steps, features), the first axis fastest;
    `codes` (examples, 2) of examples of these `kinds` (examples,).
    """

    axes: tuple[Array, Array]
    decoded: Array
    codes: Array
    kinds: NDArray[np.intp]

    @classmethod
    def of(
        cls, model: Model, sequences: Array, *, kinds: NDArray[np.intp], count: int = 33,
        margin: float = 0.08,
    ) -> CodePlane:  # fmt: skip
        """Over where the codes of some sequences lie, and `margin` of that further each way."""
        codes = encode(model, sequences)
        low, high = codes.min(axis=0), codes.max(axis=0)
        room = margin * (high - low)
        first, second = (
            np.linspace(a, b, count) for a, b in zip(low - room, high + room, strict=True)
        )
        across, up = np.meshgrid(first, second)
        grid = np.stack([across.ravel(), up.ravel()], axis=1)
        return cls((first, second), decode(model, grid), codes, kinds)

    def nearest(self, point: tuple[float, float]) -> int:
        """The example whose code is nearest to a point."""
        return int(np.linalg.norm(self.codes - np.asarray(point), axis=1).argmin())
