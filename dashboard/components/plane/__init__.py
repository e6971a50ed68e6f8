"""The plane of an autoencoder's two numbers, with a point that is dragged and decoded at once.

Python decodes a grid over the plane; while the point is dragged the browser mixes the four nearest
of its sequences, and where it is let go Python decodes that very point. Arrow keys move it too.
Why a component of our own: neither Streamlit nor Plotly tells of a point while it is dragged. Not
chosen: the decoder in the browser, which would be the cell's equations written a second time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.data.sequences import melodies, strokes
from dashboard import state
from dashboard.figures import theme
from dashboard.figures.theme import Mode
from dashboard.i18n import labels

HERE = Path(__file__).parent
Array = NDArray[Any]

_plane = st.components.v2.component(
    "unrolled_plane",
    css=(HERE / "plane.css").read_text(encoding="utf-8"),
    js=(HERE / "plane.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, eq=False)
class Plane:
    """What is drawn: a grid of decoded sequences, and where examples lie.

    `axes` (count,) each; `decoded` (count · count, steps, features), the first axis fastest;
    `codes` (examples, 2) and the `kinds` (examples,) of examples, whose `signs` are drawn; `of` is
    the set of sequences, which says how one is drawn.
    """

    axes: tuple[Array, Array]
    decoded: Array
    codes: Array
    kinds: NDArray[np.intp]
    signs: Sequence[str]
    of: str


def packed(plane: Plane, *, mode: Mode) -> bytes:
    """The plane as it travels: a line of JSON, and the grid as 16-bit numbers."""
    most = float(np.abs(plane.decoded).max()) or 1.0
    surface = theme.SURFACE[mode]
    head = {
        "axes": [[float(axis[0]), float(axis[-1]), len(axis)] for axis in plane.axes],
        "shape": plane.decoded.shape[1:],
        "unit": most / 32_767,
        "codes": np.round(plane.codes, 3).tolist(),
        "kinds": plane.kinds.tolist(),
        "signs": list(plane.signs),
        "of": plane.of,
        "degrees": melodies.DEGREES,
        "pen": strokes.SCALE,
        "home": strokes.HOME,
        "shades": theme.ITEMS[mode],
        "palette": {"paper": surface.paper, "ink": surface.ink, "muted": surface.muted,
                    "line": surface.line, "accent": surface.accent,
                    "made": theme.item(0, mode)},
    }  # fmt: skip
    written = json.dumps(head).encode()
    written += b" " * (-(len(written) + 4) % 2)
    grid = np.rint(plane.decoded / head["unit"]).astype("<i2").tobytes()
    return len(written).to_bytes(4, "little") + written + grid


def plane(
    data: bytes,
    *,
    key: str,
    point: tuple[float, float],
    on_move: Callable[[float, float], object],
) -> None:
    """Draw what `packed` packed, the point at `point`; `on_move` hears where it was let go."""

    def moved() -> None:
        sent = state.sent(key, "moved")
        if sent is not None:
            on_move(float(sent["x"]), float(sent["y"]))

    words = json.dumps({"words": labels("make", "plane"), "point": list(point)}).encode()
    words += b" " * (len(words) % 2)
    _plane(key=key, data=len(words).to_bytes(4, "little") + words + data, on_moved_change=moved)
