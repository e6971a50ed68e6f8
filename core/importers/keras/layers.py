"""Keras layers, from wherever they came, as a Model: the one place where they become nodes.

The bridge (`keras/bridge.py`) gathers them from a model in memory, the readers of Keras's files
from a file; so a live model and its file cannot come out differently. In which order they are
read stands in `keras/plan.py`, what one layer means in `keras/reader.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.errors import UnsupportedBetween, UnsupportedModel, UnsupportedTail
from core.importers.keras.fields import Fields, KerasLayer
from core.importers.keras.masks import MaskValue, Tensor
from core.importers.keras.plan import Plan, Source, Step, sourced
from core.importers.keras.reader import IDS, Reader
from core.importers.keras.recurrent import RECURRENT
from core.importers.keras.settings import check_settings
from core.importers.shown import shown
from core.model import Model
from core.nodes import Input, Layer, Part, Permute, Port, Recurrent, Reshape, nodes_of
from core.text import Vocabulary

__all__ = ["KerasLayer", "model_from"]


def model_from(
    layers: Sequence[KerasLayer],
    *,
    name: str,
    vocabulary: Vocabulary | None = None,
    card: Mapping[str, Any] | None = None,
    without_tail: bool = False,
) -> Model:
    """The Model that does what the Keras layers do one after another.

    One of them, or the only one, may be a functional model. Layers keep their names; a
    bidirectional layer becomes two, `<name>/forward` and `<name>/backward`, called after the
    direction in which they read the text, and what merges them. The words of a TextVectorization
    become the vocabulary, where no other is given. With `without_tail`, a layer that cannot be
    read is left out, and all that follow it; where nothing of the outputs is left, the model gives
    what those layers would have read. The card's `cut_off` names them.

    Raises UnsupportedModel, which names the layer, its class and its place; UnsupportedTail where
    `without_tail` would help, UnsupportedBetween where recurrent layers would be left out as well;
    and what Model raises.
    """
    plan = Plan.of(layers)
    reading = _Reading(plan)
    refusal = reading.read()
    if waiting := reading.reader.waiting:
        refusal = refusal or next(iter(waiting.values())).refuse(
            "the number of steps that it flattens is not fixed"
        )
        flat = {at for at, own in reading.fields.items() if own.layer.name in waiting}
        reading = _Reading(plan, flat)
        reading.read()
    reader = reading.reader
    told = dict(card or {})
    if refusal is not None:
        if not any(isinstance(node, Layer) for node in reader.nodes):
            raise reading.needed or refusal
        if not without_tail:
            kind = UnsupportedTail if reading.needed is None else UnsupportedBetween
            raise kind(**(reading.needed or refusal).facts) from refusal
        told["cut_off"] = ", ".join(reading.left_out)
    entrance = next((node for node in reader.nodes if isinstance(node, Input)), None)
    if entrance and entrance.width is None and entrance.length and reader.vocabulary is None:
        told.setdefault("length", entrance.length)
    elif entrance and entrance.width is not None and entrance.length:
        told.setdefault("window", entrance.length)
    words = vocabulary or reader.vocabulary
    return _as_chain(Model(tuple(reader.nodes), name, words, told, reading.gives))


class _Reading:
    """One way through a plan. The steps in `cut` are left out, and what depends on them."""

    def __init__(self, plan: Plan, cut: set[int] | None = None) -> None:
        self.plan = plan
        self.reader = Reader()
        self.cut = set(cut or ())
        self.given: dict[int, Sequence[Tensor | MaskValue]] = {}
        counted = {at: number for number, at in enumerate(plan.counted, start=1)}
        self.fields: dict[int, Fields] = {}
        for at, (step, name) in enumerate(zip(plan.steps, _names(plan), strict=True)):
            layer = replace(step.layer, name=name)
            self.fields[at] = Fields(layer, layer, at=counted.get(at, 0), total=len(counted))
        self.frontier: dict[Source, None] = {}
        self.needed: UnsupportedModel | None = None
        """The first refusal of what a recurrent layer depends on."""

    def read(self) -> UnsupportedModel | None:
        """Reads what can be; the first refusal of what cannot."""
        leading = self.plan.leading_to(RECURRENT)
        first: UnsupportedModel | None = None
        for at, step in enumerate(self.plan.steps):
            if at not in self.cut and not any(s.step in self.cut for s in step.reads):
                try:
                    self.given[at] = self._step(at, step)
                    continue
                except UnsupportedModel as refusal:
                    first = first or refusal
                    if at in leading:
                        self.needed = self.needed or refusal
            self.cut.add(at)
            self.frontier |= dict.fromkeys(s for s in step.reads if s.step not in self.cut)
        return first

    @property
    def left_out(self) -> list[str]:
        """The names of the layers in `cut`, each with its class."""
        cut = (self.fields[at].outer for at in sorted(self.cut) if self.plan.steps[at].counted)
        return [f"{shown(layer.name)} ({shown(re.split('>', layer.kind)[-1])})" for layer in cut]

    @property
    def gives(self) -> tuple[Port, ...]:
        """The ports of what the model gives; without it, of what would have been read for it."""
        kept = [source for source in self.plan.outputs if source.step not in self.cut]
        tensors = (self._tensor(source) for source in kept or self.frontier)
        return tuple(dict.fromkeys(one.port for one in tensors if isinstance(one, Tensor)))

    def _step(self, at: int, step: Step) -> Sequence[Tensor | MaskValue]:
        fields = self.fields[at]
        check_settings(fields)
        if step.layer.kind == "InputLayer":
            return [self.reader.enter(_input(self.plan, at, fields))]
        if step.times > 1 and _weighs(step.layer):
            why = f"it stands in {step.times} places and shares its weights"
            raise fields.refuse(why)
        args, options = (sourced(each, self._tensor) for each in (step.args, step.options))
        return self.reader.read(fields, args, options)

    def _tensor(self, source: Source) -> Tensor | MaskValue:
        given = self.given[source.step]
        if not 0 <= source.output < len(given):
            why = f"its output {source.output + 1} is read, and it has {len(given)}"
            raise self.fields[source.step].refuse(why)
        return given[source.output]


def _weighs(layer: KerasLayer) -> bool:
    return bool(layer.weights) or any(map(_weighs, layer.inner))


def _names(plan: Plan) -> list[str]:
    """A name of its own for each step: nested models may use one twice. Ports have the dots."""
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    names = []
    for step in plan.steps:
        first = name = step.layer.name.replace(".", "_")
        while name in taken and step.counted:
            numbers[first] += 1
            name = f"{first}_{numbers[first]}"
        if step.counted or len(plan.inputs) > 1:
            taken.add(name)
        names.append(name)
    return names


def _input(plan: Plan, at: int, fields: Fields) -> Input:
    """What a model reads: token ids, vectors or sequences of so many features.

    Raises UnsupportedModel for anything else, such as images.
    """
    readers = [step.layer for step in plan.steps if Source(at, 0) in set(step.reads)]
    ids = any(layer.kind in IDS for layer in readers)
    config = fields.layer.config
    shape = config.get("batch_shape") or config.get("batch_input_shape")
    unsaid = [config.get("input_length"), None]
    sides: list[Any] = list(shape[1:]) if isinstance(shape, list | tuple) else unsaid
    length = sides[0] if sides and type(sides[0]) is int else None
    name = fields.layer.name
    if ids and len(sides) <= 2:
        return Input(name, None, length if _told(readers) else None)
    width = sides[-1] if sides and type(sides[-1]) is int else None
    if width is None:
        width = next((w for step in plan.steps if (w := _width(step.layer)) is not None), 1)
    if len(sides) == 2:
        return Input(name, width, length)
    if len(sides) == 1:
        return Input(name, width, vector=True)
    raise fields.refuse(
        f"it reads {len(sides)} dimensions besides the batch, not steps of features"
    )


def _told(readers: Sequence[KerasLayer]) -> bool:
    """Whether the length of an input is that of the ids: a TextVectorization reads whole texts."""
    return all(layer.kind != "TextVectorization" for layer in readers)


def _width(layer: KerasLayer) -> int | None:
    """How many features a layer reads at each step, by its weights; None if they do not say."""
    for name, at in (("kernel", -2), ("gamma", 0), ("beta", 0), ("moving_mean", 0)):
        array = layer.weights.get(name)
        if array is not None and array.ndim >= abs(at) and array.ndim > 0:
            return int(array.shape[at])
    return next((w for one in layer.inner if (w := _width(one)) is not None), None)


def _as_chain(model: Model) -> Model:
    """The same model, without the names of what each node reads where it reads the one before.

    Nor an Input, unless something needs to know what only that tells.
    """
    (entrance, *others) = (node for node in model.nodes if isinstance(node, Input))
    lengthy = any(isinstance(node, Permute | Reshape) for node in model.nodes)
    if others or lengthy or entrance.vector or not model.is_chain:
        return model

    def chained(part: Part) -> Part:
        if not isinstance(part, Recurrent):
            return replace(part, reads=())
        return replace(part, layers=tuple(replace(layer, reads=()) for layer in part.layers))

    parts = (chained(part) for part in model.parts if part is not entrance)
    return replace(model, nodes=nodes_of(parts), gives=())
