"""What models did with what they read, what they would answer, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

import core
from core.analysis.answers import answers as core_answers
from core.analysis.findings import Finding
from core.analysis.findings import findings as core_findings
from core.analysis.jacobian import JacobianNorms
from core.analysis.jacobian import jacobian_norms as core_jacobian_norms
from core.analysis.rolling import Rolling, at_once
from core.analysis.rolling import rolling as core_rolling
from core.gradients import Gradients
from core.model import Model
from core.text import Affine, Measured
from core.trace import Trace
from dashboard.cache.digest import digest


def trace(model: Model, inputs: NDArray[Any], *, initial_states: Any = None) -> Trace:
    """Return the record of a model reading token ids (batch, time) or features."""
    return _trace(
        model.digest, digest(inputs), digest(initial_states), model, inputs, initial_states
    )


def answers(model: Model, run: Trace) -> NDArray[Any]:
    """Return what a model would answer if the text ended at each step, (time, outputs)."""
    return _answers(model.digest, digest(run.inputs), model, run)


def findings(model: Model) -> tuple[Finding, ...]:
    """Return what a model's weights tell before anything is read."""
    return _findings(model.digest, model)


def picture(*key: object, make: Callable[[], bytes]) -> bytes:
    """Return the bytes of a picture that these keys name in full: model, inputs, every setting."""
    return _picture(digest(list(key)), make)


def gradients(
    model: Model, run: Trace, targets: NDArray[Any], *, loss: str, truncate: int | None = None
) -> Gradients:
    """Return ∂loss/∂ of everything in a trace. Raises as `core.backprop` does."""
    keys = (model.digest, digest(run.inputs), digest(targets), loss, truncate)
    return _gradients(*keys, model, run, targets)


def jacobian_norms(model: Model, run: Trace, *, steps: NDArray[Any]) -> JacobianNorms:
    """Return the norms of the one-step Jacobians of the first layer at some steps."""
    return _jacobian_norms(model.digest, digest(run.inputs), digest(steps), run, steps)


def rolling(
    model: Model,
    series: Measured,
    *,
    target: str,
    length: int,
    output: int,
    ahead: int,
    scaling: Affine | None,
    near: int,
) -> Rolling:
    """Return what a model predicts from each window of a series, beside one of its columns.

    Raises as `core.analysis.rolling` does.
    """
    truth, most = series.columns[target], at_once(model, length=length)
    # The same windows for every place among them, so that moving one finds what is there.
    near = max(near - length + 1, 0) // most * most + length - 1
    keys = (model.digest, digest(series.values), digest(truth))
    return _rolling(*keys, length, output, ahead, scaling, near, model, series.values, truth)


@st.cache_resource(max_entries=24, show_spinner=False)
def _trace(
    model_key: str,
    inputs_key: str,
    states_key: str,
    _model: Model,
    _inputs: NDArray[Any],
    _initial_states: Any,
) -> Trace:
    del model_key, inputs_key, states_key
    # An overflow is said on the page (Trace.overflow), not in the server's log.
    with np.errstate(over="ignore", invalid="ignore"):
        return core.record(_model, _inputs, initial_states=_initial_states)


@st.cache_resource(max_entries=16, show_spinner=False)
def _findings(key: str, _model: Model) -> tuple[Finding, ...]:
    del key
    return core_findings(_model)


@st.cache_resource(max_entries=24, show_spinner=False)
def _answers(model_key: str, inputs_key: str, _model: Model, _run: Trace) -> NDArray[Any]:
    del model_key, inputs_key
    found = core_answers(_model, _run)
    found.flags.writeable = False
    return found


@st.cache_resource(max_entries=12, show_spinner=False)
def _picture(key: str, _make: Callable[[], bytes]) -> bytes:
    del key
    return _make()


@st.cache_resource(max_entries=24, show_spinner=False)
def _gradients(
    model_key: str,
    inputs_key: str,
    targets_key: str,
    loss: str,
    truncate: int | None,
    _model: Model,
    _run: Trace,
    _targets: NDArray[Any],
) -> Gradients:
    del model_key, inputs_key, targets_key
    return core.backprop(_model, _run, _targets, loss=loss, truncate=truncate)


@st.cache_resource(max_entries=12, show_spinner=False)
def _jacobian_norms(
    model_key: str, inputs_key: str, steps_key: str, _run: Trace, _steps: NDArray[Any]
) -> JacobianNorms:
    del model_key, inputs_key, steps_key
    return core_jacobian_norms(_run.layers[0], steps=_steps.tolist())


@st.cache_resource(max_entries=8, show_spinner=False)
def _rolling(
    model_key: str,
    values_key: str,
    truth_key: str,
    length: int,
    output: int,
    ahead: int,
    scaling: Affine | None,
    near: int,
    _model: Model,
    _values: NDArray[Any],
    _truth: NDArray[Any],
) -> Rolling:
    del model_key, values_key, truth_key
    told = {"length": length, "output": output, "ahead": ahead}
    return core_rolling(_model, _values, truth=_truth, scaling=scaling, near=near, **told)
