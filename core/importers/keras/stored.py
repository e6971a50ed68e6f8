"""What a file of Keras weights says by itself: layers, their classes, and the shapes of weights.

A file of Keras 3 has a group for every layer, called after its class and counted within it
(`keras/groups.py`), so classes are told, and the order within a class. A file of Keras 2 lists
the layers in their order by their names (`keras/legacy.py`), and of those with weights the
shapes tell the class: a recurrent kernel of (units, 4·units) is an LSTM's. Layers that do nothing
when nothing trains are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from core.engines.keras_layout import KERAS_CELLS
from core.errors import UnsupportedModel
from core.importers.hdf5.file import StoredGroup
from core.importers.keras.config import group_of
from core.importers.keras.groups import below, split_names
from core.importers.keras.legacy import arrays_of, is_legacy, listed
from core.importers.keras.plain import IDENTITY
from core.importers.keras.settings import SETTINGS

Shape = tuple[int, ...]

_BY_GROUP = {group_of(kind, {}): kind for kind in SETTINGS if ">" not in kind}
_MAPS = {len(cell.keras.order): kind for kind, cell in KERAS_CELLS.items() if cell.keras}
_PARTS = {
    ("kernel",): "",
    ("kernel", "bias"): "",
    ("embeddings",): "Embedding",
    ("gamma", "beta", "moving_mean", "moving_variance"): "BatchNormalization",
    ("moving_mean", "moving_variance"): "BatchNormalization",
    ("gamma", "beta"): "LayerNormalization",
    ("kernel", "recurrent_kernel"): "cell",
    ("kernel", "recurrent_kernel", "bias"): "cell",
}
"""Names of weights → the class that has them; "" where their shapes tell it."""


@dataclass(frozen=True)
class Stored:
    """A layer that a file holds weights of, or a place for them: its class, its name, its shapes.

    `inner` are the two directions of a Bidirectional, and the layer of a TimeDistributed.
    """

    kind: str
    name: str
    shapes: tuple[Shape, ...] = ()
    inner: tuple[Stored, ...] = ()

    @property
    def core(self) -> Stored:
        """The layer inside, the first of two; itself where nothing is inside."""
        return self.inner[0] if self.inner else self

    @property
    def units(self) -> int:
        """Of a recurrent layer."""
        return self.core.shapes[1][0]

    @property
    def recurrent(self) -> bool:
        """Whether it loops in time."""
        return self.core.kind.removeprefix("CuDNN") in KERAS_CELLS


def stored_layers(root: StoredGroup) -> tuple[Stored, ...]:
    """The layers of a file of weights, in its order, which is that of the model in Keras 2 alone.

    Raises UnsupportedModel where a layer does not say what it is, or is none that can be read.
    """
    named = tuple(_of_names(root) if is_legacy(root) else _of_groups(root))
    if sum(layer.kind == "InputLayer" for layer in named) > 1:
        why = "it has several inputs, and which layers read which, weights do not tell"
        raise UnsupportedModel(what="A file of weights", why=why)
    found = tuple(layer for layer in named if layer.kind not in (*IDENTITY, "InputLayer"))
    if not any(layer.recurrent for layer in found):
        raise UnsupportedModel(what="A file of weights", why="no layer in it is a recurrent one")
    return found


def _of_groups(root: StoredGroup) -> Iterator[Stored]:
    layers = below(split_names(root), "layers")
    if layers is None:
        raise UnsupportedModel(what="A file of weights", why="it has no layers")
    for name in sorted(layers.groups, key=_natural):
        kind = _BY_GROUP.get(re.sub(r"_\d+$", "", name))
        group = layers.groups[name]
        if kind is None:
            raise _refused(name, "its group is called after no class that can be read")
        own = _variables(group)
        called = (below(group, "vars") or group).text("name") or name
        if kind in IDENTITY:
            yield Stored(kind, called)
        elif kind == "Bidirectional":
            sides = (below(group, side) for side in ("forward_layer", "backward_layer"))
            yield Stored(kind, called, inner=tuple(_cell(side, name) for side in sides))
        elif kind == "TimeDistributed":
            yield _distributed(called, name, _variables(below(group, "layer")))
        elif kind in KERAS_CELLS:
            yield Stored(kind, called, _cell(group, name).shapes)
        else:
            yield _checked(Stored(kind, called, own), name)


def _distributed(called: str, name: str, shapes: tuple[Shape, ...]) -> Stored:
    if not shapes or len(shapes) > 2 or len(shapes[0]) != 2:
        raise _refused(name, "what it does at each step is no Dense")
    return Stored("TimeDistributed", called, inner=(Stored("Dense", called, shapes),))


def _cell(group: StoredGroup | None, name: str) -> Stored:
    """A recurrent layer, by the shapes of the weights of its cell."""
    return _looped(_variables(below(group, "cell") if group else None), name)


def _looped(shapes: tuple[Shape, ...], name: str) -> Stored:
    ranks = [len(shape) for shape in shapes]
    if ranks[:2] == [2, 2] and len(ranks) <= 3:
        units, wide = shapes[1]
        kind = _MAPS.get(wide // units if units and not wide % units else 0)
        if kind is not None and shapes[0][1] == wide:
            both = len(shapes) == 3 and shapes[2] == (2 * wide,)
            return Stored(f"CuDNN{kind}" if both and kind != "SimpleRNN" else kind, name, shapes)
    raise _refused(name, f"its weights {shapes!r:.80} are those of no SimpleRNN, LSTM or GRU")


def _checked(layer: Stored, name: str) -> Stored:
    """The layer, where its weights are as many as those of its class, and of their ranks."""
    ranks = [len(shape) for shape in layer.shapes]
    known = {
        "Embedding": ([2],),
        "Dense": ([2], [2, 1]),
        "Conv1D": ([3], [3, 1]),
        "LayerNormalization": ([1, 1], []),
        "BatchNormalization": ([1] * 4, [1] * 2),
    }.get(layer.kind, ([],))
    if ranks not in known:
        raise _refused(name, f"its weights {layer.shapes!r:.80} are not those of a {layer.kind}")
    return layer


def _variables(group: StoredGroup | None) -> tuple[Shape, ...]:
    """The shapes of the variables in a group, in their order."""
    own = below(group, "vars") if group else None
    if own is None:
        return ()
    return tuple(own.arrays[at].read().shape for at in sorted(own.arrays, key=_natural))


def _of_names(root: StoredGroup) -> Iterator[Stored]:
    arrays = arrays_of(root)
    for name in listed(root, "layer_names"):
        by_name = _BY_GROUP.get(re.sub(r"_\d+$", "", name))
        if name not in arrays:
            if by_name is None:
                raise _refused(name, "it has no weights, and a name that is that of no class")
            yield Stored(by_name, name)
            continue
        paths = [array.path for array in arrays[name]]
        leaves = tuple(re.sub(r"(_\d+)?(:\d+)?$", "", path.rpartition("/")[2]) for path in paths)
        shapes = tuple(array.read().shape for array in arrays[name])
        yield _by_weights(name, by_name, leaves, shapes)


def _by_weights(
    name: str, by_name: str | None, leaves: Sequence[str], shapes: tuple[Shape, ...]
) -> Stored:
    half = len(leaves) // 2
    if "recurrent_kernel" in leaves[:half] and leaves[:half] == leaves[half:]:
        sides = (shapes[:half], shapes[half:])
        return Stored("Bidirectional", name, inner=tuple(_looped(side, name) for side in sides))
    kind = _PARTS.get(tuple(leaves))
    if kind == "cell":
        found = _looped(shapes, name)
        return Stored(found.kind, name, shapes)
    if kind == "":
        if by_name == "TimeDistributed":
            return _distributed(name, name, shapes)
        kind = {2: "Dense", 3: "Conv1D"}.get(len(shapes[0]))
    if kind is None:
        raise _refused(name, f"its weights {', '.join(leaves)!r:.80} are those of no known layer")
    return _checked(Stored(kind, name, shapes), name)


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    parts = chain.from_iterable(re.findall(r"(\D*)(\d{0,18})", name))
    return tuple((int(p), "") if p.isdecimal() else (-1, p) for p in parts if p)


def _refused(name: str, why: str) -> UnsupportedModel:
    return UnsupportedModel(what=f"The layer '{name}' of a file of weights", why=why)
