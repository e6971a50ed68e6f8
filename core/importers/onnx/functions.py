"""ONNX's activation functions by the names that they have here, with their numbers checked.

ONNX lets a function bring numbers along; here most are fixed, as Keras has them, but for the slope
of a LeakyRelu and the alpha of an Elu where they stand alone. Where other numbers only stretch and
shift what goes in, as those of a HardSigmoid do, the weights before it take that over: a `Fitted`
function says by how much. Any other number is refused, and the refusal says which it would have to
be.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.activations import NUMBERED, number_of, numbered
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import integer, number, text


@dataclass(frozen=True)
class Fitted:
    """A function of ONNX as one that is here: its value at x is `name`'s at slope · x + shift."""

    name: str
    slope: float = 1.0
    shift: float = 0.0

    @property
    def as_it_is(self) -> bool:
        """Whether what goes in needs no change."""
        return (self.slope, self.shift) == (1.0, 0.0)


# Function → its name here, and the numbers it has to have; in recurrent layers by their order.
_PLAIN = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Relu": "relu",
    "Softplus": "softplus",
    "Softsign": "softsign",
}
_NUMBERED: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "Celu": ("celu", {"alpha": 1.0}),
    "ScaledTanh": ("tanh", {"alpha": 1.0}),
    "ThresholdedRelu": ("relu", {"alpha": 0.0}),
    "Selu": ("selu", {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805}),
    "Swish": ("silu", {"alpha": 1.0}),
}
# Function → its name here, which says the number alpha as well.
_NAMED = {"LeakyRelu": "leaky_relu", "Elu": "elu"}
# Function → its name here, and what slope and shift its numbers come to.
_STRETCHED: Mapping[str, tuple[str, Callable[[float, float], tuple[float, float]]]] = {
    # clip(αx + β, 0, 1), where ours is clip((x + 3) / 6, 0, 1).
    "HardSigmoid": ("hard_sigmoid", lambda alpha, beta: (6 * alpha, 6 * beta - 3)),
    "Affine": ("linear", lambda alpha, beta: (alpha, beta)),
    "ScaledTanh": ("tanh", lambda alpha, beta: (beta, 0.0)),
}
_DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "HardSigmoid": {"alpha": 0.2, "beta": 0.5},
    "Affine": {"alpha": 1.0, "beta": 0.0},
    "ScaledTanh": {"alpha": 1.0, "beta": 1.0},
    "LeakyRelu": {"alpha": 0.01},
    "Elu": {"alpha": 1.0},
    "ThresholdedRelu": {"alpha": 1.0},
}
_OPERATIONS = {
    **_PLAIN,
    "Exp": "exponential",
    "HardSwish": "hard_silu",
    "Mish": "mish",
}
_SOFTMAX = {"Softmax": "softmax", "LogSoftmax": "log_softmax"}
_USUAL = {"recurrent_activation": "Sigmoid", "activation": "Tanh"}
_NEAR = 1e-6

_KNOWN = {name.lower(): name for name in (*_PLAIN, *_NUMBERED, *_NAMED, *_STRETCHED)}

FUNCTIONS = (*_OPERATIONS, *_NUMBERED, *_NAMED, *_STRETCHED, *_SOFTMAX, "Gelu")
"""Operations that are an activation."""


def function_of(node: Node) -> Fitted:
    """The activation of an operation. Raises UnsupportedModel for numbers that it has not here."""
    if node.op in _OPERATIONS:
        return Fitted(_OPERATIONS[node.op])
    if node.op in _SOFTMAX:
        return Fitted(_SOFTMAX[node.op])
    if node.op == "Gelu":
        if text(node, "approximate", "none") != "none":
            raise node.refuse("it approximates a gelu by a tanh")
        return Fitted("gelu")
    return _fitted(node, node.op, lambda which, default: number(node, which, default))


def softmax_axis(node: Node, rank: int, version: int) -> int | None:
    """The axis along which a softmax adds up to one; None for a function of each number."""
    if node.op not in _SOFTMAX:
        return None
    at = integer(node, "axis", -1 if version >= 13 else 1)
    return at + rank if at < 0 else at


def recurrent_functions(
    node: Node, roles: Sequence[str], directions: int
) -> list[dict[str, Fitted]]:
    """The settings `activation` and `recurrent_activation` of each direction of a layer.

    `roles` says which of the two each of the node's functions is, in their order. A function that
    stretches what goes into it has its role alone: nothing that it acts on is without weights.
    """
    usual = [_USUAL[role] for role in roles]
    given = node.attributes.get("activations", usual * directions)
    if not isinstance(given, list) or len(given) != len(usual) * directions:
        raise node.refuse(f"it needs {len(usual) * directions} activations")
    lists = {which: iter(_floats(node, f"activation_{which}")) for which in ("alpha", "beta")}
    settings: list[dict[str, Fitted]] = []
    for at, asked in enumerate(given):
        name = _KNOWN.get(str(asked).lower())
        if name is None:
            raise node.refuse(f"it has no activation {asked!s:.40} here")
        # Numbers are the next in the layer's lists; a gamma stands in none.
        fitted = _fitted(
            node, name, lambda which, default: next(lists.get(which, iter(())), default)
        )
        if (own := number_of(fitted.name)) is not None:
            ours = NUMBERED[own[0]].usual
            raise node.refuse(f"its {name} has alpha {own[1]:.6g}, which is {ours:.6g} here")
        role = roles[at % len(roles)]
        if at % len(roles) == 0:
            settings.append({})
        before = settings[-1].setdefault(role, fitted)
        if before.name != fitted.name:
            raise node.refuse(f"its candidate has {before.name}, its cell state {fitted.name}")
        if roles.count(role) > 1 and not fitted.as_it_is:
            raise node.refuse(f"its {name} acts on the cell state with numbers that are not ours")
    return settings


def _fitted(node: Node, name: str, number_of: Callable[[str, float], float]) -> Fitted:
    """The function called `name`; `number_of` gives one of its numbers, or the default."""
    if name in _PLAIN:
        return Fitted(_PLAIN[name])
    default = dict(_DEFAULTS.get(name, _NUMBERED.get(name, ("", {}))[1]))
    numbers = {which: number_of(which, value) for which, value in default.items()}
    if name in _NAMED:
        if not math.isfinite(numbers["alpha"]):
            raise node.refuse(f"the numbers of its {name} are not finite")
        return Fitted(numbered(_NAMED[name], numbers["alpha"]))
    ours, needed = _NUMBERED.get(name, ("", {}))
    for which, expected in needed.items():
        if abs(numbers[which] - expected) > _NEAR:
            why = f"its {name} has {which} {numbers[which]:.6g}, which is {expected:.6g} here"
            raise node.refuse(why)
    if name not in _STRETCHED:
        return Fitted(ours)
    ours, stretch = _STRETCHED[name]
    slope, shift = stretch(numbers["alpha"], numbers["beta"])
    if not math.isfinite(slope) or not math.isfinite(shift):
        raise node.refuse(f"the numbers of its {name} are not finite")
    near = abs(slope - 1) < _NEAR and abs(shift) < _NEAR
    return Fitted(ours) if near else Fitted(ours, slope, shift)


def _floats(node: Node, name: str) -> Sequence[float]:
    value = node.attributes.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, int | float) for each in value):
        raise node.refuse(f"its {name} is not a list of numbers")
    return value
