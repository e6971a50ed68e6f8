"""Keras's own archive, `.keras`: a zip of `config.json`, `model.weights.h5` and assets.

Read by zipfile, json and h5py alone; the weights are a view of the file where they are stored in
one piece, which they are. Not chosen: `keras.saving.load_model`, which takes seconds to import and
builds the classes that the file names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from core.importers.archive import Archive, Data, open_archive
from core.importers.errors import BrokenFile, MissingEntry
from core.importers.hdf5.file import open_hdf5
from core.importers.json_text import parse_json
from core.importers.keras.config import Configured, model_of
from core.importers.keras.h5 import KerasModel, with_weights
from core.importers.keras.saver import OURS
from core.importers.limits import Limits
from core.text import Vocabulary

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
_METADATA = "metadata.json"


def read_keras(data: Data | Archive, *, limits: Limits | None = None) -> KerasModel:
    """The model in a `.keras` file, of Keras 2.12 or later; its vocabulary, if any, in its config.

    Raises a FileRefused that names the entry.
    """
    limits = limits or Limits()
    archive = data if isinstance(data, Archive) else open_archive(data, limits=limits)
    described = parse_json(archive.text(CONFIG), entry=CONFIG, limits=limits)
    version = None
    if _METADATA in archive.names:
        metadata = parse_json(archive.text(_METADATA), entry=_METADATA, limits=limits)
        version = metadata.get("keras_version") if isinstance(metadata, Mapping) else None
    model = _with_words(model_of(described, where=CONFIG), archive, path="assets")
    if WEIGHTS not in archive.names:
        raise MissingEntry(entry=WEIGHTS)
    with open_hdf5(archive.read(WEIGHTS), limits=limits, entry=WEIGHTS) as root:
        found = with_weights(model, root, version=version)
    return _with_ours(found, archive, limits=limits)


def _with_ours(found: KerasModel, archive: Archive, *, limits: Limits) -> KerasModel:
    """The model with what `keras/saver.py` put into the archive, if it did."""
    if OURS not in archive.names:
        return found
    ours = parse_json(archive.text(OURS), entry=OURS, limits=limits)
    card = ours.get("card") if isinstance(ours, Mapping) else None
    if not isinstance(card, Mapping):
        raise BrokenFile(entry=OURS, why="it has no card")
    words = ours.get("vocabulary")
    vocabulary = None if words is None else Vocabulary.from_json(words)
    further = ours.get("vocabularies", {})
    if not isinstance(further, Mapping):
        raise BrokenFile(entry=OURS, why="its vocabularies are not named")
    read = {str(name): Vocabulary.from_json(known) for name, known in further.items()}
    return replace(found, vocabulary=vocabulary, card=card, further=read)


def _with_words(layer: Configured, archive: Archive, *, path: str) -> Configured:
    """The layer with the vocabularies from the assets in the configs of those who have one."""
    inner = tuple(
        (group, _with_words(inside, archive, path=f"{path}/{group}"))
        for group, inside in layer.inner
    )
    file = f"{path}/vocabulary.txt"
    if layer.kind != "TextVectorization" or file not in archive.names:
        return replace(layer, inner=inner)
    try:
        words = archive.text(file).decode().split("\n")
    except UnicodeDecodeError as error:
        raise BrokenFile(entry=file, why=f"it is no UTF-8 text ({error})") from error
    return replace(layer, config={**layer.config, "vocabulary": words})
