"""A file of Keras weights without its configuration: what the shapes tell, and what is asked.

    layers (`keras/stored.py`) → order (`keras/order.py`) → questions, here → a configuration, here

The shapes tell the cells, their units, biases and sizes, whether a GRU resets before or after, and
mostly the order. They do not tell activations, whether id 0 is padding, how two directions are
merged, and which steps are handed on: that is asked, with a default each. What is not asked is
Keras's own default: convolutions of stride 1. Nothing is read so without being asked for: the
caller gives `hints`, be it none. The configuration is then read as any other is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import activations
from core.errors import UnknownName, UnsupportedModel
from core.importers.archive import Data
from core.importers.hdf5.file import StoredGroup, open_hdf5
from core.importers.keras.config import model_of
from core.importers.keras.h5 import KerasModel, with_weights
from core.importers.keras.order import MERGES, RETURNS, Choice, choices, fits, orders
from core.importers.keras.stored import Stored, stored_layers
from core.importers.limits import Limits
from core.importers.questions import Answer, Question

INSIDE = ("tanh", "relu", "sigmoid", "linear", "elu", "selu", "softsign", "hard_sigmoid")
GATES = ("sigmoid", "hard_sigmoid")
_COMMON = ("linear", "sigmoid", "softmax", "tanh", "relu")
AFTER = (*_COMMON, *sorted(set(activations.ACTIVATIONS) - set(_COMMON)))
IDS = ("read", "skip")
RESETS = ("after", "before")
WAYS = ("forward", "backward")
EDGES = ("valid", "same", "causal")
VERSIONS = ("3", "2")
SIZES = tuple(map(str, range(2, 9)))
REPEATS = tuple(map(str, range(1, 101)))
EPSILONS = ("0.001", "1e-05", "1e-06", "1e-07")


@dataclass(frozen=True)
class Layers:
    """The layers in the order that holds now, and the questions with the answers that hold now.

    `told` are all answers, also those that the shapes give; `version` is that of the Keras that
    wrote the file, where it says so.
    """

    order: tuple[Stored, ...]
    questions: tuple[Question, ...]
    told: Mapping[str, Any]
    version: str | None

    @property
    def answers(self) -> dict[str, Answer]:
        """Every question's key with its answer: hints that give the same model again."""
        return {question.key: question.answer for question in self.questions}


def inspect_weights(
    data: Data, *, hints: Mapping[str, Any] | None = None, limits: Limits | None = None
) -> Layers:
    """What a file of weights shows and leaves open. Raises as `read_unconfigured` does."""
    with open_hdf5(data, limits=limits or Limits()) as root:
        return _inspected(root, hints or {})


def read_unconfigured(
    data: Data, *, hints: Mapping[str, Any], limits: Limits | None = None
) -> KerasModel:
    """The layers of a file of weights, put together by the shapes and the answers in `hints`.

    Raises a FileRefused that names the entry; UnsupportedModel where the layers make no chain, or
    one of them does not say what it is; UnknownName for a hint without a question.
    """
    limits = limits or Limits()
    with open_hdf5(data, limits=limits) as root:
        found = _inspected(root, hints)
        described = {
            "class_name": "Sequential",
            "config": {"name": "model", "layers": list(_described(found.order, found.told))},
        }
        version = found.version or f"{found.told.get('version', '3')}.0"
        model = with_weights(
            model_of(described, where="config"), root, version=version, backend=root.text("backend")
        )
    told = {key: list(a) if isinstance(a, tuple) else a for key, a in found.answers.items()}
    return KerasModel(model.name, model.layers, card={"answers": told})


