"""`load_model`: a model file of any format that is read here, as a Model.

    formats.py ─▶ keras_archive.py, keras_h5.py ─▶ keras_layers.py ─▶ Model
               ─▶ torch/state_dict.py, onnx_file.py, npz.py ───────▶

The format is told by the bytes. The reading is done by `read_model`, in a child process
(`sandbox.py`) unless the caller says that the file is trusted: 0.4 s that buy a bound on memory and
time, and a page that outlives a fault in a C library. The readers are imported when they are
needed: whoever reads in a child need not load HDF5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from core.importers.archive import Data, open_archive
from core.importers.errors import NoModelFile, WeightsAlone
from core.importers.formats import format_of
from core.importers.limits import Limits
from core.importers.sandbox import read_model_apart
from core.model import Model
from core.text import Vocabulary
from core.wiring import check_unrolls

if TYPE_CHECKING:
    from core.importers.keras.fields import KerasLayer
    from core.importers.keras.h5 import KerasModel


_ENDINGS = (
    *(".weights.h5", ".keras", ".h5", ".hdf5", ".onnx", ".npz"),
    *(".safetensors", ".pt", ".pth", ".ckpt"),
)


def load_model(
    source: str | PathLike[str] | bytes,
    *,
    name: str | None = None,
    config: bytes | str | None = None,
    vocabulary: Vocabulary | None = None,
    hints: Mapping[str, Any] | None = None,
    without_tail: bool = False,
    file: str | None = None,
    limits: Limits | None = None,
    trusted: bool = False,
) -> Model:
    """The model in a file: `.keras`, `.h5`, `.weights.h5`, `.pt`, `.safetensors`, `.onnx`, `.npz`.

    Args:
        source: the path of the file, or its bytes. What it is called does not matter.
        name: of the model; else the name of the file, else the one in it.
        config: for `.weights.h5`, the JSON of `model.to_json()`, or `config.json` out of a
            `.keras` file. It is read as the file is, and nothing is built from it.
        vocabulary: to read texts with; else that of a TextVectorization layer, if there is one.
        hints: for `.pt` and `.safetensors`, answers by the keys of what `inspect_state_dict` asks;
            for `.weights.h5` without `config`, of what `inspect_weights` asks. Its layers are put
            together by their shapes only if hints are given, be they none: {}.
        without_tail: leave out what cannot be run after the last recurrent layer, and all above.
        file: what the bytes were called, for the lines of Python that a refusal may bring.
        limits: bounds on the file, and on the memory and the time that reading it takes.
        trusted: read it in this process, which is 0.4 s faster.

    Raises:
        FileRefused: by its reason, naming the entry; `errors.py` lists them.
        UnknownFormat, PickleInFile, WeightsAlone: of the file as a whole; the last asks for
            `config`.
        UnsupportedModel: naming the layer and its place; UnsupportedTail if `without_tail` helps.
    """
    limits = limits or Limits()
    options: dict[str, Any] = {
        "config": config.decode("utf-8", "replace") if isinstance(config, bytes) else config,
        "hints": None if hints is None else dict(hints),
        "without_tail": without_tail,
        "words": None if vocabulary is None else list(vocabulary.tokens),
    }
    if trusted:
        data, called = _bytes_of(source, limits=limits)
        model = read_model(data, name=file or called, limits=limits, **options)
    else:
        model = read_model_apart(source, name=file, options=options, limits=limits)
    check_unrolls(model.layers)
    if not isinstance(source, bytes):
        name = name or stem_of(source)
    return replace(model, name=name or model.name, vocabulary=vocabulary or model.vocabulary)


# Weights may hold anything: what overflows on the way, the model refuses by its name.
@np.errstate(over="ignore", invalid="ignore")
def read_model(
    data: Data,
    *,
    name: str,
    limits: Limits,
    config: str | None = None,
    hints: Mapping[str, Any] | None = None,
    without_tail: bool = False,
    words: Sequence[str] | None = None,
) -> Model:
    """The model in the bytes of a file that is called `name`, read in this process.

    Arguments and errors are those of `load_model`. `words` are for a TextVectorization layer that
    has none of its own, as in `.h5` files, which do not keep them.
    """
    limits.check_file(len(data))
    match format_of(data, name=name, limits=limits):
        case "npz":
            from core.importers.npz import read_npz

            return read_npz(open_archive(data, limits=limits), limits=limits)
        case "safetensors" | "torch":
            from core.importers.torch.state_dict import read_state_dict

            return read_state_dict(data, hints=hints, limits=limits, path=name)
        case "onnx":
            from core.importers.onnx.file import read_onnx

            return read_onnx(data, limits=limits, without_tail=without_tail)
        case form:
            from core.importers.keras.layers import model_from

            found = _keras_model(data, form, config=config, hints=hints, limits=limits)
    model = model_from(
        tuple(_with_words(layer, words) for layer in found.layers),
        name=found.name,
        vocabulary=found.vocabulary,
        card={**found.card, "format": f".{form}"},
        without_tail=without_tail,
    )
    return replace(model, vocabularies=found.further) if found.further else model


def _keras_model(
    data: Data,
    form: str,
    *,
    config: str | None,
    hints: Mapping[str, Any] | None,
    limits: Limits,
) -> KerasModel:
    from core.importers.keras.archive import read_keras
    from core.importers.keras.h5 import has_config, read_h5, read_weights_h5

    if form == "keras":
        return read_keras(data, limits=limits)
    if config is not None:
        return read_weights_h5(data, config.encode(), limits=limits)
    if has_config(data, limits=limits):
        return read_h5(data, limits=limits)
    if hints is not None:
        from core.importers.keras.unconfigured import read_unconfigured

        return read_unconfigured(data, hints=hints, limits=limits)
    raise WeightsAlone(entry="model_config")


def _with_words(layer: KerasLayer, words: Sequence[str] | None) -> KerasLayer:
    if words is None or layer.kind != "TextVectorization" or layer.config.get("vocabulary"):
        return layer
    return replace(layer, config={**layer.config, "vocabulary": list(words)})


def stem_of(path: str | PathLike[str]) -> str:
    """What a model is called whose file is at `path`: its name without the extensions."""
    name = PurePath(path).name
    for ending in _ENDINGS:
        if name.lower().endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)]
    return name


def _bytes_of(source: str | PathLike[str] | bytes, *, limits: Limits) -> tuple[bytes, str]:
    """The bytes of a file and its name. Raises NoModelFile and ModelFileTooLarge."""
    if isinstance(source, bytes):
        return source, "model"
    path = Path(source)
    try:
        limits.check_file(path.stat().st_size)
        return path.read_bytes(), path.name
    except OSError as error:
        raise NoModelFile(entry=str(path)) from error
