"""What a model does with something put in place of what it would have computed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

import core
from core.analysis.ablation import Ablations, Put, against_recorder
from core.analysis.ablation import ablations as core_ablations
from core.interventions import Intervention, save_interventions
from core.model import Model
from core.trace import Trace
from dashboard.cache.digest import digest


def changed(model: Model, run: Trace, interventions: Sequence[Intervention]) -> Trace:
    """Return the record of the same with interventions. Raises as `core.record` does."""
    written = save_interventions(interventions)
    return _changed(model.digest, digest(run.inputs), written, model, run, tuple(interventions))


def ablations(
    model: Model, run: Trace, *, layer: int, quantity: str, put: Put, step: int
) -> tuple[Ablations, float]:
    """Return the answer without each unit, and how far that is from the recorder's for the one
    that matters most. Raises as in `core`.
    """
    return _ablations(model.digest, digest(run.inputs), layer, quantity, put, step, model, run)


@st.cache_resource(max_entries=24, show_spinner=False)
def _changed(
    model_key: str,
    inputs_key: str,
    written: str,
    _model: Model,
    _run: Trace,
    _interventions: tuple[Intervention, ...],
) -> Trace:
    del model_key, inputs_key, written
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow is said on the page
        return core.record(_model, _run.inputs, interventions=_interventions)


@st.cache_resource(max_entries=24, show_spinner=False)
def _ablations(
    model_key: str,
    inputs_key: str,
    layer: int,
    quantity: str,
    put: Put,
    step: int,
    _model: Model,
    _run: Trace,
) -> tuple[Ablations, float]:
    del model_key, inputs_key
    found = core_ablations(_model, _run, layer=layer, quantity=quantity, put=put, step=step)
    most = int(np.abs(found.raw - found.raw_answer).max(axis=1).argmax())
    return found, against_recorder(_model, _run, found, most)
