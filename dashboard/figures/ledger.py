"""Who wrote a unit's memory at one step, a bar for each token, and how what they wrote decays.

Above, the shares: they add up to the state. Below, the largest of them along the text, from the
token that wrote it on: where a line falls, a gate forgot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.expressions import show_number
from core.analysis.ledger import decay
from core.analysis.ledger import ledger as shares_of
from core.analysis.sequence import layer_of
from core.nodes import LayerTrace
from core.trace import Trace
from dashboard.figures import lines, theme
from dashboard.figures.answers import colours
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

MOST = 3
"""Tokens whose share is followed along the text."""
_HEIGHT = 460
_DASHES = ("solid", "dash", "dot")


def ledger(
    trace: Trace,
    *,
    unit: int,
    step: int = -1,
    layer: int | str = 0,
    batch: int = 0,
    tokens: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the shares of one unit's memory at `step`, and the decay of the largest ones.

    `step` is a time index in the order of the text. Raises as `core.analysis.ledger` does.
    """
    shown, run = words(labels), layer_of(trace, layer)
    book = shares_of(run, step, batch=batch)
    order = book.largest(unit, most=MOST)
    steps = Steps.of(len(book.shares), tokens)
    shares, total = book.shares[:, unit], show_number(float(book.total[unit]), 3)
    initial = show_number(float(book.initial[unit]), 3)
    memory = f"{shown[book.memory].lower()} {theme.QUANTITY[book.memory].symbol}"

    def draw() -> go.Figure:
        drawn = _axes(steps, shown, mode)
        if run.mask is not None:
            skipped = np.flatnonzero(~run.mask[batch]).tolist()
            lines.masked(drawn, steps, skipped, words=shown, mode=mode)
        for sign, colour in ((1, theme.colour(book.memory, mode)), (-1, _below(mode))):
            drawn.add_trace(_bars(steps, shares, sign=sign, colour=colour, words=shown))
        for place, written_at in enumerate(order):
            drawn.add_trace(_decay(run, written_at, place=place))
        lines.frame(drawn, steps, book.step, mode=mode)
        sum_of = shown["ledger.sum"].format(memory=memory, unit=unit, total=total)
        left = shown["ledger.initial"].format(initial=initial)
        lines.note(drawn, [sum_of, left if book.initial[unit] else ""], mode=mode)
        return drawn

    def _decay(run: LayerTrace, written_at: int, *, place: int) -> go.Scatter:
        left = decay(run, written_at, batch=batch)[:, unit]
        read = slice(written_at, None) if book.direction == "forward" else slice(written_at + 1)
        along = np.full_like(left, np.nan)
        along[read] = left[read]
        return lines.line(
            steps,
            along,
            name=_named(written_at, tokens, shown),
            colour=colours(mode)[place],
            dash=_DASHES[place],
            number=".4g",
            yaxis="y2",
        )

    def table() -> pd.DataFrame:
        kept = book.log_kept[:, unit] / np.log(10)
        return frame(
            steps.columns(shown)
            | {
                shown["ledger.wrote"]: book.written[:, unit],
                f"log10 {shown['ledger.kept']}": np.where(np.isfinite(kept), kept, np.nan),
                shown["ledger.share"]: shares,
            }
        )

    def sentence() -> str:
        facts = {
            "memory": memory, "unit": unit, "step": book.step + FIRST,
            "total": total, "initial": initial,
        }  # fmt: skip
        largest = ", ".join(
            shown["ledger.of"].format(
                token=shown["step"] if tokens is None else tokens[at],
                step=at + FIRST,
                share=show_number(float(shares[at]), 3),
            )
            for at in order
        )
        return shown["ledger.alt"].format(**facts, largest=largest or "0")

    return Picture(draw, table, sentence)


def _axes(steps: Steps, words: Mapping[str, str], mode: Mode) -> go.Figure:
    """Bars above, lines below, on one axis of steps."""
    zero = {"zeroline": True, "zerolinewidth": 1, "zerolinecolor": theme.SURFACE[mode].line}
    above = {"title": {"text": words["ledger.share"]}, "domain": [0.5, 1], **zero}
    drawn = lines.figure(steps, words=words, mode=mode, y=above, height=_HEIGHT)
    below = {"title": {"text": words["ledger.left"]}, "domain": [0, 0.42], **zero}
    return drawn.update_layout(
        xaxis={"anchor": "y2"},
        yaxis2={"showline": False, "ticks": "", **below},
        barmode="overlay",
        bargap=0.25,
        margin={"l": 64},
    )


def _bars(
    steps: Steps,
    shares: np.ndarray,
    *,
    sign: int,
    colour: str,
    words: Mapping[str, str],
) -> go.Bar:
    """The shares of one sign; the others are gaps."""
    return go.Bar(
        x=steps.places,
        y=np.where(np.sign(shares) == sign, shares, np.nan),
        name=words["ledger.up" if sign > 0 else "ledger.down"],
        marker={"color": colour, "line": {"width": 0}},
        hovertemplate=f"{words['ledger.share']}: <b>%{{y:.4g}}</b><extra></extra>",
    )


def _below(mode: Mode) -> str:
    return theme.SURFACE[mode].negative


def _named(step: int, tokens: Sequence[str] | None, words: Mapping[str, str]) -> str:
    """A token and its step, as lines are named."""
    if tokens is None:
        return f"{words['step']} {step + FIRST}"
    return f"{plain(tokens[step], most=MOST_CHARACTERS)}<sub>{step + FIRST}</sub>"
