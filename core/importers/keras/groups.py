"""Weights as Keras 3 lays them out in HDF5: in groups that are named after classes.

`layers/lstm_1/cell/vars/0` is the first variable of the cell of the second LSTM: a group for every
object that holds another, numbered within its model by class, and under `vars` the variables by
number. The names of layers stand in attributes, and mean nothing. `.keras` archives keep this as
`model.weights.h5`, as do files of `save_weights`; Keras 2.12 and 2.13 say
`_layer_checkpoint_dependencies` for `layers`.
"""

from __future__ import annotations

from dataclasses import replace

from core.activations import Array
from core.importers.hdf5.file import StoredGroup
from core.importers.keras.config import Configured
from core.importers.keras.fields import KerasLayer
from core.importers.keras.plan import NESTED
from core.importers.keras.variables import LOOPS, variables_of

_BEFORE_2_14 = "_layer_checkpoint_dependencies"


def from_groups(model: Configured, root: StoredGroup) -> tuple[KerasLayer, ...]:
    """The layers of a model with their weights.

    Variables that are not there are left out, and variables more than a class has go by their
    number: `keras/fields.py` refuses both, by name. Raises what reading an array raises.
    """
    root = split_names(root)
    return tuple(_layer(layer, below(root, group)) for group, layer in model.inner)


def split_names(root: StoredGroup) -> StoredGroup:
    """The root with a group for each name of a path: on Windows, Keras 2 wrote backslashes."""
    return _apart(root, {tuple(name.split("\\")): group for name, group in root.groups.items()})


def _layer(layer: Configured, group: StoredGroup | None) -> KerasLayer:
    inner = tuple(_layer(inside, below(group, name)) for name, inside in layer.inner)
    names = variables_of(layer)
    if names is None or layer.kind in NESTED:
        return layer.with_weights({}, inner)
    own = below(group, "cell/vars" if layer.kind in LOOPS else "vars")
    return layer.with_weights(_variables(names, own), inner)


def _variables(names: tuple[str, ...], group: StoredGroup | None) -> dict[str, Array]:
    by_number = dict(enumerate(names))
    found = {} if group is None else group.arrays
    return {
        by_number.get(int(number) if number.isdecimal() else -1, number): array.read()
        for number, array in found.items()
    }


def _apart(root: StoredGroup, below: dict[tuple[str, ...], StoredGroup]) -> StoredGroup:
    """A group with those below it, by the names of their paths."""
    if all(len(path) == 1 for path in below):
        return replace(root, groups={name: group for (name,), group in below.items()})
    inside: dict[str, dict[tuple[str, ...], StoredGroup]] = {}
    for path, group in below.items():
        inside.setdefault(path[0], {})[path[1:]] = group
    groups = {}
    for name, paths in inside.items():
        there = paths.pop((), None) or replace(root, groups={}, arrays={})
        own: dict[tuple[str, ...], StoredGroup] = {
            (known,): group for known, group in there.groups.items()
        }
        groups[name] = _apart(there, {**own, **paths})
    return replace(root, groups=groups)


def below(group: StoredGroup | None, path: str) -> StoredGroup | None:
    """The group at a path, None if it is not there."""
    for name in path.split("/"):
        if group is None:
            return None
        if name == "layers" and name not in group.groups:
            name = _BEFORE_2_14
        group = group.groups.get(name)
    return group
