"""What the pages of the section "why" compute: gradients of every loss, spectra, points at rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analysis.fixed_points import FixedPoints
from core.analysis.fixed_points import fixed_points as core_fixed_points
from core.analysis.flow import Flow
from core.analysis.flow import flow as core_flow
from core.analysis.spectra import Spectra
from core.analysis.spectra import spectra as core_spectra
from core.analysis.trajectories import Plane
from core.analysis.triangle import Triangle
from core.analysis.triangle import triangle as core_triangle
from core.model import Model
from core.trace import Trace
from dashboard.cache.digest import digest

TOP = 4
"""Singular values and exponents that are computed."""


def triangle(
    model: Model,
    run: Trace,
    targets: NDArray[Any],
    *,
    layer: int,
    ends: NDArray[np.intp],
    loss: str,
) -> Triangle:
    """Return the gradient of the loss at each of `ends` in every state before. As in `core`."""
    keys = (model.digest, digest(run.inputs), digest(targets), layer, digest(ends), loss)
    return _triangle(*keys, model, run, targets, ends)


@st.cache_resource(max_entries=12, show_spinner=False)
def _triangle(
    model_key: str,
    inputs_key: str,
    targets_key: str,
    layer: int,
    ends_key: str,
    loss: str,
    _model: Model,
    _run: Trace,
    _targets: NDArray[Any],
    _ends: NDArray[np.intp],
) -> Triangle:
    del model_key, inputs_key, targets_key, ends_key
    with np.errstate(over="ignore", invalid="ignore"):  # said on the page
        return core_triangle(_model, _run, _targets, layer=layer, ends=_ends.tolist(), loss=loss)


def spectra(model: Model, run: Trace, *, layer: int, step: int) -> Spectra:
    """Return what is left at a step of changes before it, and the pace. Raises as in `core`."""
    return _spectra(model.digest, digest(run.inputs), layer, step, run)


def fixed_points(
    model: Model, reading: NDArray[Any], starts: NDArray[Any], *, layer: int
) -> FixedPoints:
    """Return where a layer that reads `reading` for ever rests, found from `starts`."""
    keys = (model.digest, digest(reading), digest(starts), layer)
    return _fixed_points(*keys, model, reading, starts)


def flow(
    model: Model, reading: NDArray[Any], plane: Plane, visited: NDArray[Any], *, layer: int
) -> Flow:
    """Return how a layer that reads `reading` for ever moves in a plane around some states."""
    keys = (model.digest, digest(reading), digest(visited), layer)
    return _flow(*keys, model, reading, plane, visited)


@st.cache_resource(max_entries=24, show_spinner=False)
def _spectra(model_key: str, inputs_key: str, layer: int, step: int, _run: Trace) -> Spectra:
    del model_key, inputs_key
    of = _run.layers[layer]
    top = min(TOP, of.units * len(of.record.states))
    return core_spectra(of, step, top=top)


@st.cache_resource(max_entries=48, show_spinner=False)
def _fixed_points(
    model_key: str,
    reading_key: str,
    starts_key: str,
    layer: int,
    _model: Model,
    _reading: NDArray[Any],
    _starts: NDArray[Any],
) -> FixedPoints:
    del model_key, reading_key, starts_key
    with np.errstate(over="ignore", invalid="ignore"):  # a start that got lost is left out
        return core_fixed_points(_model.layers[layer], _starts, reading=_reading)


@st.cache_resource(max_entries=48, show_spinner=False)
def _flow(
    model_key: str,
    reading_key: str,
    visited_key: str,
    layer: int,
    _model: Model,
    _reading: NDArray[Any],
    _plane: Plane,
    _visited: NDArray[Any],
) -> Flow:
    del model_key, reading_key, visited_key
    with np.errstate(over="ignore", invalid="ignore"):
        return core_flow(_model.layers[layer], _plane, _visited, reading=_reading)
