"""Weights as Keras 2 lays them out in HDF5, and Keras 3 still does in whole-model `.h5` files.

A group for each layer of the model, listed in `layer_names`; in it a list `weight_names` of the
arrays below, such as `lstm/lstm_cell/kernel:0`: what was trained first, then what was not, and a
nested model's as if they were its own. Names differ between versions, so Keras goes by the order,
and so does this. Lists too long for an attribute are cut in pieces, `weight_names0` and so on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain, count, takewhile
from typing import NamedTuple

from core.activations import Array
from core.importers.errors import BrokenFile, MissingEntry
from core.importers.hdf5.arrays import StoredArray
from core.importers.hdf5.file import StoredGroup
from core.importers.keras.config import Configured
from core.importers.keras.fields import KerasLayer
from core.importers.keras.variables import STATISTICS, variables_of

_KNOWN = {"kernel", "recurrent_kernel", "bias", "embeddings", "gamma", "beta", *STATISTICS}


class _Slot(NamedTuple):
    """A variable in a layer: of which of the layers inside, by what name, trained or not."""

    owner: Configured
    name: str
    trained: bool


def is_legacy(root: StoredGroup) -> bool:
    """Whether the weights in a group are laid out so."""
    return bool(listed(root, "layer_names"))


def from_names(model: Configured, root: StoredGroup) -> tuple[KerasLayer, ...]:
    """The layers of a model with their weights.

    Layers are found by name where all of them are there, else in order, as in weights that were
    saved from a twin of the model. Raises BrokenFile where the weights are too few, too many or of
    another order, and what reading an array raises.
    """
    layers = [layer for _, layer in model.inner]
    slots = {id(layer): _slots(layer) for layer in layers}
    wanted = [layer for layer in layers if slots[id(layer)]]
    stored = arrays_of(root)
    if not all(layer.name in stored for layer in wanted):
        unknown = any(found is None for found in slots.values())
        if len(stored) < len(wanted) or (len(stored) > len(wanted) and not unknown):
            why = f"it has weights of {len(stored)} layers, and the model has {len(wanted)}"
            raise BrokenFile(entry=f"{root.path}@layer_names", why=why)
        # Beyond a layer of unknown weights the order tells nothing; no such layer is run.
        in_order = zip(wanted, stored.values(), strict=False)
        stored = {layer.name: arrays for layer, arrays in in_order}
    own: dict[int, dict[str, Array]] = {}
    for layer in wanted:
        _read(layer, slots[id(layer)] or (), stored[layer.name], own)
    return tuple(_filled(layer, own) for layer in layers)


def arrays_of(root: StoredGroup) -> dict[str, tuple[StoredArray, ...]]:
    """Layer → its arrays, for layers that have any, in the order of the file."""
    found = {}
    for name in listed(root, "layer_names"):
        group = root.groups.get(name)
        if group is None:
            raise MissingEntry(entry=f"{root.path}/{name}")
        if paths := listed(group, "weight_names"):
            found[name] = tuple(_array(group, path) for path in paths)
    return found


def _array(group: StoredGroup, path: str) -> StoredArray:
    inside, leaf = group, path.rpartition("/")[2]
    for name in path.split("/")[:-1]:
        if name not in inside.groups:
            raise MissingEntry(entry=f"{group.path}/{path}")
        inside = inside.groups[name]
    if leaf not in inside.arrays:
        raise MissingEntry(entry=f"{group.path}/{path}")
    return inside.arrays[leaf]


def listed(group: StoredGroup, name: str) -> tuple[str, ...]:
    """A list of names in an attribute, or in several that count from 0."""
    if whole := group.texts(name):
        return whole
    pieces = takewhile(bool, (group.texts(f"{name}{at}") for at in count()))
    return tuple(chain.from_iterable(pieces))


def _slots(layer: Configured, *, frozen: bool = False) -> list[_Slot] | None:
    """The variables of a layer in the order of legacy files; None where they are not known."""
    found = list(_variables(layer, frozen=frozen))
    if any(slot is None for slot in found):
        return None
    known = [slot for slot in found if slot is not None]
    return sorted(known, key=lambda slot: not slot.trained)  # sorted keeps the order of equals


def _variables(layer: Configured, *, frozen: bool) -> Iterator[_Slot | None]:
    frozen = frozen or not layer.trainable
    names = variables_of(layer)
    if names is None:
        yield None
        return
    for name in names:
        yield _Slot(layer, name, trained=not frozen and name not in STATISTICS)
    for _, inner in layer.inner:
        yield from _variables(inner, frozen=frozen)


def _read(
    layer: Configured,
    slots: Sequence[_Slot],
    arrays: Sequence[StoredArray],
    own: dict[int, dict[str, Array]],
) -> None:
    """Reads the arrays of a layer into `own`: layer inside (by identity) → arrays by name."""
    if len(slots) != len(arrays):
        why = f"{len(arrays)} weights are listed, and the layer has {len(slots)}"
        raise BrokenFile(entry=layer.name, why=why)
    for slot, array in zip(slots, arrays, strict=True):
        leaf = re.sub(r"(_\d+)?(:\d+)?$", "", array.path.rpartition("/")[2])
        if leaf in _KNOWN and leaf != slot.name:
            why = f"it stands where the {slot.name} of '{slot.owner.name}' should"
            raise BrokenFile(entry=array.path, why=why)
        own.setdefault(id(slot.owner), {})[slot.name] = array.read()


def _filled(layer: Configured, own: dict[int, dict[str, Array]]) -> KerasLayer:
    inner = tuple(_filled(inside, own) for _, inside in layer.inner)
    return layer.with_weights(own.get(id(layer), {}), inner)
