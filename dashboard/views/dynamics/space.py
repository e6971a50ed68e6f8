"""The state space: paths of texts, the flow, and the points at which the network would rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analysis.expressions import show_number
from core.analysis.fixed_points import FixedPoints, visited
from core.analysis.flow import Flow
from core.analysis.series import spread
from core.analysis.trajectories import Plane, shared_plane
from core.errors import CoreError
from dashboard import cache, figures, state, widgets
from dashboard.choices import CELLS
from dashboard.fields import Choice, Flag, Names
from dashboard.figures import Path
from dashboard.figures.state_space import kinds
from dashboard.figures.steps import FIRST
from dashboard.i18n import t
from dashboard.origins import origin, samples
from dashboard.widgets import Reading, plain
from dashboard.widgets.caption import about, about_cells
from dashboard.widgets.reading import read

PAGES = ("dynamics",)
SPACE = state.declare(
    Choice(name="space", default="plane", options=("plane", "space"), pages=PAGES)
)
SHOWN = state.declare(
    Names(
        name="shown",
        default=("flow", "points"),
        options=("flow", "points"),
        least=0,
        most=2,
        pages=PAGES,
    )
)
SAMPLES = state.declare(Flag(name="samples", default=False, pages=PAGES))
BESIDE = state.declare(
    Names(name="beside", default=(), options=CELLS, least=0, most=2, pages=PAGES)
)
WORK = 1e8
"""Starts × cubes of what is carried on, for fixed points: about a second."""
MOST_STARTS, FEWEST_STARTS = 400, 4
MOST_TEXTS = 4


@dataclass(frozen=True, eq=False)
class _Space:
    """One cell's state space, and what was found there; `reading` is what it read."""

    reading: Reading
    paths: list[Path]
    plane: Plane
    flow: Flow | None
    points: FixedPoints | None


def space(reading: Reading, *, layer: int, step: int) -> None:
    """Draw the state space of what reads, and of the cells beside it."""
    text, own = reading.passage.text, reading.trace.layers[layer].cell
    beside = [cell for cell in state.get(BESIDE) if cell in origin().cells and cell != own]
    with st.spinner(t("dynamics.busy")):
        found = [_space(reading, layer=layer, step=step)]
    for cell in beside:
        with widgets.guard():
            other = read(text, cell=cell)
            found.append(_space(other, layer=_within(other, layer), step=_step(other, step)))
    columns = st.columns(len(found), gap="small") if len(found) > 1 else [st.container()]
    for column, one in zip(columns, found, strict=True):
        with column:
            _draw(one, layer=layer, step=step, several=len(found) > 1)
    st.container(key="dynamics-said").markdown(_sentence(found[0], layer=layer, step=step))
    st.markdown(t("dynamics.lead"))
    st.caption(" ".join(filter(None, (_check(found[0]), _cost(found[0])))))


def _within(reading: Reading, layer: int) -> int:
    return min(layer, len(reading.trace.layers) - 1)


def _step(reading: Reading, step: int) -> int:
    return min(step, reading.trace.time - 1)


def _space(reading: Reading, *, layer: int, step: int) -> _Space:
    run, solid = reading.trace.layers[layer], state.get(SPACE) == "space"
    paths = [Path(_name(reading.passage.text), visited(run), reading.tokens)]
    if state.get(SAMPLES):
        paths += _others(reading, layer=layer)
    plane = shared_plane([path.states for path in paths], components=3 if solid else 2)
    states = np.concatenate([path.states for path in paths])
    held = run.inputs[0, step].astype(np.float64)
    shown, flow, points = state.get(SHOWN), None, None
    if "flow" in shown and not solid:
        flow = cache.flow(reading.model, held, plane, states, layer=layer)
    if "points" in shown:
        points = cache.fixed_points(reading.model, held, _starts(states, plane), layer=layer)
    return _Space(reading, paths, plane, flow, points)


