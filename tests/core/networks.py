"""Networks to test with: random distinct weights and biases, non-zero initial states.

Constant weights and zero states hide swapped gates; nothing here is constant or zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

import core
from core import cells
from core.activations import ACTIVATIONS
from core.cells.leaves import State

SMOOTH = ("tanh", "sigmoid", "linear", "silu", "gelu", "softplus", "mish")
"""Activations smooth to every order, where differences of fourth order hold everywhere.

Softsign is not among them: its second derivative jumps at zero.
"""

BOUNDED = tuple(sorted(n for n, a in ACTIVATIONS.items() if a.elementwise and None not in a.bounds))
"""Those that keep a gate within bounds: others let a state grow by powers."""

SMOOTH_BOUNDED = tuple(sorted(set(SMOOTH) & set(BOUNDED)))

ELEMENTWISE = tuple(
    sorted(n for n, a in ACTIVATIONS.items() if a.elementwise and n != "exponential")
)
"""What recurrent layers can use, but the exponential, which soon overflows in a loop."""


@dataclass(frozen=True)
class Case:
    """A model and everything that `record` takes."""

    model: core.Model
    inputs: np.ndarray
    mask: np.ndarray | None
    initial_states: list[dict[str, np.ndarray]]

    def record(self, model: core.Model | None = None, **changes: Any) -> core.Trace:
        """The trace, of another model or with other arguments where they are given."""
        arguments = {
            "inputs": self.inputs,
            "mask": self.mask,
            "initial_states": self.initial_states,
        }
        return core.record(model or self.model, **(arguments | changes))


def randomised(model: core.Model, *, seed: int, scale: float = 0.5) -> core.Model:
    """The model with every weight and bias drawn anew, no two alike; a variance is positive."""
    generator = np.random.default_rng(seed)
    drawn = {}
    for name, array in model.parameters.items():
        numbers = generator.normal(0, scale, array.shape).astype(array.dtype)
        drawn[name] = 0.3 + np.abs(numbers) if name.endswith("/moving_variance") else numbers
    return model.with_parameters(drawn)


def states_for(model: core.Model, *, batch: int, seed: int) -> list[dict[str, np.ndarray]]:
    """Non-zero initial states for every layer."""
    generator = np.random.default_rng(seed)
    return [
        {
            state.name: state_for(state, generator, (batch, layer.units)).astype(model.dtype)
            for state in cells.get(layer.cell).carried
        }
        for layer in model.layers
    ]


def state_for(
    state: State, generator: np.random.Generator, shape: tuple[int, ...], *, scale: float = 0.7
) -> np.ndarray:
    """A state that is not zero; above it where the cell says that it is."""
    drawn = generator.normal(0, scale, shape)
    return 0.3 + np.abs(drawn) if state.positive else drawn


@st.composite
def cases(
    draw: st.DrawFn,
    *,
    dtype: Any = np.float32,
    activations: tuple[str, ...] = ("tanh",),
    recurrent_activations: tuple[str, ...] = ("sigmoid",),
    cell: str | None = None,
    masked: bool | None = None,
    single: bool = False,
) -> Case:
    """A network of any cell, depth, direction, merge and readout, with inputs that fit it.

    `single` gives one forward layer.
    """
    seed = draw(st.integers(0, 2**20))
    depth = 1 if single else draw(st.integers(1, 2))
    bidirectional = False if single else draw(st.booleans())
    outputs = draw(st.sampled_from([None, 1, 3]))
    model = core.new_model(
        cell or draw(st.sampled_from(list(cells.CELLS))),
        features=draw(st.integers(1, 3)),
        units=[draw(st.integers(1, 4)) for _ in range(depth)],
        bidirectional=bidirectional,
        merge=draw(st.sampled_from(["concat", "sum", "mul", "ave"])),
        outputs=outputs,
        readout=draw(st.sampled_from(["last", "every"])),
        reset_after=draw(st.booleans()),
        activation=draw(st.sampled_from(activations)),
        recurrent_activation=draw(st.sampled_from(recurrent_activations)),
        dtype=dtype,
    )
    generator = np.random.default_rng(seed)
    batch, time = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    inputs = generator.normal(0, 1, (batch, time, model.features)).astype(dtype)
    mask = None
    if draw(st.booleans()) if masked is None else masked:
        mask = generator.random((batch, time)) < 0.7
    return Case(
        randomised(model, seed=seed), inputs, mask, states_for(model, batch=batch, seed=seed + 1)
    )
