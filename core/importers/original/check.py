"""What the framework that wrote a file says of it: the check that our reading is right.

    file + inputs ─▶ child: Keras, PyTorch or ONNX's reference ─▶ outputs ─▶ beside ours

The file is read by its own framework, which is the point, and the danger: Keras's loader has run
code that files brought along before. So this is never done unasked. It happens in a child process
without the reader's environment, once, with Keras's `safe_mode` on, and it ends with a time limit.
What crosses back are numbers. Inputs are drawn, not typed: ids that are neither padding nor
unknown, or normal numbers. Cost: the import of the framework, 2 s for PyTorch, 6 s for TensorFlow.

Not chosen: our own `core.engines.keras_engine`, which runs the model as we have read it, and would
agree with a mistake in the reading.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core import children
from core.arrays import load_arrays
from core.engines import record
from core.errors import CoreError
from core.importers.formats import format_of
from core.importers.limits import Limits
from core.model import Model

Framework = Literal["Keras", "PyTorch", "ONNX"]
FRAMEWORKS: Mapping[str, Framework] = {
    "keras": "Keras",
    "h5": "Keras",
    "safetensors": "PyTorch",
    "torch": "PyTorch",
    "onnx": "ONNX",
}
"""Format → the framework that is asked."""

BATCH, TIME = 2, 7
SECONDS = 120.0
_COMMAND = children.command("core.importers.original.worker")
_ENDINGS = {
    "keras": ".keras",
    "h5": ".h5",
    "safetensors": ".safetensors",
    "torch": ".pt",
    "onnx": ".onnx",
}
_LAST_WORDS = 300


class FrameworkMissing(CoreError):
    """The framework is not installed here."""

    message = "{framework} is not installed here, so it cannot be asked. Install it, and try again."


class OriginalFailed(CoreError):
    """The framework did not answer."""

    message = "{framework} could not run this file itself. Its last words: {words}"


class NothingToCompare(CoreError):
    """The framework's model and ours are not the same by intention, or are not comparable."""

    message = "There is nothing to compare: {why}."


@dataclass(frozen=True)
class Comparison:
    """The largest absolute difference between the framework's outputs and ours.

    `batch`, `time` (None where there is one answer to a sequence) and `unit` say where it stands;
    `largest` is the framework's largest output, which says what the difference means.
    """

    framework: Framework
    value: float
    largest: float
    batch: int
    time: int | None
    unit: int


def compare_with_original(
    model: Model,
    data: bytes,
    *,
    name: str,
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
) -> Comparison:
    """How far the framework's outputs are from those of `model`, which was read from `data`.

    `options` are those of `core.load_model` that it was read with. Raises FrameworkMissing,
    OriginalFailed, and NothingToCompare.
    """
    given = dict(options or {})
    form = format_of(data, name=name, limits=Limits())
    if form not in FRAMEWORKS:
        raise NothingToCompare(why="the file was written by this project")
    if given.get("without_tail"):
        raise NothingToCompare(why="the model is read without its last layers")
    framework = FRAMEWORKS[form]
    if len(model.inputs) > 1:
        raise NothingToCompare(why="the model reads several things at once")
    inputs = _inputs(model, data, form, seed=seed)
    found = _ask(data, form, inputs, framework=framework, options=given)
    ours = record(model, inputs).outputs
    if "answer_at" in model.card and ours.ndim == 3:
        ours = ours[:, 0 if model.card["answer_at"] == "start" else -1]
    apart = [_difference(framework, ours, theirs) for theirs in _alike(found, ours, form)]
    if not apart:
        shapes = ", ".join(str(each.shape) for each in found)
        why = f"{framework} gives {shapes}, and this page {ours.shape}"
        raise NothingToCompare(why=why)
    return min(apart, key=lambda each: each.value)


def _inputs(model: Model, data: bytes, form: str, *, seed: int) -> NDArray[Any]:
    """(batch, time) ids or (batch, time, features), of the size that the file fixes if it does."""
    batch, time = BATCH, model.steps or TIME
    if form == "onnx":
        from core.importers.onnx.proto import read_graph

        sizes = next(iter(read_graph(data, limits=Limits()).inputs.values()))
        batch, time = (
            size if isinstance(size, int) and size > 0 else usual
            for size, usual in zip(sizes[:2], (batch, time), strict=True)
        )
    random = np.random.default_rng(seed)
    if model.embedding is None:
        return random.standard_normal((batch, time, model.features)).astype(model.dtype)
    rows = model.embedding.weights.shape[0]
    return random.integers(min(2, rows - 1), rows, (batch, time))


def _ask(
    data: bytes, form: str, inputs: NDArray[Any], *, framework: Framework, options: dict[str, Any]
) -> list[NDArray[Any]]:
    config = options.get("config")
    with TemporaryDirectory(prefix="unrolled-", ignore_cleanup_errors=True) as folder:
        ending = _ENDINGS[form] if config is None else ".weights.h5"
        file, given = Path(folder) / f"model{ending}", Path(folder) / "inputs.npy"
        file.write_bytes(data)
        np.save(given, inputs, allow_pickle=False)
        answer = Path(folder) / "answer.npz"
        request = {
            "framework": framework,
            "file": str(file),
            "inputs": str(given),
            "answer": str(answer),
            "config": config.decode("utf-8", "replace") if isinstance(config, bytes) else config,
            "hints": options.get("hints"),
        }
        try:
            child = children.ask(
                _COMMAND,
                json.dumps(request).encode(),
                seconds=SECONDS,
                folder=folder,
                settings=children.QUIET_KERAS | {"KERAS_HOME": folder},
                bare=True,
            )
        except children.ChildTooSlow as error:
            words = f"no answer within {SECONDS:g} seconds"
            raise OriginalFailed(framework=framework, words=words) from error
        if child.code == MISSING:
            raise FrameworkMissing(framework=framework)
        if child.code:
            words = child.last_line(_LAST_WORDS) or "none"
            raise OriginalFailed(framework=framework, words=words)
        _, arrays = load_arrays(answer, kind="outputs")
        return list(arrays.values())


MISSING = 3
"""The exit code of a child that cannot import the framework."""


def _alike(found: list[NDArray[Any]], ours: NDArray[Any], form: str) -> Iterator[NDArray[Any]]:
    """Those outputs that have our shape, in either order of batch and time for ONNX."""
    for theirs in found:
        if theirs.shape == ours.shape:
            yield theirs
        if form == "onnx" and theirs.ndim == 3 and theirs.swapaxes(0, 1).shape == ours.shape:
            yield theirs.swapaxes(0, 1)


def _difference(framework: Framework, ours: NDArray[Any], theirs: NDArray[Any]) -> Comparison:
    apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64))
    apart = np.where(np.isnan(apart), np.inf, apart)
    at = np.unravel_index(int(apart.argmax()), apart.shape)
    time = int(at[1]) if len(at) == 3 else None
    largest = float(np.abs(theirs).max())
    return Comparison(framework, float(apart[at]), largest, int(at[0]), time, int(at[-1]))