def _others(reading: Reading, *, layer: int) -> list[Path]:
    """The paths of the origin's other samples, as far as the model can read them."""
    found: list[Path] = []
    cell = reading.trace.layers[layer].cell if origin().picks_cell else None
    for text in samples():
        if text == reading.passage.text or len(found) == MOST_TEXTS - 1:
            continue
        try:
            other = read(text, cell=cell)
        except CoreError:  # a sample of another language, say: nobody asked for this very one
            continue
        found.append(Path(_name(text), visited(other.trace.layers[layer]), other.tokens))
    return found


def _name(text: str) -> str:
    return text if len(text) <= 32 else f"{text[:31]}…"


def _starts(states: NDArray[np.float64], plane: Plane) -> NDArray[np.float64]:
    """From where points are looked for: visited states, and as many not far beside them."""
    size = states.shape[1]
    most = int(np.clip(WORK / size**3, FEWEST_STARTS, MOST_STARTS))
    near = states[spread(len(states), most=(most + 1) // 2)]
    wide = float(np.abs(states - plane.mean).max()) or 1.0
    aside = np.random.default_rng(0).normal(0, 0.25 * wide, near.shape)
    return np.concatenate([near, near + aside])


def _draw(one: _Space, *, layer: int, step: int, several: bool) -> None:
    step, cell = _step(one.reading, step), one.reading.trace.layers[0].cell
    picture = figures.state_space(
        one.paths, one.plane, step=step, flow=one.flow, points=one.points, **widgets.look()
    )
    seen = about(one.reading, step=step)
    if several:
        st.markdown(f"**{t(f'quantity.{cell}')}**")
        seen = about_cells([cell], text=one.reading.passage.text, step=step)
        seen = replace(seen, digests=(one.reading.model.digest,))
    widgets.show(
        picture, name="state-space", key=f"state-space-{cell}", about=seen,
        arrays=one.reading.trace,
        said=_sentence(one, layer=_within(one.reading, layer), step=step),
    )  # fmt: skip


def _sentence(one: _Space, *, layer: int, step: int) -> str:
    """Say where the network would rest if the chosen token were read for ever."""
    tokens, run = one.reading.tokens, one.reading.trace.layers[layer]
    facts = {
        "token": plain(tokens[step], most=24),
        "step": step + FIRST,
        "cell": t(f"quantity.{run.cell}"),
        "share": show_number(100 * float(one.plane.shares.sum()), 3),
    }
    if not one.plane.shares.sum() > 0:
        return t("dynamics.still" if len(tokens) > 1 else "dynamics.single", **facts)
    if one.points is None:
        return t("dynamics.path", **facts, count=len(tokens))
    counts = {kind: int(at.sum()) for kind, at in kinds(one.points).items()}
    if not sum(counts.values()):
        return t("dynamics.restless", **facts)
    if not counts["stable"]:
        return t("dynamics.unstable", **facts, **counts)
    now = one.paths[0].states[step]
    stable = np.flatnonzero(kinds(one.points)["stable"])
    gaps = np.linalg.norm(one.points.points[stable] - now, axis=1)
    nearest = int(stable[np.argmin(gaps)])
    return t(
        "dynamics.rests",
        **facts,
        **counts,
        distance=show_number(float(gaps.min()), 3),
        largest=show_number(float(abs(one.points.eigenvalues[nearest, 0])), 3),
    )


def _check(one: _Space) -> str:
    said = []
    if one.points is not None and one.points.fixed.any():
        moved = np.sqrt(2 * one.points.speeds[one.points.fixed].max())
        said.append(
            t(
                "dynamics.check.points",
                count=int(one.points.fixed.sum()),
                moved=show_number(float(moved), 2),
            )
        )
    if one.flow is not None:
        said.append(t("dynamics.check.flow", inside=show_number(100 * one.flow.inside, 2)))
    return " ".join(said)


def _cost(one: _Space) -> str:
    if one.points is None:
        return ""
    size = one.plane.mean.shape[0]
    states = np.concatenate([path.states for path in one.paths])
    return t("dynamics.cost", starts=len(_starts(states, one.plane)), size=size)
