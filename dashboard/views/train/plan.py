"""What the form asks for, as configurations of runs; and starting them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.text.lines import lines_of
from core.training.config import DataSettings, RunConfig
from core.training.errors import WrongSetting
from core.training.label import Label
from core.training.run_folder import Run
from dashboard import cache, state
from dashboard.views.train import fields as form
from dashboard.views.train.download import files_of, folder_chosen

MOST_PROBES = 8
UNNAMED = Label(named=False)


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
    values = form.values() | {"network.cell": state.get(form.CELLS)[0], "probes": probes()}
    folder = folder_chosen()
    if files_of(source) and folder is not None:
        values["data.options.folder"] = str(folder)
    values |= {f"data.options.{name}": value for name, value in given.options.items()}
    return RunConfig(data=DataSettings(source=source)).with_settings(values)


def probes() -> tuple[str, ...]:
    """Return the probe texts, one a line. Raises WrongSetting for too many."""
    lines = lines_of(state.get(form.PROBES) or "")
    found = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if len(found) > MOST_PROBES:
        expected = f"at most {MOST_PROBES} texts"
        raise WrongSetting(setting="probes", found=len(found), expected=expected)
    return found


def _values(path: str) -> list[Any]:
    """The values that one setting takes. Raises WrongSetting."""
    written = (state.get(form.VALUES) or "").replace(";", ",").split(",")
    values = [form.SETTINGS[path].read(part.strip()) for part in written if part.strip()]
    if not values:
        expected = "numbers with commas between"
        raise WrongSetting(setting=path, found="empty", expected=expected)
    layers = len(state.get(form.FIELDS["network.units"]))
    return [value * layers for value in values] if path == "network.units" else values


def start(
    configs: Sequence[RunConfig], *, files: Mapping[str, bytes], label: Label = UNNAMED
) -> list[Run]:
    """Create and launch runs, and return them. Raises FolderNotWritable and DiskFull."""
    return cache.store().start(configs, label=label, files=files)


def called(name: str, *, alone: bool) -> Label:
    """Return the label of runs: a name is that of the run, or of the experiment of several."""
    return Label(name) if name and alone else replace(UNNAMED, experiment=name)
