"""A network in time, in one of five shapes: what each turn of the loop read, kept and answered.

The cells stand side by side as in `unrolled`; here the arrows tell the shape: which turns read,
which answer, whether an answer is read again (dashed), where an encoder hands its state to a
decoder (thick), and how far an attention looks back (arcs, as strong as their weights).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from core.analysis.shapes import DECODER, ENCODER, Unrolling
from dashboard.figures import theme
from dashboard.figures import unrolled_parts as parts
from dashboard.figures.markup import plain, width
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

UNITS = 16  # rows that a column shows
_FEWEST = 5
_EDGE = parts.HALF + 0.07
_PALE = 0.08  # a look that is weaker is not drawn
_TOLD = 6  # answers in the sentence


def shapes(
    unrolling: Unrolling, *, labels: Mapping[str, str] | None = None, mode: Mode = "light"
) -> Picture:
    """Draw the turns of an unrolled network; of many units the first 16."""
    said = words(labels)
    turns, count = unrolling.turns, len(unrolling.turns)
    states = np.stack([turn.state for turn in turns])
    answers = _answers(unrolling)

    def draw() -> go.Figure:
        drawn = go.Figure()
        drawn.add_trace(parts.cells(count, mode, framed=[turn.side == DECODER for turn in turns]))
        rows = range(min(UNITS, states.shape[1]))
        drawn.add_trace(
            parts.columns(
                states[:, rows].T, rows, _named(unrolling, said), said, mode,
                low=-unrolling.spread, high=unrolling.spread,
            )
        )  # fmt: skip
        read = [turn.read or "" for turn in turns]
        slanted = count * max(width(text[: parts.LONG]) + 1 for text in read) > 40
        notes = _loop(unrolling, mode)
        notes += [
            parts.arrow((at, -0.33), (at, -0.08), colour=theme.colour("from_input", mode))
            for at, turn in enumerate(turns)
            if turn.read is not None
        ]
        notes += parts.tokens(read, range(count), None, mode, slanted=slanted)
        notes += _answered(unrolling, answers, mode) + _sides(unrolling, said, mode)
        spare = max(0, _FEWEST - count) / 2
        drawn.update_layout(
            height=250,
            margin={"l": 6, "r": 6, "t": 6, "b": 6},
            annotations=notes,
            shapes=_fed_back(unrolling, mode) + _looks(unrolling, mode),
            hovermode="closest",
            xaxis={"visible": False, "fixedrange": True,
                   "range": [-0.6 - spare, count - 0.4 + spare]},
            yaxis={"visible": False, "fixedrange": True,
                   "range": [-0.95 if slanted else -0.75, 2.1]},
        )  # fmt: skip
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns: dict[str, object] = {said["step"]: np.arange(count) + FIRST}
        if any(turn.side for turn in turns):
            columns[said["shapes.side"]] = [said[f"shapes.{turn.side}"] for turn in turns]
        columns[said["token"]] = [turn.read or "" for turn in turns]
        columns |= {f"{said['unit']} {at}": unit for at, unit in enumerate(states.T)}
        columns[said["answer"]] = [turn.answer or "" for turn in turns]
        columns[said["probability"]] = [turn.share for turn in turns]
        return frame(columns)

    def sentence() -> str:
        given = unrolling.answered
        return said["shapes.alt"].format(
            shape=said[f"shapes.{unrolling.shape}"],
            cell=said.get(unrolling.cell, unrolling.cell),
            turns=count,
            read=sum(turn.read is not None for turn in turns),
            count=len(given),
            answers=", ".join(_said(turn.answer, turn.share) for turn in given[-_TOLD:]),
        )

    return Picture(draw, table, sentence)


def _said(answer: str | None, share: float | None) -> str:
    return f"“{answer}”" if share is None else f"“{answer}” {share:.2f}"


def _answers(unrolling: Unrolling) -> dict[int, str]:
    """What stands above each turn that answers."""
    return {
        at: plain(turn.answer, most=12) + ("" if turn.share is None else f"<br>{turn.share:.0%}")
        for at, turn in enumerate(unrolling.turns)
        if turn.answer is not None
    }


def _named(unrolling: Unrolling, said: Mapping[str, str]) -> list[str]:
    """What hover calls each turn."""
    return [
        " · ".join(
            filter(
                None,
                (
                    plain(turn.read or "", most=14),
                    f"{said['step']} {at + FIRST}",
                    turn.side and said[f"shapes.{turn.side}"],
                ),
            )
        )
        for at, turn in enumerate(unrolling.turns)
    ]


def _loop(unrolling: Unrolling, mode: Mode) -> list[parts.Note]:
    """From cell to cell; where an encoder hands over to a decoder, in the colour of the cursor."""
    colour, accent = theme.colour("hidden", mode), theme.SURFACE[mode].accent
    notes = []
    for at, (one, other) in enumerate(zip(unrolling.turns, unrolling.turns[1:], strict=False)):
        hands = one.side != other.side
        note = parts.arrow(
            (at + _EDGE, 0.5), (at + 1 - _EDGE, 0.5), colour=accent if hands else colour
        )
        notes.append(note | {"arrowwidth": 3.2 if hands else 1.6})
    return notes


def _answered(unrolling: Unrolling, answers: Mapping[int, str], mode: Mode) -> list[parts.Note]:
    """Arrows up, and the answers with their probabilities."""
    colour = theme.colour("answer", mode)
    many = len(answers) > 10
    notes = [parts.arrow((at, 1.09), (at, 1.3), colour=colour) for at in answers]
    return notes + [
        {
            "text": text.partition("<br>")[0] if many else text, "x": at, "y": 1.34, "xref": "x",
            "yref": "y", "yanchor": "bottom", "showarrow": False, "name": "answer",
            "font": {"size": 12, "color": theme.SURFACE[mode].ink},
        }
        for at, text in answers.items()
    ]  # fmt: skip


def _fed_back(unrolling: Unrolling, mode: Mode) -> list[dict[str, Any]]:
    """Dashed lines from each answer to the turn that reads it."""
    if not unrolling.fed_back:
        return []
    line = {"color": theme.colour("answer", mode), "width": 1.3, "dash": "dot"}
    reads = [at for at, turn in enumerate(unrolling.turns) if turn.answer is not None][:-1]
    return [
        {"type": "path", "line": line, "layer": "below",
         "path": f"M {at + 0.2},1.5 C {at + 0.62},1.5 {at + 0.38},-0.5 {at + 0.8},-0.5"}
        for at in reads
    ]  # fmt: skip


def _looks(unrolling: Unrolling, mode: Mode) -> list[dict[str, Any]]:
    """Arcs from the encoder's turns to the decoder's, as strong as the attention's weights."""
    if unrolling.looks is None:
        return []
    start = len(unrolling.side(ENCODER))
    colour = theme.SURFACE[mode].accent
    return [
        {"type": "path", "opacity": float(min(1.0, weight)), "layer": "below",
         "line": {"color": colour, "width": 2},
         "path": f"M {source},1.07 Q {(source + start + target) / 2},1.6 {start + target},1.07"}
        for target, row in enumerate(unrolling.looks)
        for source, weight in enumerate(row)
        if weight >= _PALE
    ]  # fmt: skip


def _sides(unrolling: Unrolling, said: Mapping[str, str], mode: Mode) -> list[parts.Note]:
    """What the two halves are called, above where nothing is answered."""
    notes: list[parts.Note] = []
    start = 0
    for name in (ENCODER, DECODER):
        turns = unrolling.side(name)
        if turns:
            notes.append(
                {
                    "text": said[f"shapes.{name}"], "x": start - 0.4, "y": 2.1, "xref": "x",
                    "yref": "y", "xanchor": "left", "yanchor": "top", "showarrow": False,
                    "font": {"size": 12, "color": theme.SURFACE[mode].muted},
                }
            )  # fmt: skip
        start += len(turns)
    return notes
