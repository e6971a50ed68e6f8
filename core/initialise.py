"""Untrained models: weights drawn from a seed, as Keras draws them unless told otherwise.

Kernels are Glorot uniform, recurrent kernels orthogonal, biases zero but for the forget bias:
the same statistics as Keras's defaults, though not the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core import cells
from core.activations import Array
from core.errors import OutOfRange, UnknownName
from core.model import Model
from core.nodes import Dense, Direction, Embedding, Layer, Node, Readout, Recurrent
from core.text import Vocabulary

Draw = Callable[[np.random.Generator, tuple[int, int]], Array]


def glorot_uniform(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    """Uniform, as wide as keeps variances alike in both directions (Glorot & Bengio 2010)."""
    limit = np.sqrt(6 / sum(shape))
    return generator.uniform(-limit, limit, shape)


def _orthogonal(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    normal = generator.standard_normal((max(shape), min(shape)))
    q, r = np.linalg.qr(normal)
    q = q * np.sign(np.diag(r))
    return q if q.shape == shape else q.T


def _identity(generator: np.random.Generator, shape: tuple[int, int]) -> Array:
    return np.eye(*shape)


INITIALISERS: dict[str, Draw] = {
    "orthogonal": _orthogonal,
    "glorot_uniform": glorot_uniform,
    "glorot_normal": lambda g, shape: g.normal(0, np.sqrt(2 / sum(shape)), shape),
    "he_normal": lambda g, shape: g.normal(0, np.sqrt(2 / shape[0]), shape),
    "identity": _identity,
}
"""For recurrent kernels: orthogonal (Saxe 2014), Glorot 2010, He 2015, identity (Le 2015)."""


def new_model(
    cell: str,
    *,
    vocabulary: int | Vocabulary | None = None,
    features: int | None = None,
    embedding: int = 32,
    units: Sequence[int] = (32,),
    bidirectional: bool = False,
    merge: str = "concat",
    outputs: int | None = 1,
    output_activation: str | None = None,
    readout: Readout = "last",
    seed: int = 0,
    initialiser: str = "orthogonal",
    forget_bias: float = 1.0,
    scale: float = 1.0,
    spread: float = 0.05,
    activation: str = "",
    recurrent_activation: str = "",
    mask_zero: bool = False,
    dtype: Any = np.float32,
    **options: bool,
) -> Model:
    """An untrained model: embedding → recurrent layers → dense readout.

    With `vocabulary` (a size or a Vocabulary) the model reads token ids through an embedding of
    that many features, else vectors of `features` numbers. `units` has one entry a recurrent
    layer. `outputs` is None for no readout; its activation is sigmoid for one output, softmax
    for more, unless given. `initialiser` names how recurrent kernels are drawn (INITIALISERS);
    `scale` multiplies recurrent kernels; `forget_bias` is what the forget gate's bias begins with
    in cells that set it; the embedding's numbers lie within ±`spread`. Activations are the cell's
    own unless given. `options` are those of cells (`reset_after` of the GRU); a cell leaves alone
    those of others. The same seed gives the same weights. Raises OutOfRange and UnknownName.
    """
    if initialiser not in INITIALISERS:
        known = ", ".join(INITIALISERS)
        raise UnknownName(kind="initialiser", found=initialiser, known=known)
    if seed < 0:
        raise OutOfRange(what="seed", found=seed, expected="at least 0")
    for what, number in (("scale", scale), ("forget_bias", forget_bias)):
        if not np.isfinite(number):
            raise OutOfRange(what=what, found=number, expected="a finite number")
    sizes = {"embedding": embedding, "outputs": 1 if outputs is None else outputs}
    if vocabulary is None:
        sizes["features"] = 0 if features is None else features
    for what, size in [*sizes.items(), *(("units", size) for size in units)]:
        if size < 1:
            raise OutOfRange(what=what, found=size, expected="at least 1")
    if not units:
        raise OutOfRange(what="units", found="empty", expected="one number for each layer")
    generator = np.random.default_rng(seed)
    drawn = _Drawer(generator, INITIALISERS[initialiser], scale, forget_bias, dtype)
    nodes: list[Node] = []
    if vocabulary is not None:
        rows = vocabulary if isinstance(vocabulary, int) else vocabulary.size
        table = generator.uniform(-spread, spread, (rows, embedding)).astype(dtype)
        nodes.append(Embedding("embedding", table, mask_zero))
        width = embedding
    else:
        width = sizes["features"]
    own_options = cells.options_of(cell, options)
    directions: tuple[Direction, ...] = ("forward", "backward") if bidirectional else ("forward",)
    for at, size in enumerate(units):
        name = cell if at == 0 else f"{cell}_{at}"
        layers = tuple(
            Layer(
                f"{name}/{direction}" if bidirectional else name,
                cell,
                drawn.layer(cell, width, size, options=own_options),
                direction,
                activation,
                recurrent_activation,
                own_options,
            )
            for direction in directions
        )
        returns: Readout = readout if at == len(units) - 1 else "every"
        part = Recurrent(name, layers, merge if bidirectional else None, returns)
        nodes += part.nodes
        width = part.outputs
    if outputs is not None:
        chosen = output_activation or ("sigmoid" if outputs == 1 else "softmax")
        kernel = glorot_uniform(generator, (width, outputs)).astype(dtype)
        nodes.append(Dense("dense", kernel, np.zeros(outputs, dtype), chosen))
    read = vocabulary if isinstance(vocabulary, Vocabulary) else None
    return Model(tuple(nodes), name=f"untrained-{cell}", vocabulary=read)


def new_two_way_model(
    cell: str,
    *,
    vocabulary: int | Vocabulary,
    units: Sequence[int] = (32, 32),
    seed: int = 0,
    forget_bias: float = 1.0,
    spread: float = 0.05,
    mask_zero: bool = True,
    dtype: Any = np.float32,
    **options: bool,
) -> Model:
    """An untrained language model that reads in both directions (Peters et al. 2018, ELMo).

    One embedding, as wide as the first layer; above it forward layers, whose readout `next` expects
    the token after each, and backward layers, whose readout `previous` expects the one before. The
    two meet nowhere else: what reads both sides of a token would only have to repeat it. One graph
    and not two models, so that the embedding is one, its gradient is the sum of both ways, and one
    run records all. `units` has one entry a layer of each direction; the rest is as in `new_model`.
    Raises OutOfRange and UnknownName.
    """
    if not units or min(units) < 1:
        raise OutOfRange(what="units", found=tuple(units), expected="at least 1 in each layer")
    generator = np.random.default_rng(seed)
    drawn = _Drawer(generator, INITIALISERS["orthogonal"], 1.0, forget_bias, dtype)
    rows = vocabulary if isinstance(vocabulary, int) else vocabulary.size
    table = generator.uniform(-spread, spread, (rows, units[0])).astype(dtype)
    nodes: list[Node] = [Embedding("embedding", table, mask_zero)]
    own_options = cells.options_of(cell, options)
    ways: tuple[tuple[Direction, str], ...] = (("forward", "next"), ("backward", "previous"))
    for direction, readout in ways:
        below, width = "embedding", units[0]
        for at, size in enumerate(units, start=1):
            name = f"{direction}_{at}"
            weights = drawn.layer(cell, width, size, options=own_options)
            nodes.append(Layer(name, cell, weights, direction, options=own_options, reads=(below,)))
            below, width = name, size
        kernel = glorot_uniform(generator, (width, rows)).astype(dtype)
        bias = np.zeros(rows, dtype)
        nodes.append(Dense(readout, kernel, bias, "softmax", reads=(below,)))
    read = vocabulary if isinstance(vocabulary, Vocabulary) else None
    gives = tuple(readout for _, readout in ways)
    return Model(tuple(nodes), name=f"untrained-two-way-{cell}", vocabulary=read, gives=gives)


class _Drawer:
    """Draws the weights of layers, one after another, from one generator."""

    def __init__(
        self,
        generator: np.random.Generator,
        recurrent: Draw,
        scale: float,
        forget_bias: float,
        dtype: Any,
    ) -> None:
        self.generator, self.recurrent = generator, recurrent
        self.scale, self.forget_bias, self.dtype = scale, forget_bias, dtype

    def layer(
        self, cell: str, features: int, units: int, *, options: Mapping[str, bool]
    ) -> dict[str, dict[str, Array]]:
        """The weights of one layer by gate and name."""
        declared = cells.get(cell)
        sizes, maps = {"features": features, "units": units}, declared.maps
        # All gates in one draw: Glorot's limit counts the columns of the whole kernel, as Keras's.
        kernel = glorot_uniform(self.generator, (features, units * len(maps)))
        weights: dict[str, dict[str, Array]] = {}
        for at, gate in enumerate(maps):
            own = {"kernel": kernel[:, at * units : (at + 1) * units]}
            for name, weight in declared.weights_of(gate, declared.completed(options)).items():
                shape = tuple(sizes[axis] for axis in weight.shape)
                if len(shape) == 2 and name not in own:
                    own[name] = self.scale * self.recurrent(self.generator, (units, units))
                elif weight.optional:
                    own[name] = np.full(shape, self._begins(declared, gate, weight))
                elif name not in own:  # what multiplies a state, unit by unit
                    own[name] = self.generator.uniform(-1, 1, shape) / np.sqrt(units)
            weights[gate] = {name: array.astype(self.dtype) for name, array in own.items()}
        return weights

    def _begins(self, cell: cells.Cell, gate: str, weight: cells.Weight) -> float:
        """What a bias begins with: zero, but where the cell says otherwise."""
        sign = cell.forget_bias.get(gate, 0) if weight.name == "bias" else 0
        return sign * self.forget_bias
