"""What a cell is: names, one step forward, one step back.

A cell knows one step. The time loops (`engines/numpy_engine.py` forward, `bptt.py` backward) know
no cell: they walk over the steps that a cell lays out and call it. Every array of a run lies in
a `Record`, time first, in the order in which the layer reads; the gates of a cell lie side by
side in one array, so that a step needs one matrix product and few calls.

Cost: a step writes into views of arrays made before the loop, and allocates nothing. Not chosen:
a step that returns new arrays. It reads a little better, and takes twice as long for one text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from core.activations import Activation, Array


@dataclass(frozen=True)
class Kernels:
    """The weights of a layer, its maps side by side in the cell's `stacked` order.

    `kernel` (features, maps·units), `recurrent_kernel` (units, maps·units), `bias` and
    `recurrent_bias` (maps, units); a bias that the layer lacks is zero.
    """

    kernel: Array
    recurrent_kernel: Array
    bias: Array
    recurrent_bias: Array
    activation: Activation
    recurrent_activation: Activation
    reset_after: bool


@dataclass
class Record:
    """Every array of one layer's run, time first, in reading order.

    `preactivations` and `gates` are (time, batch, maps, units), maps in the cell's `stacked`
    order. Each state is (time + 1, batch, units): row 0 is the initial state, row t + 1 the
    state after step t. The parts of the pre-activations (`Cell.parts`) are products of what is
    here with the weights, and are made when asked for: keeping them would double the memory
    and, as memory is what a batch waits for, nearly the time.
    """

    preactivations: Array
    gates: Array
    states: dict[str, Array]

    @classmethod
    def empty(cls, cell: Cell, *, time: int, batch: int, units: int, dtype: Any) -> Record:
        """Arrays for a run of `time` steps, unfilled but for zero initial states."""
        shape = (time, batch, len(cell.stacked), units)
        states = {name: np.empty((time + 1, batch, units), dtype) for name in cell.states}
        for state in states.values():
            state[0] = 0
        # A cell without gates keeps no array for them: its output is its only activation.
        gates = np.empty(shape if cell.gates else (time, batch, 0, units), dtype)
        return cls(np.empty(shape, dtype), gates, states)

    @property
    def time(self) -> int:
        """The number of steps."""
        return self.preactivations.shape[0]

    def before(self, state: str) -> Array:
        """The state that each step starts from, (time, batch, units)."""
        return self.states[state][:-1]

    def after(self, state: str) -> Array:
        """The state that each step ends with, (time, batch, units)."""
        return self.states[state][1:]


@dataclass
class Backward:
    """Every gradient of one layer's run, laid out as its Record is.

    `states` have no row for the initial state: those gradients are what is carried out of the loop.
    `through_recurrent` is ∂loss/∂(h_{t−1} U), which differs from ∂loss/∂pre-activation only where
    a cell puts something between the two (GRU with reset_after).
    """

    preactivations: Array
    gates: Array
    through_recurrent: Array
    states: dict[str, Array]

    @classmethod
    def empty(cls, cell: Cell, record: Record, kernels: Kernels) -> Backward:
        """Arrays for the way back through a run, unfilled."""
        d = np.empty_like(record.preactivations)
        through = np.empty_like(d) if cell.separates_recurrent(kernels) else d
        states = {name: np.empty_like(record.after(name)) for name in record.states}
        return cls(d, np.empty_like(record.gates), through, states)


class Cell(ABC):
    """A recurrent cell. `stacked` names its affine maps in the order of the stacked arrays;
    `gates` those of them that are recorded as gates; `states` what it carries on, the one that
    is its output first.
    """

    name: ClassVar[str]
    maps: ClassVar[tuple[str, ...]]
    gates: ClassVar[tuple[str, ...]]
    stacked: ClassVar[tuple[str, ...]]
    states: ClassVar[tuple[str, ...]]
    candidate: ClassVar[str]

    def index(self, name: str) -> int:
        """Where the map lies in the stacked arrays."""
        return self.stacked.index(name)

    def activation_of(self, name: str, kernels: Kernels) -> Activation:
        """The function between the pre-activation `name` and its value."""
        return kernels.activation if name == self.candidate else kernels.recurrent_activation

    def parts(
        self, name: str, *, record: Record, kernels: Kernels, inputs: Array
    ) -> tuple[Array, Array, Array]:
        """What adds up to the pre-activation `name`: from input, from hidden, bias.

        Each (time, batch, units), in reading order, as `inputs` (time, batch, features) are.
        """
        at, units = self.index(name), kernels.bias.shape[1]
        columns = slice(at * units, (at + 1) * units)
        from_input = inputs @ kernels.kernel[:, columns]
        multiplied = self.recurrent_inputs(name, record, kernels)
        from_hidden = multiplied @ kernels.recurrent_kernel[:, columns]
        bias = kernels.bias[at] + kernels.recurrent_bias[at]
        return from_input, from_hidden, np.broadcast_to(bias, from_input.shape)

    def standing_bias(self, kernels: Kernels) -> Array:
        """The part of the bias that is the same at every step, (maps, units)."""
        return kernels.bias + kernels.recurrent_bias

    @abstractmethod
    def steps(self, record: Record) -> Iterable[Any]:
        """The record as one named tuple of views a step, first step first."""

    @abstractmethod
    def step(self, now: Any, kernels: Kernels) -> None:
        """One step forward: fills the views of `now`, whose `preactivations` hold x W + b."""

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

    def separates_recurrent(self, kernels: Kernels) -> bool:
        """Whether something lies between h_{t−1} U and the pre-activation."""
        return False

    def masks_hidden(self, name: str, kernels: Kernels) -> bool:
        """Whether the recurrent kernel of map `name` multiplies another thing than h_{t−1}."""
        return False

    def recurrent_inputs(self, name: str, record: Record, kernels: Kernels) -> Array:
        """What the recurrent kernel of map `name` multiplies, (time, batch, units)."""
        return record.before(self.states[0])
