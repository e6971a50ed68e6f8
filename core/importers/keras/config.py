"""The configuration of a Keras model as its layers in their order: plain JSON read as plain data.

The same text stands in `.keras` archives, in whole-model `.h5` files and in what `to_json` gives,
as Keras 2 or as Keras 3 writes it. Nothing is built from it: where Keras would look up a class and
call it, this keeps its name, and `keras/layers.py` says which names mean something. Not chosen:
Keras's own deserialisation, which is where most of the holes in its loading were.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.engines.keras_along import ALONG
from core.engines.keras_layout import OURS
from core.importers.errors import (
    BrokenFile,
    CodeInFile,
    CustomObjectInFile,
    LambdaInFile,
    PathInFile,
)
from core.importers.keras.fields import KerasLayer
from core.importers.keras.graph import Call, calls_of
from core.importers.keras.plan import NESTED, OPERATION, Plan
from core.importers.keras.recurrent import RECURRENT

_OWN_MODULES = re.compile(r"(keras|tf_keras|tensorflow\.(python\.)?keras)(\.|$)")
_OURS = ("unrolled>ReverseTime", ALONG, OURS)
_GPU = {"activation": "tanh", "recurrent_activation": "sigmoid", "use_bias": True, "cudnn": True}
_CUDNN: dict[str, dict[str, Any]] = {
    "CuDNNLSTM": _GPU,
    "CuDNNGRU": _GPU | {"reset_after": True},
}
"""Layers of Keras 2 for the GPU alone, by what they are; `keras/one.py` reads their weights."""


@dataclass(frozen=True, eq=False)
class Configured:
    """A layer as it is configured, before its weights are read.

    `group` is what Keras 3 calls its group in a file of weights: its class in snake case, counted
    within the model it stands in. `inner` are by the attribute under which Keras holds them, such
    as `forward_layer`; those of a nested model stand under `layers` (by their own groups), those
    of StackedRNNCells under `cells`.
    """

    kind: str
    name: str
    group: str
    config: Mapping[str, Any]
    inner: tuple[tuple[str, Configured], ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def trainable(self) -> bool:
        """Whether its weights were to be trained."""
        return self.config.get("trainable", True) is not False

    def with_weights(
        self, weights: Mapping[str, Any], inner: tuple[KerasLayer, ...] = ()
    ) -> KerasLayer:
        """The layer with the weights of its own, and those in it with theirs."""
        return KerasLayer(self.kind, self.name, self.config, weights, inner, self.calls)

    def without_weights(self) -> KerasLayer:
        """The layer as far as its configuration tells."""
        return self.with_weights({}, tuple(layer.without_weights() for _, layer in self.inner))


def model_of(described: Any, *, where: str) -> Configured:
    """The model as one Configured, whose `inner` are its layers in the order of the file.

    `described` is the JSON of a model, `where` the entry of the file that it comes from, for
    messages. Raises BrokenFile where it is no description of a model; CustomObjectInFile and
    LambdaInFile for what would run, in what a recurrent layer depends on; PathInFile for a setting
    that Keras would open as a file.
    """
    model = _configured(described, where=where, group="")
    if model.kind not in NESTED:
        if ">" in model.kind:
            raise CustomObjectInFile(entry=where, found=model.kind)
        raise BrokenFile(entry=where, why=f"it describes a {model.kind}, not a model")
    _refuse_code(model, where=where)
    return model


def _configured(described: Any, *, where: str, group: str) -> Configured:
    entry = _mapping(described, where=where)
    kind = _kind(entry, where=where)
    config = entry.get("config", {})
    if isinstance(config, list) and kind == "Sequential":  # so wrote Keras before 2.2.3
        config = {"layers": config}
    config = _mapping(config, where=f"{where}/config")
    name = config.get("name", entry.get("name", group or kind.lower()))
    if not isinstance(name, str):
        raise BrokenFile(entry=where, why="the name of the layer is no text")
    if kind in NESTED:
        return Configured(kind, name, group, _plain(config), _nested(kind, config, where=where))
    if isinstance(config.get("vocabulary"), str):
        raise PathInFile(entry=f"{where}/{name}", target=config["vocabulary"])
    if kind in _CUDNN:
        kind, config = kind.removeprefix("CuDNN"), {**config, **_CUDNN[kind]}
    inner = tuple(_wrapped(kind, config, where=f"{where}/{name}"))
    return Configured(kind, name, group, config, inner)


def _nested(
    kind: str, config: Mapping[str, Any], *, where: str
) -> tuple[tuple[str, Configured], ...]:
    """The layers of a model in the order of the file, with their calls if they say so."""
    entries = _sequence(config.get("layers"), where=f"{where}/layers")
    counts: dict[str, int] = {}
    layers: dict[str, Configured] = {}
    for at, each in enumerate(entries):
        place = f"{where}/layers/{at}"
        entry = _mapping(each, where=place)
        # Operations on tensors, such as those that make a mask, have no group of weights.
        operation = _is_operation(entry)
        group = "" if operation else group_of(_kind(entry, where=place), counts)
        layer = _configured(entry, where=place, group=group)
        if operation:
            layer = replace(layer, kind=f"{OPERATION}{layer.kind}")
        if kind == "Sequential":
            layers[str(at)] = layer
            continue
        name = entry.get("name")
        if not isinstance(name, str) or name in layers:
            why = "a layer of a functional model has no name of its own"
            raise BrokenFile(entry=place, why=why)
        calls = calls_of(entry, where=f"{where}/{name}")
        layers[name] = replace(layer, name=name, calls=calls)
    return tuple((f"layers/{layer.group}", layer) for layer in layers.values())


def _is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of Keras 3 is an operation: some have the name of a layer, such as Add."""
    if isinstance(module := entry.get("module"), str):
        return ".ops." in f"{module}."
    # Whole-model `.h5` files say no module. Of layers alone it is said what is to be trained.
    nodes, config = entry.get("inbound_nodes"), entry.get("config")
    called = isinstance(nodes, list) and any(isinstance(node, Mapping) for node in nodes)
    return called and isinstance(config, Mapping) and "trainable" not in config


