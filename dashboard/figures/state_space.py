"""The paths of texts through the state space of one layer, where it flows, and where it rests.

Axes are the first principal components of all states that the texts visit, two or three of them.
In the plane, arrows show where one step would take a state if the chosen token were read for ever,
and marks stand where it would rest: filled where it would stay, open where it would fall away to a
side, a cross where it only moves slowly. Hover names the tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from core.analysis.fixed_points import FixedPoints
from core.analysis.flow import Flow
from core.analysis.trajectories import Plane
from dashboard.figures import lines, theme
from dashboard.figures.markup import MOST_CHARACTERS, plain
from dashboard.figures.picture import Picture, joined
from dashboard.figures.steps import FIRST
from dashboard.figures.theme import Mode
from dashboard.figures.words import words

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]
HEIGHT, TALL = 430, 540
NAMED = 14
"""Tokens up to which each is written beside its point; else the first and the last alone."""
_ARROW = 0.9
"""How far the longest arrow reaches, as a share of the way to the next point of the grid."""
_BEYOND = 0.6
"""How far off a point of rest may lie to widen the axes, as a share of the paths' extent."""
_MARKS = {"stable": "circle", "saddle": "circle-open", "slow": "x-thin"}
_MARKS_3D = {"stable": "circle", "saddle": "circle-open", "slow": "diamond-open"}
_DASHES = ("solid", "dash", "dot", "dashdot")


@dataclass(frozen=True, eq=False)
class Path:
    """One text's way: its name, its states (time, size) and its tokens, made visible."""

    name: str
    states: Numbers
    tokens: Sequence[str]


def state_space(
    paths: Sequence[Path],
    plane: Plane,
    *,
    step: int | None = None,
    flow: Flow | None = None,
    points: FixedPoints | None = None,
    labels: Mapping[str, str] | None = None,
    mode: Mode = "light",
) -> Picture:
    """Draw the paths in the plane, or in space if it has three directions.

    `step` marks a time index on the first path; `flow` is drawn in a plane only.
    """
    said = words(labels)
    seen = [plane.seen(path.states) for path in paths]
    solid = plane.directions.shape[1] == 3
    rests = {} if points is None else {kind: plane.seen(points.points[at]) for kind, at in
                                       kinds(points).items()}  # fmt: skip

    def draw() -> go.Figure:
        drawn = go.Figure()
        if flow is not None and not solid:
            drawn.add_trace(_arrows(flow, said, mode))
        for at, (path, way) in enumerate(zip(paths, seen, strict=True)):
            drawn.add_trace(_path(path, way, said, mode, at=at, step=step if at == 0 else None))
        for kind, places in rests.items():
            if len(places):
                assert points is not None
                drawn.add_trace(_rests(kind, places, points, said, mode))
        axis = said["state_space.axis.short" if solid else "state_space.axis"]
        titles = [
            axis.format(number=number + 1, share=f"{100 * share:.0f}")
            for number, share in enumerate(plane.shares)
        ]
        ranges = _ranges(np.concatenate(seen), rests)
        _axes(drawn, titles, ranges, solid=solid)
        drawn.update_layout(
            height=TALL if solid else HEIGHT, margin={"l": 52, "r": 12, "t": 40, "b": 48},
            hovermode="closest", showlegend=True,
        )  # fmt: skip
        outside = sum(int(_outside(places, ranges).sum()) for places in rests.values())
        told = said["state_space.outside"].format(count=outside) if outside else ""
        lines.note(drawn, [told], mode=mode, bottom=48)
        return theme.apply(drawn, mode)

    def table() -> pd.DataFrame:
        columns = [said["state_space.what"], said["state_space.place"]]
        axes = [
            said["state_space.component"].format(number=at + 1) for at in range(len(plane.shares))
        ]
        parts: list[dict[str, Any]] = []
        for path, way in zip(paths, seen, strict=True):
            told = [f"{token} ({at})" for at, token in enumerate(path.tokens, start=FIRST)]
            named = dict(zip(columns, ([path.name] * len(way), told), strict=True))
            parts.append(named | _coordinates(axes, way))
        for kind, places in rests.items():
            if points is not None and len(places):
                moduli = np.abs(points.eigenvalues[kinds(points)[kind], 0])
                told = [f"|λ| {modulus:.3g}" for modulus in moduli]
                shown = [said[f"state_space.{kind}"]] * len(places)
                named = dict(zip(columns, (shown, told), strict=True))
                parts.append(named | _coordinates(axes, places))
        return joined(parts, titles=[*columns, *axes])

    def sentence() -> str:
        rest = ", ".join(
            f"{said[f'state_space.{kind}']} {len(places)}" for kind, places in rests.items()
        )
        return said["state_space.alt"].format(
            paths=", ".join(path.name for path in paths),
            share=f"{100 * plane.shares.sum():.0f}",
            rests=rest or "–",
        )

    return Picture(draw, table, sentence)


def kinds(points: FixedPoints) -> dict[str, NDArray[np.bool_]]:
    """Return which of the points are stable, which fall away, and which are only slow."""
    return {
        "stable": points.fixed & points.stable,
        "saddle": points.fixed & ~points.stable,
        "slow": ~points.fixed,
    }


def _coordinates(axes: Sequence[str], way: Numbers) -> dict[str, Any]:
    return {axis: way[:, at] for at, axis in enumerate(axes)}


def _series(places: Numbers, **settings: Any) -> go.Scatter | go.Scatter3d:
    """One series in the plane or in space."""
    flat = places.astype(np.float32)
    if places.shape[1] == 3:
        return go.Scatter3d(x=flat[:, 0], y=flat[:, 1], z=flat[:, 2], **settings)
    return go.Scatter(x=flat[:, 0], y=flat[:, 1], **settings)


