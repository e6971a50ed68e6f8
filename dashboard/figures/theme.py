"""One colour per quantity, everywhere: in heatmaps, lines, diagrams, equations and legends.

A reader who has once learnt that the forget gate is teal should never have to learn it again, so
the palette is a table with one row per quantity: gates, states and cells bring their colours along
(`core/cells`), all others stand here, and nothing else in the project holds a colour.
Each quantity has two shades, for light and dark backgrounds, with at least 4.5:1 contrast to the
page, so that the same shade serves lines and text. Colours that meet in one picture differ by at
least 10 (CIEDE2000) for normal sight and for the three kinds of colour-blindness; they were found
by a numerical search under those conditions (tests/dashboard/figures/test_theme.py holds them).

Scales: what lies between 0 and 1 runs from a shade near paper to the quantity's colour; what has a
sign runs from one shared blue over that shade to the quantity's colour. Nothing else is blue, so
'blue is negative' has to be learnt only once. (Gradients run from green: magenta and blue are one
for the red-blind. Of two classes, which are no signs, one is slate and one bronze.) All
interpolation is in OKLab, where equal steps look equal.
Hues do not suffice for everything: training and validation are one colour, dotted and solid; cells
have dashes; a run is in its cell's colour while no other is of that cell, else in one of ITEMS.
Not chosen: well-known maps such as viridis or RdBu, because six gates in one map cannot be told
apart by their colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from core import cells
from core.cells.leaves import Value, Weight
from dashboard.figures.oklab import contrast, hexadecimal, oklab

Mode = Literal["light", "dark"]
Kind = Literal["sequential", "diverging"]

MODES: tuple[Mode, ...] = ("light", "dark")


@dataclass(frozen=True)
class Surface:
    """The colours of everything that is not data, in one mode."""

    paper: str  # the page, and the background of figures
    card: str  # panels, inputs, the unlit half of a gauge
    ink: str  # text
    muted: str  # secondary text, axis titles; still 4.5:1
    line: str  # axes and borders
    grid: str  # grid lines
    accent: str  # what the user may press, and the cursor
    zero: str  # where a scale begins, or has its middle: a value near zero is there to be seen
    negative: str  # the blue end of diverging scales, and nothing else


SURFACE: dict[Mode, Surface] = {
    "light": Surface(
        paper="#fcfbf9",
        card="#f3f1ec",
        ink="#23262b",
        muted="#62656b",
        line="#cfcac0",
        grid="#e9e5dd",
        accent="#2d5f73",
        zero="#f0ede6",
        negative="#026bb6",
    ),
    "dark": Surface(
        paper="#15181e",
        card="#1f242c",
        ink="#e6e4df",
        muted="#a3a8b0",
        line="#3d444f",
        grid="#2a3039",
        accent="#8cc3d6",
        zero="#2b313b",
        negative="#10adef",
    ),
}


@dataclass(frozen=True)
class Quantity:
    """How one quantity looks: its two shades, its letter in equations, its scale, its line."""

    name: str
    symbol: str  # as in the equations of core/cells
    light: str
    dark: str
    kind: Kind  # the scale it has by nature; a caller may ask for the other
    dash: str = "solid"  # Plotly's name; a second sign beside the colour
    opposite: tuple[str, str] | None = None  # below zero, light and dark; else the shared blue

    def colour(self, mode: Mode) -> str:
        """Return the shade for this mode, as #rrggbb."""
        return self.light if mode == "light" else self.dark


def _declared(name: str, value: Value | Weight) -> Quantity:
    """How a gate, a state or a part looks that a cell declares."""
    look = value.look
    assert look is not None, name  # the tests of cells ask for it
    signed = isinstance(value, Weight) or value.signed
    kind: Kind = "diverging" if signed else "sequential"
    return Quantity(name, value.symbol, look.light, look.dark, kind, look.dash)


QUANTITY: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (
        *(_declared(name, value) for name, value in cells.values().items()),
        # what a pre-activation is the sum of
        Quantity("from_input", "Wx", "#376c79", "#5cdefc", "diverging"),
        Quantity("from_hidden", "Uh", "#9f132b", "#fb7077", "diverging", "dash"),
        Quantity("bias", "b", "#706c62", "#c1bfb5", "diverging", "dot"),
        # the way back, and the way out
        Quantity(
            "gradient", "∂", "#b331a6", "#f591ff", "diverging", opposite=("#1b7522", "#54aa3f")
        ),
        Quantity(
            "answer", "y", "#535b66", "#9ba3af", "sequential", opposite=("#714909", "#cf8a44")
        ),
        # cell types, where they are compared
        *(
            Quantity(
                name,
                cell.title["en"],
                cell.look.light,
                cell.look.dark,
                "sequential",
                cell.look.dash,
            )
            for name, cell in cells.CELLS.items()
        ),
    )
}

ITEMS: dict[Mode, tuple[str, ...]] = {
    "light": ("#cc206f", "#73631c", "#1c4d3c", "#7f51b1", "#356e6c", "#740e55"),
    "dark": ("#eba0a4", "#dccb86", "#549a76", "#c487e8", "#57e3df", "#c9729a"),
}
"""Colours of what has none of its own, in turn: runs of one cell, the classes of an answer."""

INKS = ("#000000", "#ffffff")
"""What is written on a colour: one of the two has a contrast of 4.5:1 to whatever colour."""

