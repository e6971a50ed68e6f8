"""Loss or metric while runs train: thin lines batch by batch, thick ones for validation.

For one run the numbers of single batches stand behind their smoothed line, the mean of each epoch
is a ring, and the best epoch and an early stop are marked. Several runs show the smoothed line and
validation alone, and a star at each best epoch. Means of an epoch are over weights that changed
during it, so they lag behind validation; that is no mistake, and the smoothed line shows it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import plotly.graph_objects as go

from core.analysis.history import History, column
from core.analysis.series import smoothed
from dashboard.figures import epochs, theme
from dashboard.figures.compared import Look
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

Measure = Literal["loss", "metric"]
Line = Literal["batches", "training", "means", "validation"]
LINES: tuple[Line, ...] = ("batches", "training", "means", "validation")
MOST_TITLE = 32
FEW = 60
"""Up to so many epochs, each has a mark."""
ENTRY = 20  # pixels of a line in the legend


def curves(
    runs: Mapping[str, History],
    *,
    measure: Measure = "loss",
    metric: str = "accuracy",
    smoothing: float = 0.9,
    log: bool = False,
    levels: Mapping[str, float] | None = None,
    lines: Collection[Line] = LINES,
    cursor: float | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw up to eight runs, by title.

    Args:
        runs: what each wrote.
        measure: the loss, or the metric.
        metric: which metric that is, for the axis.
        smoothing: how much of the smoothed line is what came before, from 0 to below 1.
        log: whether the axis is logarithmic.
        levels: values to compare with, each by the key of its word: "chance", "solved",
            "reference".
        lines: which lines are drawn: single batches, training (smoothed), means of epochs,
            validation. Single batches and means stand behind one run alone.
        cursor: an epoch to mark.
        labels: words, see `figures.labels`.
        mode: light or dark.
    """
    said = words(labels)
    title = said["loss"] if measure == "loss" else said[f"metric.{metric}"]
    looks = epochs.looks([run.cell for run in runs.values()], mode)

    def draw() -> go.Figure:
        drawn = epochs.figure(said, mode, title=title, log=log)
        for (name, run), look in zip(runs.items(), looks, strict=True):
            own = plain(name, most=MOST_TITLE) + ", " if len(runs) > 1 else ""
            drawing = _Drawing(drawn, run, measure, own, look, said)
            before = len(drawn.data)
            if len(runs) == 1 and smoothing > 0 and "batches" in lines:
                drawing.batches()
            if "training" in lines:
                drawing.training(smoothing)
            if len(runs) == 1 and "means" in lines:
                drawing.means()
            if "validation" in lines and run.validated:
                drawing.validation()
            if own and len(drawn.data) > before:
                _one_entry(drawn.data[before:], plain(name, most=MOST_TITLE))
        if len(runs) > 1:
            drawn.update_layout(
                height=epochs.HEIGHT + ENTRY * len(runs), margin={"t": 28 + ENTRY * len(runs)}
            )
        if len(runs) == 1:
            only = next(iter(runs.values()))
            _moments(drawn, only, said, mode, top=measure == "loss" or metric != "accuracy")
        for key, value in (levels or {}).items():
            if not log or value > 0:
                # Below chance stand the words of the best epoch, where scores begin.
                side: Literal["above", "below"] = "above" if key == "chance" else "below"
                named = said[f"curves.{key}"].format(value=f"{value:.4g}")
                epochs.level(drawn, value, named, log=log, mode=mode, side=side)
        if cursor is not None:
            drawn.add_vline(x=cursor, line={"color": theme.SURFACE[mode].accent, "width": 2})
        return drawn

    def table() -> pd.DataFrame:
        titles = [said[key] for key in ("run", "epoch", "curves.training", "curves.validation")]
        parts = []
        for name, run in runs.items():
            training = column(run.epochs, measure)
            validation = column(run.epochs, f"validation_{measure}")
            numbers = ([name] * run.ends.size, run.ends.astype(int), training, validation)
            parts.append(dict(zip(titles, numbers, strict=True)))
        return joined(parts, titles=titles)

    def sentence() -> str:
        told = "; ".join(_told(name, run, measure, said) for name, run in runs.items())
        return said["curves.alt"].format(measure=title, runs=told)

    return Picture(draw, table, sentence)


