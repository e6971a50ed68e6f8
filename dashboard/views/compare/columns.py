"""The columns of the comparing canvas: one for each model, the same quantity on the same scale.

A column stands for a model; the hidden state comes first in each, because all cells have one, then
the cell state, then the gates. Scales are shared by name, so that a pale row beside a deep one
means a small number beside a large one. The strip of tokens is coloured by what the model would
answer if the text ended there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.analysis.guesses import Answers
from core.nodes import LayerTrace
from dashboard.components.heatmaps import Column, Strip
from dashboard.figures import theme
from dashboard.figures.recorded import Recorded, recorded, shared
from dashboard.figures.theme import Mode
from dashboard.i18n import t
from dashboard.views.compare.comparing import Entry
from dashboard.widgets.panels import panel

STATES = theme.in_order("state")
GATES = theme.in_order("gate")
ORDER = (*STATES, *GATES)


def columns(
    entries: Sequence[Entry],
    *,
    layer: int,
    shown: Iterable[str],
    answers: Mapping[str, Answers],
    mode: Mode,
) -> list[Column]:
    """Return a column for each model with a panel for each of the quantities that are `shown`."""
    wanted = set(shown)
    runs = {each.key: each.reading.trace.layers[layer] for each in entries}
    found = {key: _recorded(run, wanted) for key, run in runs.items()}
    scales: dict[str, Recorded] = {}
    for name in ORDER:
        same = [each[name] for each in found.values() if name in each]
        if same:
            scales[name] = shared(same)[0]
    return [
        Column(
            key=entry.key,
            title=t("compare.column", cell=entry.title, units=runs[entry.key].units),
            tokens=entry.reading.tokens,
            panels=[
                panel(found[entry.key][name], scale=scales[name], mode=mode, mean=False)
                for name in ORDER
                if name in found[entry.key]
            ],
            strip=_strip(answers.get(entry.key), mode),
            unknown=~entry.reading.passage.encoded.known,
        )
        for entry in entries
    ]


def _recorded(run: LayerTrace, wanted: set[str]) -> dict[str, Recorded]:
    return {each.name: each for each in recorded(run) if each.name in wanted}


def _strip(found: Answers | None, mode: Mode) -> Strip | None:
    if found is None or not found.probable:
        return None
    right = found.given_to_right()
    kind: theme.Kind = "sequential"
    values: NDArray[Any]
    if right is not None:
        title, values = t("compare.strip.right"), right
    elif found.binary:
        name = found.name(0) if found.classes else "1"
        title, values, kind = t("compare.strip.answer", name=name), found.values[:, 0], "diverging"
    else:
        last = int(np.argmax(found.values[-1]))
        title = t("compare.strip.answer", name=found.name(last))
        values = found.values[:, last]
    shades = theme.table("answer", mode, kind=kind)
    return Strip(title, values, 0.0, 1.0, shades, theme.colour("answer", mode))
