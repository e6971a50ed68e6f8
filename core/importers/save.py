"""`save_model`: a Model as a file that Keras, PyTorch or this project reads.

`.keras` is written by Keras itself, in a child process: 5 s for the first file while it loads, and
no layout of ours that a later version might read otherwise. `.safetensors` goes by PyTorch's names;
`.npz` is our own, and keeps everything.
"""

from __future__ import annotations

import io
import sys
from os import PathLike
from pathlib import Path

from core.engines.keras_process import KerasProcess
from core.errors import UnknownName
from core.importers.keras.saver import COMMAND, keras_archive_of
from core.importers.torch.safetensors_export import write_safetensors
from core.messages import Kind
from core.model import Model

ENDINGS = (".keras", ".safetensors", ".npz")


def save_model(
    model: Model, path: str | PathLike[str], *, process: KerasProcess | None = None
) -> None:
    """Writes the model in the format that the ending of `path` names.

    Raises UnknownName for another ending, and what `model_bytes` raises.
    """
    file = Path(path)
    data = model_bytes(model, file.suffix.lower(), process=process)
    file.write_bytes(data)


def model_bytes(model: Model, ending: str, *, process: KerasProcess | None = None) -> bytes:
    """The bytes of a file with the ending ".keras", ".safetensors" or ".npz".

    Loaded again, by `load_model` or in its own framework, the model says what it said. `.keras`
    and `.npz` keep vocabulary and card. `process` is a `KerasProcess(command=COMMAND)` that is
    there already; without one a child is started, unless Keras is loaded in this process.

    Raises UnknownName, UnsupportedModel for what the format cannot hold, and what asking a
    KerasProcess raises.
    """
    match ending:
        case ".npz":
            file = io.BytesIO()
            model.save(file)
            return file.getvalue()
        case ".safetensors":
            return write_safetensors(model)
        case ".keras":
            return _keras(model, process)
    raise UnknownName(kind="format to save in", found=ending, known=", ".join(ENDINGS))


def _keras(model: Model, process: KerasProcess | None) -> bytes:
    if process is None and "keras" in sys.modules:
        return keras_archive_of(model)
    request = model_bytes(model, ".npz")
    if process is not None:
        return process.ask(Kind.SAVE, request)
    with KerasProcess(command=COMMAND) as own:
        return own.ask(Kind.SAVE, request)
