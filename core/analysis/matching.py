"""How many units give another cell as many parameters as a given model has?

A fair comparison of cells can hold the units equal, or the number of parameters. This finds the
units for the second. Several recurrent layers are scaled by one factor, each rounded up or down,
whichever brings the sum nearest, so that their proportions stay as near as whole numbers allow.
Counts grow with units, so bisection finds the place; cost: some dozens of additions. Not chosen:
solving a quadratic, which a stack, a pair of directions or a dense head would each change.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Literal, get_args

from core import cells
from core.errors import UnknownName
from core.model import Model
from core.nodes import LAST, MAIN, STATE, Layer, Port, Spec, port

Part = Literal["model", "recurrent"]


@dataclass(frozen=True)
class Match:
    """`units` for each recurrent layer of `cell`, whose `count` is nearest to `wanted`.

    `part` says what was counted: the whole "model", embedding and dense layers included, or its
    "recurrent" layers alone.
    """

    cell: str
    units: tuple[int, ...]
    count: int
    wanted: int
    part: Part

    @property
    def difference(self) -> float:
        """How far the count is off, as a share of the wanted: 0.01 is 1 % too many."""
        return self.count / self.wanted - 1


def match_units(model: Model, cell: str, *, part: Part = "model", **options: bool) -> Match:
    """The units that give `cell` nearly as many parameters as `model` has.

    Everything but the recurrent layers stays: the same embedding, dense units, directions and
    merging; layers have biases where the model's have. `options` are those of cells, such as
    `reset_after`, with which a GRU has two biases a gate. Of two sizes equally near,
    the smaller. Raises UnknownName.
    """
    if part not in get_args(Part):
        raise UnknownName(kind="part to count", found=part, known=", ".join(get_args(Part)))
    declared = cells.get(cell)
    own = declared.completed(cells.options_of(cell, options))
    kinds = [w for name in declared.maps for w in declared.weights_of(name, own).values()]
    given = [part.layers[0].units for part in model.recurrent]

    def count(units: tuple[int, ...]) -> int:
        return _count(model, units, kinds=kinds, part=part)

    if part == "model":
        wanted = model.parameter_count
    else:
        wanted = sum(array.size for layer in model.layers for array in layer.parameters().values())
    units = _nearest(given, count, wanted)
    return Match(cell, units, count(units), wanted, part)


def _count(
    model: Model, units: tuple[int, ...], *, kinds: Sequence[cells.Weight], part: Part
) -> int:
    """The parameters of the model with its recurrent layers replaced by some of these weights."""
    wiring = model.wiring
    specs: dict[Port, Spec] = {at: wiring.specs[at] for at in wiring.inputs.values()}
    sizes = {
        layer.name: size
        for group, size in zip(model.recurrent, units, strict=True)
        for layer in group.layers
    }
    total = 0
    for node in model.nodes:
        read = [specs[at] for at in wiring.reads[node.name]]
        if isinstance(node, Layer):
            size = sizes[node.name]
            axes = {"features": read[0].features or 0, "units": size}
            total += sum(
                prod(axes[axis] for axis in weight.shape)
                for weight in kinds
                if node.biased or not weight.optional
            )
            one = Spec(size, steps=False)
            states = (port(STATE, name) for name in cells.get(node.cell).states)
            given = dict.fromkeys((LAST, *states), one)
            given[MAIN] = Spec(size, length=read[0].length)
        else:
            resized = node.resized(read[0].features)
            if part == "model":
                total += sum(array.size for array in resized.parameters().values())
            given = dict(resized.spec(*read))
        specs |= {port(node.name, of): spec for of, spec in given.items()}
    return total


def _nearest(
    given: list[int], count: Callable[[tuple[int, ...]], int], wanted: int
) -> tuple[int, ...]:
    """The sizes in proportion to `given` whose count is nearest to `wanted`."""

    def scaled(factor: float) -> tuple[int, ...]:
        return tuple(max(1, round(factor * units)) for units in given)

    low, high = 0.0, 1.0
    while count(scaled(high)) < wanted:
        low, high = high, 2 * high
    while scaled(low) != scaled(high) and (high - low) * max(given) > 1e-6:
        middle = (low + high) / 2
        low, high = (middle, high) if count(scaled(middle)) < wanted else (low, middle)
    around = product(*({one, other} for one, other in zip(scaled(low), scaled(high), strict=True)))
    return min(around, key=lambda units: (abs(count(units) - wanted), units))
