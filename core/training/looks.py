"""A look inside a network while it trains: how its gates stand, how far its gradient reaches.

The weights as they are become a `Model`, and the one recorder runs it on a few validation examples,
forwards and backwards: the same numbers that the pages show for a finished model. A look costs some
hundredths of a second, so it is taken after every epoch and every few seconds in between, never
more often than costs a fiftieth of the time. Not chosen: numbers from inside the compiled step,
which would be other code than the one that is checked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.analysis.gates import summarise
from core.analysis.vanishing import norms
from core.bptt import backprop
from core.engines import record
from core.gradients import Gradients
from core.model import Model
from core.nodes import LayerGradients, LayerTrace
from core.trace import Trace
from core.training.dataset import Dataset, picked

EXAMPLES = 4
MOST_STEPS = 512
POINTS = 128
SECONDS = 10.0
SHARE = 0.02
"""At most this share of the time goes into looks between epochs."""


def look(
    model: Model, dataset: Dataset, *, targets_of: Callable[[Any, Any], Any] | None = None
) -> dict[str, Any]:
    """Gate saturation and ‖∂loss/∂h_t‖ of every layer, on the first validation examples.

    `targets_of` makes of inputs and targets what `backprop` takes of a network of several outputs.
    """
    part = dataset.validation or dataset.train
    inputs, targets = picked(part.inputs, slice(EXAMPLES)), part.targets[:EXAMPLES]
    if not isinstance(inputs, Mapping) and inputs.shape[1] > MOST_STEPS:
        kept = slice(-MOST_STEPS, None) if dataset.padding == "pre" else slice(MOST_STEPS)
        inputs = inputs[:, kept]
        targets = targets[:, kept] if dataset.readout == "every" else targets
    trace = record(model, inputs)
    targets = targets if targets_of is None else targets_of(inputs, targets)
    return look_at(trace, backprop(model, trace, targets, loss=dataset.loss))


def look_at(trace: Trace, gradients: Gradients) -> dict[str, Any]:
    """The same of any run of a model, and of any way back through it."""
    layers = [_layer(run, back) for run, back in zip(trace.layers, gradients.layers, strict=True)]
    return {"layers": layers}


def _layer(run: LayerTrace, back: LayerGradients) -> dict[str, Any]:
    length = _from_their_ends(run, back).sum(axis=0)  # each is a share: the loss is a mean
    at = np.unique(np.linspace(0, len(length) - 1, POINTS).round().astype(int))
    saturation = {
        gate.name: [_rounded(gate.saturation.below.mean()), _rounded(gate.saturation.above.mean())]
        for gate in summarise(run)
        if gate.saturation is not None
    }
    return {
        "name": run.name,
        "cell": run.cell,
        "time": len(length),
        "saturation": saturation,
        "gradient": [_rounded(value) for value in length[at]],
    }


def _from_their_ends(run: LayerTrace, back: LayerGradients) -> np.ndarray[Any, Any]:
    """The norm at each step of each example, (examples, time), all of them ending at the last step.

    Short texts that are filled up at their end would else have their losses all over the picture.
    """
    each = np.stack([norms(back, batch=place) for place in range(len(run.inputs))])
    if run.mask is None or run.direction == "backward":
        return each
    time = each.shape[1]
    ends = time - run.mask[:, ::-1].argmax(axis=1)  # after the last step that is not masked
    return np.stack([np.roll(row, time - end) for row, end in zip(each, ends, strict=True)])


def _rounded(value: float) -> float | None:
    """Five digits, as many as a picture can show; None for NaN, which JSON does not know."""
    return float(f"{value:.5g}") if np.isfinite(value) else None


@dataclass
class Pace:
    """When the next look may be taken: not before SECONDS, and within SHARE of the time."""

    clock: Callable[[], float] = time.monotonic
    cost: float = 0.0
    last: float = field(init=False)

    def __post_init__(self) -> None:
        self.last = self.clock()

    @property
    def due(self) -> bool:
        """Whether it is time."""
        return self.clock() - self.last >= max(SECONDS, self.cost / SHARE)

    def took(self, seconds: float) -> None:
        """Says what a look cost."""
        self.cost, self.last = seconds, self.clock()