# Pretendard is served from dashboard/static; its like from the system where a picture has left the
# page, for instance in Jupyter. .streamlit/config.toml has the same lines.
FONT = (
    "Pretendard, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', "
    "'Apple SD Gothic Neo', 'Malgun Gothic', 'Noto Sans KR', 'Noto Sans CJK KR', sans-serif"
)
MONOSPACE = (
    "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', "
    "'Noto Sans Mono CJK KR', 'D2Coding', monospace"
)

# For st.plotly_chart and figure.show(). The mode bar keeps its camera, which
# dashboard/widgets/snapshot.py presses.
PLOT_CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "displayNotifier": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}


def in_order(kind: Literal["gate", "state"]) -> tuple[str, ...]:
    """Return the gates or states of all cells, each cell's in the order that it declares them."""
    wanted: list[str] = []
    for cell in cells.CELLS.values():
        at = 0
        for name in cell.gates if kind == "gate" else cell.states:
            if name not in wanted:
                wanted.insert(at, name)
            at = wanted.index(name) + 1
    return tuple(wanted)


def colour(name: str, mode: Mode) -> str:
    """Return the colour of a quantity, as #rrggbb. KeyError for a name outside QUANTITY."""
    return QUANTITY[name].colour(mode)


def item(number: int | None, mode: Mode) -> str:
    """Return one of ITEMS, or for None the colour of an answer: what is given, beside what is made.

    In turn, where there are more than colours.
    """
    return colour("answer", mode) if number is None else ITEMS[mode][number % len(ITEMS[mode])]


def scale(name: str, mode: Mode, *, kind: Kind | None = None) -> list[tuple[float, str]]:
    """Return a Plotly colour scale for a quantity: (position 0..1, #rrggbb), 33 stops.

    Sequential: position 0 is the shade of zero, 1 the quantity's colour. Diverging: 0 is its
    colour below zero, 0.5 the shade of zero, 1 the quantity's colour; draw it with limits
    symmetric about zero.
    `kind` overrides the quantity's own, e.g. for a gate before its activation, or |∂loss/∂h|.
    """
    stops, shades = np.linspace(0.0, 1.0, 33), _shades(name, mode, kind, 33)
    return [(float(stop), shade) for stop, shade in zip(stops, shades, strict=True)]


def table(name: str, mode: Mode, *, kind: Kind | None = None) -> list[str]:
    """Return 256 colours, lowest value first, as #rrggbb: the same scale for canvases."""
    return list(_shades(name, mode, kind, 256))


def readable(background: str) -> str:
    """Return the ink that reads best on a background (#rrggbb): at least 4.5:1 on any."""
    return max(INKS, key=lambda ink: contrast(ink, background))


def apply(figure: go.Figure, mode: Mode) -> go.Figure:
    """Give a figure the fonts, surfaces and axes of this theme; returns the same figure."""
    figure.update_layout(template=template(mode))
    return figure


@cache
def template(mode: Mode) -> go.layout.Template:
    """Return the Plotly template of one mode. Shared: do not change it."""
    surface = SURFACE[mode]
    axis = {
        "gridcolor": surface.grid,
        "linecolor": surface.line,
        "zerolinecolor": surface.line,
        "tickcolor": surface.line,
        "title": {"font": {"color": surface.muted, "size": 13}, "standoff": 8},
        "tickfont": {"color": surface.muted, "size": 12},
        "automargin": True,
        "showline": True,
        "ticks": "outside",
        "ticklen": 4,
    }
    bar = {
        "outlinewidth": 0,
        "thickness": 12,
        "tickfont": {"color": surface.muted, "size": 12},
        "title": {"font": {"color": surface.muted, "size": 12}},
    }
    layout = go.Layout(
        font={"family": FONT, "color": surface.ink, "size": 14},
        title={"font": {"size": 16}, "x": 0, "xanchor": "left"},
        paper_bgcolor=surface.paper,
        plot_bgcolor=surface.paper,
        colorway=[quantity.colour(mode) for quantity in QUANTITY.values()],
        margin={"l": 56, "r": 16, "t": 40, "b": 48},
        legend={
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 13},
            "bgcolor": "rgba(0,0,0,0)",
        },
        hoverlabel={
            "bgcolor": surface.card,
            "bordercolor": surface.line,
            "font": {"family": FONT, "color": surface.ink, "size": 13},
            "align": "left",
        },
        modebar={
            "bgcolor": "rgba(0,0,0,0)",
            "color": surface.muted,
            "activecolor": surface.accent,
        },
        xaxis=axis,
        yaxis=axis,
    )
    data = {"heatmap": [go.Heatmap(colorbar=bar)], "scatter": [go.Scatter(line={"width": 2})]}
    return go.layout.Template(layout=layout, data=data)


@cache
def _shades(name: str, mode: Mode, kind: Kind | None, count: int) -> tuple[str, ...]:
    quantity, surface = QUANTITY[name], SURFACE[mode]
    if (kind or quantity.kind) == "diverging":
        own = quantity.opposite[MODES.index(mode)] if quantity.opposite else surface.negative
        anchors = [own, surface.zero, quantity.colour(mode)]
    else:
        anchors = [surface.zero, quantity.colour(mode)]
    points = np.array([oklab(anchor) for anchor in anchors])
    positions = np.linspace(0, len(anchors) - 1, count)
    channels = [np.interp(positions, range(len(anchors)), points[:, k]) for k in range(3)]
    return tuple(hexadecimal(lab) for lab in np.stack(channels, axis=1))
