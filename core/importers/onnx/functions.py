"""ONNX's activation functions by the names that they have here, with their numbers checked.

ONNX lets a function bring numbers along (the slope of a LeakyRelu); here each is fixed, as Keras
has it. A function with other numbers is refused and says which it would have to have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.importers.onnx.proto import Node
from core.importers.onnx.reading import integer, number, text

# Function → its name here, and the numbers it has to have; in recurrent layers by their order.
_PLAIN = {
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Relu": "relu",
    "Softplus": "softplus",
    "Softsign": "softsign",
}
_NUMBERED: Mapping[str, tuple[str, Mapping[str, float]]] = {
    "HardSigmoid": ("hard_sigmoid", {"alpha": 1 / 6, "beta": 0.5}),
    "LeakyRelu": ("leaky_relu", {"alpha": 0.2}),
    "Elu": ("elu", {"alpha": 1.0}),
    "Celu": ("celu", {"alpha": 1.0}),
    "Affine": ("linear", {"alpha": 1.0, "beta": 0.0}),
    "ScaledTanh": ("tanh", {"alpha": 1.0, "beta": 1.0}),
    "ThresholdedRelu": ("relu", {"alpha": 0.0}),
    "Selu": ("selu", {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805}),
    "Swish": ("silu", {"alpha": 1.0}),
}
_DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "HardSigmoid": {"alpha": 0.2, "beta": 0.5},
    "LeakyRelu": {"alpha": 0.01},
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

FUNCTIONS = (*_OPERATIONS, *_NUMBERED, *_SOFTMAX, "Gelu")
"""Operations that are an activation."""


def function_of(node: Node) -> str:
    """The activation of an operation. Raises UnsupportedModel for numbers that it has not here."""
    if node.op in _OPERATIONS:
        return _OPERATIONS[node.op]
    if node.op in _SOFTMAX:
        return _SOFTMAX[node.op]
    if node.op == "Gelu":
        if text(node, "approximate", "none") != "none":
            raise node.refuse("it approximates a gelu by a tanh")
        return "gelu"
    name, needed = _NUMBERED[node.op]
    default = _DEFAULTS.get(node.op, needed)
    _check(node, node.op, needed, {each: number(node, each, default[each]) for each in needed})
    return name


def softmax_axis(node: Node, rank: int, version: int) -> int | None:
    """The axis along which a softmax adds up to one; None for a function of each number."""
    if node.op not in _SOFTMAX:
        return None
    at = integer(node, "axis", -1 if version >= 13 else 1)
    return at + rank if at < 0 else at


def recurrent_functions(node: Node, roles: Sequence[str], directions: int) -> list[dict[str, str]]:
    """The settings `activation` and `recurrent_activation` of each direction of a layer.

    `roles` says which of the two each of the node's functions is, in their order.
    """
    usual = [_USUAL[role] for role in roles]
    given = node.attributes.get("activations", usual * directions)
    if not isinstance(given, list) or len(given) != len(usual) * directions:
        raise node.refuse(f"it needs {len(usual) * directions} activations")
    known = {name.lower(): name for name in (*_PLAIN, *_NUMBERED)}
    numbers = {which: iter(_floats(node, f"activation_{which}")) for which in ("alpha", "beta")}
    found = []
    for asked in given:
        name = known.get(str(asked).lower())
        if name is None:
            raise node.refuse(f"it has no activation {asked!s:.40} here")
        found.append(_recurrent_function(node, name, numbers))
    settings = []
    for at in range(directions):
        own = found[at * len(usual) : (at + 1) * len(usual)]
        named: dict[str, str] = {}
        for role, function in zip(roles, own, strict=True):
            if named.setdefault(role, function) != function:
                raise node.refuse(f"its candidate has {named[role]}, its cell state {function}")
        settings.append(named)
    return settings


def _recurrent_function(node: Node, name: str, numbers: Mapping[str, Any]) -> str:
    """One function of a layer; its numbers are the next in the layer's lists."""
    if name in _PLAIN:
        return _PLAIN[name]
    ours, needed = _NUMBERED[name]
    default = _DEFAULTS.get(name, needed)
    # A gamma stands in no list.
    found = {each: next(numbers.get(each, iter(())), default[each]) for each in needed}
    _check(node, name, needed, found)
    return ours


def _floats(node: Node, name: str) -> Sequence[float]:
    value = node.attributes.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, int | float) for each in value):
        raise node.refuse(f"its {name} is not a list of numbers")
    return value


def _check(node: Node, name: str, needed: Mapping[str, float], found: Mapping[str, float]) -> None:
    for each, expected in needed.items():
        if abs(found[each] - expected) > _NEAR:
            why = f"its {name} has {each} {found[each]:.6g}, which is {expected:.6g} here"
            raise node.refuse(why)
