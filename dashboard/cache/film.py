"""A text read by the models of a run's epochs: what the film is made of.

Traces of probe texts are read from the run's folder, where training left them; other texts are
recorded with the model of each epoch (`core.training.filming`), which takes hundredths of a
second. What is drawn is kept under the file of the model and the text, so that an epoch that is
finished later adds itself and costs nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.analysis.cka import Estimate
from core.analysis.series import spread
from core.analysis.trajectories import Trajectories
from core.analysis.trajectories import trajectories as core_trajectories
from core.model import Model
from core.trace import Trace
from core.training.filming import Frame, Script, film, frame, likeness
from core.training.filming import filmed as core_filmed
from core.training.run_folder import Run
from dashboard.cache.digest import digest
from dashboard.cache.runs import Stamp, run_model, stamp

MOST_EPOCHS = 48
"""Epochs of one film: of more, so many evenly spread, the first and the last among them."""


def epochs_filmed(run: Run) -> tuple[int, ...]:
    """Return the epochs of a run's film, in order; 0 is before training."""
    epochs = run.model_epochs
    return tuple(epochs[at] for at in spread(len(epochs), most=MOST_EPOCHS))


def filmed(run: Run, script: Script, *, epoch: int) -> tuple[Model, Trace]:
    """Return an epoch's model and what it did with a text. Raises BrokenRun."""
    model = run_model(run, epoch=epoch)
    text = digest(script.inputs)
    return model, _filmed(_model_stamp(run, epoch), text, epoch, run, script, model)


def frames(run: Run, script: Script, *, layer: int, epochs: Sequence[int]) -> list[Frame]:
    """Return what is drawn of each epoch. Raises CoreError."""
    text = digest(script.inputs)
    return [
        _frame(_model_stamp(run, epoch), text, layer, script.answer, epoch, run, script)
        for epoch in epochs
    ]


def paths(run: Run, script: Script, *, layer: int, epochs: Sequence[int]) -> Trajectories:
    """Return the states of all epochs along a text, in one plane. Raises CoreError."""
    key = (tuple(_model_stamp(run, epoch) for epoch in epochs), digest(script.inputs), layer)
    return _paths(key, run, script, layer, epochs)


def alignment(
    run: Run, scripts: Sequence[Script], *, layer: int, epochs: Sequence[int], estimate: Estimate
) -> NDArray[np.float64]:
    """Return how alike the hidden states of every two epochs are, over the tokens of some texts.

    Raises CoreError.
    """
    stamps = tuple(_model_stamp(run, epoch) for epoch in epochs)
    key = (stamps, digest([script.inputs for script in scripts]), layer, estimate)
    return _alignment(key, run, scripts, layer, epochs, estimate)


def _model_stamp(run: Run, epoch: int) -> Stamp:
    return stamp(run, f"epochs/{epoch:04d}.npz")


@st.cache_resource(max_entries=24, show_spinner=False)
def _filmed(key: Stamp, text: str, _epoch: int, _run: Run, _script: Script, _model: Model) -> Trace:
    del key, text
    return core_filmed(_run, _script, model=_model, epoch=_epoch)


@st.cache_resource(max_entries=384, show_spinner=False)
def _frame(
    key: Stamp,
    text: str,
    layer: int,
    answer: int | None,
    _epoch: int,
    _run: Run,
    _script: Script,
) -> Frame:
    del key, text
    # Read past the cache of models: a film goes through all of them, and would push out the one
    # that is looked at.
    model = _run.model(_epoch)
    return frame(_run, _script, model=model, epoch=_epoch, layer=layer)


@st.cache_resource(max_entries=12, show_spinner=False)
def _paths(
    key: object, _run: Run, _script: Script, _layer: int, _epochs: Sequence[int]
) -> Trajectories:
    del key
    found = frames(_run, _script, layer=_layer, epochs=_epochs)
    return core_trajectories(np.stack([frame.hidden for frame in found]))


@st.cache_resource(max_entries=12, show_spinner=False)
def _alignment(
    key: object,
    _run: Run,
    _scripts: Sequence[Script],
    _layer: int,
    _epochs: Sequence[int],
    _estimate: Estimate,
) -> NDArray[np.float64]:
    del key
    found = film(_run, _scripts, layer=_layer, epochs=_epochs)
    return likeness(found, estimate=_estimate)
