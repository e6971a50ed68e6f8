"""Which steps Keras counts: the masks that it hands on by itself, told from others.

Keras 3 writes down in a functional model how each mask is made, as operations on tensors:
`NotEqual` of a padded input, `Any` of `NotEqual` for Masking, `LogicalOr` and a concatenation
where branches meet. A layer called with such a mask would have had it anyway, so it is held to
what the layers below it say and passed over; any other mask changes the answer, and is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.importers.keras.fields import Fields
from core.importers.keras.plan import OPERATION
from core.nodes import Port

Atoms = frozenset[tuple[Port, float]]
"""The masks of which a step need pass one: of a port, what an id or any feature differs from."""

EVERY = None
"""In place of atoms: every step counts."""


@dataclass(frozen=True)
class Mask:
    """A mask of a tensor: how it was made, and how the sequence stood in time then."""

    atoms: Atoms
    turned: bool

    @classmethod
    def of(cls, x: Port, value: float, *, turned: bool) -> Mask:
        """Steps at which the id, or any feature, is not `value`."""
        return cls(frozenset({(x, value)}), turned)

    @classmethod
    def of_any(cls, masks: Sequence[Mask | None]) -> Mask | None:
        """Steps that count in any of what is merged, as in Keras 3."""
        known = [mask for mask in masks if mask is not None]
        if not known or len(known) < len(masks):
            return None
        return cls(frozenset().union(*(mask.atoms for mask in known)), known[0].turned)


@dataclass(frozen=True)
class Tensor:
    """A tensor of Keras: the port that it is here, its order in time, and its mask."""

    port: Port
    reversed: bool = False
    mask: Mask | None = None


@dataclass(frozen=True)
class MaskValue:
    """What an operation gives on the way to a mask."""

    atoms: Atoms | None


def mask_value(layer: Fields, args: tuple[Any, ...], options: Mapping[str, Any]) -> MaskValue:
    """What an operation on tensors gives, if it is one of those that masks are made of.

    Raises UnsupportedModel for any other.
    """
    kind = layer.kind.removeprefix(OPERATION)
    axis = layer.layer.config.get("axis", -1)
    given = args[0] if len(args) == 1 and isinstance(args[0], tuple) else args
    values = [one for one in given if isinstance(one, MaskValue)]
    tensors = [one for one in given if isinstance(one, Tensor)]
    whole = len(values) == len(given) and not any(v is not None for v in options.values())
    match kind:
        case "NotEqual" if len(given) == 2 and len(tensors) == 1 and not options:
            value = given[1]
            if isinstance(value, int | float) and given[0] is tensors[0]:
                return MaskValue(frozenset({(tensors[0].port, float(value))}))
        case "Any" if whole and len(values) == 1 and axis in (-1, [-1], (-1,)):
            return values[0]
        case "ExpandDims" if whole and len(values) == 1 and axis == -1:
            return values[0]
        case "ZerosLike" if len(tensors) == len(given) == 1:
            return MaskValue(frozenset())
        case "OnesLike" if len(tensors) == len(given) == 1:
            return MaskValue(EVERY)
        case "LogicalOr" | "Concatenate" if whole and len(values) > 1 and axis == -1:
            if any(value.atoms is EVERY for value in values):
                return MaskValue(EVERY)
            return MaskValue(frozenset().union(*(value.atoms or () for value in values)))
    raise layer.refuse("it is an operation on tensors, not a layer")


def implied(value: Any, given: Sequence[Tensor]) -> bool:
    """Whether what a layer is called with as its mask is what it would have had anyway."""
    values = value if isinstance(value, tuple) else (value,)
    if len(values) != len(given):
        return False
    return all(
        one is None or (isinstance(one, MaskValue) and one.atoms == _atoms(tensor))
        for one, tensor in zip(values, given, strict=True)
    )


def _atoms(tensor: Tensor) -> Any:
    return EVERY if tensor.mask is None else tensor.mask.atoms
