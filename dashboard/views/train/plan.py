"""What the form asks for, as configurations of runs; and starting them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.training.config import (
    DataSettings,
    FitSettings,
    NetworkSettings,
    OptimizerSettings,
    RunConfig,
)
from core.training.errors import WrongSetting
from core.training.run_folder import Run
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.views.train import fields as form
from dashboard.widgets.run_overview import layers_said

MOST_PROBES = 8


@dataclass(frozen=True)
class Given:
    """What an upload decides: options of the source, and the file itself by its name."""

    options: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)


def planned(given: Given) -> list[RunConfig]:
    """Return the runs that the form asks for. Raises CoreError where they make no sense."""
    from core.training.experiment import (
        grid,
    )  # it needs pandas and SciPy, and no page opens with it

    base = _base(given)
    path = state.get(form.VARY)
    cells: tuple[str, ...] = state.get(form.CELLS)
    return grid(
        base,
        cells=cells,
        seeds=range(base.seed, base.seed + state.get(form.REPEATS)),
        vary={path: _values(path)} if path != form.NOT_VARIED else None,
        match=state.get(form.MATCH),  # type: ignore[arg-type]
    )


def _base(given: Given) -> RunConfig:
    source = state.get(form.SOURCE)
    options = {name: form.option_value(source, name) for name in form.option_fields(source)}
    if source in ("imdb", "reuters") and state.get(form.FOLDER):
        options["folder"] = state.get(form.FOLDER)
    options |= given.options
    return RunConfig(
        data=DataSettings(source=source, options=options, validation=state.get(form.VALIDATION)),
        network=NetworkSettings(
            cell=state.get(form.CELLS)[0],  # type: ignore[arg-type]
            units=state.get(form.LAYERS),
            embedding=state.get(form.EMBEDDING),
            bidirectional=state.get(form.BOTH_WAYS),
            dropout=state.get(form.DROPOUT),
            recurrent_dropout=state.get(form.RECURRENT_DROPOUT),
            normalise=state.get(form.NORMALISE),
            forget_bias=state.get(form.FORGET_BIAS),
            reset_after=state.get(form.RESET_AFTER),
        ),
        optimizer=OptimizerSettings(
            name=state.get(form.OPTIMIZER),  # type: ignore[arg-type]
            learning_rate=state.get(form.RATE),
            schedule=state.get(form.SCHEDULE),  # type: ignore[arg-type]
            warm_up=state.get(form.WARM_UP),
            clip=state.get(form.CLIP) or None,
        ),
        fit=FitSettings(
            epochs=state.get(form.EPOCHS),
            batch=state.get(form.BATCH),
            patience=state.get(form.PATIENCE) or None,
            restore_best=state.get(form.RESTORE_BEST),
            truncate=state.get(form.TRUNCATE) or None,
            stateful=state.get(form.STATEFUL),
        ),
        seed=state.get(form.SEED),
        probes=probes(),
    )


def probes() -> tuple[str, ...]:
    """Return the probe texts, one a line. Raises WrongSetting for too many."""
    lines = (state.get(form.PROBES) or "").splitlines()
    found = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(found) > MOST_PROBES:
        expected = f"at most {MOST_PROBES} texts"
        raise WrongSetting(setting="probes", found=len(found), expected=expected)
    return found


def _values(path: str) -> list[Any]:
    """The values that one setting takes. Raises WrongSetting."""
    kind = form.VARIED[path]
    written = (state.get(form.VALUES) or "").replace(";", ",").split(",")
    try:
        values = [kind(part) for part in (part.strip() for part in written) if part]
    except ValueError:
        values = []
    if not values:
        expected = "numbers with commas between"
        raise WrongSetting(setting=path, found=state.get(form.VALUES) or "empty", expected=expected)
    layers = len(state.get(form.LAYERS))
    return [[value] * layers for value in values] if path == "network.units" else values


def start(configs: Sequence[RunConfig], *, files: Mapping[str, bytes], name: str = "") -> list[Run]:
    """Create and launch runs, and return them. Raises FolderNotWritable.

    All are created before the first is launched, so that none waits for one that cannot be.
    """
    store = cache.store()
    runs = [
        store.create(config, name=_named(config, name, alone=len(configs) == 1), files=files)
        for config in configs
    ]
    for run in runs:
        store.launch(run)
    return runs


def _named(config: RunConfig, name: str, *, alone: bool) -> str:
    if name and alone:
        return name
    source = name or t(f"source.{config.data.source}")
    return t("train.run_name", source=source, network=layers_said(config), seed=config.seed)
