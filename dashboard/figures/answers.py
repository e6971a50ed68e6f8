"""What the model would answer if the text ended here, as a line along the text.

One sigmoid output is a probability between two classes, drawn with the line at 0.5. A softmax over
few classes is a line for each of the likeliest; over a vocabulary it is one line, the probability
that the model gave to the token that really came next, with its best guesses under the pointer.
Other outputs are drawn as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from core.errors import ShapeMismatch
from dashboard.figures import lines, theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture
from dashboard.figures.steps import Steps
from dashboard.figures.tables import frame
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

TOP = 5
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
_PROBABILITIES = ("sigmoid", "softmax")


@dataclass(frozen=True, eq=False)
class Answers:
    """Answers at each step, and what they mean.

    Attributes:
        values: (time, outputs), what the readout gave (`core.analysis.answers`).
        activation: of the readout; "sigmoid" and "softmax" give probabilities.
        classes: names of the outputs, made visible; for one sigmoid output, of its two ends.
        targets: for a softmax, the class that was right at each step, (time,); −1 where nobody
            knows, as after the last token.
    """

    values: NDArray[np.floating]
    activation: str = "sigmoid"
    classes: Sequence[str] = ()
    targets: NDArray[np.integer] | None = None

    @classmethod
    def of(
        cls,
        values: ArrayLike,
        *,
        activation: str = "sigmoid",
        classes: Sequence[str] = (),
        targets: ArrayLike | None = None,
    ) -> Answers:
        """Check shapes. Raises ShapeMismatch."""
        array = np.asarray(values)
        if array.ndim != 2 or 0 in array.shape:
            raise ShapeMismatch(what="answers", found=array.shape, expected="(time, outputs)")
        named = 2 if array.shape[1] == 1 and activation == "sigmoid" else array.shape[1]
        if classes and len(classes) < named:
            raise ShapeMismatch(what="classes", found=(len(classes),), expected=(named,))
        right = None if targets is None else np.asarray(targets)
        if right is not None and right.shape != array.shape[:1]:
            raise ShapeMismatch(what="targets", found=right.shape, expected=array.shape[:1])
        return cls(array, activation, tuple(classes), right)

    @property
    def time(self) -> int:
        """The number of steps."""
        return self.values.shape[0]

    @property
    def probable(self) -> bool:
        """Whether they lie between 0 and 1."""
        return self.activation in _PROBABILITIES

    @property
    def binary(self) -> bool:
        """Whether one number stands between two classes."""
        return self.activation == "sigmoid" and self.values.shape[1] == 1

    def name(self, output: int) -> str:
        """The name of an output, its number where it has none."""
        at = 1 if self.binary else output
        return self.classes[at] if self.classes else str(output)

    def guesses(self, step: int, *, most: int = TOP) -> list[tuple[str, float]]:
        """The likeliest classes at a step with their probabilities, best first."""
        row = self.values[step]
        if self.binary:
            rest = self.classes[0] if self.classes else "0"
            pairs = [(self.name(0), float(row[0])), (rest, 1 - float(row[0]))]
            return sorted(pairs, key=lambda pair: -pair[1])
        best = np.argsort(-row, kind="stable")[:most]
        return [(self.name(int(output)), float(row[output])) for output in best]

    def given_to_right(self) -> NDArray[np.float64] | None:
        """The probability given to the right class at each step, NaN where nobody knows it."""
        if self.targets is None:
            return None
        right = np.clip(self.targets, 0, None)
        found = self.values[np.arange(self.time), right].astype(np.float64)
        return np.where(self.targets < 0, np.nan, found)


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
    surface = theme.SURFACE[mode]
    return (theme.colour("answer", mode), surface.accent, surface.ink, surface.negative,
            surface.muted)  # fmt: skip


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