def _inspected(root: StoredGroup, hints: Mapping[str, Any]) -> Layers:
    layers = stored_layers(root)
    names = [layer.name for layer in layers]
    if len(set(names)) < len(names):
        raise UnsupportedModel(what="A file of weights", why="two of its layers have one name")
    version = root.text("keras_version")
    possible = [layers] if root.texts("layer_names") else orders(layers)
    possible = [order for order in possible if fits(order, {})]
    if not possible:
        shapes = ", ".join(f"{layer.name} {layer.core.shapes!r:.40}" for layer in layers)
        why = "in no order does each take what the one before gives; give its configuration"
        raise UnsupportedModel(what=f"A file of the weights {shapes:.200}", why=why)
    asking = _Asking(hints)
    by_names = {tuple(layer.name for layer in order): order for order in possible}
    order = by_names[tuple(asking.ask("order", "order", "", tuple(by_names)))]
    chosen: dict[str, Choice] = {}
    for at in range(len(order)):
        _ask(asking, order, at, chosen, version=version)
    if version is None and "hard_sigmoid" in asking.answers.values():
        asking.ask("version", "version", "", VERSIONS)
    asking.check()
    return Layers(order, tuple(asking.questions), asking.answers, version)


class _Asking:
    """Questions as they are put, each with its answer: a hint's, or the first of the options."""

    def __init__(self, hints: Mapping[str, Any]) -> None:
        self.hints = hints
        self.questions: list[Question] = []
        self.answers: dict[str, Any] = {}

    def ask(self, key: str, kind: str, about: str, options: Sequence[Answer]) -> Any:
        """The answer; nothing is asked where there is one option. Raises UnknownName."""
        answer = self.hints.get(key, options[0])
        answer = tuple(answer) if isinstance(answer, list) else answer
        if answer not in options:
            known = ", ".join(map(str, options))
            raise UnknownName(kind=f"answer to {key}", found=str(answer), known=known)
        if len(options) > 1:
            self.questions.append(Question(key, kind, about, tuple(options), answer))
        self.answers[key] = answer
        return answer

    def check(self) -> None:
        """Raises UnknownName for a hint that answers nothing."""
        for key in self.hints:
            if key not in self.answers:
                known = ", ".join(self.answers)
                raise UnknownName(kind="question", found=key, known=known)


def _ask(
    asking: _Asking,
    order: Sequence[Stored],
    at: int,
    chosen: dict[str, Choice],
    *,
    version: str | None,
) -> None:
    """Puts the questions about one layer, and keeps what a recurrent one hands on in `chosen`."""
    layer = order[at]
    name = layer.name

    def ask(kind: str, options: Sequence[str]) -> str:
        return str(asking.ask(f"{kind}:{name}", kind, name, options))

    if layer.recurrent:
        if not layer.core.kind.startswith("CuDNN"):
            ask("inside", INSIDE)
        if layer.core.kind == "GRU" and len(layer.core.shapes) < 3:  # its bias would tell
            ask("resets", RESETS)
        if layer.core.kind in ("LSTM", "GRU"):
            ask("gates", GATES[::-1] if _hard(version) else GATES)
        if layer.kind != "Bidirectional":
            ask("direction", WAYS)
        fitting = [c for c in choices(layer) if fits(order, {**chosen, name: c})]
        usual = _usual_returns(order, at)
        returns = ask("returns", _among(RETURNS, [r for r, _ in fitting], first=usual))
        merges = [merge for r, merge in fitting if r == returns]
        merge = ask("merge", _among(MERGES, merges, first="concat")) if merges[0] else ""
        chosen[name] = (returns, merge)
    match layer.kind:
        case "Embedding":
            ask("mask", IDS)
        case "Conv1D":
            ask("edges", EDGES)
            ask("activation", AFTER)
        case "MaxPooling1D" | "AveragePooling1D" | "UpSampling1D":
            ask("size", SIZES)
        case "RepeatVector":
            ask("repeats", REPEATS)
        case "LayerNormalization" | "BatchNormalization":
            ask("epsilon", EPSILONS)
        case "Dense" | "TimeDistributed":
            # Between two dense layers: without a function they would be one.
            between = any(one.kind == "Dense" for one in order[at + 1 :])
            usual = "relu" if between else "linear"
            ask("activation", (usual, *(one for one in AFTER if one != usual)))
        case "Activation":
            ask("activation", AFTER)


def _among(options: Sequence[str], fitting: Sequence[str], *, first: str) -> list[str]:
    """Those that fit, the usual one first."""
    return sorted((one for one in options if one in fitting), key=lambda one: one != first)


