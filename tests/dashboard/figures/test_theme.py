from __future__ import annotations

import tomllib
from itertools import combinations
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

from core import cells
from dashboard import server
from dashboard.figures import theme
from dashboard.figures.oklab import oklab
from dashboard.figures.theme import MODES, QUANTITY, SURFACE
from tests.dashboard.figures.colour_vision import SIGHT, contrast, difference, lab

# Colours that meet in one picture.
TOGETHER = {
    **{name: (*cell.gates, *cell.states) for name, cell in cells.CELLS.items()},
    "every gate, where cells are compared": ("input", "forget", "output", "update", "reset"),
    **{f"parts of {name}": cell.parts_of for name, cell in cells.CELLS.items()},
    "cells": tuple(cells.CELLS),
    "gradients": ("gradient", "forget", "cell", "hidden"),
    "answer": ("gradient", "answer"),
}
LEAST = {"every gate, where cells are compared": 7.5}  # they stand in different charts
LEAST_APART = 4.5
"""Between any two colours of the dashboard, seen with normal sight; those that meet: above."""
LEAST_ON_PAGE = {"light": 3, "dark": 8}  # a dark shade on a dark page is harder to see
DIVERGING = [name for name, quantity in QUANTITY.items() if quantity.kind == "diverging"]


class Blue:
    """The hues that a reader calls blue, in degrees of OKLab."""

    def __contains__(self, degrees: float | None) -> bool:
        return degrees is not None and 222 < degrees < 286


BLUE = Blue()


def hue(shade: str) -> float | None:
    """Degrees in OKLab; None for a grey, which has no hue to speak of."""
    _, red, yellow = oklab(shade)
    return (
        float(np.degrees(np.arctan2(yellow, red)) % 360) if np.hypot(red, yellow) > 0.035 else None
    )


def test_the_yardstick_gives_the_published_differences():
    # Sharma, Wu and Dalal 2005, table 1, pairs 1, 7, 13, 20 and 25.
    for one, other, published in (
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, -0.0010, 2.4900), (50.0, 0.0009, -2.4900), 4.8045),
        ((50.0, 2.5, 0.0), (58.0, 24.0, 15.0), 19.4535),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ):
        assert difference(np.array(one), np.array(other)) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("together", TOGETHER)
def test_colours_that_meet_can_be_told_apart(together, sight, mode):
    for one, other in combinations(TOGETHER[together], 2):
        apart = difference(
            lab(theme.colour(one, mode), sight), lab(theme.colour(other, mode), sight)
        )
        assert apart >= LEAST.get(together, 10), (one, other)


@pytest.mark.parametrize("mode", MODES)
def test_every_colour_can_be_read_as_text(mode):
    surface = SURFACE[mode]
    shades = {"ink": surface.ink, "muted": surface.muted, "accent": surface.accent}
    shades |= {name: quantity.colour(mode) for name, quantity in QUANTITY.items()}
    for name, shade in shades.items():
        for ground in (surface.paper, surface.card):
            assert contrast(shade, ground) >= 4.5, (name, ground)
    assert contrast(surface.negative, surface.paper) >= 3


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", QUANTITY)
def test_a_sequential_scale_runs_from_zero_to_the_colour(name, mode):
    scale = theme.scale(name, mode, kind="sequential")
    assert scale[0] == (0.0, SURFACE[mode].zero)
    assert scale[-1] == (1.0, theme.colour(name, mode))
    lightness = [lab(shade)[0] for _, shade in scale]
    steps = np.diff(lightness) * (-1 if mode == "light" else 1)
    assert (steps > 0).all()
    # Equal steps in value look about equal: no jump that the numbers do not have.
    assert steps.max() < 2.5 * steps.mean()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", DIVERGING)
def test_a_diverging_scale_has_zero_amid_and_two_ends_that_all_can_tell_apart(name, mode):
    scale = theme.scale(name, mode)
    assert [position for position, _ in scale] == pytest.approx(np.linspace(0, 1, 33))
    assert scale[16] == (0.5, SURFACE[mode].zero)
    if name != "gradient":
        assert scale[0][1] == SURFACE[mode].negative
    assert scale[-1][1] == theme.colour(name, mode)
    lightness = np.array([lab(shade)[0] for _, shade in scale])
    away = -1 if mode == "light" else 1
    assert (np.diff(lightness[16:]) * away > 0).all()
    assert (np.diff(lightness[:17]) * away < 0).all()
    if name not in ("from_input", "bias"):  # drawn as bars about a line, not by colour alone
        for sight in SIGHT:
            assert difference(lab(scale[0][1], sight), lab(scale[-1][1], sight)) >= 20, sight


