"""Networks that forecast: those that ship, and well-known ones on the Chicago ridership.

    python -m core.training.forecasters                     those that ship, on noisy sines
    python -m core.training.forecasters --file ridership.csv    those on rail, with their figures

What is asked of rail is that of a well-known book (Géron, Hands-on Machine Learning, chapter 15):
windows of 56 days, learned from 2016 to 2018, the epoch chosen by the beginning of 2019, and the
mean absolute error from March to May 2019. There Huber's loss is minimised by SGD with momentum;
errors are below 1, so that this is the squared error at half the rate. The linear network, whose
valley is long and narrow, takes more epochs at a rate that falls: least squares would give 38,119.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from core.forecast.network import CARD, Forecaster, card_of
from core.forecast.series import Series
from core.forecast.shipped import FOLDER
from core.forecast.waves import VALIDATED, waves
from core.model import Model
from core.terminal import print_anywhere
from core.training import worker
from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
    Schedule,
)
from core.training.forecasting import HORIZON, KINDS, WINDOW, config_for, other, rnn
from core.training.sources.series import SeriesOptions, scaling_of, series_of
from core.training.sources.source import Setting
from core.training.store import RunStore

SHIPPED: dict[str, RunConfig] = {kind: replace(config_for(kind, {}), preset=kind) for kind in KINDS}
"""Networks that ship by their names, on noisy sines; how each is trained."""

_EVERY: dict[str, Any] = {"horizon": HORIZON, "every": True}
_BESIDE: dict[str, Any] = {"others": "bus", "known": "day_type"}
_RAIL: dict[str, Any] = {
    "date_column": "service_date",
    "value_column": "rail_boardings",
    "begin": "2016-01-01",
    "learn_until": "2018-12-31",
    "validate_until": "2019-05-31",
    "end": "2019-12-31",
    "scale": 1e6,
}
TESTED = ("2019-03-01", "2019-05-31")


_PATIENT = FitSettings(epochs=500, batch=32, patience=50)
_LONG = FitSettings(epochs=600, batch=32)


@dataclass(frozen=True)
class Known:
    """A network on rail: how it is trained, and the published error `ahead` steps ahead."""

    config: RunConfig
    reference: Mapping[int, float]


def _known(
    name: str,
    network: NetworkSettings,
    rate: float,
    reference: Mapping[int, float],
    *,
    fit: FitSettings = _PATIENT,
    schedule: Schedule = "constant",
    **options: Any,
) -> Known:
    optimizer = OptimizerSettings(
        name="momentum", learning_rate=rate / 2, schedule=schedule, clip=None
    )
    data = DataSettings(source="series", options={"window": WINDOW, **_RAIL, **options})
    config = RunConfig(
        data=data, network=network, optimizer=optimizer, fit=fit, preset=name, seed=1
    )
    return Known(config, reference)


RAIL: dict[str, Known] = {
    "linear": _known("linear", other("linear"), 0.1, {1: 37_866}, fit=_LONG, schedule="cosine"),
    "simple_rnn-1": _known("simple_rnn-1", rnn(1), 0.1, {}),
    "simple_rnn-32": _known("simple_rnn-32", rnn(32), 0.05, {1: 29_015}),
    "simple_rnn-32-32-32": _known("simple_rnn-32-32-32", rnn(32, 32, 32), 0.01, {}),
    "multivariate": _known("multivariate", rnn(32), 0.05, {1: 22_062}, **_BESIDE),
    "ahead": _known("ahead", rnn(32), 0.02, {}, horizon=HORIZON, **_BESIDE),
    "sequence": _known("sequence", rnn(32), 0.1, {1: 25_519, 14: 34_322}, **_BESIDE, **_EVERY),
    "lstm-32": _known("lstm-32", rnn(32, cell="lstm"), 0.1, {}, **_BESIDE, **_EVERY),
    "gru-32": _known("gru-32", rnn(32, cell="gru"), 0.1, {}, **_BESIDE, **_EVERY),
    "wavenet": _known("wavenet", other("wavenet"), 0.1, {}, **_BESIDE, **_EVERY),
}
"""Networks on the daily boardings of Chicago's trains, by their names."""


def trained(config: RunConfig) -> Model:
    """A run's model, trained here and now. Raises SystemExit where the run fails."""
    with TemporaryDirectory(prefix="unrolled-") as runs:
        run = RunStore(Path(runs)).create(config, name=str(config.preset))
        if worker.main([str(run.folder), "--now"]):
            raise SystemExit(1)
        return run.model()


def make(name: str, *, folder: Path = FOLDER) -> None:
    """Train one that ships, write it, and say how good it is on the last steps of the sines."""
    config = SHIPPED[name]
    options = SeriesOptions.read(config.data.options)
    card = card_of(window=options.window, scaling=scaling_of(options, _here()))
    series = waves()
    model = replace(trained(config), name=name, card={CARD: card})
    origins = np.arange(VALIDATED, len(series))
    test = Forecaster.of(model).backtest(series, origins, horizon=model.outputs)
    told = {CARD: card | {"mae": round(test.mae(1), 4), "seed": config.seed}}
    folder.mkdir(parents=True, exist_ok=True)
    replace(model, card=told).save(folder / f"{name}.npz")
    print(f"{name}: mean absolute error {test.mae(1):.4f}, {model.parameter_count:,} parameters")


def measured(name: str, file: Path) -> dict[int, float]:
    """Train one on rail and return its mean absolute error, by the steps ahead."""
    known = RAIL[name].config
    config = known.with_setting("data.options.file", str(file.resolve()))
    options = SeriesOptions.read(config.data.options)
    series, values = series_of(options, _here())
    forecaster = Forecaster(trained(config), options.window, scaling_of(options, _here()))
    return errors(forecaster, series, values)


def errors(forecaster: Forecaster, series: Series, values: Any) -> dict[int, float]:
    """The mean absolute error over TESTED, by the steps ahead."""
    assert series.dates is not None
    first, last = (np.datetime64(date) for date in TESTED)
    days = series.dates.astype("datetime64[D]")
    origins = np.flatnonzero((days >= first) & (days <= last))
    ahead = forecaster.horizon
    test = forecaster.backtest(series, origins, horizon=ahead, values=values)
    return {at: test.mae(at) for at in range(1, ahead + 1)}


def _here() -> Setting:
    return Setting(seed=0, validation=0.0, report=lambda doing, share: None, folder=Path())


def main(arguments: Sequence[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m core.training.forecasters", description=__doc__
    )
    parser.add_argument("names", nargs="*", metavar="name", help="some of them; else all")
    parser.add_argument("--file", type=Path, help="the ridership file")
    given = parser.parse_args(arguments)
    if given.file is None:
        for name in given.names or SHIPPED:
            make(name)
        return
    for name in given.names or RAIL:
        found = measured(name, given.file)
        print(json.dumps({"name": name, "reached": {a: round(e) for a, e in found.items()},
                          "reference": dict(RAIL[name].reference)}), flush=True)  # fmt: skip


if __name__ == "__main__":
    print_anywhere()
    main()