def _usual_returns(order: Sequence[Stored], at: int) -> str:
    """Every step below another recurrent layer, and in a language model; else the last."""
    if any(layer.recurrent for layer in order[at + 1 :]):
        return "every"
    words = [layer.shapes[0][0] for layer in order if layer.kind == "Embedding"]
    last = order[-1].core
    speaks = last.kind == "Dense" and words == [last.shapes[0][1]]
    return "every" if speaks else "last"


def _hard(version: str | None) -> bool:
    """Whether it was a Keras whose gates were hard sigmoids unless it was told otherwise."""
    return version is not None and version[:4] in ("2.0.", "2.1.", "2.2.") and "tf" not in version


def _described(order: Sequence[Stored], answers: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A configuration for each layer, as Keras would write it."""
    first = order[0]
    shape: list[int | None] = [None, None]
    if first.kind != "Embedding":
        shape.append(_features(order))
    yield _entry("InputLayer", "input", batch_shape=shape)
    for layer in order:
        yield _layer(layer, answers)


def _features(order: Sequence[Stored]) -> int:
    """How many features the first layer with weights reads at each step."""
    weighty = next(layer.core for layer in order if layer.core.shapes)
    shape = weighty.shapes[0]
    return shape[-2] if len(shape) > 1 else shape[0]


def _layer(layer: Stored, answers: Mapping[str, Any]) -> dict[str, Any]:
    name, inside = layer.name, layer.core

    def told(kind: str) -> Any:
        return answers.get(f"{kind}:{name}")

    affine = {"use_bias": len(inside.shapes) > 1, "activation": told("activation")}
    if layer.kind == "Bidirectional":
        config = {"layer": _loop(inside, "inside", answers, about=name)}
        return _entry(layer.kind, name, merge_mode=told("merge") or "concat", **config)
    if layer.recurrent:
        return _loop(layer, name, answers, about=name)
    match layer.kind:
        case "Embedding":
            return _entry(layer.kind, name, mask_zero=told("mask") == "skip")
        case "Dense":
            return _entry(layer.kind, name, **affine)
        case "TimeDistributed":
            return _entry(layer.kind, name, layer=_entry("Dense", inside.name, **affine))
        case "Conv1D":
            return _entry(layer.kind, name, padding=told("edges"), **affine)
        case "MaxPooling1D" | "AveragePooling1D":
            return _entry(layer.kind, name, pool_size=int(told("size")))
        case "UpSampling1D":
            return _entry(layer.kind, name, size=int(told("size")))
        case "RepeatVector":
            return _entry(layer.kind, name, n=int(told("repeats")))
        case "Activation":
            return _entry(layer.kind, name, activation=told("activation"))
        case "LayerNormalization" | "BatchNormalization":
            scaled = len(inside.shapes) in (4,) or layer.kind == "LayerNormalization"
            scaled = scaled and bool(inside.shapes)
            own = {"scale": scaled, "center": scaled, "epsilon": float(told("epsilon"))}
            return _entry(layer.kind, name, **own)
    return _entry(layer.kind, name)


def _loop(layer: Stored, name: str, answers: Mapping[str, Any], *, about: str) -> dict[str, Any]:
    """A recurrent layer; `about` is what the answers call it."""
    biased = len(layer.shapes) > 2
    config: dict[str, Any] = {
        "return_sequences": answers.get(f"returns:{about}", "last") == "every",
    }
    if layer.kind.startswith("CuDNN"):
        return _entry(layer.kind, name, **config)
    config |= {
        "use_bias": biased,
        "activation": answers[f"inside:{about}"],
        "go_backwards": answers.get(f"direction:{about}") == "backward",
    }
    if layer.kind in ("LSTM", "GRU"):
        config["recurrent_activation"] = answers[f"gates:{about}"]
    if layer.kind == "GRU":
        after = len(layer.shapes[2]) == 2 if biased else answers[f"resets:{about}"] == "after"
        config["reset_after"] = after
    return _entry(layer.kind, name, **config)


def _entry(kind: str, name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": {"name": name, **config}}
