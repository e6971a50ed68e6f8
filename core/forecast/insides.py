"""What a network that forecasts does inside: its states over the season, and how far it sees.

`states_by_season` reads the window before each of some days and keeps the states after it; their
means by the place in the season, such as the day of the week, show which unit knows the weekend.
`knows` is the share of a unit's variance that the place explains (η², Fisher 1925).
`receptive_field` says which steps an answer of causal convolutions sees, tap by tap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.engines import record
from core.forecast.network import Forecaster
from core.forecast.scores import Origins
from core.forecast.series import Numbers
from core.model import Model
from core.nodes import Conv1D


@dataclass(frozen=True, eq=False)
class SeasonStates:
    """States after windows, by the place in the season of the window's last step.

    Attributes:
        state: its name, "hidden" or "cell".
        mean: (period, units).
        knows: (units,), from 0 to 1: how much of each unit's movement the place explains.
    """

    state: str
    mean: Numbers
    knows: Numbers

    @property
    def best(self) -> int:
        """The unit that knows the place best."""
        return int(self.knows.argmax())


def states_by_season(
    forecaster: Forecaster, values: Numbers, origins: Origins, *, period: int, layer: int = 0
) -> SeasonStates:
    """States of a recurrent layer after the window before each origin. Raises as `windows` does.

    Place 0 is that of the window before the first origin.
    """
    read = np.ascontiguousarray(forecaster.windows(values, origins), forecaster.model.dtype)
    run = record(forecaster.model, read).layers[layer]
    state = list(run.states)[-1]
    after = np.asarray(run.states[state][:, -1 if run.direction == "forward" else 0], np.float64)
    places = (origins - origins[0]) % period
    mean = np.stack([after[places == place].mean(axis=0) for place in range(period)])
    between = ((mean[places] - after.mean(axis=0)) ** 2).sum(axis=0)
    whole = ((after - after.mean(axis=0)) ** 2).sum(axis=0)
    knows = np.divide(between, whole, out=np.zeros_like(whole), where=whole > 1e-12)
    return SeasonStates(state, mean, knows)


@dataclass(frozen=True)
class Field:
    """What one answer sees.

    Attributes:
        steps: how many, the newest included.
        layers: of each convolution with more than one tap, its name and how many steps its taps
            lie before the step they stand for, last layer first.
    """

    steps: int
    layers: Mapping[str, tuple[int, ...]]


def receptive_field(model: Model) -> Field | None:
    """The steps that the last answer of causal convolutions sees; None without any.

    Convolutions of one depth with equal taps, such as a filter and its gate, are one layer.
    """
    depth: dict[str, int] = {}
    reach: dict[str, int] = {}
    layers: dict[int, tuple[str, tuple[int, ...]]] = {}
    reads, owners = model.wiring.reads, model.wiring.owners
    for node in model.nodes:
        before = [owners[port] for port in reads[node.name] if port in owners]
        depth[node.name] = max((depth[name] for name in before), default=0)
        reach[node.name] = max((reach[name] for name in before), default=0)
        if isinstance(node, Conv1D) and node.padding == "causal" and len(node.kernel) > 1:
            taps = tuple(node.dilation * at for at in range(len(node.kernel)))
            depth[node.name] += 1
            reach[node.name] += taps[-1]
            layers.setdefault(depth[node.name], (node.name, taps))
    if not layers:
        return None
    return Field(
        1 + reach[model.output_node.name], dict(layers[at] for at in sorted(layers, reverse=True))
    )
