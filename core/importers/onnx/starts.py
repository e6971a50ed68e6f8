"""What a recurrent layer of ONNX starts from: zeros, inputs, states of others, or numbers held.

States that are inputs of the graph are what `record` calls so. Numbers that the file holds, such as
a state that was learned, are the bias of a dense layer that reads the greatest of all steps through
weights of zero: a vector that is the same for every text, of nodes that there are already, with its
gradient. Not chosen: a kind of node for it, which every page and format would have to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.activations import Array
from core.importers.onnx.axes import ONE, UNITS
from core.importers.onnx.proto import Node
from core.importers.onnx.reading import Reading
from core.importers.onnx.values import Aside, Const, Filled, Flow, Tip, Tips, Value
from core.nodes import Dense, GlobalMaxPooling, Port


def is_zero(value: Value | None) -> bool:
    """Whether the value is not there, or all zeros."""
    if isinstance(value, Const):
        return value.array.dtype.kind != "O" and not value.array.any()
    return value is None or (isinstance(value, Filled) and value.number == 0)


def initial(
    node: Node,
    states: Mapping[str, Value | None],
    ways: int,
    reading: Reading,
    *,
    layout: int,
    units: int,
    features: int,
    x: Flow,
    stage: str,
) -> list[tuple[Port, ...]]:
    """The ports of the states that each direction starts from; () for zeros.

    `x` is what the layer reads, `stage` what it is called.
    """
    if all(is_zero(value) or _outside(value) for value in states.values()):
        return [()] * ways
    held = {what: _held(value, ways, units, layout=layout) for what, value in states.items()}
    ports = []
    for what, value in states.items():
        named, numbers = f"initial_{what[0]}", held[what]
        if numbers is not None:
            kept = [(f"{stage}.{named}.{at}", each) for at, each in enumerate(numbers)]
            ports.append(
                [_learned(reading, x, name, each, features=features) for name, each in kept]
            )
            continue
        if not isinstance(value, Flow | Tips) or _outside(value):
            kind = "an input" if _outside(value) else "numbers that are not the same for every text"
            raise node.refuse(f"it starts from states that are {kind} ({named})")
        ports.append(_states(value, node, ways, reading, layout=layout, named=named))
    return list(zip(*ports, strict=True))


def _held(value: Value | None, ways: int, units: int, *, layout: int) -> Array | None:
    """Numbers of the file that every text starts from, (directions, units); None for others."""
    if is_zero(value):
        return np.zeros((ways, units), np.float32)
    if isinstance(value, Filled):
        return np.full((ways, units), value.number, np.float32)
    array: NDArray[Any] | None = None
    if isinstance(value, Const):
        array = value.array
        if array.ndim != 3:
            return None
    elif isinstance(value, Aside):
        array = value.repeated
    if array is None or array.dtype.kind != "f" or array.ndim > 3:
        return None
    whole = array.reshape((1,) * (3 - array.ndim) + array.shape)
    if layout:
        whole = whole.transpose(1, 0, 2)
    if whole.shape[1] < 1 or (whole != whole[:, :1]).any():
        return None
    try:
        found: Array = np.broadcast_to(whole[:, 0], (ways, units)).copy()
    except ValueError:
        return None
    return found


def _learned(reading: Reading, x: Flow, name: str, numbers: Array, *, features: int) -> Port:
    """A vector that is `numbers` for every text: max over the steps of x · 0 + numbers."""
    pooled = f"{name.rpartition('.')[0]}.pool"
    if pooled not in reading.made:
        reading.put(GlobalMaxPooling(pooled, reads=(x.port,)))
    kernel = np.zeros((features, numbers.size), numbers.dtype)
    reading.put(Dense(name, kernel, numbers, "linear", reads=(pooled,)))
    return name


def _states(
    value: Flow | Tips, node: Node, ways: int, reading: Reading, *, layout: int, named: str
) -> list[Port]:
    """One port for each direction, out of an array (directions, batch, units)."""
    order = (1, 0, 2) if layout else (0, 1, 2)
    why = f"the states that it starts from are not one for each direction ({named})"
    if len(value.axes) != 3:
        raise node.refuse(why)
    across, batch, units = (value.axes[at] for at in order)
    wide = [atom.label for atom in units if atom.label != ONE]
    texts = [atom.label for atom in batch if atom.label != ONE]
    if len(texts) > 1 or any(reading.is_time(label) for label in texts + wide):
        raise node.refuse(why)
    if isinstance(value, Tips):
        tips: list[Tip] = list(value.parts.ravel())
        parts = [atom.part for atom in across if atom.part is not None]
        if len(tips) != ways or wide != [UNITS] or value.parts.ndim != len(parts):
            raise node.refuse(why)
        if any(tip.pending is not None or not (tip.step or tip.state) for tip in tips):
            raise node.refuse(why)
        return [tip.port for tip in tips]
    if ways > 1 or any(atom.label != ONE for atom in across) or value.step is not None:
        raise node.refuse(why)
    return [value.port]


def _outside(value: Value | None) -> bool:
    """Whether it is an input of the graph, or a part of one."""
    bare = isinstance(value, Flow) and value.bare
    return bare or (isinstance(value, Aside) and value.what.startswith("a part of the input"))
