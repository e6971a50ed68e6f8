"""Every choice of the Train page's form: a run can be sent to a friend as a link.

The fields of settings are made from their declarations (`core.training.config`, and the options of
each source of data), so a new setting, source or option is in the form and in links at once. Only
what the form alone knows is declared here. Where a setting may be None, the form says 0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from core.training.architectures import ARCHITECTURES
from core.training.config import RunConfig
from core.training.settings import Declared, declared
from core.training.sources import SOURCES
from dashboard import state
from dashboard.fields import Choice, Field, Flag, Names, Number, Refused, Text, Whole

PAGES = ("train",)
OWN_DATA = ("table", "text", "translation")
"""Sources that read a file of the user's."""
HANDLED = {"table": ("file", "text_column", "label_column", "encoding"),
           "text": ("file", "text", "encoding"),
           "translation": ("file", "encoding", "separator", "entry"),
           "series": ("file", "encoding", "date_column", "value_column", "others", "known",
                      "duplicates", "gaps", "begin", "learn_until", "validate_until",
                      "end")}  # fmt: skip
"""Options that an upload decides, there or on another page."""
NOT_VARIED = ""


@dataclass(frozen=True, kw_only=True)
class Numbers(Field[tuple[int, ...]]):
    """Some whole numbers in their order, written with commas between."""

    low: int
    high: int
    most: int

    def accept(self, value: object) -> tuple[int, ...]:
        parts = value if isinstance(value, list | tuple) else re.split(r"[\s,;]+", str(value))
        written = [str(part).strip() for part in parts if str(part).strip()]
        if not all(re.fullmatch(r"[0-9]{1,9}", part) for part in written):
            raise Refused(f"{value!r} are no whole numbers")
        found = tuple(map(int, written))
        if not 1 <= len(found) <= self.most or not all(self.low <= n <= self.high for n in found):
            raise Refused(f"{found} are not 1 to {self.most} from {self.low} to {self.high}")
        return found

    def write(self, value: tuple[int, ...]) -> str:
        return ",".join(map(str, value))

    def shown(self, value: tuple[int, ...]) -> Any:
        return ", ".join(map(str, value))


def _field(setting: Declared, name: str) -> Field[Any]:
    """The field of a setting. TypeError for a kind that no form can ask for."""
    about: dict[str, Any] = {"name": name, "pages": PAGES, "default": setting.default}
    if setting.choices:
        return Choice(options=setting.choices, **about)
    if setting.kind is bool:
        return Flag(**about)
    if setting.kind not in (int, float) or setting.low is None or setting.high is None:
        raise TypeError(f"no field for the setting {setting.path!r}: {setting.expected}")
    if setting.optional:  # 0 stands for None
        about |= {"low": 0, "default": setting.default or 0}
    kind: type[Any] = Whole if setting.kind is int else Number
    if setting.most is not None:
        kind, about["most"] = Numbers, setting.most
    return kind(**{"low": setting.low, "high": setting.high} | about)


SOURCE = state.declare(
    Choice(name="data", default="sentiment", options=lambda: tuple(SOURCES), pages=PAGES)
)
CELLS = state.declare(
    Names(name="t_cells", default=("lstm",), options=state.CELLS, most=3, pages=PAGES)
)
SETTINGS = declared(RunConfig)
_ELSEWHERE = (
    "data.source",
    "network.architecture",
    "network.cell",
    "probes",
    "preset",
    "experiment",
)
"""Settings that are not asked for one at a time."""
_NAMES = {
    "network.bidirectional": "t_both",
    "network.recurrent_dropout": "t_rdropout",
    "network.normalise": "t_norm",
    "network.forget_bias": "t_fbias",
    "optimizer.name": "t_optimizer",
    "optimizer.learning_rate": "t_rate",
    "fit.restore_best": "t_best",
}
"""Names in links that differ from the ends of paths."""
FIELDS: dict[str, Field[Any]] = {
    path: state.declare(_field(setting, _NAMES.get(path, f"t_{path.rpartition('.')[2]}")))
    for path, setting in SETTINGS.items()
    if path not in _ELSEWHERE
}
"""The fields of a run's settings, by their paths."""
_OPTIONS: dict[str, dict[str, Field[Any]]] = {
    source: {
        name: state.declare(_field(option, f"o_{source}_{name}"))
        for path, option in declared(SOURCES[source].options).items()
        if (name := path.rpartition(".")[2]) not in (*HANDLED.get(source, ()), "folder")
    }
    for source in SOURCES
}

_ARCHITECTURES: dict[str, dict[str, Field[Any]]] = {
    name: {
        path: state.declare(_field(option, f"a_{path.rpartition('.')[2]}"))
        for path, option in declared(architecture.options).items()
    }
    for name, architecture in ARCHITECTURES.items()
}
"""The fields of each architecture's own settings, by their paths."""

REPEATS = state.declare(Whole(name="t_repeats", default=1, low=1, high=20, pages=PAGES))
MATCH = state.declare(
    Choice(name="t_match", default="units", options=("units", "parameters"), pages=PAGES)
)
VARIED = (
    "optimizer.learning_rate",
    "network.units",
    "network.embedding",
    "network.dropout",
    "network.recurrent_dropout",
    "network.forget_bias",
    "optimizer.clip",
    "fit.batch",
)
"""Settings that an experiment may take several values of."""
VARY = state.declare(
    Choice(name="t_vary", default=NOT_VARIED, options=(NOT_VARIED, *VARIED), pages=PAGES)
)
VALUES = state.declare(Text(name="t_values", default=None, limit=200, pages=PAGES))
PROBES = state.declare(Text(name="t_probes", default=None, limit=20_000, pages=PAGES))
NAME = state.declare(Text(name="t_name", default=None, limit=120, pages=PAGES))
FOLDER = state.declare(Text(name="t_folder", default=None, limit=1_000, url=None, pages=PAGES))
"""Where IMDB and Reuters lie on this machine: no other machine's business."""


def option_fields(source: str) -> dict[str, Field[Any]]:
    """Return the fields of a source's options, by the options' names."""
    return _OPTIONS[source]


def architecture_fields(source: str) -> dict[str, Field[Any]]:
    """Return the fields of what only the architecture of a source's data asks for, by path."""
    return _ARCHITECTURES[SOURCES[source].architecture]


def values() -> dict[str, Any]:
    """Return what was chosen, by the paths of the settings, the options of the source included."""
    source = state.get(SOURCE)
    options = declared(SOURCES[source].options)
    chosen = {path: _value(SETTINGS[path], field) for path, field in FIELDS.items()}
    chosen["network.architecture"] = SOURCES[source].architecture
    asked = declared(ARCHITECTURES[SOURCES[source].architecture].options)
    for path, field in architecture_fields(source).items():
        chosen[path] = _value(asked[path], field)
    for name, field in _OPTIONS[source].items():
        path = f"data.options.{name}"
        chosen[path] = _value(options[path], field)
    return chosen


def _value(setting: Declared, field: Field[Any]) -> Any:
    value = state.get(field)
    return None if setting.optional and value == 0 else value
