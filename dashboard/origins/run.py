"""A run as the origin of a model: that of the epoch one looks at, or of a run beside it.

Siblings are the runs of one experiment. Where several have the same cell, the one stands in for it
whose configuration differs least from the chosen run's. Texts to begin with are the run's probes;
without any, those of its task or of its test set of which it knows every token, its worst mistakes,
or its own vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from core import data
from core.analysis.typed import reads, sample
from core.errors import CoreError
from core.model import Model
from core.training.errors import BrokenRun
from core.training.run_folder import Run
from core.wiring import check_unrolls
from dashboard import cache, state
from dashboard.i18n import t
from dashboard.origins.bundled import first_samples, task_samples
from dashboard.origins.run_name import run_name

FROM_VOCABULARY = 20  # tokens of a text that is made when there is no other
MISTAKES = 5
_ASIDE = {"experiment", "preset", "probes"}


@dataclass(frozen=True)
class OfRun:
    """What a run trained."""

    run: Run
    picks_cell: bool = False

    @classmethod
    def named(cls, identifier: str) -> OfRun:
        """The run of that id. Raises NoSuchRun."""
        return cls(cache.store().run(identifier))

    @property
    def label(self) -> str:
        """The name that people gave it."""
        name = run_name(self.run)
        return name if self.run.is_example else t("reading.task.run", name=name)

    @property
    def cell(self) -> str:
        """Its own cell. Raises BrokenRun."""
        return self.run.config.network.cell

    @property
    def cells(self) -> tuple[str, ...]:
        """Those of the runs of its experiment. Raises BrokenRun."""
        return tuple(cell for cell in state.CELLS if cell in self.siblings)

    @cached_property
    def siblings(self) -> dict[str, Run]:
        """A run for each cell of its experiment, itself for its own. Raises BrokenRun."""
        own = self.run.config
        found: dict[str, tuple[int, Run]] = {self.cell: (-1, self.run)}
        for run in _experiment(own.experiment):
            cell = run.config.network.cell
            distance = _distance(run.config.to_json(), own.to_json())
            if cell not in found or distance < found[cell][0]:
                found[cell] = (distance, run)
        return {cell: run for cell, (_, run) in found.items()}

    def model(self, text: str = "", *, cell: str | None = None) -> Model:
        """Return the model of the epoch that is looked at, as the run names its answers.

        With `cell`, that of a sibling. Raises BrokenRun, UnsupportedModel where nothing unrolls.
        """
        del text
        run = self.siblings.get(cell or self.cell, self.run)
        found = model_of(run, epoch=epoch_of(run))
        check_unrolls(found.layers)  # a WaveNet has none: it is looked at on Forecast
        return found

    def samples(self) -> tuple[str, ...]:
        """Return its probes, or other texts that it can read."""
        return tuple(dict.fromkeys(self._samples()))

    def is_sample(self, text: str) -> bool:
        """Whether it is one of them."""
        return text in self.samples()

    def _samples(self) -> tuple[str, ...]:
        try:  # what is broken is said where the model is asked for
            config, model = self.run.config, self.model()
            read = reads(model)
            if probes := probes_of(self.run):
                return tuple(probes.values())
            found: tuple[str, ...] = ()
            if config.data.source in data.TASKS:
                # A run of a task may know fewer symbols than the model that ships, or others.
                found = _known(model, task_samples(config.data.source))
            if not found and read != "ids":
                found = _known(model, cache.examples(config))
            if not found and read == "text":
                worst = cache.mistakes(self.run)[:MISTAKES]
                found = tuple(each["text"] for each in worst if each["text"])
            return found or spelled(model)
        except CoreError:
            return first_samples()


def _known(model: Model, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some texts of which a model knows every token; all of them for one of numbers."""
    if reads(model) != "text":
        return texts
    return tuple(text for text in texts if bool(cache.encoded(text, model).known.all()))


def probes_of(run: Run) -> dict[int, str]:
    """Return the probes of a run that its model can read, by their numbers. Raises BrokenRun."""
    model, found = model_of(run), {}
    for number, text in enumerate(run.config.probes):
        try:
            cache.encoded(text, model)
        except CoreError:  # training left it out of the film too
            continue
        found[number] = text
    return found


def epoch_of(run: Run) -> int | None:
    """The epoch that is looked at: the chosen one where the run has it, else its own final one."""
    chosen = state.get(state.EPOCH)
    return chosen if chosen in run.model_epochs else run.final_epoch


def model_of(run: Run, *, epoch: int | None = None) -> Model:
    """Return a run's model, after an epoch if one is named. Raises BrokenRun."""
    if epoch is None and run.final_epoch is None:
        raise BrokenRun(file="epochs", why="no epoch is finished yet")
    return cache.run_model(run, epoch=epoch)


def _experiment(name: str | None) -> Iterator[Run]:
    """The runs of an experiment that have a model; broken ones are passed over."""
    for run in cache.store().runs_and_examples() if name else ():
        try:
            if run.config.experiment == name and run.model_epochs:
                yield run
        except CoreError:
            continue


def _distance(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    """In how many settings two configurations differ."""
    count = 0
    for name in (one.keys() | other.keys()) - _ASIDE:
        mine, its = one.get(name), other.get(name)
        if isinstance(mine, dict) and isinstance(its, dict):
            count += _distance(mine, its)
        else:
            count += mine != its
    return count


def spelled(model: Model) -> tuple[str, ...]:
    """Return a text of the first tokens that a model knows, or the ids or numbers that it reads."""
    if model.vocabulary is None or model.embedding is None:
        return (sample(model),)
    first = [token for token in model.vocabulary.tokens if token.strip()][:FROM_VOCABULARY]
    return ((" " if model.vocabulary.unit == "word" else "").join(first),)
