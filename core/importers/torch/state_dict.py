"""A state_dict of PyTorch's, `.safetensors`, `.pt` or `.pth`, as a Model: by names and shapes.

    tensors (`torch/safetensors_header.py`, `torch/pt_file.py`) → modules (`torch/names.py`)
    → order (`torch/chain.py`) → what has to be asked (`torch/questions.py`) → stages, here

No code of PyTorch's is needed or run. A file that `torch/safetensors_export.py` wrote answers the
questions itself, in its metadata; `hints` go before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from core.activations import Array
from core.cells import CELLS
from core.errors import CoreError, UnsupportedModel
from core.importers.archive import Data
from core.importers.errors import shown
from core.importers.limits import Limits
from core.importers.questions import Question
from core.importers.torch.names import NORMS, Module, TorchLayer, module_of, modules_of
from core.importers.torch.pickles import is_legacy
from core.importers.torch.pt_file import read_checkpoint
from core.importers.torch.questions import (
    EPSILONS,
    MAX_NORMS,
    PART,
    UNWEIGHTED_NORM,
    Inspection,
    inspect_modules,
)
from core.importers.torch.safetensors_header import Tensors, read_tensors
from core.model import Model
from core.nodes import (
    Activation,
    BatchNormalization,
    Dense,
    Direction,
    Embedding,
    GlobalAveragePooling,
    GlobalMaxPooling,
    Layer,
    LayerNormalization,
    Part,
    Readout,
    Recurrent,
    nodes_of,
)
from core.text import Vocabulary

OURS = "unrolled"
"""The entry of the metadata in which a file of our own answers the questions."""

POOLINGS = {"max": GlobalMaxPooling, "mean": GlobalAveragePooling}
"""Readout → what makes one vector of all steps."""


def inspect_state_dict(
    data: Data,
    *,
    hints: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    path: str = "model.pt",
) -> Inspection:
    """What the file shows and what it leaves open, each question with the answer that holds now.

    `hints` answer questions by their keys; other questions may follow from an answer. Raises as
    `read_state_dict` does.
    """
    return _inspect(*_stored(data, hints, limits=limits or Limits(), path=path), hints)


def read_state_dict(
    data: Data,
    *,
    hints: Mapping[str, Any] | None = None,
    limits: Limits | None = None,
    name: str | None = None,
    path: str = "model.pt",
    vocabulary: Vocabulary | None = None,
) -> Model:
    """The Model that PyTorch modules with these weights are, one after another.

    Inputs are (batch, time) ids or (batch, time, features), whatever `batch_first` was. A module
    with several layers becomes as many stages, `lstm_l0`, `lstm_l1`, …. The readout "last" is the
    last step that each direction reads (`h_n`); a model that reads `output[:, -1]` of both
    directions ("step") answers at every step, and the card's `answer_at` is "end". `hints` answer
    what `inspect_state_dict` asks; the card keeps all answers.

    Raises FileRefused by its reason, UnsupportedModel naming the module, UnknownName for a hint
    without a question, ShapeMismatch, and what Model raises. `path` is what the file is called,
    for the lines of Python that a refusal brings.
    """
    stored, parts = _stored(data, hints, limits=limits or Limits(), path=path)
    found = _inspect(stored, parts, hints)
    ours = _ours(stored)
    if vocabulary is None and isinstance(ours.get("vocabulary"), dict):
        vocabulary = Vocabulary.from_json(ours["vocabulary"])
    return Model(
        nodes_of(_stages(found)),
        name=name or shown(str(ours.get("name") or "model")),
        vocabulary=vocabulary,
        card=_card(ours, found),
    )


def _stored(
    data: Data, hints: Mapping[str, Any] | None, *, limits: Limits, path: str
) -> tuple[Tensors, tuple[str, ...]]:
    """The tensors, and the names of all state_dicts of which they are one, if there are several."""
    if data[:2] == b"PK" or is_legacy(bytes(data[:64])):
        part = (hints or {}).get(PART)
        tensors, parts = read_checkpoint(data, path=path, limits=limits, part=part)
        return tensors, parts if len(parts) > 1 else ()
    return read_tensors(data, limits=limits), ()


def _inspect(
    stored: Tensors, parts: tuple[str, ...], hints: Mapping[str, Any] | None
) -> Inspection:
    tensors = dict(stored.tensors)
    for name, kept in stored.metadata.items():
        # What safetensors.torch.save_model leaves out, because it is another tensor's memory.
        if kept in tensors and name not in tensors:
            tensors[name] = tensors[kept]
    modules = modules_of(tensors)
    made = tuple(dict.fromkeys(map(module_of, tensors))) if stored.in_order else ()
    own = _ours(stored).get("hints")
    given = dict(hints or {})
    if parts:
        chosen = given.pop(PART, parts[0])
        found = inspect_modules(modules, given, stored=made)
        question = Question(PART, PART, "", parts, chosen)
        return replace(found, questions=(question, *found.questions))
    try:
        return inspect_modules(
            modules, {**(own if isinstance(own, dict) else {}), **given}, stored=made
        )
    except CoreError:
        if not own:
            raise
        # Answers that a file brings along are only suggestions.
        return inspect_modules(modules, hints or {}, stored=made)


def _ours(stored: Tensors) -> dict[str, Any]:
    """What a file of our own says about itself; of any other file nothing."""
    try:
        found = json.loads(stored.metadata.get(OURS, "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _card(ours: Mapping[str, Any], found: Inspection) -> dict[str, Any]:
    """What the file says of itself, as far as it is flat, and the answers as JSON has them."""
    own = ours.get("card")
    kept = own.items() if isinstance(own, dict) else ()
    answers = {
        key: list(answer) if isinstance(answer, tuple) else answer
        for key, answer in found.answers.items()
    }
    flat = {key: value for key, value in kept if isinstance(value, str | int | float)}
    at_the_end = {"answer_at": "end"} if answers.get("readout") == "step" else {}
    return {**flat, **at_the_end, "answers": answers}


def _stages(found: Inspection) -> Iterator[Part]:
    answers, dtype = found.answers, _dtype(found)
    last = [name for name in found.order if found.modules[name].levels][-1]
    crossed = 0
    for name in found.order:
        module = found.modules[name]
        activation = str(answers[f"activation:{name}"])
        if name and name == found.embedding:
            weights = _shortened(module.tensors["weight"].astype(dtype), str(answers["max_norm"]))
            yield Embedding(module.title, weights, mask_zero=answers["padding"] == "skip")
        elif module.levels:
            readout = str(answers["readout"]) if name == last else "every"
            inside = str(answers.get(f"nonlinearity:{name}", "tanh"))
            yield from _recurrent(module, activation=inside, readout=readout, dtype=dtype)
            crossed = module.outputs // 2 if readout == "crossed" else 0
        else:
            epsilon = float(str(answers.get(f"epsilon:{name}", 0)))
            own = _uncrossed(module, crossed)
            yield from _plain(own, activation=activation, epsilon=epsilon, dtype=dtype)
            crossed = crossed if module.kind in NORMS else 0
            continue
        yield from _after(module.title, activation)


def _shortened(table: Array, longest: str) -> Array:
    """The rows as an nn.Embedding with a max_norm looks them up, with the room that it leaves."""
    if longest == MAX_NORMS[0]:
        return table
    lengths = np.linalg.norm(table, axis=1, keepdims=True)
    factors = np.where(lengths > float(longest), float(longest) / (lengths + 1e-7), 1)
    return table * factors.astype(table.dtype)


def _after(name: str, activation: str) -> Iterator[Part]:
    """What has no weights and follows a module: nothing, an activation, a normalisation."""
    if activation == UNWEIGHTED_NORM:
        yield LayerNormalization(f"{name}_{activation}", None, None, float(EPSILONS[0]))
    elif activation != "linear":
        yield Activation(f"{name}_{activation}", activation)


def _uncrossed(module: Module, units: int) -> Module:
    """A module that reads the backward direction first, as one that reads the forward one first.

    The halves of its weights change places instead of those of what it reads; so do those of a
    normalisation, which hands on what it reads in the same order.
    """
    if not units:
        return module
    tensors = {
        own: array if own == "bias" and module.kind not in NORMS else np.roll(array, units, axis=-1)
        for own, array in module.tensors.items()
    }
    return Module(module.name, tensors)


def _plain(
    module: Module, *, activation: str, epsilon: float, dtype: np.dtype[Any]
) -> Iterator[Part]:
    """A linear layer with its activation, or a normalisation and one after it."""
    own = {what: array.astype(dtype) for what, array in module.tensors.items()}
    name, scale = module.title, (own.get("weight"), own.get("bias"))
    if module.kind not in NORMS:
        normed = activation == UNWEIGHTED_NORM
        kernel, inside = np.ascontiguousarray(own["weight"].T), "linear" if normed else activation
        yield Dense(name, kernel, own.get("bias"), inside)
        yield from _after(name, activation if normed else "linear")
        return
    if module.kind == "layer_norm":
        yield LayerNormalization(name, *scale, epsilon)
    else:
        moments = own["running_mean"], own["running_var"]
        yield BatchNormalization(name, *moments, *scale, epsilon)
    yield from _after(name, activation)


def _recurrent(
    module: Module, *, activation: str, readout: str, dtype: np.dtype[Any]
) -> Iterator[Part]:
    """A stage for each layer, all but the last handing on every step; and a pooling."""
    depth = len(module.levels)
    for at, level in enumerate(module.levels):
        name = module.title if depth == 1 else f"{module.title}_l{at}"
        once = readout in ("last", "crossed") and at == depth - 1
        returns: Readout = "last" if once else "every"
        merge = None if len(level) == 1 else "concat"
        directions: tuple[Direction, ...] = ("forward", "backward")
        layers = tuple(
            _layer(
                layer,
                name if merge is None else f"{name}/{direction}",
                direction=direction,
                activation=activation,
                dtype=dtype,
            )
            for layer, direction in zip(level, directions, strict=False)
        )
        yield Recurrent(name, layers, merge, returns)
    if readout in POOLINGS:
        yield POOLINGS[readout](f"{module.title}_{readout}")


def _layer(
    layer: TorchLayer, name: str, *, direction: Direction, activation: str, dtype: np.dtype[Any]
) -> Layer:
    """One direction; only an nn.RNN has a choice of activation."""
    gates = {
        gate: {what: array.astype(dtype, copy=False) for what, array in own.items()}
        for gate, own in layer.gates().items()
    }
    twin = CELLS[layer.cell].torch
    assert twin is not None  # else nothing of PyTorch's would be called so
    function = activation if activation in twin.activations else twin.activations[0]
    return Layer(name, layer.cell, gates, direction, activation=function, options=twin.options)


def _dtype(found: Inspection) -> np.dtype[Any]:
    """float64 if anything in the chain is; a model computes in one type."""
    tensors = [each for name in found.order for each in found.modules[name].tensors.items()]
    for own, array in tensors:
        if array.dtype.kind != "f":
            raise UnsupportedModel(what=f"{own} of {array.dtype}", why="weights are floating-point")
    doubled = any(array.dtype == np.float64 for _, array in tensors)
    return np.dtype(np.float64 if doubled else np.float32)
