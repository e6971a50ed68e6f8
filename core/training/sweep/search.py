"""The process of a search: asks for trials, has them trained, watches their curves, keeps the best.

Trials are runs like any other, trained by whoever works for `core.scale`. This process alone knows
Optuna: a few times a second it reads what the runs wrote of their epochs, and a run that is not
worth going on is cancelled as a reader would, by a file in its folder. So a worker needs nothing
but the folder of runs, and a search that is killed goes on with the runs that were under way.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from core import scale
from core.errors import CoreError, Failure
from core.scale.board import Board
from core.training.errors import BrokenRun
from core.training.files import read_json, read_json_lines, replace_json, writing
from core.training.given_files import given_files
from core.training.run_folder import Run
from core.training.sweep.errors import AllTrialsFailed, SweepIsBusy
from core.training.sweep.findings import SweepFindings, SweepTrial, TrialState
from core.training.sweep.folder import DATA, Sweep
from core.training.sweep.space import applied
from core.training.sweep.study import Study
from core.training.sweep.trial import train

if TYPE_CHECKING:
    import optuna

RISING = ("accuracy",)
"""Metrics of which more is better; of a loss, a perplexity and a squared error it is less."""
MOST_FAILED = 5
"""So many trials in a row may fail at the beginning: something is wrong with all of them."""
LOCK_SECONDS = 5.0
KEEP = 0.5


def work(sweep: Sweep, *, scheduler: str | None = None, at_once: int | None = None) -> None:
    """Searches to the end, or until it is cancelled. Raises SweepIsBusy and CoreErrors."""
    try:
        with FileLock(sweep.file("worker.lock"), timeout=LOCK_SECONDS):
            _work(sweep, scheduler=scheduler, at_once=at_once)
    except Timeout as error:
        raise SweepIsBusy(sweep=sweep.name) from error


def _work(sweep: Sweep, *, scheduler: str | None, at_once: int | None) -> None:
    try:
        with writing(sweep.folder):
            sweep.tell(state="searching", error=None)
            search = Search(sweep)
            search.run(scheduler=scheduler, at_once=at_once)
    except CoreError as error:
        sweep.tell(state="failed", ended=time.time(), error=Failure.of(error).to_json())
        raise
    stopped = sweep.file("cancel").exists()
    sweep.tell(state="cancelled" if stopped else "finished", ended=time.time())


class Search:
    """A search under way."""

    def __init__(self, sweep: Sweep) -> None:
        self.sweep = sweep
        self.config = sweep.config
        self.config.check()
        self.study = Study(sweep.file("study.journal"), self.config)
        known = sweep.findings
        self.rising = known.rising
        self.importance = dict(known.importance or {})
        self.trials = {trial.number: trial for trial in known.trials}
        self._asked: dict[int, optuna.Trial] = {}
        self._pruned: set[int] = set()
        self._seen: dict[int, int] = {}
        self._kept = 0.0
        self._wait = True

    def run(self, *, scheduler: str | None, at_once: int | None) -> None:
        """Searches. Raises NoScheduler, SchedulerGone, NoWorkers, AllTrialsFailed, DiskFull."""
        # Elsewhere the places of this machine's runs mean nothing.
        self._wait = not scale.address_of(scheduler)
        at_once = at_once or (self.sweep.runs.at_once if self._wait else None)
        with scale.workers(scheduler, at_once, told=self._tell) as workers:
            for result in workers.map(
                train,
                self._items(),
                ordered=False,
                ahead=0,
                total=self.config.count,
                idle=self._watch,
            ):
                self._took(result)
        self._keep(now=True)

    def _tell(self, board: Board) -> None:
        replace_json(self.sweep.file("scale.json"), board.to_json())

    @property
    def cancelled(self) -> bool:
        return self.sweep.file("cancel").exists()

    def _items(self) -> Iterator[Mapping[str, Any]]:
        """The runs that were under way, then new ones."""
        for trial in self.study.unfinished():
            yield self._item(trial)
        while not self.cancelled and self.study.begun < self.config.count:
            self._give_up()
            yield self._item(self.study.next())

    def _give_up(self) -> None:
        done = [trial for trial in self.trials.values() if trial.state != "running"]
        if len(done) >= MOST_FAILED and all(trial.state == "failed" for trial in done):
            raise AllTrialsFailed(count=len(done), words=self._words(done[-1]))

    def _words(self, trial: SweepTrial) -> str:
        if trial.error is None:
            return "nothing"
        try:
            return str(Failure.from_json(trial.error).error())
        except ValueError:
            return str(trial.error)

    def _item(self, trial: optuna.Trial) -> Mapping[str, Any]:
        values = dict(trial.params)
        run = self._run_of(trial, values)
        run.file("cancel").unlink(missing_ok=True)
        self._asked[trial.number] = trial
        self._seen[trial.number] = len(trial._cached_frozen_trial.intermediate_values)
        self.trials[trial.number] = SweepTrial(trial.number, run.id, values)
        self._keep(now=True)
        return {"folder": str(run.folder.resolve()), "wait": self._wait}

    def _run_of(self, trial: optuna.Trial, values: Mapping[str, Any]) -> Run:
        """The run of a trial: that which was begun, else a new one."""
        config = replace(applied(self.config.base, values), experiment=self.sweep.id)
        named = trial.user_attrs.get("run")
        taken = {each.run for each in self.trials.values()}
        for run in self.sweep.runs.runs():
            try:
                # A process that was killed may have made it and not said so.
                left = run.id not in taken and run.config == config
                if run.id == named or (named is None and left):
                    return run
            except BrokenRun:
                continue
        files = given_files(config, self.sweep.file(DATA))
        run = self.sweep.runs.create(config, experiment=self.sweep.name, files=files)
        trial.set_user_attr("run", run.id)
        return run

    def _watch(self) -> None:
        """Looks at the curves of all runs under way, a few times a second."""
        stop = self.cancelled
        for number, trial in list(self._asked.items()):
            run = self.sweep.runs.folder / self.trials[number].run
            if stop:
                (run / "cancel").touch()
            else:
                self._follow(number, trial, run)
        self._keep()

    def _follow(self, number: int, trial: optuna.Trial, folder: Path) -> None:
        rows = read_json_lines(folder / "epochs.jsonl")
        for row in rows[self._seen[number] :]:
            value = self._value(row, folder)
            self._seen[number] += 1
            self.trials[number] = replace(self.trials[number], epoch=int(row["epoch"]))
            if value is None:
                continue
            trial.report(value, int(row["epoch"]))
            last = row["epoch"] >= self.config.base.fit.epochs
            if self.config.prune and not last and trial.should_prune():
                self._pruned.add(number)
        if number in self._pruned:
            (folder / "cancel").touch()

    def _value(self, row: Mapping[str, Any], folder: Path) -> float | None:
        """The measure of an epoch, such that smaller is better; None where there is none."""
        found = row.get(self.config.measure)
        if not isinstance(found, int | float) or not math.isfinite(found):
            return None
        if self.config.measure.endswith("metric"):
            described = read_json(folder / "dataset.json") or {}
            self.rising = described.get("metric") in RISING
        return -found if self.rising else float(found)

    def _took(self, result: scale.Result) -> None:
        """What becomes of a trial whose run has ended."""
        run = Run(Path(result.item["folder"]))
        number = next(n for n, each in self.trials.items() if each.run == run.id)
        trial = self._asked.pop(number)
        self._follow(number, trial, run.folder)
        state = "failed" if result.error is not None else str(result.value)
        pruned = number in self._pruned and state == "cancelled"
        if state == "cancelled" and not pruned and self.cancelled:
            return  # it goes on when the search does
        value = self._best_of(run)
        if value is None or (state != "finished" and not pruned):
            failure = _failure(run, result)
            self.trials[number] = replace(self.trials[number], state="failed", error=failure)
            self.study.tell_failed(number)
        elif pruned:
            self._told(number, value, "pruned")
            self.study.tell_pruned(number)
        else:
            self._told(number, value, "finished")
            self.study.tell(number, value)
            self.importance = dict(self.study.importance())
        self._keep(now=True)
        if len(self.trials) >= self.config.count and not self._asked:
            done = list(self.trials.values())
            if all(each.state == "failed" for each in done):
                raise AllTrialsFailed(count=len(done), words=self._words(done[-1]))

    def _told(self, number: int, value: float, state: TrialState) -> None:
        shown = -value if self.rising else value
        self.trials[number] = replace(self.trials[number], state=state, value=shown)

    def _best_of(self, run: Run) -> float | None:
        """The measure at the epoch whose model is the run's."""
        epoch = run.final_epoch
        rows = read_json_lines(run.file("epochs.jsonl"))
        rows = [row for row in rows if row["epoch"] == epoch] or rows[-1:]
        return self._value(rows[0], run.folder) if rows else None

    def _keep(self, *, now: bool = False) -> None:
        if not now and time.monotonic() - self._kept < KEEP:
            return
        self._kept = time.monotonic()
        trials = tuple(self.trials[number] for number in sorted(self.trials))
        ended = [each for each in trials if each.state == "finished" and each.value is not None]
        sign = -1 if self.rising else 1
        best = min(ended, key=lambda each: sign * (each.value or 0.0), default=None)
        self.sweep.keep(
            SweepFindings(
                trials,
                None if best is None else best.number,
                dict(self.importance),
                self.rising,
            )
        )


def _failure(run: Run, result: scale.Result) -> Mapping[str, Any] | None:
    """Why a run gave nothing, as it says itself, or whoever had it."""
    if result.error is not None:
        return Failure.of(result.error).to_json()
    return run.status.error
