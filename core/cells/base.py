"""What a cell is: a declaration, one step forward, one step back.

A cell's file says all there is to know of it; what other parts of the project need is read off
its declaration here, most of it off its equations: which maps it has and which weights each of
them, what each weight multiplies, what keeps and what writes.

A cell knows one step. The time loops (`engines/numpy_engine.py` forward, `bptt.py` backward) know
no cell: they walk over the steps that a cell lays out and call it. Every array of a run lies in
a `Record`, time first, in the order in which the layer reads; the gates of a cell lie side by
side in one array, so that a step needs one matrix product and few calls.

Cost: a step writes into views of arrays made before the loop, and allocates nothing. Not chosen:
a step that returns new arrays. It reads a little better, and takes twice as long for one text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, ClassVar

import numpy as np

from core.activations import Array
from core.cells.diagram import Diagram
from core.cells.expressions import (
    Apply,
    Expression,
    coefficient,
    evaluate,
    terms,
)
from core.cells.leaves import (
    Before,
    Gate,
    Input,
    Line,
    Look,
    Preactivation,
    State,
    Term,
    Value,
    Weight,
    Words,
    term_of,
)
from core.cells.record import NUMPY, Backward, Kernels, Options, Record
from core.cells.twins import KerasTwin, OnnxTwin, TorchTwin
from core.errors import UnknownName


class Cell(ABC):
    """A recurrent cell: what its file declares, and what follows from it.

    Declared are `name`; `title` (by language) and `look`, by which it is called and drawn;
    `carried`, its states, the one that is its output first; `options`, settings of its own with
    their defaults; `equations`; its twins in other libraries; `forget_bias`, the gates whose bias
    begins with that setting of `new_model`, and with which sign, so that a larger one keeps more;
    `default_activations`; `ahead`, whether `steps` computes what no state is needed for, for all
    steps before the first; and its `diagram`.

    From the equations follow `maps`, the names of its affine maps, `gates`, those of them that
    are recorded as gates, `states`, and `candidate`, the map behind the layer's `activation`.
    `stacked` are the maps in the order of the stacked arrays, the order of the equations unless
    the cell has reasons of speed.
    """

    name: ClassVar[str]
    title: ClassVar[Words]
    look: ClassVar[Look]
    carried: ClassVar[tuple[State, ...]]
    options: ClassVar[Options] = {}
    stacked: tuple[str, ...] = ()
    keras: ClassVar[KerasTwin | None] = None
    torch: ClassVar[TorchTwin | None] = None
    onnx: ClassVar[OnnxTwin | None] = None
    forget_bias: ClassVar[Mapping[str, int]] = {}
    default_activations: ClassVar[tuple[str, str]] = ("tanh", "sigmoid")
    ahead: ClassVar[bool] = False

    def __init__(self) -> None:
        lines = self.lines(self.options)
        values = [line.result for line in lines if isinstance(line.result, Value)]
        self.values: Mapping[str, Value] = {value.name: value for value in values}
        self.maps = tuple(
            line.result.name for line in lines if isinstance(line.result, Preactivation)
        )
        self.gates = tuple(name for name in self.maps if isinstance(self.values[name], Gate))
        self.states = tuple(state.name for state in self.carried)
        self.stacked = self.stacked or self.maps
        self.candidate = next(n for n in self.maps if self.function_of(n) == "activation")
        self.gated = any(self.function_of(name) == "recurrent_activation" for name in self.maps)

    # What a cell declares, and does.

    @abstractmethod
    def equations(self, options: Options) -> Iterable[Line]:
        """Its equations, in the order in which a step computes them."""

    @abstractmethod
    def diagram(self, options: Options) -> Diagram:
        """How it is drawn."""

    @abstractmethod
    def steps(self, record: Record, kernels: Kernels) -> Iterable[Any]:
        """The record as one named tuple of views a step, first step first."""

    @abstractmethod
    def step(self, now: Any, kernels: Kernels) -> None:
        """One step forward: fills the views of `now`, whose pre-activations hold x W + b."""

    @abstractmethod
    def backward_steps(self, record: Record, *, into: Backward, kernels: Kernels) -> Iterable[Any]:
        """What `backward` needs of each step, last step first."""

    @abstractmethod
    def backward(self, now: Any, kernels: Kernels, carried: dict[str, Array]) -> None:
        """One step back.

        `now.hidden` holds the total ∂loss/∂h_t; `carried`, for each state, ∂loss/∂state_t as far
        as it comes from step t + 1, (batch, units). Fills the other views of `now`, and turns
        `carried` into the same for step t − 1.
        """

    # What follows from its equations.

    def lines(self, options: Options) -> tuple[Line, ...]:
        """Its equations under these options, each result once."""
        return _lines(self, tuple(sorted(options.items())))

    def form(self, result: Expression, options: Options | None = None) -> Expression:
        """What a result is equal to."""
        lines = self.lines(self.options if options is None else options)
        return next(line.form for line in lines if line.result == result)

    def completed(self, options: Options) -> dict[str, bool]:
        """The options, with defaults for those not given. Raises UnknownName."""
        for name in options:
            if name not in self.options:
                known = ", ".join(self.options) or "none"
                raise UnknownName(kind=f"option of {self.name}", found=name, known=known)
        return {**self.options, **options}

    def index(self, name: str) -> int:
        """Where the map lies in the stacked arrays."""
        return self.stacked.index(name)

    def function_of(self, name: str) -> str:
        """What an equation applies to the pre-activation `name` alone; "" if to more than that."""
        value = self.values[name]
        form = self.form(value)
        return form.function if isinstance(form, Apply) and form.argument == value.a else ""

    def bounds(self, name: str, kernels: Kernels) -> tuple[float | None, float | None]:
        """Between what the value of map `name` lies; None where there is no limit."""
        value, function = self.values[name], self.function_of(name)
        if isinstance(value, Gate) and value.bounds is not None:
            return value.bounds
        return kernels.function(function).bounds if function else (None, None)

    def terms(self, name: str, options: Options) -> tuple[Term, ...]:
        """The pre-activation `name` term by term; each has one weight."""
        return _terms(self, name, tuple(sorted(options.items())))

    def weights(self, options: Options | None = None) -> tuple[Weight, ...]:
        """The kinds of weights that any of its maps has."""
        known = self.options if options is None else options
        every = (term.weight for name in self.maps for term in self.terms(name, known))
        return tuple(dict.fromkeys(every))

    def weights_of(self, name: str, options: Options) -> dict[str, Weight]:
        """The weights of the map `name`, by name."""
        has = {term.weight for term in self.terms(name, options)}
        return {weight.name: weight for weight in self.weights(options) if weight in has}

    @property
    def parts_of(self) -> tuple[str, ...]:
        """The names of the parts that pre-activations are made of."""
        return tuple(dict.fromkeys(weight.part for weight in self.weights()))

    @property
    def memory(self) -> str | None:
        """The state that has a way of its own from step to step: c in f·c₋₁ + …; None if none."""
        for state in self.carried:
            if coefficient(self.form(state), state.before) is not None:
                return state.name
        return None

    def keeps(self) -> Expression | None:
        """What multiplies the memory of the step before; None for a cell without memory."""
        return self._coefficient_of_memory(lambda memory, value: memory.before)

    def writes(self) -> Expression | None:
        """What multiplies the candidate on its way into the memory."""
        return self._coefficient_of_memory(lambda memory, value: value)

    def _coefficient_of_memory(self, of: Callable[[State, Value], Expression]) -> Expression | None:
        if self.memory is None:
            return None
        memory = next(state for state in self.carried if state.name == self.memory)
        return coefficient(self.form(memory), of(memory, self.values[self.candidate]))

    def evaluated(
        self, expression: Expression, *, record: Record, kernels: Kernels, inputs: Array
    ) -> Array:
        """An expression of recorded quantities at every step, (time, batch, units).

        The state after a step is what the step made of it, also where a mask had it carried on;
        of a run with changes, what it was.
        """

        def value(leaf: Expression) -> Array | None:
            match leaf:
                case Gate(name=name):
                    return record.gates[:, :, self.index(name)]
                case State(name=name):
                    if record.changes is not None:
                        return record.after(name)
                    form = self.form(leaf, kernels.options)
                    return self.evaluated(form, record=record, kernels=kernels, inputs=inputs)
                case Before(name=name):
                    return record.before(name)
                case Preactivation(name=name):
                    return record.preactivations[:, :, self.index(name)]
                case Input():
                    return inputs
            return None

        return np.asarray(
            evaluate(
                expression,
                value=value,
                apply=lambda name, x: kernels.function(name)(x),
                arithmetic=NUMPY,
            )
        )

    def parts(
        self, name: str, *, record: Record, kernels: Kernels, inputs: Array
    ) -> dict[str, Array]:
        """What adds up to the pre-activation `name`, by the names of the parts.

        Each (time, batch, units), in reading order, as `inputs` (time, batch, features) are.
        """
        at, units = self.index(name), record.preactivations.shape[3]
        columns = slice(at * units, (at + 1) * units)
        made: dict[str, Array] = {}
        for term in self.terms(name, kernels.options):
            weight = kernels[term.weight.name]

            def of(expression: Expression) -> Array:
                return self.evaluated(expression, record=record, kernels=kernels, inputs=inputs)

            part = weight[at] if term.row is None else of(term.row) @ weight[:, columns]
            if term.factor is not None:
                part = of(term.factor) * part
            before = made.get(term.weight.part)
            made[term.weight.part] = part if before is None else before + part
        shape = (*inputs.shape[:2], units)
        return {part: np.broadcast_to(array, shape) for part, array in made.items()}

    def standing_bias(self, kernels: Kernels) -> Array:
        """The part of the bias that is the same at every step, (maps, units)."""
        units = kernels.kernel.shape[1] // len(self.maps)
        standing = np.zeros((len(self.maps), units), kernels.kernel.dtype)
        for at, name in enumerate(self.stacked):
            for weight, row, factor in self.terms(name, kernels.options):
                if row is None and factor is None:
                    standing[at] += kernels[weight.name][at]
        return standing


@cache
def _lines(cell: Cell, options: tuple[tuple[str, bool], ...]) -> tuple[Line, ...]:
    return tuple(cell.equations(dict(options)))


@cache
def _terms(cell: Cell, name: str, options: tuple[tuple[str, bool], ...]) -> tuple[Term, ...]:
    form = cell.form(cell.values[name].a, dict(options))
    return tuple(term_of(each) for each in terms(form))
