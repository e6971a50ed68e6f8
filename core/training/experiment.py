"""One experiment, several runs: which, and what they say together.

A grid crosses cells, seeds and any settings. Cells are compared at equal units, or at equal numbers
of parameters in the recurrent layers (`core.analysis.matching`). Results of equal settings and
different seeds are summed up as a mean with its 95 % interval by Student's t: with three seeds the
interval is wide, as it should be. Not chosen: the standard deviation alone, which looks just as
sure with three seeds as with thirty.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from core.analysis.matching import match_units
from core.errors import CoreError
from core.initialise import new_model
from core.training.config import RunConfig
from core.training.errors import WrongSetting
from core.training.run_folder import Run

Match = Literal["units", "parameters"]
CONFIDENCE = 0.95
MOST_RUNS = 200


def grid(
    base: RunConfig,
    *,
    cells: Sequence[str] = (),
    seeds: Sequence[int] = (),
    vary: Mapping[str, Sequence[Any]] | None = None,
    match: Match = "units",
) -> list[RunConfig]:
    """Every combination of cells, seeds and values, as configurations of one experiment.

    `vary` names settings by their path: {"optimizer.learning_rate": [1e-3, 1e-2]}. What is not
    given stays as in `base`. With `match` "parameters" each cell gets the units that bring its
    recurrent layers nearest to the parameters of those of `base`. Raises WrongSetting for more
    than 200 runs, and what RunConfig raises.
    """
    varied = dict(vary or {})
    cells = tuple(cells) or (base.network.cell,)
    seeds = tuple(seeds) or (base.seed,)
    count = len(cells) * len(seeds) * int(np.prod([len(values) for values in varied.values()]))
    if count > MOST_RUNS:
        expected = f"at most {MOST_RUNS}"
        raise WrongSetting(setting="experiment", found=f"{count} runs", expected=expected)
    name = secrets.token_hex(4) if count > 1 else base.experiment
    found = []
    for values in product(*varied.values()):
        config = base
        for path, value in zip(varied, values, strict=True):
            config = config.with_setting(path, value)
        for cell, seed in product(cells, seeds):
            network = config.network
            units = network.units
            if cell != network.cell and match == "parameters":
                units = matched_units(config, cell)
            changes = {"network.cell": cell, "network.units": units, "seed": seed}
            found.append(config.with_settings(changes | {"experiment": name}))
    return found


def matched_units(config: RunConfig, cell: str) -> tuple[int, ...]:
    """The units of another cell whose recurrent layers have about as many parameters.

    Counted for inputs of `embedding` features. Raises UnknownName.
    """
    network = config.network
    model = new_model(
        network.cell,
        features=network.embedding,
        units=network.units,
        bidirectional=network.bidirectional,
        reset_after=network.reset_after,
    )
    found = match_units(model, cell, part="recurrent", reset_after=network.reset_after)
    return found.units


@dataclass(frozen=True)
class Interval:
    """A mean over runs and how sure it is.

    `low` and `high` bound the mean with 95 % confidence (Student's t); NaN for fewer than two runs.
    """

    mean: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> Interval:
        """Of some numbers; those that are not finite do not count."""
        kept = [value for value in values if np.isfinite(value)]
        count = len(kept)
        mean = float(np.mean(kept)) if kept else float("nan")
        if count < 2:
            return cls(mean, float("nan"), float("nan"), count)
        quantile = stdtrit(count - 1, 0.5 + CONFIDENCE / 2)
        half = float(quantile * np.std(kept, ddof=1) / np.sqrt(count))
        return cls(mean, mean - half, mean + half, count)


@dataclass(frozen=True)
class Summary:
    """Runs of equal settings but for their seeds, and their results together.

    Attributes:
        settings: what tells these runs from the others of the experiment, by path.
        runs: the runs, finished or not.
        metric, loss: on test data, over the finished ones.
        seconds: of training.
    """

    settings: Mapping[str, Any]
    runs: tuple[Run, ...]
    metric: Interval
    loss: Interval
    seconds: Interval


def summary(runs: Sequence[Run]) -> list[Summary]:
    """The runs grouped by their settings, each group summed up. Broken runs are left out."""
    readable = [run for run in runs if _readable(run)]
    groups: dict[str, list[Run]] = {}
    for run in readable:
        groups.setdefault(replace(run.config, seed=0).digest, []).append(run)
    firsts = [own[0].config for own in groups.values()]
    told = differing(firsts)
    found = []
    for own, config in zip(groups.values(), firsts, strict=True):
        results = [run.result for run in own]
        done = [result for result in results if result is not None]
        flat = flattened(config)
        found.append(
            Summary(
                settings={path: flat.get(path) for path in told if path != "seed"},
                runs=tuple(own),
                metric=Interval.of(result["metric"] for result in done),
                loss=Interval.of(result["loss"] for result in done),
                seconds=Interval.of(result["seconds"] for result in done),
            )
        )
    return found


def curves(runs: Sequence[Run], column: str) -> pd.DataFrame:
    """One column of epochs.jsonl over some runs: epoch, mean, low, high and how many runs."""
    each = [run.epochs for run in runs]
    # An epoch may stand twice in a file that somebody changed; the line that came last counts.
    kept = [
        pd.to_numeric(frame.drop_duplicates("epoch", keep="last").set_index("epoch")[column],
                      errors="coerce")
        for frame in each if column in frame
    ]  # fmt: skip
    if not kept:
        return pd.DataFrame(columns=["epoch", "mean", "low", "high", "count"])
    beside = pd.concat(kept, axis=1).astype(float)
    rows = [
        {"epoch": epoch, **vars(Interval.of(values))}
        for epoch, values in zip(beside.index, beside.to_numpy(), strict=True)
    ]
    return pd.DataFrame(rows)


def differing(configs: Sequence[RunConfig]) -> list[str]:
    """The paths of the settings in which configurations differ, in their order."""
    flat = [flattened(config) for config in configs]
    paths = dict.fromkeys(path for one in flat for path in one)
    missing = object()
    return [
        path
        for path in paths
        if any(one.get(path, missing) != flat[0].get(path, missing) for one in flat)
    ]


def flattened(config: RunConfig) -> dict[str, Any]:
    """Every setting by its path: {"network.units": [32], …}; what identifies no result left out."""
    found: dict[str, Any] = {}

    def walk(part: Mapping[str, Any], at: str) -> None:
        for name, value in part.items():
            if isinstance(value, dict):
                walk(value, f"{at}{name}.")
            else:
                found[f"{at}{name}"] = value

    written = config.to_json()
    for beside in ("probes", "experiment", "preset"):
        written.pop(beside)
    walk(written, "")
    return found


def _readable(run: Run) -> bool:
    try:
        _ = run.config, run.result
    except CoreError:
        return False
    return True
