"""What a search may try: for each setting, some values or a range.

    dimensions({"optimizer.learning_rate": "1e-4..1e-1 log", "network.cell": "lstm, gru"}, base)

The settings are those that are declared (`core.training.settings`), with their bounds, and two that
stand for a list: `network.units` is the width of every layer, `network.layers` their number. A
range is written with two dots, evenly in its logarithm with `log` behind it; values with commas.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from core.training.architectures import architecture_named
from core.training.config import RunConfig
from core.training.errors import UnknownSetting, WrongSetting
from core.training.settings import Declared, declared
from core.training.sources import source_named
from core.training.sweep.errors import NothingToSearch, TooManyTrials

LOG = "log"
POINTS = 4
"""Values that a grid takes of a range."""
MOST_TRIALS = 1_000
UNITS, LAYERS = "network.units", "network.layers"
_DECIDED = ("data.source", "network.architecture", "preset", "experiment", "probes")
_TEXTS = "low..high, with 'log' behind it or not, or values with commas between"


@dataclass(frozen=True)
class Dimension:
    """The values that one setting may have: some, or all from `low` to `high`.

    Attributes:
        path: of the setting.
        values: those it may have; () for a range.
        low, high: the bounds of a range, both included.
        log: whether a range is drawn from evenly in its logarithm.
        whole: whether its numbers are whole ones.
    """

    path: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False

    @property
    def points(self) -> tuple[Any, ...]:
        """What a grid takes of it: its values, or some that are spread over its range."""
        if self.values:
            return self.values
        low, high = (math.log(self.low), math.log(self.high)) if self.log else (self.low, self.high)
        spread = [low + (high - low) * at / (POINTS - 1) for at in range(POINTS)]
        found = [math.exp(each) if self.log else each for each in spread]
        found[0], found[-1] = self.low, self.high  # not a rounding away from them
        return tuple(dict.fromkeys(round(each) if self.whole else each for each in found))


def searchable(base: RunConfig) -> dict[str, Declared]:
    """The settings that can be searched over, by their paths, for data and network of `base`."""
    found = declared(RunConfig)
    found |= declared(source_named(base.data.source).options)
    found |= declared(architecture_named(base.network.architecture).options)
    width = replace(found[UNITS], least=None, most=None)
    layers = replace(width, path=LAYERS, default=1, low=1, high=8, help="recurrent layers.")
    known = found | {UNITS: width, LAYERS: layers}
    return {
        path: each
        for path, each in known.items()
        if path not in _DECIDED and each.most is None and (each.kind is not str or each.choices)
    }


def dimensions(space: Mapping[str, str], base: RunConfig) -> tuple[Dimension, ...]:
    """The dimensions that are written so. Raises NothingToSearch, UnknownSetting, WrongSetting."""
    known = searchable(base)
    found = []
    for path, written in space.items():
        if path not in known:
            raise UnknownSetting(setting=path, known=", ".join(known))
        found.append(_read(known[path], written.strip()))
    if all(len(each.values) == 1 for each in found):
        raise NothingToSearch
    for each in found:
        for value in each.values or (each.low, each.high):
            applied(base, {each.path: value})  # each of them may be refused
    return tuple(found)


def _read(setting: Declared, written: str) -> Dimension:
    wrong = WrongSetting(setting=setting.path, found=repr(written), expected=_TEXTS)
    if ".." not in written:
        parts = [part.strip() for part in written.replace(";", ",").split(",") if part.strip()]
        if not parts:
            raise wrong
        return Dimension(setting.path, tuple(dict.fromkeys(map(setting.read, parts))))
    text, _, rest = written.partition(" ")
    low, _, high = text.partition("..")
    if setting.kind not in (int, float) or rest.strip() not in ("", LOG):
        raise wrong
    bounds = setting.read(low), setting.read(high)
    if not all(isinstance(each, int | float) for each in bounds):
        raise wrong
    if bounds[0] >= bounds[1]:
        expected = "a smaller number, two dots and a larger one"
        raise WrongSetting(setting=setting.path, found=repr(written), expected=expected)
    log = rest.strip() == LOG
    if log and bounds[0] <= 0:
        expected = "more than 0 where it is drawn by its logarithm"
        raise WrongSetting(setting=setting.path, found=low, expected=expected)
    return Dimension(
        setting.path, low=bounds[0], high=bounds[1], log=log, whole=setting.kind is int
    )


def applied(base: RunConfig, values: Mapping[str, Any]) -> RunConfig:
    """A configuration with the values of a trial. Raises WrongSetting and UnknownSetting."""
    changes = dict(values)
    if UNITS in changes or LAYERS in changes:
        width = changes.pop(UNITS, base.network.units[0])
        changes[UNITS] = [width] * int(changes.pop(LAYERS, len(base.network.units)))
    return base.with_settings(changes)


def grid_points(found: tuple[Dimension, ...]) -> list[dict[str, Any]]:
    """Every combination. Raises TooManyTrials."""
    count = math.prod(len(each.points) for each in found)
    if count > MOST_TRIALS:
        raise TooManyTrials(found=count, most=MOST_TRIALS)
    paths = [each.path for each in found]
    return [
        dict(zip(paths, point, strict=True)) for point in product(*(each.points for each in found))
    ]
