"""Every choice of the Train page's form, declared once: a run can be sent to a friend as a link.

The options of each source of data are fields as well, made from the source's own declaration
(`core.training.sources`), so a new source or option is in the form and in links at once.
"""

from __future__ import annotations

import re
from dataclasses import Field as Declared
from dataclasses import dataclass, fields
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from core.training.sources import SOURCES
from dashboard import state
from dashboard.fields import Choice, Field, Flag, Names, Number, Refused, Text, Whole

PAGES = ("train",)
OWN_DATA = ("table", "text")
"""Sources that read a file of the user's."""
HANDLED = {"table": ("file", "text_column", "label_column", "encoding"),
           "text": ("file", "text", "encoding")}  # fmt: skip
"""Options that the upload decides."""
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


SOURCE = state.declare(
    Choice(name="data", default="sentiment", options=lambda: tuple(SOURCES), pages=PAGES)
)
CELLS = state.declare(
    Names(name="t_cells", default=("lstm",), options=state.CELLS, most=3, pages=PAGES)
)
LAYERS = state.declare(
    Numbers(name="t_units", default=(32,), low=1, high=2048, most=8, pages=PAGES)
)
EPOCHS = state.declare(Whole(name="t_epochs", default=10, low=1, high=10_000, pages=PAGES))

EMBEDDING = state.declare(Whole(name="t_embedding", default=32, low=1, high=2048, pages=PAGES))
BOTH_WAYS = state.declare(Flag(name="t_both", default=False, pages=PAGES))
DROPOUT = state.declare(Number(name="t_dropout", default=0.0, low=0.0, high=0.95, pages=PAGES))
RECURRENT_DROPOUT = state.declare(
    Number(name="t_rdropout", default=0.0, low=0.0, high=0.95, pages=PAGES)
)
NORMALISE = state.declare(Flag(name="t_norm", default=False, pages=PAGES))
FORGET_BIAS = state.declare(Number(name="t_fbias", default=1.0, low=-20.0, high=20.0, pages=PAGES))
RESET_AFTER = state.declare(Flag(name="t_reset_after", default=True, pages=PAGES))

OPTIMIZER = state.declare(
    Choice(
        name="t_optimizer",
        default="adam",
        options=("sgd", "momentum", "rmsprop", "adam"),
        pages=PAGES,
    )
)
RATE = state.declare(Number(name="t_rate", default=1e-3, low=1e-8, high=100.0, pages=PAGES))
SCHEDULE = state.declare(
    Choice(
        name="t_schedule",
        default="constant",
        options=("constant", "cosine", "exponential"),
        pages=PAGES,
    )
)
WARM_UP = state.declare(Number(name="t_warm_up", default=0.0, low=0.0, high=0.5, pages=PAGES))
CLIP = state.declare(Number(name="t_clip", default=1.0, low=0.0, high=1e6, pages=PAGES))

BATCH = state.declare(Whole(name="t_batch", default=64, low=1, high=4096, pages=PAGES))
VALIDATION = state.declare(Number(name="t_validation", default=0.2, low=0.0, high=0.9, pages=PAGES))
PATIENCE = state.declare(Whole(name="t_patience", default=0, low=0, high=10_000, pages=PAGES))
RESTORE_BEST = state.declare(Flag(name="t_best", default=True, pages=PAGES))
TRUNCATE = state.declare(Whole(name="t_truncate", default=0, low=0, high=100_000, pages=PAGES))
STATEFUL = state.declare(Flag(name="t_stateful", default=False, pages=PAGES))

SEED = state.declare(Whole(name="t_seed", default=0, low=0, high=999_999, pages=PAGES))
REPEATS = state.declare(Whole(name="t_repeats", default=1, low=1, high=20, pages=PAGES))
MATCH = state.declare(
    Choice(name="t_match", default="units", options=("units", "parameters"), pages=PAGES)
)
VARIED = {
    "optimizer.learning_rate": float,
    "network.units": int,
    "network.embedding": int,
    "network.dropout": float,
    "network.recurrent_dropout": float,
    "network.forget_bias": float,
    "optimizer.clip": float,
    "fit.batch": int,
}
"""Settings that an experiment may take several values of, and their kind."""
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


def option_value(source: str, name: str) -> Any:
    """Return what was chosen for an option, in the type that the source takes."""
    value = state.get(_OPTIONS[source][name])
    if _optional(source, name) and value == 0:
        return None
    return "" if value is None else value


def _optional(source: str, name: str) -> bool:
    return NoneType in get_args(get_type_hints(SOURCES[source].options)[name])


def _declared(source: str) -> dict[str, Field[Any]]:
    hints = get_type_hints(SOURCES[source].options)
    return {
        option.name: state.declare(_field(source, option, hints[option.name]))
        for option in fields(SOURCES[source].options)
        if option.name not in (*HANDLED.get(source, ()), "folder")
    }


def _field(source: str, option: Declared[Any], hint: Any) -> Field[Any]:
    """The field of an option. TypeError for a kind that no form can ask for."""
    about: dict[str, Any] = {"name": f"o_{source}_{option.name}", "pages": PAGES}
    kinds = get_args(hint) or (hint,)
    default: Any = option.default
    if get_origin(hint) is not None and NoneType not in kinds:
        return Choice(default=default, options=kinds, **about)
    bounds = dict(option.metadata)
    if bool in kinds:
        return Flag(default=default, **about)
    if int in kinds:
        if NoneType in kinds:  # 0 stands for all
            return Whole(default=default or 0, low=0, high=bounds["high"], **about)
        return Whole(default=default, low=bounds["low"], high=bounds["high"], **about)
    if float in kinds:
        return Number(default=default, low=bounds["low"], high=bounds["high"], **about)
    raise TypeError(f"no field for the option {option.name!r} of {source!r}: {hint}")


_OPTIONS = {source: _declared(source) for source in SOURCES}
