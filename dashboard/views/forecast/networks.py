"""Networks that can forecast the chosen series: those that ship, and runs trained on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.errors import CoreError, ShapeMismatch
from core.forecast.network import Forecaster, interval
from core.forecast.outlook import Outlook
from core.forecast.scores import Backtest, Origins, truth
from core.forecast.series import Numbers, Series
from core.forecast.shipped import NAMES, forecaster
from core.training.run_folder import Run
from core.training.sources.series import SeriesOptions, scaling_of, series_of
from core.training.sources.source import Setting
from dashboard import cache
from dashboard.i18n import labels, t
from dashboard.origins.run_name import run_name

NETWORK, RUN = "net:", "run:"
SOURCE = "series"


@dataclass(frozen=True, eq=False)
class Network:
    """A network on the chosen series: `values` (time, features) are what it reads."""

    name: str
    forecaster: Forecaster
    values: Numbers

    def test(self, series: Series, origins: Origins, *, horizon: int) -> Backtest:
        """Return its forecasts from each origin that it has a window before."""
        known = origins[origins >= self.forecaster.window]
        predicted = cache.forecasts(self.forecaster, self.values, known.tolist(), horizon=horizon)
        return Backtest(known, predicted, truth(series, known, horizon=horizon))

    def outlook(self, series: Series, origin: int, *, horizon: int, count: int) -> Outlook:
        """Return its forecast, with an interval of its errors from earlier origins."""
        first = max(self.forecaster.window, origin - count)
        before = np.arange(first, origin - horizon + 1) if origin > first else np.arange(0)
        errors = self.test(series, before.astype(np.intp), horizon=horizon).errors
        mean = cache.forecasts(self.forecaster, self.values, (origin,), horizon=horizon)[0]
        return Outlook.of(series, origin, interval(mean, errors), period=series.period)


def networks(*, file: bool) -> tuple[str, ...]:
    """Return the names of those that forecast noisy sines, or a `file` of the reader's."""
    found = tuple(RUN + run.id for run in _runs() if _of_file(run) == file)
    return found if file else (*(NETWORK + name for name in NAMES), *found)


def network_labels(known: tuple[str, ...]) -> dict[str, str]:
    """Return what they are called."""
    names = labels("forecast", "network")
    shipped = {NETWORK + name: names[name] for name in NAMES}
    runs = {RUN + run.id: t("reading.task.run", name=run_name(run)) for run in _runs()}
    return {name: label for name, label in (shipped | runs).items() if name in known}


def network(name: str, series: Series) -> Network:
    """Return the network of a name. Raises CoreError, where it reads another series too."""
    if name.startswith(NETWORK):
        known = forecaster(name.removeprefix(NETWORK))
        return Network(
            labels("forecast", "network")[name.removeprefix(NETWORK)], known, _column(series)
        )
    run = cache.store().run(name.removeprefix(RUN))
    options = SeriesOptions.read(run.config.data.options)
    setting = Setting(seed=0, validation=0.0, report=_quiet, folder=run.folder)
    known = Forecaster(cache.run_model(run), options.window, scaling_of(options, setting))
    values = _column(series)
    if not known.alone:
        _, values = series_of(replace(options, begin="", end=""), setting)
        if len(values) != len(series):
            what = t("forecast.network.other", name=run_name(run))
            raise ShapeMismatch(what=what, found=(len(series),), expected=(len(values),))
    return Network(run_name(run), known, values)


def _quiet(doing: str, share: float) -> None:
    """Nobody waits for it."""


def _column(series: Series) -> Numbers:
    return series.values[:, None]


def _of_file(run: Run) -> bool:
    return bool(run.config.data.options.get("file"))


def _runs() -> list[Run]:
    """Runs trained on a series that have a model; broken ones are passed over."""
    return [run for run in cache.store().runs() if _forecasts(run)]


def _forecasts(run: Run) -> bool:
    try:
        return run.config.data.source == SOURCE and bool(run.model_epochs)
    except CoreError:
        return False
