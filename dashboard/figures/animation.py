"""Heatmaps that change, such as those of a network epoch after epoch, as an animated GIF.

A GIF has 256 colours for all of a frame. They are dealt out by hand and nothing is dithered: every
panel has its share of its theme's table, at even distances, and a cell has the entry nearest to its
number; the rest are paper, ink and what lies between them at the edges of letters. So a colour of
the file is a colour of the page. Cost: about 30 levels instead of 256 where there are seven panels.
Arrays of more cells than a frame has room for are shown as means over blocks. Not chosen: WebM,
which needs an encoder of many megabytes on the server, or a browser that records for as long as the
film lasts, and whose colours are none of the page's.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.errors import ShapeMismatch
from dashboard.figures import theme
from dashboard.figures.blocks import Blocks
from dashboard.figures.theme import Mode

FACE = Path(__file__).parents[1] / "static" / "PretendardVariable.woff2"
PLOT, GUTTER, EDGE = 700, 46, 14  # pixels: the panels' width, and what lies beside them
PANEL, TITLE, GAP = 84, 24, 8  # heights
WIDEST_CELL, NARROWEST = 48, 360
MOST_CELLS = 2_000_000
"""Cells of all panels and frames: a file of some megabytes at most."""
SHOWN, LAST = 700, 2_600
"""Milliseconds that a frame is shown, and the last one, before all begins again."""
_RAMP = 7  # shades from paper to ink


@dataclass(frozen=True)
class Heatmap:
    """One panel: its title, the scale of its colours, and the colours, 256 as #rrggbb."""

    title: str
    low: float
    high: float
    colours: Sequence[str]
    accent: str


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture: what stands above it, and the values (time, units) of each panel."""

    title: str
    values: Sequence[NDArray[Any]]


class Palette:
    """Which of the 256 colours is what: levels of the panels first, then accents, then text."""

    def __init__(self, panels: Sequence[Heatmap], mode: Mode) -> None:
        surface = theme.SURFACE[mode]
        rest = len(panels) + 1 + 2 * _RAMP
        self.levels = min(256, (256 - rest) // len(panels))
        places = np.rint(np.linspace(0, 255, self.levels)).astype(int)
        colours = [panel.colours[place] for panel in panels for place in places]
        self._accents = len(colours)
        colours += [panel.accent for panel in panels]
        self.grid = len(colours)
        colours.append(surface.grid)
        self.ink, self.muted = len(colours), len(colours) + _RAMP
        for shade in (surface.ink, surface.muted):
            colours += _between(surface.paper, shade)
        self.paper = self.ink
        self.channels = np.array([_channels(colour) for colour in colours], dtype=np.uint8)

    def accent(self, panel: int) -> int:
        """The place of a panel's own colour."""
        return self._accents + panel

    def cells(self, panel: int, scale: Heatmap, values: NDArray[Any]) -> NDArray[np.uint8]:
        """The places of values' colours; what is not finite is empty."""
        share = (np.asarray(values, dtype=np.float64) - scale.low) / (scale.high - scale.low)
        finite = np.isfinite(share)
        level = np.rint(np.clip(np.where(finite, share, 0), 0, 1) * (self.levels - 1))
        return np.where(finite, panel * self.levels + level, self.grid).astype(np.uint8)


def animation(
    panels: Sequence[Heatmap],
    frames: Iterable[Frame],
    *,
    count: int,
    tokens: Sequence[str],
    caption: str,
    mode: Mode = "light",
    drawn: Callable[[int], object] = lambda done: None,
) -> bytes:
    """Return a GIF that shows one frame after another, over and over.

    `frames` are `count`, each with the values of every panel, (time, units), for as many tokens.
    `caption` stands beneath all. `drawn` is told after each frame how many are done. Raises
    ShapeMismatch for values of another number of steps.
    """
    palette = Palette(panels, mode)
    images = []
    for at, frame in enumerate(frames):
        for values in frame.values:
            if values.ndim != 2 or len(values) != len(tokens):
                raise ShapeMismatch(
                    what="values", found=values.shape, expected=f"({len(tokens)}, units)"
                )
        images.append(_image(panels, frame, palette, tokens=tokens, caption=caption, count=count))
        drawn(at + 1)
    file = io.BytesIO()
    images[0].save(
        file, format="GIF", save_all=True, append_images=images[1:], loop=0, disposal=1,
        duration=[SHOWN] * (len(images) - 1) + [LAST], optimize=False,
    )  # fmt: skip
    return file.getvalue()


def place_of(
    panel: int, step: int, row: int, *, tokens: Sequence[str], units: int
) -> tuple[int, int]:
    """Return the pixel in the middle of a cell, where no cell stands for several."""
    wide, high = _cell(len(tokens), units)
    top = _top(tokens) + panel * (TITLE + PANEL + GAP) + TITLE
    return EDGE + GUTTER + int((step + 0.5) * wide), top + int((row + 0.5) * high)


