"""A network that forecasts: the windows it reads, and its forecasts beside those of statistics.

    forecaster = Forecaster(model, window=56, scaling=Affine(spread=1e6))
    test = forecaster.backtest(series, origins, horizon=14)

A network that gives several numbers answers the next steps at once; one that gives a single number
is asked again, with its own answer as the newest value. One that answers at every step (sequence to
sequence) is taken at its word at the last one. What a network is unsure of it does not say: its
interval is made of the errors of its own earlier forecasts, as many steps ahead (split conformal
prediction, Vovk et al. 2005), which holds whatever the network is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.bptt import backprop
from core.engines import record
from core.errors import ShapeMismatch, UnsupportedModel
from core.forecast.arima import LEVEL, Forecast
from core.forecast.errors import BegunTooEarly
from core.forecast.scores import Backtest, Origins, truth
from core.forecast.series import Numbers, Series
from core.model import Model
from core.text import Affine

CARD = "forecast"
"""Under this name a model's card says how it reads a series."""
AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Forecaster:
    """A model that reads windows of a series, the newest value last.

    Attributes:
        model: reads (windows, window, features); the first feature is what is forecast.
        window: how many steps it reads.
        scaling: of the values that it reads and answers.
    """

    model: Model
    window: int
    scaling: Affine = field(default_factory=Affine)

    @classmethod
    def of(cls, model: Model) -> Forecaster:
        """What a model's card says. Raises UnsupportedModel where it says nothing of a series."""
        told = model.card.get(CARD)
        if not isinstance(told, Mapping):
            why = "it does not say how long a window it reads"
            raise UnsupportedModel(what=f"A forecast by {model.name}", why=why)
        scaling = Affine(float(told["shift"]), float(told["spread"]))
        return cls(model, int(told["window"]), scaling)

    @property
    def horizon(self) -> int:
        """How many steps it answers at once."""
        return self.model.outputs

    @property
    def alone(self) -> bool:
        """Whether it reads nothing but what it forecasts."""
        return self.model.features == 1

    def windows(self, values: Numbers, origins: Origins) -> Numbers:
        """What it reads before each origin, (origins, window, features).

        `values` are (time,) or (time, features). Raises BegunTooEarly and ShapeMismatch.
        """
        table = values[:, None] if values.ndim == 1 else values
        if table.shape[1] != self.model.features:
            expected = f"(time, {self.model.features})"
            raise ShapeMismatch(what="values", found=table.shape, expected=expected)
        if len(origins) and origins.min() < self.window:
            what = f"a network that reads {self.window} steps"
            raise BegunTooEarly(found=int(origins.min()), least=self.window, what=what)
        scaled = self.scaling.apply(table[:, :1])
        table = np.concatenate([scaled, table[:, 1:]], axis=1)
        cut = np.lib.stride_tricks.sliding_window_view(table, self.window, axis=0)
        return cut[origins - self.window].transpose(0, 2, 1)

    def forecast(self, values: Numbers, origins: Origins, *, horizon: int) -> Numbers:
        """The steps after each origin, (origins, horizon).

        NaN for steps that it does not answer and cannot be asked for, because other columns would
        have to be known. Raises as `windows` does.
        """
        if not len(origins):
            return np.empty((0, horizon))
        read = self.windows(values, origins)
        answers = self._answers(read)
        while answers.shape[1] < horizon and self.alone and self.horizon == 1:
            newest = answers[:, -1:, None]
            read = np.concatenate([read[:, 1:], newest], axis=1)
            answers = np.concatenate([answers, self._answers(read)], axis=1)
        missing = max(0, horizon - answers.shape[1])
        full = np.pad(answers, ((0, 0), (0, missing)), constant_values=np.nan)[:, :horizon]
        return self.scaling.undo(full)

    def backtest(
        self, series: Series, origins: Origins, *, horizon: int, values: Numbers | None = None
    ) -> Backtest:
        """Its forecasts from each origin; `values` (time, features) where it reads more columns."""
        predicted = self.forecast(
            series.values if values is None else values, origins, horizon=horizon
        )
        return Backtest(origins, predicted, truth(series, origins, horizon=horizon))

    def influence(self, values: Numbers, origin: int, *, ahead: int = 1) -> Numbers:
        """∂forecast/∂value, (window, features): what moving a day by one would move the forecast.

        Backwards through the network from its own answer, `ahead` steps ahead of the origin; both
        are in the unit of the series. Raises as `windows` does.
        """
        read = np.ascontiguousarray(self.windows(values, np.array([origin])), np.float64)
        model = self.model.astype(np.float64)
        run = record(model, read)
        wanted = np.zeros(run.outputs.shape)
        # The loss is a mean of squared errors: a target that is off by the right amount makes its
        # gradient one at the answer that is asked about, and nothing at the others.
        at = (0, ahead - 1) if wanted.ndim == 2 else (0, -1, ahead - 1)
        wanted[at] = _error_of_gradient_one(wanted.size)
        back = backprop(model, run, run.outputs - wanted, loss="mean_squared_error")
        found = np.array(back.inputs[0], np.float64)
        found[:, 1:] *= self.scaling.spread
        return found

    def _answers(self, read: Numbers) -> Numbers:
        """What it answers to windows, (windows, outputs), in its own unit."""
        found = []
        for first in range(0, len(read), AT_ONCE):
            block = np.ascontiguousarray(read[first : first + AT_ONCE], self.model.dtype)
            outputs = record(self.model, block).outputs
            found.append(outputs if outputs.ndim == 2 else outputs[:, -1])
        return np.concatenate(found).astype(np.float64)


def _error_of_gradient_one(count: int) -> float:
    return count / 2


def interval(mean: Numbers, errors: Numbers, *, level: float = LEVEL) -> Forecast:
    """A forecast (steps,) with an interval from earlier errors (origins, steps).

    NaN where there are too few errors for that level. Errors are forecast less truth.
    """
    low, high = np.full(len(mean), np.nan), np.full(len(mean), np.nan)
    for at in range(len(mean)):
        known = errors[np.isfinite(errors[:, at]), at]
        if len(known) >= 2 / (1 - level) - 1:
            below, above = np.quantile(-known, [(1 - level) / 2, (1 + level) / 2])
            low[at], high[at] = mean[at] + below, mean[at] + above
    return Forecast(mean, low, high, level)


def card_of(*, window: int, scaling: Affine, **more: Any) -> dict[str, Any]:
    """What a model's card says under CARD."""
    return {"window": window, "shift": scaling.shift, "spread": scaling.spread, **more}
