"""What is to be seen in the heatmaps, in words that know nothing of pixels or of Streamlit.

A column is one model reading one text: its tokens, a strip of them coloured by one quantity, and
panels, one per gate or state. All columns share one time axis, counted in steps from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from numpy.typing import NDArray

Stops: TypeAlias = Sequence[str] | Sequence[tuple[float, str]]
"""A colour scale: hex colours at even distances, or pairs of position (0 to 1) and hex colour."""


@dataclass(frozen=True)
class Palette:
    """The colours of everything but the values, and the font. All colours are hex.

    `ink` is text and the cursor, `muted` is second-rank text, `grid` is hairlines and empty cells,
    `surface` is what floats (the tooltip), `accent` is the focus ring. An empty `font` takes the
    font of the page.
    """

    background: str
    surface: str
    ink: str
    muted: str
    grid: str
    accent: str
    font: str = ""


@dataclass(frozen=True)
class Panel:
    """One gate or state: `values` (time, units), drawn as units in rows and steps in columns.

    Colours run over `low` to `high`; values outside take the colour of the end and keep their
    number. What is not finite is shown as missing. `order` lists the unit indices from the top row
    to the bottom one; labels and picks always name the true unit. With `mean`, a line of the mean
    over units stands under the heatmap. `marked` (time, units) is true where cells are outlined.
    """

    key: str
    title: str
    values: NDArray[Any]
    low: float
    high: float
    colours: Stops
    accent: str
    preactivations: NDArray[Any] | None = None
    order: Sequence[int] | NDArray[Any] | None = None
    mean: bool = field(default=True, kw_only=True)
    marked: NDArray[Any] | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Strip:
    """What the tokens are coloured by: one value per step, `values` (time,)."""

    title: str
    values: NDArray[Any]
    low: float
    high: float
    colours: Stops
    accent: str = ""


@dataclass(frozen=True)
class Column:
    """One model reading one text. Tokens are shown as they are: make blanks visible beforehand.

    `unknown` and `masked` flag tokens, one flag per step, or are empty.
    """

    key: str
    title: str
    tokens: Sequence[str]
    panels: Sequence[Panel]
    strip: Strip | None = None
    unknown: Sequence[bool] | NDArray[Any] = ()
    masked: Sequence[bool] | NDArray[Any] = ()


@dataclass(frozen=True)
class Picked:
    """What the user chose: a step, and the unit and panel when it was a cell of a heatmap."""

    step: int
    unit: int | None
    panel: str | None
    column: str


@dataclass(frozen=True, kw_only=True)
class Painted:
    """The rectangle that the user drew out: steps and units, in one panel of one column."""

    steps: tuple[int, ...]
    units: tuple[int, ...]
    panel: str
    column: str
