"""SweepConfig: everything that decides which runs a search makes, declared once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from core.training.architectures import architecture_named
from core.training.config import RunConfig
from core.training.settings import Settings, setting, settings
from core.training.sources import source_named
from core.training.sweep.errors import NothingToMeasure
from core.training.sweep.space import MOST_TRIALS, Dimension, dimensions, grid_points

Method = Literal["tpe", "random", "grid"]
Measure = Literal["validation_loss", "validation_metric", "loss", "metric"]


@settings
class SweepConfig(Settings):
    """A search over settings.

    Attributes:
        base: the run that every trial is, but for what is searched.
        space: what is searched: a range or values by the path of each setting, as
            `core.training.sweep.space` reads them.
        method: how values are chosen: each combination (grid), drawn (random), or drawn where
            earlier trials were good (TPE, Bergstra et al. 2011).
        trials: at most so many runs; a grid has as many as it has points.
        measure: what trials are compared by, a column of their epochs.
        prune: cancel a trial whose measure, after an epoch, is worse than the median of the
            others' after as many (Golovin et al. 2017).
        warm_up: epochs that every trial has, however it begins.
        seed: of what is drawn.
    """

    base: RunConfig
    space: Mapping[str, str]
    method: Method = "tpe"
    trials: int = setting(20, low=1, high=MOST_TRIALS)
    measure: Measure = "validation_loss"
    prune: bool = True
    warm_up: int = setting(2, low=1, high=1_000)
    seed: int = setting(0, low=0, high=2**31 - 1)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What is searched. Raises NothingToSearch, UnknownSetting and WrongSetting."""
        return dimensions(self.space, self.base)

    @property
    def count(self) -> int:
        """How many trials there will be. Raises as `dimensions`, and TooManyTrials."""
        if self.method == "grid":
            return len(grid_points(self.dimensions))
        return self.trials

    def check(self) -> None:
        """Raises what would stop it: as `dimensions`, `count` and reading the options do, and
        NothingToMeasure.
        """
        _ = self.dimensions, self.count
        source_named(self.base.data.source).options.read(self.base.data.options)
        architecture_named(self.base.network.architecture).options.read(self.base.network.options)
        if self.measure.startswith("validation") and self.base.data.validation == 0:
            raise NothingToMeasure(measure=self.measure)