def _wrapped(kind: str, config: Mapping[str, Any], *, where: str) -> list[tuple[str, Configured]]:
    """The layers inside a layer, by the attributes under which Keras holds them."""

    def one(attribute: str, described: Any) -> tuple[str, Configured]:
        return attribute, _configured(described, where=f"{where}/{attribute}", group=attribute)

    match kind:
        case "Bidirectional":
            forward = one("forward_layer", config.get("layer"))
            backward = config.get("backward_layer")
            if backward is None:
                backward = _turned(_mapping(config.get("layer"), where=where), where=where)
            return [forward, one("backward_layer", backward)]
        case "TimeDistributed":
            return [one("layer", config.get("layer"))]
        case "RNN":
            return [one("cell", config.get("cell"))]
        case "StackedRNNCells":
            counts: dict[str, int] = {}
            cells = _sequence(config.get("cells"), where=where)
            kinds = [_kind(_mapping(cell, where=where), where=where) for cell in cells]
            groups = [f"cells/{group_of(kind, counts)}" for kind in kinds]
            return [one(group, cell) for group, cell in zip(groups, cells, strict=True)]
    return []


def _turned(forward: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """The configuration of the layer that Keras makes up where none is given for backward."""
    config = _mapping(forward.get("config"), where=where)
    return {**forward, "config": {**config, "go_backwards": not config.get("go_backwards")}}


def _kind(entry: Mapping[str, Any], *, where: str) -> str:
    """The class by Keras's name; one that is not Keras's own as `package>Name`."""
    name = entry.get("class_name")
    if not isinstance(name, str) or not name:
        raise BrokenFile(entry=where, why="the class of the layer is missing")
    registered = entry.get("registered_name")
    if isinstance(registered, str) and ">" in registered:
        return registered
    module = entry.get("module", "keras")  # Keras 2 wrote none, and 'Custom>' before other classes
    if not isinstance(module, str) or not _OWN_MODULES.match(module):
        return f"{module or 'Custom'}>{name}"
    return name


def group_of(kind: str, counts: dict[str, int]) -> str:
    """The group that Keras 3 keeps the weights of the next layer of this class in."""
    name = re.sub(r"\W+", "", kind.rpartition(">")[2])
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
    counts[name] = counts.get(name, -1) + 1
    return f"{name}_{counts[name]}" if counts[name] else name


def _refuse_code(model: Configured, *, where: str) -> None:
    """Raises for what would run, where every recurrent layer depends on it or is it.

    Nothing runs in any case. But what stands beside or after recurrent layers may be left out, by
    the wish of the user: that, `model_from` decides.
    """
    layer = model.without_weights()
    plan = Plan.of(layer.inner if layer.kind == "Sequential" else [layer], where=where)
    leading = plan.leading_to(RECURRENT) or set(range(len(plan.steps)))
    beyond: set[int] = set()
    first: CodeInFile | None = None
    for at, step in enumerate(plan.steps):
        path = step.path if layer.kind == "Sequential" else step.path[1:]
        try:
            _refuse_in(step.layer, where="/".join((where, *path)))
        except CodeInFile as code:
            first = first or (code if at in leading else None)
            beyond.add(at)
        if any(source.step in beyond for source in step.reads):
            beyond.add(at)
    loops = {at for at, step in enumerate(plan.steps) if step.layer.kind in RECURRENT}
    if first is not None and loops <= beyond:
        raise first


def _refuse_in(layer: KerasLayer, *, where: str) -> None:
    if layer.kind == "Lambda":
        raise LambdaInFile(entry=where, found="a Lambda layer")
    if ">" in layer.kind and layer.kind not in _OURS:
        raise CustomObjectInFile(entry=where, found=layer.kind)
    for inner in layer.inner:
        _refuse_in(inner, where=f"{where}/{inner.name}")
    for setting, value in layer.config.items():
        _refuse_functions(value, where=f"{where}/{setting}")


def _refuse_functions(value: Any, *, where: str) -> None:
    """Raises for marshalled code and functions by name, wherever in a setting they stand."""
    if isinstance(value, list):
        for inside in value:
            _refuse_functions(inside, where=where)
    if not isinstance(value, Mapping):
        return
    kind = value.get("class_name")
    if kind == "__lambda__":
        raise LambdaInFile(entry=where, found="a marshalled function")
    if kind == "function":
        raise CustomObjectInFile(entry=where, found=str(value.get("config")))
    for inside in value.values():
        _refuse_functions(inside, where=where)


def _plain(config: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a model but its layers, which stand in `inner`."""
    return {name: value for name, value in config.items() if name != "layers"}


def _mapping(value: Any, *, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise BrokenFile(entry=where, why="an object of settings is missing")
    return value


def _sequence(value: Any, *, where: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise BrokenFile(entry=where, why="a list of layers is missing")
    return value
