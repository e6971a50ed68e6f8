"""Colours as they look: OKLab, in which equal steps look equal, and the contrast of two of them.

OKLab is Ottosson's (2020): linear light → cone responses → cube root → lightness and two hues.
Contrast is WCAG 2's, 1 to 21.
"""

from __future__ import annotations

import numpy as np

_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def linear(shade: str) -> np.ndarray:
    """Return the linear light of red, green and blue, (3,), from #rrggbb."""
    coded = np.array([int(shade[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    light: np.ndarray = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    return light


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 (none) to 21 (black on white)."""
    dark, bright = sorted(float(_LUMINANCE @ linear(shade)) + 0.05 for shade in (one, other))
    return bright / dark


def oklab(shade: str) -> np.ndarray:
    """Return lightness, green to red and blue to yellow of a colour, (3,), from #rrggbb."""
    light = linear(shade)
    lab: np.ndarray = _LAB @ np.cbrt(_CONES @ light)
    return lab


def hexadecimal(lab: np.ndarray) -> str:
    """Return the colour of these three numbers, clipped to what a screen can show, as #rrggbb."""
    light = np.linalg.solve(_CONES, np.linalg.solve(_LAB, lab) ** 3).clip(0, 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in coded.tolist())
