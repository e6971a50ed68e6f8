"""The child that knows Keras and writes its files: `core.engines.keras_worker`, and a bit more.

Started as `python -m core.importers.keras.saver`, or `KerasProcess(command=COMMAND)`; one child for
runs and for files, because TensorFlow takes 650 MB. The archive is Keras's own work. An entry of
ours is added for what it has no place for, the vocabulary and the card: Keras passes over it.
"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core import children
from core.engines.keras_worker import main
from core.importers.keras.export import to_keras
from core.messages import Kind
from core.model import Model

COMMAND = children.command("core.importers.keras.saver")
OURS = "assets/unrolled.json"
"""The entry of an archive that holds what is ours."""


def keras_archive_of(model: Model) -> bytes:
    """The bytes of a `.keras` file, written by Keras in this process.

    Raises what `to_keras` raises.
    """
    keras_model = to_keras(model)
    with TemporaryDirectory(prefix="unrolled-") as folder:
        path = Path(folder) / "model.keras"
        keras_model.save(path)
        file = io.BytesIO(path.read_bytes())
    vocabulary = None if model.vocabulary is None else model.vocabulary.to_json()
    card = {name: v for name, v in model.card.items() if isinstance(v, str | int | float)}
    ours: dict[str, Any] = {"vocabulary": vocabulary, "card": card}
    if model.vocabularies:
        further = {name: known.to_json() for name, known in model.vocabularies.items()}
        ours["vocabularies"] = further
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(OURS, json.dumps(ours, ensure_ascii=False))
    return file.getvalue()


def _saved(request: bytes) -> bytes:
    return keras_archive_of(Model.load(io.BytesIO(request)))


if __name__ == "__main__":
    main(able={Kind.SAVE: (Kind.FILE, _saved)})
