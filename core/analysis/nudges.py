"""Is the Jacobian of many steps what it says? The state is nudged, and the text read on.

∂s_T/∂s_t · v, for a direction v drawn at random, against the central difference of two runs from
s_t + εv and s_t − εv through the same steps, in float64. What a page shows as the check of its
spectra. Cost: two short runs and as many Jacobians. Not chosen: a nudge at the beginning of the
text, whose effect is lost in rounding where the network forgets.
"""

from __future__ import annotations

import numpy as np

from core.analysis.held import alone, apart
from core.analysis.jacobian import jacobians
from core.analysis.sequence import check_index, valid_steps
from core.engines import record
from core.nodes import Layer, LayerTrace, in_reading_order

STEPS = 5
"""How many steps before the end the state is nudged."""
NUDGE = 1e-4


def difference_from_nudge(
    layer: Layer, run: LayerTrace, step: int, *, batch: int = 0, seed: int = 0
) -> float:
    """How far the product of the last Jacobians before `step` is from a nudge, relative to it.

    `run` is one of `layer`; `step` a time index of the text. Of a layer that has read one step only
    there is nothing to nudge but its initial state, which is. Raises OutOfRange,
    UnsupportedModel as `fixed_points` does.
    """
    time = run.record.time
    at = check_index("step", step, length=time)
    read = at if run.direction == "forward" else time - 1 - at
    first = max(0, read + 1 - STEPS)
    names = tuple(run.record.states)
    before = np.concatenate([run.record.states[name][first, batch] for name in names])
    before = before.astype(np.float64)
    v = np.random.default_rng(seed).standard_normal(len(before))
    v /= np.linalg.norm(v)

    valid = valid_steps(run.mask, batch=batch)
    inputs = in_reading_order(run.inputs, run.direction)[first : read + 1, batch]
    mask = None
    if valid is not None:
        mask = valid if run.direction == "forward" else valid[::-1]
        mask = np.broadcast_to(mask[first : read + 1], (2, len(inputs)))
    model = alone(layer)
    given = apart(np.stack([before + NUDGE * v, before - NUDGE * v]), names)
    again = record(
        model,
        np.broadcast_to(inputs.astype(np.float64), (2, *inputs.shape)),
        mask=mask,
        initial_states={model.layers[0].name: given},
    ).layers[0]
    ends = np.concatenate([again.states[name][:, -1] for name in names], axis=1)
    measured = (ends[0] - ends[1]) / (2 * NUDGE)

    places = np.arange(first, read + 1)
    steps = places if run.direction == "forward" else time - 1 - places
    moved = v
    for one in jacobians(run, steps=steps.tolist(), batch=batch).astype(np.float64):
        moved = one @ moved
    largest = float(np.abs(measured).max())
    gap = float(np.abs(measured - moved).max())
    return gap / largest if largest > 0 else gap
