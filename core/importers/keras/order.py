"""In which order the layers of a file of Keras weights follow one another, and what each hands on.

Files of Keras 3 number layers within their class alone. But each takes as many features as the one
before gives, and steps or one vector: mostly few orders fit, and of those the one is taken first
that people build, with convolutions before the recurrent layers and dense ones at the end. Cost: a
search that gives up after a bounded number of steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from core.importers.keras.stored import Stored

MOST_STEPS = 3000
"""Layers that the search tries before it gives up."""
MOST_ORDERS = 6
"""Orders that are offered."""

MERGES = ("concat", "sum", "mul", "ave")
RETURNS = ("every", "last")
_ACTIVE = ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax")
_RANK = {
    "Embedding": 0,
    "Masking": 0,
    "Conv1D": 1,
    **dict.fromkeys(("MaxPooling1D", "AveragePooling1D"), 2),
    **dict.fromkeys(("GlobalMaxPooling1D", "GlobalAveragePooling1D", "Flatten"), 5),
    **dict.fromkeys(("Dense", "TimeDistributed"), 6),
    **dict.fromkeys(("LayerNormalization", "BatchNormalization"), 5),
    **dict.fromkeys(_ACTIVE, 7),
}
_RECURRENT = 4
_SAME = ("MaxPooling1D", "AveragePooling1D", "UpSampling1D", "Masking")

State = tuple[int, bool, bool]
"""What is handed on: how many features (0 for unknown), whether of steps, whether flattened."""
START: State = (0, True, False)
Choice = tuple[str, str]
"""Of a recurrent layer: whether it hands on every step or the last, and how two are merged."""


def choices(layer: Stored) -> Iterator[Choice]:
    """What a recurrent layer may hand on."""
    for returns in RETURNS:
        for merge in MERGES if layer.kind == "Bidirectional" else ("",):
            yield returns, merge


def after(layer: Stored, state: State, among: Sequence[Choice]) -> Iterator[State]:
    """What a layer hands on that is given `state`, by each of some choices; nothing if unfit."""
    width, steps, flat = state
    inside = layer.core
    if layer.kind == "Embedding":
        if state == START:
            yield inside.shapes[0][1], True, False
    elif flat and layer.kind != "Dense":
        return
    elif layer.recurrent:
        if steps and width in (0, inside.shapes[0][0]):
            for returns, merge in among:
                both = 2 if merge == "concat" else 1
                yield both * layer.units, returns == "every", False
    elif layer.kind == "Conv1D":
        if steps and width in (0, inside.shapes[0][1]):
            yield inside.shapes[0][2], True, False
    elif layer.kind in ("Dense", "TimeDistributed"):
        rows, columns = inside.shapes[0]
        fits = width in (0, rows) or (flat and width > 0 and rows % width == 0)
        if fits and (steps or layer.kind == "Dense"):
            yield columns, steps, False
    elif layer.kind in ("LayerNormalization", "BatchNormalization"):
        if not inside.shapes or width in (0, inside.shapes[0][0]):
            yield (inside.shapes[0][0] if inside.shapes else width), steps, False
    elif layer.kind in _SAME:
        if steps:
            yield state
    elif layer.kind in ("GlobalMaxPooling1D", "GlobalAveragePooling1D"):
        if steps and width:
            yield width, False, False
    elif layer.kind == "Flatten":
        if steps and width:
            yield width, False, True
    elif layer.kind == "RepeatVector":
        if not steps and width:
            yield width, True, False
    elif layer.kind in _ACTIVE and width:
        yield state


def fits(order: Sequence[Stored], chosen: Mapping[str, Choice]) -> bool:
    """Whether each layer takes what the one before gives, where some have been chosen for."""
    states = {START}
    for layer in order:
        among = [chosen[layer.name]] if layer.name in chosen else list(choices(layer))
        states = {new for state in states for new in after(layer, state, among)}
    return any(not flat for _, _, flat in states)


def orders(layers: Sequence[Stored]) -> list[tuple[Stored, ...]]:
    """Orders in which each layer takes what the one before gives, the likeliest first."""
    found = [order for order in _search(layers) if fits(order, {})]
    return sorted(found, key=_oddness)[:MOST_ORDERS]


def _search(layers: Sequence[Stored]) -> Iterator[tuple[Stored, ...]]:
    """Depth first; of one class, the layers keep their order."""
    ranked = sorted(layers, key=_rank)  # sorted keeps the order of equals
    order: list[Stored] = []
    states = [{START}]
    untried = [iter(_next(ranked, order))]
    for _ in range(MOST_STEPS):
        if len(order) == len(layers):
            yield tuple(order)
        layer = next(untried[-1], None)
        if layer is None:
            if not order:
                return
            untried.pop()
            states.pop()
            order.pop()
            continue
        among = list(choices(layer))
        new = {given for state in states[-1] for given in after(layer, state, among)}
        if new:
            order.append(layer)
            states.append(new)
            untried.append(iter(_next(ranked, order)))


def _next(layers: Sequence[Stored], taken: Sequence[Stored]) -> list[Stored]:
    """The first layer of each class that is not taken yet."""
    first: dict[str, Stored] = {}
    for layer in layers:
        if layer not in taken:
            first.setdefault(layer.kind, layer)
    return list(first.values())


def _rank(layer: Stored) -> int:
    return _RANK.get(layer.kind, _RECURRENT)


def _oddness(order: Sequence[Stored]) -> int:
    """How far an order is from those that people build."""
    odd = 0
    for layer, following in zip(order, [*order[1:], None], strict=True):
        if following is not None and _rank(layer) > _rank(following):
            odd += 1 if layer.kind in ("Dense", "Flatten") else 0
            odd += 1
        if layer.kind == "RepeatVector" and not (following is not None and following.recurrent):
            odd += 5
        if layer.kind == "RepeatVector":
            odd -= 1  # a step back to the recurrent layers is what it is for
        pools = layer.kind in ("MaxPooling1D", "AveragePooling1D")
        before = order[order.index(layer) - 1] if order.index(layer) else None
        if pools and not (before is not None and before.kind in ("Conv1D", layer.kind)):
            odd += 2
        if following is None and layer.kind not in ("Dense", "TimeDistributed", *_ACTIVE):
            odd += 3 if any(_rank(one) == 6 for one in order) else 0
    return odd
