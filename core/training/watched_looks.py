"""A look inside a watched model: gates and gradient, of a probe text or of validation examples.

A script hands over what it validates with, (inputs, answers), as arrays or tensors; the first few
are looked at after each epoch, as those of a training here are, with the loss of their own answers.
Without them it is a probe, asked for the model's own answer. Not chosen: what Keras validates with
in `fit`, which it does not tell its callbacks.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.analysis.questions import targets
from core.bptt import backprop
from core.engines import record
from core.errors import CoreError, ShapeMismatch
from core.losses import default_loss
from core.model import Model
from core.trace import Trace
from core.training.errors import ExamplesNotRead
from core.training.looks import EXAMPLES, MOST_STEPS, look_at

Array = NDArray[Any]


def look_at_probe(model: Model, trace: Trace) -> dict[str, Any] | None:
    """What `core.training.looks.look_at` says of a probe that was read; None for a long one."""
    if model.readout is None or trace.time > MOST_STEPS:
        return None
    own = targets(model, trace)
    return look_at(trace, backprop(model, trace, own, loss=default_loss(model.activation)))


def look_at_given(model: Model, given: Any) -> dict[str, Any] | None:
    """What `core.training.looks.look` says, of the first of some examples.

    `given` is (inputs, answers): ids (examples, time) or numbers (examples, time, features), and a
    class, a row of shares or a number for each example or step; None where nothing was given, or
    the model has no answers. Raises ExamplesNotRead.
    """
    if given is None or model.readout is None:
        return None
    try:
        inputs, answers = (_array(part) for part in given)
        trace = record(model, inputs[:, -MOST_STEPS:] if model.readout == "last" else inputs)
        asked = _targets(model, trace, answers)
        return look_at(trace, backprop(model, trace, asked, loss=default_loss(model.activation)))
    except CoreError as error:
        raise ExamplesNotRead(why=str(error)) from error
    except (TypeError, ValueError, IndexError) as error:
        why = "they are no pair of arrays, of inputs and answers"
        raise ExamplesNotRead(why=why) from error


def _array(part: Any) -> Array:
    few = part[:EXAMPLES]
    return np.asarray(few.detach().cpu().numpy() if hasattr(few, "detach") else few)


def _targets(model: Model, trace: Trace, answers: Array) -> Array:
    """The answers in the shape that the loss takes. Raises ShapeMismatch."""
    shape = trace.outputs.shape
    if default_loss(model.activation) == "sparse_categorical_crossentropy":
        if answers.shape == shape:  # a share for each class
            return answers.argmax(axis=-1)
        if answers.size == trace.outputs[..., 0].size:
            return answers.reshape(shape[:-1]).astype(np.int64)
    elif answers.size == trace.outputs.size:
        return answers.reshape(shape).astype(np.float64)
    raise ShapeMismatch(what="answers", found=answers.shape, expected=f"{shape}, as the outputs")
