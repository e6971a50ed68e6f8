"""How surprised a language model is along a text: bits a token, and their mean so far.

    bits_t = −log₂ p(token_t | tokens before)                  perplexity = 2^(mean of the bits)

The dashed line is the mean of all bits up to there, and where it ends that of the whole text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.surprise import Surprise
from dashboard.figures import lines, theme
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd


def surprise(
    along: Surprise,
    *,
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the bits of each token, and their mean so far; the first token has none."""
    shown = words(labels)
    steps = Steps.of(len(along.bits), tokens)
    counts = np.arange(len(along.bits), dtype=np.float64)
    total = np.concatenate([[0.0], np.cumsum(along.bits[1:])])
    so_far = np.divide(total, counts, out=np.full_like(total, np.nan), where=counts > 0)

    def draw() -> go.Figure:
        drawn = lines.figure(
            steps, words=shown, mode=mode, y={"title": {"text": shown["surprise.bits"]}}
        )
        colour, muted = theme.colour("answer", mode), theme.SURFACE[mode].muted
        drawn.add_trace(
            lines.line(steps, along.bits, name=shown["surprise.bits"], colour=colour, number=".2f")
        )
        mean = lines.line(
            steps, so_far, name=shown["surprise.mean"], colour=muted, dash="dash", number=".2f"
        )
        drawn.add_trace(mean.update(mode="lines"))
        lines.frame(drawn, steps, step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        return frame(
            steps.columns(shown)
            | {shown["surprise.bits"]: along.bits, shown["surprise.mean"]: so_far}
        )

    def sentence() -> str:
        most = int(np.nanargmax(along.bits))
        return shown["surprise.alt"].format(
            mean=f"{along.bits_per_token:.2f}",
            perplexity=f"{along.perplexity:.1f}",
            step=most + 1,
            token="" if tokens is None else tokens[most],
            bits=f"{along.bits[most]:.2f}",
        )

    return Picture(draw, table, sentence)