def _one_entry(series: Sequence[go.Scatter], name: str) -> None:
    """Let one entry of the legend stand for all lines of a run, by its thickest, the last."""
    for each in series:
        each.update(legendgroup=name, showlegend=each is series[-1])
    # What hovers says which line it is; the legend says whose.
    series[-1].update(name=name)


@dataclass(frozen=True, eq=False)
class _Drawing:
    """One run on its way into a figure."""

    drawn: go.Figure
    run: History
    measure: Measure
    own: str
    look: Look
    said: Mapping[str, str]

    @property
    def line(self) -> dict[str, object]:
        return {"color": self.look.colour, "dash": self.look.dash}

    def batches(self) -> None:
        self._of_batches("curves.batches", 0.0, width=1, opacity=0.3)

    def training(self, smoothing: float) -> None:
        if self.run.places.size:
            self._of_batches("curves.training", smoothing, width=1.5, opacity=0.75)
            return
        # A log may know epochs alone: then their means are its line of training.
        values = column(self.run.epochs, self.measure)
        known = np.isfinite(values)
        if known.any():
            name, line = self.own + self.said["curves.training"], self.line | {"width": 1.5}
            series = epochs.line(self.run.ends[known], values[known], name=name, line=line)
            self.drawn.add_trace(series)

    def _of_batches(self, word: str, smoothing: float, *, width: float, opacity: float) -> None:
        values = smoothed(column(self.run.batches, self.measure), weight=smoothing)
        if values.size:
            name, line = self.own + self.said[word], self.line | {"width": width}
            series = epochs.line(self.run.places, values, name=name, line=line, opacity=opacity)
            self.drawn.add_trace(series)

    def means(self) -> None:
        if self.run.ends.size:
            marker = {"symbol": "circle-open", "size": 8, "color": self.look.colour}
            values, name = column(self.run.epochs, self.measure), self.said["curves.means"]
            series = epochs.line(self.run.ends, values, name=name, mode="markers", marker=marker)
            self.drawn.add_trace(series)

    def validation(self) -> None:
        values = column(self.run.epochs, f"validation_{self.measure}")
        name = self.own + self.said["curves.validation"]
        best = self.run.ends == (self.run.best_epoch or 0)
        small = 6 if self.run.ends.size <= FEW else 0
        marker = {"symbol": np.where(best, "star", "circle").tolist(), "color": self.look.colour,
                  "size": np.where(best, 14, small).tolist()}  # fmt: skip
        self.drawn.add_trace(
            go.Scatter(
                x=self.run.ends,
                y=values.astype(np.float32),
                name=name,
                mode="lines+markers",
                line=self.line | {"width": 3},
                marker=marker,
                hovertemplate=f"{name}: <b>%{{y:.4g}}</b><extra></extra>",
            )
        )


def _moments(
    drawn: go.Figure, run: History, said: Mapping[str, str], mode: Mode, *, top: bool
) -> None:
    """Mark best epoch and early stop, in the half of the picture that late epochs leave free."""
    if run.best_epoch is not None and run.ends.size:
        text = said["curves.best"].format(epoch=run.best_epoch)
        epochs.mark(drawn, run.best_epoch, text, mode=mode, height=1.0 if top else 0.1)
    if run.stopped and run.ends.size:
        text = said["curves.stopped"].format(epoch=int(run.ends[-1]))
        height = 0.9 if top else 0.2
        epochs.mark(drawn, run.ends[-1], text, mode=mode, dash="dash", height=height)


def _told(name: str, run: History, measure: Measure, said: Mapping[str, str]) -> str:
    if not run.ends.size:
        return said["curves.alt.none"].format(run=name)
    training = column(run.epochs, measure)[-1]
    facts = {"run": name, "epoch": int(run.ends[-1]), "training": f"{training:.4g}"}
    if not run.validated:
        return said["curves.alt.training"].format(**facts)
    validation = column(run.epochs, f"validation_{measure}")[-1]
    return said["curves.alt.run"].format(**facts, validation=f"{validation:.4g}")
