"""Where an answer came from, by every method, and whether the methods can be believed."""

from __future__ import annotations

import streamlit as st

from core.analysis.attribution import Attribution
from core.analysis.attribution import attributions as core_attributions
from core.analysis.faithfulness import Verdict
from core.analysis.faithfulness import verdicts as core_verdicts
from core.model import Model
from core.trace import Trace
from dashboard.cache.digest import digest


def attributions(model: Model, run: Trace, *, output: int, step: int) -> tuple[Attribution, ...]:
    """Return those of one number of the answer. Raises as `core.analysis.attribution` does."""
    return _attributions(model.digest, digest(run.inputs), output, step, model, run)


def verdicts(model: Model, run: Trace, *, output: int, step: int) -> tuple[Verdict, ...]:
    """Return what the checks say of each of these."""
    return _verdicts(model.digest, digest(run.inputs), output, step, model, run)


@st.cache_resource(max_entries=24, show_spinner=False)
def _attributions(
    model_key: str, inputs_key: str, output: int, step: int, _model: Model, _run: Trace
) -> tuple[Attribution, ...]:
    del model_key, inputs_key
    return core_attributions(_model, _run, output=output, step=step)


@st.cache_resource(max_entries=24, show_spinner=False)
def _verdicts(
    model_key: str, inputs_key: str, output: int, step: int, _model: Model, _run: Trace
) -> tuple[Verdict, ...]:
    del model_key, inputs_key
    return core_verdicts(_model, _run, attributions(_model, _run, output=output, step=step))