def _cell(time: int, units: int) -> tuple[int, int]:
    return max(1, min(WIDEST_CELL, PLOT // time)), max(1, PANEL // units)


def _image(
    panels: Sequence[Heatmap], frame: Frame, palette: Palette, *, tokens: Sequence[str],
    caption: str, count: int,
) -> Image.Image:  # fmt: skip
    plot = max(NARROWEST, min(PLOT, _cell(len(tokens), 1)[0] * len(tokens)))
    lines = _wrapped(caption, _font(12, 400), plot + GUTTER)
    height = _top(tokens) + len(panels) * (TITLE + PANEL + GAP) + 17 * len(lines) + 2 * EDGE
    pixels = np.full((height, plot + GUTTER + 2 * EDGE), palette.paper, dtype=np.uint8)
    _write(pixels, frame.title, (EDGE, EDGE), palette.ink, size=18, weight=650)
    left = EDGE + GUTTER
    blocks = Blocks.fit(
        units=max(values.shape[1] for values in frame.values),
        steps=len(tokens),
        arrays=len(panels) * count,
        most=MOST_CELLS,
    )
    steps = max(blocks.steps, -(-len(tokens) // PLOT))
    _tokens(pixels, tokens, palette, left=left, wide=_cell(len(tokens), 1)[0])
    for at, (panel, values) in enumerate(zip(panels, frame.values, strict=True)):
        top = _top(tokens) + at * (TITLE + PANEL + GAP)
        pixels[top + 6 : top + 16, left : left + 10] = palette.accent(at)
        _write(pixels, panel.title, (left + 16, top + 3), palette.ink, size=13, weight=600)
        rows = max(blocks.units, -(-values.shape[1] // PANEL))
        shown = Blocks(units=rows, steps=steps).mean(np.asarray(values, dtype=np.float64).T)
        wide, high = _cell(shown.shape[1], shown.shape[0])
        cells = palette.cells(at, panel, shown).repeat(high, axis=0).repeat(wide, axis=1)
        cells = cells[:PANEL, :PLOT]
        pixels[top + TITLE : top + TITLE + len(cells), left : left + cells.shape[1]] = cells
        _write(pixels, "0", (EDGE, top + TITLE - 3), palette.muted, size=11)
        last = str(values.shape[1] - 1)
        _write(pixels, last, (EDGE, top + TITLE + len(cells) - 13), palette.muted, size=11)
    for at, line in enumerate(lines):
        place = (EDGE, height - EDGE - 17 * (len(lines) - at))
        _write(pixels, line, place, palette.muted, size=12)
    image = Image.fromarray(pixels, mode="P")
    image.putpalette(palette.channels.tobytes())
    return image


def _top(tokens: Sequence[str]) -> int:
    """Where the first panel begins: below the title and the tokens."""
    return EDGE + 34 + _strip(tuple(tokens))


@lru_cache(maxsize=4)
def _strip(tokens: tuple[str, ...]) -> int:
    """The height of the line of tokens: as the longest needs, read upwards; 0 without room."""
    font, wide = _font(12, 400), _cell(len(tokens), 1)[0]
    longest = max(font.getlength(token) for token in tokens)
    if longest + 4 <= wide:
        return 20
    return int(min(longest, 160)) + 8 if wide >= 12 else 0


def _tokens(
    pixels: NDArray[np.uint8], tokens: Sequence[str], palette: Palette, *, left: int, wide: int
) -> None:
    tall = _strip(tuple(tokens))
    if not tall:
        return
    font, below = _font(12, 400), EDGE + 34 + tall
    for at, token in enumerate(tokens):
        centre = left + int((at + 0.5) * wide)
        if tall == 20:
            place = (centre - int(font.getlength(token) / 2), below - 18)
            _write(pixels, token, place, palette.ink, size=12)
        else:
            _write(pixels, token, (centre - 8, below - 4), palette.ink, size=12, upward=True)


def _write(
    pixels: NDArray[np.uint8], text: str, place: tuple[int, int], first: int, *,
    size: int, weight: int = 400, upward: bool = False,
) -> None:  # fmt: skip
    """Write in the shades that begin at `first`: place is the upper left corner, or the foot."""
    font = _font(size, weight)
    mask = Image.new("L", (int(font.getlength(text)) + 4, int(size * 1.4)))
    ImageDraw.Draw(mask).text((1, 0), text, fill=255, font=font)
    shades = np.rint(np.asarray(mask) / 255 * (_RAMP - 1)).astype(np.uint8)
    x, y = place
    if upward:
        shades = np.rot90(shades)
        y -= len(shades)
    shades = shades[max(0, -y) :, :]
    y = max(0, y)
    part = pixels[y : y + len(shades), x : x + shades.shape[1]]
    shades = shades[: len(part), : part.shape[1]]
    part[shades > 0] = first + shades[shades > 0]


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and font.getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


@cache
def _font(size: int, weight: int) -> ImageFont.FreeTypeFont:
    """The face of the pages; unpacking it takes a tenth of a second."""
    font = ImageFont.truetype(FACE, size)
    font.set_variation_by_axes([weight])
    return font


def _between(paper: str, shade: str) -> list[str]:
    ends = np.array([_channels(paper), _channels(shade)], dtype=float)
    mixed = [ends[0] + (ends[1] - ends[0]) * at / (_RAMP - 1) for at in range(_RAMP)]
    return ["#" + "".join(f"{round(channel):02x}" for channel in colour) for colour in mixed]


def _channels(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