def _path(
    path: Path, way: Numbers, said: Mapping[str, str], mode: Mode, *, at: int, step: int | None
) -> Any:
    time = len(way)
    colours = (theme.colour("hidden", mode), *theme.ITEMS[mode])
    colour = colours[at % len(colours)]
    shown = [""] * time
    if at == 0:
        for place in range(time) if time <= NAMED else (0, time - 1):
            shown[place] = plain(path.tokens[place], most=MOST_CHARACTERS)
    sizes = np.full(time, 6)
    if step is not None:
        sizes[step] = 14
        shown[step] = plain(path.tokens[step], most=MOST_CHARACTERS)
    names = [
        f"{plain(token, most=MOST_CHARACTERS)}<sub>{place + FIRST}</sub>"
        for place, token in enumerate(path.tokens)
    ]
    return _series(
        way,
        name=plain(path.name, most=40),
        mode="lines+markers+text",
        text=shown,
        textposition="top center",
        textfont={"size": 12, "color": theme.SURFACE[mode].ink},
        line={"color": colour, "width": 2, "dash": _DASHES[at % len(_DASHES)]},
        marker={"size": sizes.tolist(), "color": colour},
        customdata=names,
        hovertemplate="<b>%{customdata}</b><extra></extra>",
    )


def _rests(
    kind: str, places: Numbers, points: FixedPoints, said: Mapping[str, str], mode: Mode
) -> Any:
    at = kinds(points)[kind]
    surface = theme.SURFACE[mode]
    solid = places.shape[1] == 3
    moduli = np.abs(points.eigenvalues[at, 0])
    told = [
        said["state_space.rest"].format(
            largest=f"{modulus:.3g}", directions=int(directions), reached=int(reached)
        )
        for modulus, directions, reached in zip(
            moduli, points.unstable_directions[at], points.reached[at], strict=True
        )
    ]
    return _series(
        places,
        name=said[f"state_space.{kind}"],
        mode="markers",
        marker={
            "size": 7 if solid else 13,
            "symbol": (_MARKS_3D if solid else _MARKS)[kind],
            "color": surface.accent if kind != "slow" else surface.muted,
            "line": {"width": 2, "color": surface.accent if kind != "slow" else surface.muted},
        },
        customdata=told,
        hovertemplate=f"<b>{said[f'state_space.{kind}']}</b><br>%{{customdata}}<extra></extra>",
    )


def _arrows(flow: Flow, said: Mapping[str, str], mode: Mode) -> go.Scatter:
    """Each arrow as a stroke from its point on, a dot at its tail, all as one line with gaps."""
    lengths = np.linalg.norm(flow.moves, axis=1)
    longest = float(lengths.max(initial=0.0))
    side = round(np.sqrt(len(flow.points)))
    extent = flow.points.max(axis=0) - flow.points.min(axis=0)
    room = float(extent.max()) / max(side - 1, 1)
    # Square roots, so that slow places still show a direction.
    scale = np.sqrt(lengths / longest) if longest > 0 else lengths
    unit = np.divide(
        flow.moves, lengths[:, None], out=np.zeros_like(flow.moves), where=lengths[:, None] > 0
    )
    tips = flow.points + _ARROW * room * scale[:, None] * unit
    strokes = np.full((len(tips), 3, 2), np.nan)
    strokes[:, 0], strokes[:, 1] = flow.points, tips
    flat = strokes.reshape(-1, 2).astype(np.float32)
    colour = theme.SURFACE[mode].muted
    sizes = np.tile([4, 0, 0], len(tips))
    return go.Scatter(
        x=flat[:, 0], y=flat[:, 1], name=said["state_space.flow"], mode="lines+markers",
        line={"color": colour, "width": 1}, marker={"size": sizes.tolist(), "color": colour},
        opacity=0.55, hoverinfo="skip",
    )  # fmt: skip


def _ranges(seen: Numbers, rests: Mapping[str, Numbers]) -> list[list[float]]:
    """The axes: all paths, and the points of rest that lie no further off than these are wide."""
    low, high = seen.min(axis=0), seen.max(axis=0)
    widest = float((high - low).max()) or 1.0
    near = [
        places[((places > low - _BEYOND * widest) & (places < high + _BEYOND * widest)).all(axis=1)]
        for places in rests.values()
    ]
    both = np.concatenate([seen, *near])
    low, high = both.min(axis=0) - 0.2 * widest, both.max(axis=0) + 0.2 * widest
    return [[float(a), float(b)] for a, b in zip(low, high, strict=True)]


def _outside(places: Numbers, ranges: Sequence[Sequence[float]]) -> NDArray[np.bool_]:
    low, high = np.asarray(ranges).T
    return ((places < low) | (places > high)).any(axis=1)


def _axes(
    drawn: go.Figure, titles: Sequence[str], ranges: Sequence[Sequence[float]], *, solid: bool
) -> None:
    if solid:
        # In space a title stands aslant, and has little room.
        small = {"showbackground": False, "nticks": 5, "tickfont": {"size": 10}}
        named = {
            f"{axis}axis": {"title": {"text": title, "font": {"size": 11}}, "range": span, **small}
            for axis, title, span in zip("xyz", titles, ranges, strict=True)
        }
        drawn.update_layout(scene={"aspectmode": "cube", **named})
        return
    for update, title, span in zip(
        (drawn.update_xaxes, drawn.update_yaxes), titles, ranges, strict=True
    ):
        update(title={"text": title, "standoff": 6}, zeroline=False, showline=False, ticks="",
               range=span)  # fmt: skip
