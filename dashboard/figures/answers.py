"""What the model would answer if the text ended here, as a line along the text.

One sigmoid output is a probability between two classes, drawn with the line at 0.5. A softmax over
few classes is a line for each of the likeliest; over a vocabulary it is one line, the probability
that the model gave to the token that really came next, with its best guesses under the pointer.
Other outputs are drawn as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.guesses import TOP, Answers
from dashboard.figures import lines, theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, frame
from dashboard.figures.steps import Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")


def answers(
    given: Answers,
    *,
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    top: int = TOP,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the answers along the text; `top` is how many classes of a softmax have a line."""
    said = words(labels)
    steps = Steps.of(given.time, tokens)
    y = {"title": {"text": said["probability" if given.probable else "answer"]}}

    def draw() -> go.Figure:
        drawn = lines.figure(steps, words=said, mode=mode, y=y, height=280)
        if given.probable:
            drawn.update_yaxes(range=[-0.03, 1.03], tickvals=[0, 0.25, 0.5, 0.75, 1])
        for at, (name, values) in enumerate(_lines(given, said, top).items()):
            line = lines.line(
                steps,
                values,
                name=plain(name, most=2 * MOST_CHARACTERS),
                colour=colours(mode)[at % TOP],
                dash=_DASHES[at % TOP],
            )
            if at == 0 and not given.binary and given.probable:
                line.update(
                    customdata=[_told(given, each) for each in range(given.time)],
                    hovertemplate=f"{line.name}: <b>%{{y:.4f}}</b>%{{customdata}}<extra></extra>",
                )
            drawn.add_trace(line)
        drawn.update_layout(showlegend=True)
        if given.binary:
            _two_classes(drawn, given, mode)
        lines.frame(drawn, steps, step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        columns = steps.columns(said)
        columns |= _lines(given, said, top)
        if not given.binary and given.probable:
            guesses = [given.guesses(step, most=top) for step in range(given.time)]
            for place in range(min(top, given.values.shape[1])):
                guess = said["answers.guess"].format(place=place + 1)
                columns[guess] = [found[place][0] for found in guesses]
                columns[f"{guess}, {said['probability']}"] = [found[place][1] for found in guesses]
        return frame(columns)

    def sentence() -> str:
        if not given.probable:
            return said["answers.alt.number"].format(
                first=f"{given.values[0, 0]:.3g}", last=f"{given.values[-1, 0]:.3g}"
            )
        name, share = given.guesses(given.time - 1)[0]
        return said["answers.alt"].format(steps=given.time, name=name, share=f"{share:.2f}")

    return Picture(draw, table, sentence)


def colours(mode: Mode) -> tuple[str, ...]:
    """Return the colours of the classes, likeliest first; they are no quantities."""
    return (theme.colour("answer", mode), *theme.ITEMS[mode])


def _lines(given: Answers, said: Mapping[str, str], top: int) -> dict[str, NDArray[np.floating]]:
    right = given.given_to_right()
    if right is not None:
        return {said["answers.right"]: right}
    if given.binary:
        return {given.name(0) if given.classes else said["answer"]: given.values[:, 0]}
    best = np.argsort(-given.values.max(axis=0), kind="stable")[:top]
    return {given.name(int(output)): given.values[:, output] for output in best}


def _told(given: Answers, step: int) -> str:
    """The best guesses at a step, as lines of markup."""
    return "".join(
        f"<br>{place}. {plain(name, most=MOST_CHARACTERS)} {share:.3f}"
        for place, (name, share) in enumerate(given.guesses(step), start=1)
    )


def _two_classes(drawn: go.Figure, given: Answers, mode: Mode) -> None:
    surface = theme.SURFACE[mode]
    drawn.add_hline(y=0.5, line={"color": surface.muted, "width": 1, "dash": "dash"})
    lines.ends(drawn, given.classes, mode=mode)
    drawn.update_layout(showlegend=False, margin={"t": 16})
