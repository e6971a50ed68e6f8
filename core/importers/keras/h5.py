"""Keras's HDF5 files: whole models of Keras 2 and 3, and weights with a configuration beside them.

A whole model keeps its configuration as JSON in the attribute `model_config`, and its weights
under `model_weights`, laid out as Keras 2 did (`keras/legacy.py`). A file of weights alone is laid
out by classes (`keras/groups.py`) or as Keras 2 did, and says nothing of what the weights are
for: that is in the JSON of `model.to_json()`, or in the `config.json` of a `.keras` file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.importers.archive import Data
from core.importers.errors import MissingEntry
from core.importers.hdf5.file import StoredGroup, open_hdf5
from core.importers.json_text import parse_json
from core.importers.keras.config import Configured, model_of
from core.importers.keras.fields import KerasLayer
from core.importers.keras.groups import from_groups
from core.importers.keras.legacy import from_names, is_legacy
from core.importers.keras.one import generation, renamed, side_by_side
from core.importers.keras.settings import check_models
from core.importers.keras.two import as_keras_3
from core.importers.limits import Limits
from core.text import Vocabulary

_CONFIG = "model_config"
_WEIGHTS = "model_weights"


@dataclass(frozen=True, eq=False)
class KerasModel:
    """What a Keras file holds: the name of the model, and its layers with their weights.

    A functional model is one layer, of those that it holds.
    `vocabulary`, that of `further` inputs, and `card` are there where `save_model` wrote it.
    """

    name: str
    layers: tuple[KerasLayer, ...]
    vocabulary: Vocabulary | None = None
    card: Mapping[str, Any] = field(default_factory=dict)
    further: Mapping[str, Vocabulary] = field(default_factory=dict)


def read_h5(data: Data, *, limits: Limits | None = None) -> KerasModel:
    """The model in a whole-model `.h5` file of Keras 2 or 3.

    Raises a FileRefused that names the entry, MissingEntry for a file of weights alone.
    """
    limits = limits or Limits()
    with open_hdf5(data, limits=limits) as root:
        text = root.text(_CONFIG)
        if text is None:
            raise MissingEntry(entry=_CONFIG)
        described = parse_json(text, entry=_CONFIG, limits=limits)
        weights = root.groups.get(_WEIGHTS)
        if weights is None:
            raise MissingEntry(entry=_WEIGHTS)
        version = root.text("keras_version") or weights.text("keras_version")
        backend = root.text("backend") or weights.text("backend")
        model = model_of(described, where=_CONFIG)
        return with_weights(model, weights, version=version, backend=backend)


def read_weights_h5(data: Data, config: bytes, *, limits: Limits | None = None) -> KerasModel:
    """The model whose weights are `data` and whose configuration is the JSON `config`.

    Raises a FileRefused that names the entry.
    """
    limits = limits or Limits()
    described = parse_json(config, entry="config", limits=limits)
    with open_hdf5(data, limits=limits) as root:
        version = root.text("keras_version")
        if version is None and isinstance(described, Mapping):
            version = described.get("keras_version")
        backend = root.text("backend")
        if backend is None and isinstance(described, Mapping):
            backend = described.get("backend")
        model = model_of(described, where="config")
        # A whole model may serve as the weights, too.
        weights = root.groups.get(_WEIGHTS, root)
        return with_weights(model, weights, version=version, backend=backend)


def has_config(data: Data, *, limits: Limits | None = None) -> bool:
    """Whether an HDF5 file is a whole model rather than weights alone."""
    with open_hdf5(data, limits=limits or Limits()) as root:
        return root.text(_CONFIG) is not None


def with_weights(
    model: Configured, root: StoredGroup, *, version: Any, backend: Any = "tensorflow"
) -> KerasModel:
    """The configured model with the weights in a group, in whichever layout they are.

    `version` is the `keras_version` that wrote them, and `backend` on what, if the file says so.
    """
    check_models(model.without_weights())
    made = generation(model, version)
    model = renamed(model) if made == 1 else model
    if not is_legacy(root):  # Theano's last Keras was 2.3, which knew one layout
        backend = "tensorflow"
    layers = from_names(model, root) if is_legacy(root) else from_groups(model, root)
    layers = tuple(map(side_by_side, layers))
    if made < 3:
        layers = tuple(as_keras_3(layer, backend=backend) for layer in layers)
    if model.kind != "Sequential":
        layers = (KerasLayer(model.kind, model.name, model.config, inner=layers),)
    return KerasModel(model.name, layers)
