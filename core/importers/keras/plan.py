"""The layers of a Keras model as steps, one after another, each after those that it reads.

Nested models are taken apart: their layers stand in their place, and read what the model was
given. A step says what it reads by the steps that gave it, so that whoever goes through them knows
nothing of models in models. A layer that is called twice is two steps, which say so: they share
their weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from core.importers.errors import BrokenFile, shown
from core.importers.keras.fields import KerasLayer
from core.importers.keras.graph import Key, Ref, checked, ends, order_of

NESTED = ("Sequential", "Functional", "Model")
"""Models that may stand where a layer stands; `Model` is what Keras before 2.4 calls Functional."""

OPERATION = "ops."
"""What the name of an operation on tensors begins with here: Keras has layers called the same."""


_SHAPES = ("batch_shape", "batch_input_shape", "input_length")
"""What a first layer says of its inputs where no InputLayer does, as Keras 1 and 2 wrote it."""


class Source(NamedTuple):
    """Output number `output` of step number `step`."""

    step: int
    output: int


@dataclass(frozen=True)
class Step:
    """A layer at work: what it is given by position and by name, tensors as `Source`s.

    `path` are the models that it stands in, and its own name; `times` how often it is called.
    """

    layer: KerasLayer
    args: tuple[Any, ...]
    options: Mapping[str, Any]
    path: tuple[str, ...]
    times: int = 1

    @property
    def reads(self) -> Iterator[Source]:
        """Everything that it reads."""
        return sources((self.args, self.options))

    @property
    def counted(self) -> bool:
        """Whether it is one of what one counts as the layers of a model."""
        return not (self.layer.kind == "InputLayer" or self.layer.kind.startswith(OPERATION))


@dataclass
class Plan:
    """The steps of a model, those that are its inputs, and what it gives."""

    steps: list[Step] = field(default_factory=list)
    inputs: list[int] = field(default_factory=list)
    outputs: tuple[Source, ...] = ()
    where: str = "model"

    @classmethod
    def of(cls, layers: Sequence[KerasLayer], *, where: str = "model") -> Plan:
        """The plan of layers one after another; one of them may be a functional model.

        Raises BrokenFile where a functional model is none; `where` is the entry that says so.
        """
        plan = cls(where=where)
        plan.outputs = plan._one_after_another(layers, None, ())
        return plan

    @property
    def counted(self) -> list[int]:
        """The steps that one counts as the layers of a model."""
        return [at for at, step in enumerate(self.steps) if step.counted]

    def leading_to(self, kinds: Sequence[str]) -> set[int]:
        """The steps of some kinds, and all that they depend on."""
        leading: set[int] = set()
        for at in reversed(range(len(self.steps))):
            step = self.steps[at]
            if at in leading or step.layer.kind in kinds:
                leading.add(at)
                leading |= {source.step for source in step.reads}
        return leading

    def _input(self, layer: KerasLayer, path: tuple[str, ...]) -> Source:
        self.inputs.append(len(self.steps))
        return self._step(layer, (), {}, (*path, layer.name))

    def _one_after_another(
        self, layers: Sequence[KerasLayer], given: tuple[Source, ...] | None, path: tuple[str, ...]
    ) -> tuple[Source, ...]:
        """A Sequential model. Where nothing is `given`, its first layer says what it reads."""
        for layer in layers:
            if layer.kind == "InputLayer":
                given = given or (self._input(layer, path),)
                continue
            if given is None and layer.kind not in NESTED:
                shape = {name: layer.config[name] for name in _SHAPES if name in layer.config}
                given = (self._input(KerasLayer("InputLayer", "input", shape), path),)
            given = self._call(layer, given, {}, (*path, layer.name), times=1)
        return given or ()

    def _call(
        self,
        layer: KerasLayer,
        given: tuple[Source, ...] | None,
        options: Mapping[str, Any],
        path: tuple[str, ...],
        *,
        times: int,
    ) -> tuple[Source, ...]:
        """A layer by itself or a model, and what it gives."""
        if layer.kind not in NESTED or times > 1:
            # One that is called again stays whole: a file could call models in models in models.
            return (self._step(layer, (_alone(given or ()),), options, path, times=times),)
        if any(value is not None and value is not False for value in options.values()):
            step = self._step(replace(layer, inner=()), (given or (),), options, path).step
            given = tuple(Source(step, at) for at in range(len(given or ())))
        if layer.kind == "Sequential":
            return self._one_after_another(layer.inner, given, path)
        return self._graph(layer, given, path)

    def _step(
        self,
        layer: KerasLayer,
        args: tuple[Any, ...],
        options: Mapping[str, Any],
        path: tuple[str, ...],
        *,
        times: int = 1,
    ) -> Source:
        self.steps.append(Step(layer, args, options, path, times))
        return Source(len(self.steps) - 1, 0)

    def _graph(
        self, model: KerasLayer, given: tuple[Source, ...] | None, path: tuple[str, ...]
    ) -> tuple[Source, ...]:
        """A functional model."""
        where = "/".join((self.where, *path))
        by_name = {layer.name: layer for layer in model.inner}
        calls = {name: layer.calls for name, layer in by_name.items()}
        entrances = ends(model.config.get("input_layers"))
        wanted = ends(model.config.get("output_layers"))
        keys = [checked(ref, calls, where=where) for ref in entrances]
        if not wanted or not keys or any(by_name[n].kind != "InputLayer" for n, _ in keys):
            raise BrokenFile(entry=where, why="it does not say what it reads and gives")
        if given is None:
            given = tuple(self._input(by_name[name], path) for name, _ in keys)
        if len(given) != len(keys):
            why = f"it is given {len(given)} tensors, and reads {len(keys)}"
            raise BrokenFile(entry=where, why=why)
        order, times = order_of(calls, given=keys, wanted=wanted, where=where)
        made: dict[Key, tuple[Source, ...]] = {
            key: (source,) for key, source in zip(keys, given, strict=True)
        }

        inlined: set[Key] = set(made)

        def source(ref: Ref) -> Source:
            key = checked(ref, calls, where=where)
            if key not in inlined:
                return Source(made[key][0].step, ref.output)
            if not 0 <= ref.output < len(made[key]):
                why = f"'{shown(ref.layer)}' has no output {ref.output + 1}"
                raise BrokenFile(entry=where, why=why)
            return made[key][ref.output]

        for name, at in order:
            layer, call = by_name[name], calls[name][at]
            args, options = sourced(call.args, source), sourced(call.options, source)
            inside = (*path, name)
            if layer.kind in NESTED and times[name] == 1:
                made[name, at] = self._call(layer, tuple(sources(args)), options, inside, times=1)
                inlined.add((name, at))
            else:
                made[name, at] = (self._step(layer, args, options, inside, times=times[name]),)
        return tuple(source(ref) for ref in wanted)


def _alone(given: tuple[Source, ...]) -> Any:
    """What a layer is given: one tensor by itself, or several."""
    return given[0] if len(given) == 1 else given


def sources(value: Any) -> Iterator[Source]:
    """The sources in a value, in order."""
    if isinstance(value, Source):
        yield value
    elif isinstance(value, tuple | Mapping):
        for inside in value.values() if isinstance(value, Mapping) else value:
            yield from sources(inside)


def sourced(value: Any, of: Any) -> Any:
    """A value with `of` each `Ref` or `Source` in its place."""
    if isinstance(value, Ref | Source):
        return of(value)
    if isinstance(value, Mapping):
        return {name: sourced(inside, of) for name, inside in value.items()}
    return tuple(sourced(inside, of) for inside in value) if isinstance(value, tuple) else value
