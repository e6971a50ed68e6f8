"""What one step does to a gradient that passes through it: the norm of its Jacobian.

Below the line at 1 the step can only shrink a gradient (Pascanu, Mikolov & Bengio 2013).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from core.analysis.jacobian import JacobianNorms
from dashboard.figures import lines, theme
from dashboard.figures.compared import looks
from dashboard.figures.markup import plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.steps import FEW, FIRST, Steps
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

_LOG_FROM = 100.0  # largest over smallest, from which the axis is logarithmic


def jacobian(
    norms: Mapping[str, JacobianNorms],
    *,
    cells: Sequence[str],
    time: int,
    tokens: Sequence[str] | None = None,
    step: int | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the spectral norm of ∂state_t/∂state_{t−1} along the text, a line for each model.

    `norms` (`core.analysis.jacobian.jacobian_norms`) by title, `cells` the cell of each, `time` the
    number of steps in the text, of which the norms may cover some. Of what an LSTM carries, hidden
    and cell count together.
    """
    said = words(labels)
    steps = Steps.of(time, tokens, most=FEW)
    chosen = looks(cells, mode)
    found = np.concatenate([each.whole for each in norms.values()])
    found = found[np.isfinite(found) & (found > 0)]
    spread = found.size and found.max() / found.min() > _LOG_FROM
    highest = max(1.1, float(found.max(initial=0.0)) * 1.08)
    y = {"type": "log", "exponentformat": "power"} if spread else {"range": [0, highest]}

    def draw() -> go.Figure:
        drawn = lines.figure(
            steps, words=said, mode=mode, y=y | {"title": {"text": said["jacobian.axis"]}}
        )
        surface = theme.SURFACE[mode]
        drawn.add_hline(y=1, line={"color": surface.ink, "width": 1, "dash": "dash"})
        lines.note(drawn, [said["jacobian.one"]], mode=mode)
        places = steps.places
        for (title, own), look in zip(norms.items(), chosen, strict=True):
            values = np.where(own.whole > 0, own.whole, np.nan) if spread else own.whole
            line = lines.line(
                steps, values, name=plain(title, most=24), colour=look.colour, dash=look.dash
            )
            drawn.add_trace(line.update(x=[places[at] for at in own.steps], opacity=look.opacity))
        drawn.update_layout(showlegend=True)
        lines.frame(drawn, steps, step, mode=mode)
        return drawn

    def table() -> pd.DataFrame:
        titles = {key: said[key] for key in ("model", "step", "token")}
        whole, hidden = said["jacobian.whole"], said["jacobian.hidden"]
        parts = []
        for title, own in norms.items():
            part: dict[str, object] = {
                titles["model"]: [title] * len(own.steps),
                titles["step"]: own.steps + FIRST,
                whole: own.whole,
                hidden: own.hidden,
            }
            if tokens is not None:
                part[titles["token"]] = [tokens[at] for at in own.steps]
            parts.append(part)
        kept = [titles["model"], titles["step"], *([titles["token"]] if tokens is not None else [])]
        return joined(parts, titles=[*kept, whole, hidden])

    def sentence() -> str:
        told = ", ".join(
            said["alt.range"].format(name=title, low=f"{own.whole.min():.3g}",
                                     high=f"{own.whole.max():.3g}")
            for title, own in norms.items() if own.whole.size
        )  # fmt: skip
        return said["jacobian.alt"].format(ranges=told)

    return Picture(draw, table, sentence)
