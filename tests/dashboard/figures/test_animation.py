"""A GIF that is read back: frames, colours of cells, letters, and its size."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from core.errors import ShapeMismatch
from dashboard.figures import theme
from dashboard.figures.animation import LAST, SHOWN, Frame, Heatmap, animation, place_of

TOKENS = ["the", "영화", "was", "not", "extraordinary"]
UNITS = 4


def panels(mode="light"):
    forget, cell = (theme.table(name, mode) for name in ("forget", "cell"))
    return [
        Heatmap("Forget gate f", 0.0, 1.0, forget, theme.colour("forget", mode)),
        Heatmap("Cell state c", -2.0, 2.0, cell, theme.colour("cell", mode)),
    ]


def frames(count):
    """Numbers of which the ends, the middle of the scale and a gap are known."""
    random = np.random.default_rng(2)
    for at in range(count):
        gate, state = random.random((5, UNITS)), random.normal(size=(5, UNITS))
        gate[0, 0], gate[1, 0], gate[2, 0] = 0.0, 1.0, np.nan
        state[0, 1], state[1, 1], state[2, 1], state[3, 1] = -2.0, 2.0, at / 5, 99.0
        yield Frame(f"After epoch {at}", [gate, state])


def read(data):
    image = Image.open(io.BytesIO(data))
    shown = []
    for at in range(image.n_frames):
        image.seek(at)
        shown.append((np.asarray(image.convert("RGB")), image.info["duration"]))
    return shown


def hexadecimal(pixel):
    return "#" + "".join(f"{channel:02x}" for channel in pixel)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("count", [1, 6])
def test_it_has_a_frame_for_each_epoch_in_the_colours_of_the_theme(mode, count):
    data = animation(
        panels(mode), frames(count), count=count, tokens=TOKENS, caption="Film · a run", mode=mode
    )
    shown = read(data)
    assert len(shown) == count
    assert [duration for _, duration in shown] == [SHOWN] * (count - 1) + [LAST]
    forget, cell = theme.table("forget", mode), theme.table("cell", mode)
    surface = theme.SURFACE[mode]
    for pixels, _ in shown:

        def at(panel, step, unit, pixels=pixels):
            x, y = place_of(panel, step, unit, tokens=TOKENS, units=UNITS)
            return hexadecimal(pixels[y, x])

        assert (at(0, 0, 0), at(0, 1, 0), at(0, 2, 0)) == (forget[0], forget[-1], surface.grid)
        assert (at(1, 0, 1), at(1, 1, 1), at(1, 3, 1)) == (cell[0], cell[-1], cell[-1])
        assert hexadecimal(pixels[0, 0]) == surface.paper


def test_every_cell_has_the_entry_of_the_table_nearest_to_its_number():
    [frame] = frames(1)
    data = animation(panels(), [frame], count=1, tokens=TOKENS, caption="")
    [(pixels, _)] = read(data)
    for panel, (scale, values) in enumerate(zip(panels(), frame.values, strict=True)):
        for step, unit in np.ndindex(values.shape):
            if not np.isfinite(values[step, unit]):
                continue
            x, y = place_of(panel, step, unit, tokens=TOKENS, units=UNITS)
            found = scale.colours.index(hexadecimal(pixels[y, x]))
            share = np.clip((values[step, unit] - scale.low) / (scale.high - scale.low), 0, 1)
            assert abs(found / 255 - share) < 0.51 / 100 + 1 / 255  # two panels: 118 levels each


def test_the_letters_change_with_the_epoch_and_hold_hangul():
    first, second = (pixels for pixels, _ in read(
        animation(panels(), frames(2), count=2, tokens=TOKENS, caption="필름")))  # fmt: skip
    assert (first[14:36] != second[14:36]).any()
    ink = np.array(bytearray.fromhex(theme.SURFACE["light"].ink[1:]))
    x, _ = place_of(0, 1, 0, tokens=TOKENS, units=UNITS)
    strip = first[48:140, x - 12 : x + 12]
    assert (np.abs(strip.astype(int) - ink).sum(axis=2) < 40).any()


def test_a_long_text_and_many_units_stay_small_and_say_how_far_they_are():
    random = np.random.default_rng(0)
    tokens = [f"w{at}" for at in range(900)]
    heat = [*panels(), *panels(), *panels()]

    def noise():
        for at in range(12):
            yield Frame(f"epoch {at}", [random.random((900, 128)) for _ in heat])

    told: list[int] = []
    data = animation(heat, noise(), count=12, tokens=tokens, caption="x", drawn=told.append)
    assert told == list(range(1, 13))
    assert len(read(data)) == 12
    assert len(data) < 6e6


def test_values_of_another_text_are_refused():
    with pytest.raises(ShapeMismatch):
        animation(panels(), frames(1), count=1, tokens=TOKENS[:3], caption="")
