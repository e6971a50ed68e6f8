"""Paths, arrows and points of rest: where they are drawn is where they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.analysis.fixed_points import fixed_points, visited
from core.analysis.flow import flow
from core.analysis.trajectories import Plane
from dashboard import figures
from tests.dashboard.figures import samples
from tests.dashboard.figures.samples import TIME, TOKENS, array, trace

STATES = visited(trace("gru").layers[0])
LAYER = samples.model("gru").layers[0]
PLANE = Plane.of(STATES)


def one() -> figures.Path:
    return figures.Path("one", STATES[:TIME], TOKENS)


def test_a_path_is_its_states_in_the_plane_and_an_arrow_points_where_the_flow_goes():
    moving = flow(LAYER, PLANE, STATES, side=4)
    picture = figures.state_space([one()], PLANE, step=3, flow=moving)
    arrows, path = picture.draw.data
    seen = PLANE.seen(STATES[:TIME])
    np.testing.assert_allclose(np.stack([array(path.x), array(path.y)], axis=1), seen, rtol=1e-5)
    assert np.argmax(path.marker.size) == 3
    strokes = np.stack([array(arrows.x), array(arrows.y)], axis=1).reshape(-1, 3, 2)
    np.testing.assert_allclose(strokes[:, 0], moving.points, rtol=1e-5)
    ways = strokes[:, 1] - strokes[:, 0]
    cosines = (ways * moving.moves).sum(axis=1)
    cosines /= np.linalg.norm(ways, axis=1) * np.linalg.norm(moving.moves, axis=1)
    np.testing.assert_allclose(cosines, 1, atol=1e-4)


def test_points_are_told_apart_and_those_far_off_are_counted():
    points = fixed_points(LAYER, STATES)
    count = len(points.points)
    assert count
    picture = figures.state_space([one()], PLANE, points=points)
    named = {series.name: array(series.x) for series in picture.draw.data[1:]}
    assert sum(map(len, named.values())) == count
    assert ("stable point" in named) == bool((points.fixed & points.stable).any())
    assert len(picture.table) == TIME + count
    far = replace(points, points=points.points + 1e3)
    drawn = figures.state_space([one()], PLANE, points=far).draw
    [note] = [each for each in drawn.layout.annotations if each.name == "note"]
    assert f"Points of rest far outside of the picture: {count}" in note.text
    near = figures.state_space([one()], PLANE).draw
    assert drawn.layout.xaxis.range == near.layout.xaxis.range


def test_in_space_there_are_three_axes():
    solid = Plane.of(STATES, components=3)
    picture = figures.state_space([one()], solid, flow=flow(LAYER, PLANE, STATES, side=3))
    [path] = picture.draw.data
    assert path.type == "scatter3d"
    np.testing.assert_allclose(array(path.z), solid.seen(STATES[:TIME])[:, 2], rtol=1e-4)
