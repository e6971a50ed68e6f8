"""What a change of the state becomes on its way: singular values, in powers of ten, and their pace.

`spectra` draws how much of a change at each step is left at the chosen one, along the directions
that keep most, and of the hidden state alone; `lyapunov` the exponents as they settle along the
text. Zero is no stretch on both: above it changes grow, below they fade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.spectra import Spectra
from dashboard.figures import lines, theme
from dashboard.figures.answers import colours
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_HEIGHT = 330
_DASHES = ("dash", "dot", "dashdot", "longdash")
_TEN = float(np.log(10))


def spectra(
    found: Spectra,
    *,
    tokens: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw log₁₀ of the singular values of ∂s_T/∂s_t along the text, and of ‖∂h_T/∂h_t‖."""
    said = words(labels)
    time, top = found.log_singular.shape
    steps = Steps.of(time, tokens)
    singular, hidden = found.log_singular / _TEN, found.log_hidden / _TEN

    def draw() -> go.Figure:
        y = {"title": {"text": said["spectra.axis"]}, "zeroline": True}
        drawn = lines.figure(steps, words=said, mode=mode, y=y, height=_HEIGHT)
        drawn.update_yaxes(zerolinecolor=theme.SURFACE[mode].line, zerolinewidth=1)
        for at in range(top):
            drawn.add_trace(
                lines.line(
                    steps, singular[:, at], name=f"σ<sub>{at + 1}</sub>", number=".2f",
                    colour=colours(mode)[at % len(colours(mode))], dash=_DASHES[at % len(_DASHES)],
                )
            )  # fmt: skip
        drawn.add_trace(
            lines.line(
                steps, hidden, name="‖∂h<sub>T</sub>/∂h<sub>t</sub>‖", number=".2f",
                colour=theme.colour("hidden", mode),
            )
        )  # fmt: skip
        drawn.update_layout(showlegend=True)
        lines.frame(drawn, steps, found.step, mode=mode)
        shut = int(np.isneginf(found.log_singular).sum())
        lost = int((np.isnan(found.log_singular) & ~np.isnan(hidden)[:, None]).sum())
        notes = [
            said["spectra.shut"].format(count=shut) if shut else "",
            said["spectra.lost"].format(count=lost) if lost else "",
        ]
        lines.note(drawn, notes, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        for at in range(top):
            columns[f"log10 σ{at + 1}"] = _finite(singular[:, at])
        return frame(columns | {"log10 ‖∂h_T/∂h_t‖": _finite(hidden)})

    def sentence() -> str:
        known = np.flatnonzero(np.isfinite(singular[:, 0]))
        first = known[0] if found.direction == "forward" else known[-1]
        return said["spectra.alt"].format(
            top=top, steps=time, left=f"{singular[first, 0]:.2f}", hidden=f"{hidden[first]:.2f}"
        )

    return Picture(draw, table, sentence)


def lyapunov(
    found: Spectra,
    *,
    tokens: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the Lyapunov exponents, averaged up to each step."""
    said = words(labels)
    time, top = found.so_far.shape
    steps = Steps.of(time, tokens)

    def draw() -> go.Figure:
        y = {"title": {"text": said["lyapunov.axis"]}, "zeroline": True}
        drawn = lines.figure(steps, words=said, mode=mode, y=y, height=_HEIGHT)
        drawn.update_yaxes(zerolinecolor=theme.SURFACE[mode].line, zerolinewidth=1)
        for at in range(top):
            drawn.add_trace(
                lines.line(
                    steps, found.so_far[:, at], name=f"λ<sub>{at + 1}</sub>", number=".3f",
                    colour=colours(mode)[at % len(colours(mode))],
                    dash=("solid", *_DASHES)[at % 5],
                )
            )  # fmt: skip
        drawn.update_layout(showlegend=True)
        lines.frame(drawn, steps, found.step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        return frame(columns | {f"λ{at + 1}": _finite(found.so_far[:, at]) for at in range(top)})

    def sentence() -> str:
        shown = ", ".join(f"{value:.3f}" for value in found.exponents if np.isfinite(value))
        return said["lyapunov.alt"].format(top=top, values=shown or "–")

    return Picture(draw, table, sentence)


def _finite(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), values, np.nan)
