"""One colour, one meaning; one order of gates: over the pictures as they are drawn."""

from __future__ import annotations

import pytest

from core import cells
from dashboard import figures
from dashboard.figures import theme
from tests.dashboard.figures import every, samples
from tests.dashboard.figures.samples import CELLS

FIGURES = every.everything()
GATED = [cell for cell in CELLS if cells.CELLS[cell].gates]


def look(series) -> tuple:
    """What a reader tells a series in the legend by."""
    line, marker = getattr(series, "line", None), getattr(series, "marker", None)
    colour = (line and line.color) or (marker and marker.color)
    colour = colour if isinstance(colour, str) else str(colour)
    return (series.mode, colour, line and line.dash, line and line.width,
            marker and str(marker.symbol), series.opacity)  # fmt: skip


@pytest.mark.parametrize("mode", theme.MODES)
@pytest.mark.parametrize("name", FIGURES)
def test_two_entries_of_a_legend_look_different(name, mode):
    drawn = FIGURES[name](None, mode).draw
    seen: dict[tuple, str] = {}
    for series in getattr(drawn, "data", ()):
        if series.type != "scatter" or series.showlegend is False or not series.name:
            continue
        entry = look(series)
        assert seen.setdefault(entry, series.name) == series.name, (seen[entry], series.name)


@pytest.mark.parametrize("cell", GATED)
def test_gates_stand_in_the_order_that_the_cell_declares(cell):
    trace = samples.trace(cell)
    declared = list(cells.CELLS[cell].gates)
    said = figures.labels("en")

    def ordered(shown: list[str]) -> list[str]:
        """The gates among what is shown, each once."""
        titles = {said[name]: name for name in declared}
        places = [
            name
            for text in shown
            for title, name in titles.items()
            if text.replace("<b>", "").startswith(title)
        ]
        return list(dict.fromkeys(places))

    canvas = figures.gates(trace, tokens=samples.TOKENS)
    assert ordered([note.text for note in canvas.draw.layout.annotations]) == declared
    means = figures.means(trace, tokens=samples.TOKENS)
    assert ordered([series.name for series in means.draw.data]) == declared
    saturation = figures.saturation(trace)
    shown = ordered([note.text for note in saturation.draw.layout.annotations])
    assert shown == [gate for gate in declared if gate in shown]
    assert ordered(list(figures.equations(trace, step=0, unit=0).table.iloc[:, 0])) == declared
    compared = figures.compare({cell: trace}, tokens=samples.TOKENS)
    assert ordered([note.text for note in compared.draw.layout.annotations]) == declared
    assert [gate for gate in theme.in_order("gate") if gate in declared] == declared
