"""Optuna, asked and told: which values come next, which trial is not worth going on, what mattered.

Everything is kept in one file of the search's folder, a journal of lines, and one process alone
opens it; killed, it is opened again and goes on. Whatever is drawn follows from the seed and the
trial's number, so a search that was interrupted draws what it would have drawn. Importance is PED-
ANOVA's (Watanabe et al. 2023): by how much the best tenth of the trials differs, in each setting,
from all of them. Not chosen: fANOVA, which fits a forest and wants scikit-learn for it, and which
says what matters on the whole, bad regions included, where one wants to know what made the best.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.training.sweep.config import SweepConfig
from core.training.sweep.space import Dimension, grid_points

if TYPE_CHECKING:
    import optuna

DRAWN_FIRST = 8
"""Trials that TPE draws anywhere before it knows enough."""
BEFORE_PRUNING = 4
"""Trials that come to their end before any other is held to them."""
ENOUGH = 6
"""Trials from which on it makes sense to ask what mattered."""
NAME = "sweep"


class Study:
    """The trials of a search, as Optuna keeps them. Values are such that smaller is better."""

    def __init__(self, file: Path, config: SweepConfig) -> None:
        """Opens the file, or begins it."""
        import optuna
        from optuna.storages.journal import JournalFileBackend

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._optuna = optuna
        self._config = config
        dimensions = config.dimensions
        self._distributions = {each.path: _distribution(each) for each in dimensions}
        storage = optuna.storages.JournalStorage(JournalFileBackend(str(file)))
        self._study = optuna.create_study(
            storage=storage,
            study_name=NAME,
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(
                n_startup_trials=BEFORE_PRUNING, n_warmup_steps=config.warm_up
            )
            if config.prune
            else optuna.pruners.NopPruner(),
        )
        if config.method == "grid":
            known = self._study.get_trials(deepcopy=False)
            for point in grid_points(dimensions)[len(known) :]:
                self._study.enqueue_trial(point)

    def unfinished(self) -> list[optuna.Trial]:
        """The trials that were begun and have not ended: those of a process that was killed."""
        running = (self._optuna.trial.TrialState.RUNNING,)
        found = self._study.get_trials(deepcopy=False, states=running)
        return [self._optuna.trial.Trial(self._study, each._trial_id) for each in found]

    @property
    def begun(self) -> int:
        """How many trials were begun."""
        waiting = self._optuna.trial.TrialState.WAITING
        return sum(each.state != waiting for each in self._study.get_trials(deepcopy=False))

    def next(self) -> optuna.Trial:
        """Another trial; its `params` are the values by path."""
        number = self.begun
        seed = (self._config.seed * 1_000_003 + number) % 2**31
        samplers = self._optuna.samplers
        if self._config.method == "tpe":
            with warnings.catch_warnings():  # what it calls experimental is what we want of it
                warnings.simplefilter("ignore", self._optuna.exceptions.ExperimentalWarning)
                self._study.sampler = samplers.TPESampler(
                    n_startup_trials=DRAWN_FIRST, multivariate=True, constant_liar=True, seed=seed
                )
        else:
            self._study.sampler = samplers.RandomSampler(seed=seed)
        return self._study.ask(fixed_distributions=self._distributions)

    def tell(self, number: int, value: float) -> None:
        """A trial came to its end."""
        self._study.tell(number, value)

    def tell_pruned(self, number: int) -> None:
        """A trial was cancelled by its curve; what it reached counts for what it is worth."""
        self._study.tell(number, state=self._optuna.trial.TrialState.PRUNED)

    def tell_failed(self, number: int) -> None:
        """A trial gave nothing."""
        self._study.tell(number, state=self._optuna.trial.TrialState.FAIL)

    def importance(self) -> Mapping[str, float]:
        """How much each setting mattered, as shares of 1, the largest first; {} for too few."""
        complete = (self._optuna.trial.TrialState.COMPLETE,)
        if len(self._study.get_trials(deepcopy=False, states=complete)) < ENOUGH:
            return {}
        evaluator = self._optuna.importance.PedAnovaImportanceEvaluator()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", self._optuna.exceptions.ExperimentalWarning)
            found = self._optuna.importance.get_param_importances(self._study, evaluator=evaluator)
        return {path: float(share) for path, share in found.items()}


def _distribution(dimension: Dimension) -> Any:
    from optuna import distributions

    if dimension.values:
        return distributions.CategoricalDistribution(dimension.values)
    low, high, log = dimension.low, dimension.high, dimension.log
    if dimension.whole:
        return distributions.IntDistribution(int(low), int(high), log=log)
    return distributions.FloatDistribution(low, high, log=log)
