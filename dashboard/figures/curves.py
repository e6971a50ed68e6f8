"""Loss or metric while runs train: thin lines batch by batch, thick ones for validation.

For one run the numbers of single batches stand behind their smoothed line, the mean of each epoch
is a ring, and the best epoch and an early stop are marked. Several runs show the smoothed line and
validation alone, and a star at each best epoch. Means of an epoch are over weights that changed
during it, so they lag behind validation; that is no mistake, and the smoothed line shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import plotly.graph_objects as go

from dashboard.figures import epochs, theme
from dashboard.figures.compared import Look
from dashboard.figures.history import History, column
from dashboard.figures.markup import plain
from dashboard.figures.series import smoothed
from dashboard.figures.tables import joined
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

Measure = Literal["loss", "metric"]
MOST_TITLE = 32


def curves(
    runs: Mapping[str, History],
    *,
    measure: Measure = "loss",
    metric: str = "accuracy",
    smoothing: float = 0.9,
    log: bool = False,
    levels: Mapping[str, float] | None = None,
    cursor: float | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> go.Figure:
    """Draw up to eight runs, by title.

    Args:
        runs: what each wrote.
        measure: the loss, or the metric.
        metric: which metric that is, for the axis.
        smoothing: how much of the smoothed line is what came before, from 0 to below 1.
        log: whether the axis is logarithmic.
        levels: values to compare with, each by the key of its word: "chance", "solved",
            "reference".
        cursor: an epoch to mark.
        labels: words, see `figures.labels`.
        mode: light or dark.
    """
    said = words(labels)
    title = said["loss"] if measure == "loss" else said[f"metric.{metric}"]
    drawn = epochs.figure(said, mode, title=title, log=log)
    looks = epochs.looks([run.cell for run in runs.values()], mode)
    for (name, run), look in zip(runs.items(), looks, strict=True):
        own = plain(name, most=MOST_TITLE) + ", " if len(runs) > 1 else ""
        _training(drawn, run, measure, own, look, said, smoothing, alone=len(runs) == 1)
        _validation(drawn, run, measure, own, look, said)
    if len(runs) == 1:
        _moments(drawn, next(iter(runs.values())), said, mode)
    for key, value in (levels or {}).items():
        if not log or value > 0:
            epochs.level(drawn, value, said[f"curves.{key}"].format(value=f"{value:.4g}"), log=log,
                         mode=mode)  # fmt: skip
    if cursor is not None:
        drawn.add_vline(x=cursor, line={"color": theme.SURFACE[mode].accent, "width": 2})
    return drawn


def _training(
    drawn: go.Figure,
    run: History,
    measure: Measure,
    own: str,
    look: Look,
    said: Mapping[str, str],
    smoothing: float,
    *,
    alone: bool,
) -> None:
    values = column(run.batches, measure)
    name = own + said["curves.training"]
    thin = {"color": look.colour, "width": 1, "dash": look.dash}
    if alone and smoothing > 0 and values.size:
        batches = own + said["curves.batches"]
        drawn.add_trace(epochs.line(run.places, values, name=batches, line=thin, opacity=0.3))
    if values.size:
        smooth = smoothed(values, weight=smoothing)
        look_of = thin | {"width": 1.5}
        drawn.add_trace(epochs.line(run.places, smooth, name=name, line=look_of, opacity=0.75))
    if alone and run.ends.size:
        drawn.add_trace(
            epochs.line(
                run.ends, column(run.epochs, measure), name=said["curves.means"], mode="markers",
                marker={"symbol": "circle-open", "size": 8, "color": look.colour},
            )
        )  # fmt: skip


def _validation(
    drawn: go.Figure, run: History, measure: Measure, own: str, look: Look, said: Mapping[str, str]
) -> None:
    if not run.validated:
        return
    values = column(run.epochs, f"validation_{measure}")
    few = run.ends.size <= 60
    best = run.ends == (run.best_epoch or 0)
    marker = {"symbol": np.where(best, "star", "circle").tolist(), "color": look.colour,
              "size": np.where(best, 14, 6 if few else 0).tolist()}  # fmt: skip
    drawn.add_trace(
        go.Scatter(
            x=run.ends,
            y=values.astype(np.float32),
            name=own + said["curves.validation"],
            mode="lines+markers",
            line={"color": look.colour, "width": 3, "dash": look.dash},
            marker=marker,
            hovertemplate=f"{own}{said['curves.validation']}: <b>%{{y:.4g}}</b><extra></extra>",
        )
    )


def _moments(drawn: go.Figure, run: History, said: Mapping[str, str], mode: Mode) -> None:
    if run.best_epoch is not None and run.ends.size:
        text = said["curves.best"].format(epoch=run.best_epoch)
        epochs.mark(drawn, run.best_epoch, text, mode=mode)
    if run.stopped and run.ends.size:
        text = said["curves.stopped"].format(epoch=int(run.ends[-1]))
        epochs.mark(drawn, run.ends[-1], text, mode=mode, dash="dash", top=False)


def curves_table(
    runs: Mapping[str, History],
    *,
    measure: Measure = "loss",
    labels: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return a row for each epoch of each run: training and validation."""
    said = words(labels)
    titles = [said[key] for key in ("run", "epoch", "curves.training", "curves.validation")]
    parts = []
    for name, run in runs.items():
        training = column(run.epochs, measure)
        validation = column(run.epochs, f"validation_{measure}")
        numbers = ([name] * run.ends.size, run.ends.astype(int), training, validation)
        parts.append(dict(zip(titles, numbers, strict=True)))
    return joined(parts, titles=titles)


def curves_alt(
    runs: Mapping[str, History],
    *,
    measure: Measure = "loss",
    metric: str = "accuracy",
    labels: Mapping[str, str] | None = None,
) -> str:
    """Return what `curves` shows as a sentence: where each run stands."""
    said = words(labels)
    title = said["loss"] if measure == "loss" else said[f"metric.{metric}"]
    told = "; ".join(_told(name, run, measure, said) for name, run in runs.items())
    return said["curves.alt"].format(measure=title, runs=told)


def _told(name: str, run: History, measure: Measure, said: Mapping[str, str]) -> str:
    if not run.ends.size:
        return said["curves.alt.none"].format(run=name)
    training = column(run.epochs, measure)[-1]
    facts = {"run": name, "epoch": int(run.ends[-1]), "training": f"{training:.4g}"}
    if not run.validated:
        return said["curves.alt.training"].format(**facts)
    validation = column(run.epochs, f"validation_{measure}")[-1]
    return said["curves.alt.run"].format(**facts, validation=f"{validation:.4g}")
