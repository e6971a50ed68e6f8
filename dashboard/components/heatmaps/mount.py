"""The heatmaps on a page: two components that meet in the browser by their key.

One carries the data, the other only the cursor. Streamlit sends a component's data as a whole
whenever a byte of it changes, and not at all (a reference to its hash instead) when nothing did:
so a step of the cursor costs some hundred bytes, not three megabytes. Not chosen: an iframe, which
could keep its own state but neither grow with its content nor share the page's font; one component
that is sent everything on every step.

A picture that is new goes ahead of what stands below it: the browser draws what comes in one go in
one go, and would show it only with the formulas and charts that come after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import i18n, state
from dashboard.components.heatmaps.payload import pack, panels_in
from dashboard.components.heatmaps.scene import Column, Painted, Palette, Picked
from dashboard.figures import theme
from dashboard.figures.steps import FIRST

HERE = Path(__file__).parent
AHEAD = 0.1
"""Seconds that a new picture has for itself. Measured on Gates with 100 tokens: the picture comes
after a third of the time, and all that follows at most this much later than it would."""

# One module in the browser, without a build step: each part uses what stands before it.
PARTS = (
    "hub",
    "payload",
    "images",
    "window",
    "surface",
    "strip",
    "layout",
    "draw",
    "cursor",
    "gestures",
    "download",
    "heatmaps",
    "moves",
    "painting",
    "main",
)


def script(*parts: str) -> str:
    """The JavaScript of these parts, one after the other."""
    return "\n".join((HERE / "script" / f"{part}.js").read_text(encoding="utf-8") for part in parts)


_picture = st.components.v2.component(
    "unrolled_heatmaps",
    css=(HERE / "heatmaps.css").read_text(encoding="utf-8"),
    js=script(*PARTS),
)
_cursor = st.components.v2.component("unrolled_heatmaps_cursor", js=script("hub", "cursor_link"))


def themed(mode: theme.Mode) -> Palette:
    """The theme's colours of everything that is not data."""
    surface = theme.SURFACE[mode]
    return Palette(
        background=surface.paper,
        surface=surface.card,
        ink=surface.ink,
        muted=surface.muted,
        grid=surface.line,
        accent=surface.accent,
    )


def heatmaps(
    columns: Sequence[Column] | bytes,
    *,
    key: str,
    step: int | None,
    unit: int | None = None,
    palette: Palette | None = None,
    words: Mapping[str, str] | None = None,
    file_name: str = "heatmaps",
    caption: str = "",
    first: int = FIRST,
    panel_height: int | None = None,
    on_pick: Callable[[Picked], object] | None = None,
    on_paint: Callable[[Painted], object] | None = None,
) -> Picked | None:
    """Draw `columns` with the cursor at `step` and `unit`; return what was picked in this run.

    `columns` may be the bytes that `pack` made of them with the same key, when a cache has them;
    palette, words and the rest are then those of the bytes; otherwise they are the theme's and the
    reader's language, unless given. Steps and units count from 0 as in the
    arrays; `first` is the number that is shown for step 0. `on_pick` is called before the script
    runs again, so that widgets above can show the pick in the same run; so is `on_paint` with each
    rectangle that was drawn out, in their order and none left out however quickly they came, which
    the bytes have to allow (`pack(…, paints=True)`).
    """
    packed = columns
    if not isinstance(packed, bytes):
        packed = pack(
            packed,
            key=key,
            palette=palette or themed(state.mode()),
            words=words or i18n.labels("heatmaps"),
            file_name=file_name,
            caption=caption,
            first=first,
            panel_height=panel_height,
            paints=on_paint is not None,
        )

    def picked() -> None:
        choice = _picked(state.sent(key, "picked"))
        if on_pick is not None and choice is not None:
            on_pick(choice)

    answered = f"painted.{key}"

    def painted() -> None:
        for stroke in state.sent(key, "painted") or ():
            if on_paint is not None and stroke["number"] > state.recall(answered, 0):
                state.remember(answered, stroke["number"])
                on_paint(_painted(stroke))

    cursor = {"key": key, "step": step, "unit": unit}
    if on_paint is not None:
        cursor["painted"] = state.recall(answered, 0)
    # No lower than so many panels are: what stands below the picture comes where it stays.
    with st.container(gap=None, key=f"{key}-panels-{panels_in(packed)}"):
        _cursor(key=f"{key}-cursor", data=cursor, height=1)
        result = _picture(key=key, data=packed, on_picked_change=picked, on_painted_change=painted)
    drawn = f"drawn.{key}"
    if state.recall(drawn) != hash(packed):
        state.remember(drawn, hash(packed))
        time.sleep(AHEAD)
    return _picked(result.get("picked"))


def _picked(value: Any) -> Picked | None:
    """A pick as the browser reports it."""
    if value is None:
        return None
    return Picked(value["step"], value["unit"], value["panel"], value["column"])


def _painted(value: Any) -> Painted:
    """A rectangle as the browser reports it."""
    first, last = value["steps"]
    return Painted(
        steps=tuple(range(first, last + 1)),
        units=tuple(sorted(value["units"])),
        panel=value["panel"],
        column=value["column"],
    )
