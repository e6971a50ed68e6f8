"""A text read by the models of a run's epochs: what the film is made of.

Traces of probe texts are read from the run's folder, where training left them; other texts are
recorded with the model of each epoch, which takes hundredths of a second. Kept are not the traces
but the little that is drawn of them over epochs, under the file of the model and the text, so that
an epoch that is finished later adds itself and costs nothing else. Not chosen: whole traces of all
epochs, a few megabytes each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

import core
from core.analysis.cka import Estimate
from core.analysis.cka import cka as core_cka
from core.analysis.questions import answers_numbers, own_answer, targets
from core.analysis.series import spread
from core.analysis.trajectories import Trajectories
from core.analysis.trajectories import trajectories as core_trajectories
from core.analysis.vanishing import norms
from core.errors import CoreError
from core.losses import default_loss
from core.model import Model
from core.trace import Trace
from core.training.run_folder import Run
from dashboard.cache.digest import digest
from dashboard.cache.runs import Stamp, run_model, stamp

MOST_EPOCHS = 48
"""Epochs of one film: of more, so many evenly spread, the first and the last among them."""
MOST_EXAMPLES = 512
"""Tokens whose states are compared between epochs: of more, so many evenly spread."""

Numbers = NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Script:
    """What is filmed: a text, and the question whose gradient is shown.

    Attributes:
        inputs: token ids (time,), or features (time, features).
        probe: its number among the run's probes, None where it is none.
        answer: the class that is asked for, or the token that comes after the last one, the same
            in every epoch (`core.analysis.questions.targets`); None for no question.
    """

    inputs: NDArray[np.generic]
    probe: int | None = None
    answer: int | None = None


@dataclass(frozen=True, eq=False)
class Frame:
    """One epoch: `hidden` (time, units) of a layer; `gradient` (time,), ‖∂loss/∂h_t‖, or None.

    `reach` is the largest absolute value of each state, by name; `answer` the class, or the token,
    that the model answers to the whole text, None where it answers numbers or nothing.
    """

    hidden: Numbers
    gradient: Numbers | None
    reach: dict[str, float]
    answer: int | None = None


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
    return _trace(_run, _script, model=_model, epoch=_epoch)


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
    trace = _trace(_run, _script, model=model, epoch=_epoch)
    own = trace.layers[layer]
    reach = {name: float(np.abs(values).max()) for name, values in own.states.items()}
    gradient = None
    if answer is not None and model.readout is not None:
        gradient = _gradient(model, trace, answer=answer, layer=layer)
    said = own_answer(trace) if model.readout and not answers_numbers(model) else None
    return Frame(np.array(own.states["hidden"][0]), gradient, reach, said)


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
    seen = []
    for epoch in _epochs:
        model = _run.model(epoch)
        traces = [_trace(_run, script, model=model, epoch=epoch) for script in _scripts]
        states = np.concatenate([each.layers[_layer].states["hidden"][0] for each in traces])
        seen.append(states[spread(len(states), most=MOST_EXAMPLES)])
    return core_cka(seen, estimate=_estimate)


def _trace(run: Run, script: Script, *, model: Model, epoch: int) -> Trace:
    """The film that training left, where it is of this text and this model; else a new record."""
    if script.probe is not None:
        try:
            kept = run.film(script.probe, epoch)
        except CoreError:  # no film is no fault: the text can be read again
            return _recorded(model, script)
        same = kept.model_digest == model.digest
        if same and np.array_equal(kept.inputs, script.inputs[None]):
            return kept
    return _recorded(model, script)


def _recorded(model: Model, script: Script) -> Trace:
    with np.errstate(over="ignore", invalid="ignore"):
        return core.record(model, script.inputs[None])


def _gradient(model: Model, trace: Trace, *, answer: int, layer: int) -> Numbers:
    loss = default_loss(model.activation)
    gradients = core.backprop(model, trace, targets(model, trace, answer=answer), loss=loss)
    return norms(gradients.layers[layer], batch=0)