@pytest.mark.parametrize("mode", MODES)
def test_what_is_near_zero_is_seen_on_the_page(mode):
    surface = SURFACE[mode]
    assert difference(lab(surface.zero), lab(surface.paper)) >= LEAST_ON_PAGE[mode]


def meanings(mode):
    """Every shade that means something, by what it means."""
    shades = {name: quantity.colour(mode) for name, quantity in QUANTITY.items()}
    shades |= {
        f"{name}, below": quantity.opposite[MODES.index(mode)]
        for name, quantity in QUANTITY.items()
        if quantity.opposite
    }
    shades |= {f"item {at}": shade for at, shade in enumerate(theme.ITEMS[mode])}
    return shades


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_blue_but_what_is_negative(mode):
    assert hue(SURFACE[mode].negative) in BLUE
    for name, shade in meanings(mode).items():
        assert hue(shade) not in BLUE, name


@pytest.mark.parametrize("mode", MODES)
def test_no_two_meanings_share_a_colour(mode):
    shades = meanings(mode) | {"negative": SURFACE[mode].negative}
    for (one, shade), (other, another) in combinations(shades.items(), 2):
        assert difference(lab(shade), lab(another)) >= LEAST_APART, (one, other)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sight", SIGHT)
def test_things_without_a_colour_of_their_own_can_be_told_apart(sight, mode):
    for one, other in combinations(theme.ITEMS[mode], 2):
        assert difference(lab(one, sight), lab(other, sight)) >= 10, (one, other)
        assert min(contrast(one, SURFACE[mode].paper), contrast(one, SURFACE[mode].card)) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_what_is_written_on_a_colour_can_be_read(mode):
    for name, quantity in QUANTITY.items():
        for kind in ("sequential", "diverging"):
            for shade in theme.table(name, mode, kind=kind):
                assert contrast(theme.readable(shade), shade) >= 4.5, (quantity.name, shade)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("sight", SIGHT)
def test_of_two_classes_one_can_be_told_from_the_other(sight, mode):
    scale = theme.scale("answer", mode, kind="diverging")
    assert difference(lab(scale[0][1], sight), lab(scale[-1][1], sight)) >= 14


@pytest.mark.parametrize("mode", MODES)
def test_canvases_get_the_colours_that_charts_have(mode):
    for name in QUANTITY:
        table, scale = theme.table(name, mode), theme.scale(name, mode)
        assert len(table) == 256
        assert (table[0], table[-1]) == (scale[0][1], scale[-1][1])
        for position, shade in scale:
            near = table[round(255 * position)]
            assert difference(lab(near), lab(shade)) < 1.5


def test_scales_are_new_lists_each_time():
    theme.scale("cell", "light").clear()
    theme.table("cell", "light").clear()
    assert len(theme.scale("cell", "light")) == 33
    assert len(theme.table("cell", "light")) == 256


def test_an_unknown_quantity_is_refused():
    with pytest.raises(KeyError):
        theme.colour("forgetting", "light")


@pytest.mark.parametrize("mode", MODES)
def test_a_figure_takes_the_theme_and_keeps_what_it_set_itself(mode):
    figure = go.Figure(layout={"height": 123, "font": {"size": 20}})
    assert theme.apply(figure, mode) is figure
    template = figure.layout.template.layout
    assert template.paper_bgcolor == SURFACE[mode].paper
    assert template.font.color == SURFACE[mode].ink
    assert figure.layout.height == 123
    assert figure.layout.font.size == 20


def test_streamlits_settings_have_the_same_surfaces():
    root = Path(theme.__file__).parents[2]
    for folder in (root / ".streamlit", root / "dashboard" / ".streamlit"):
        settings = tomllib.loads((folder / "config.toml").read_text(encoding="utf-8"))["theme"]
        assert settings["font"] == theme.FONT
        assert settings["codeFont"] == theme.MONOSPACE
        for mode in MODES:
            surface = SURFACE[mode]
            assert settings[mode] == {
                "primaryColor": surface.accent,
                "backgroundColor": surface.paper,
                "secondaryBackgroundColor": surface.card,
                "textColor": surface.ink,
                "borderColor": surface.line,
            }


def test_the_first_typeface_is_served_by_ourselves():
    root = Path(theme.__file__).parents[2]
    settings = tomllib.loads((root / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings["server"]["enableStaticServing"] is True
    [face] = settings["theme"]["fontFaces"]
    assert theme.FONT.split(",")[0] == face["family"]
    assert face["url"] == server.FACE
    file = root / "dashboard" / face["url"].removeprefix("app/")
    assert file.read_bytes()[:4] == b"wOF2"
    assert file.stat().st_size < 2_500_000
    assert "SIL OPEN FONT LICENSE" in file.with_suffix(".LICENSE.txt").read_text(encoding="utf-8")
