"""The forward time loops, and `record`, which chooses between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from core.engines import fast_engine
from core.engines.inputs import Inputs
from core.engines.intervening import run as run_changed
from core.engines.numpy_engine import run as run_numpy
from core.errors import UnknownName
from core.interventions import Intervention, WrongIntervention, interventions_of
from core.model import Model
from core.trace import Trace


def record(
    model: Model,
    inputs: Any,
    mask: ArrayLike | None = None,
    initial_states: Sequence[Mapping[str, ArrayLike]] | Mapping[str, Any] | None = None,
    engine: str | None = None,
    interventions: Iterable[Intervention | Mapping[str, Any]] = (),
) -> Trace:
    """Runs the model on `inputs`, step by step, and keeps every gate, state and output.

    `inputs`: a text (str), token ids (batch, time) or features (batch, time, features). `mask`
    (batch, time) is False at steps to skip: states are carried on there, and NaN is read as 0;
    with an embedding that has `mask_zero`, id 0 is skipped as well, and with a Masking the steps
    that have its value.
    `initial_states` are zero unless given: for each layer of `model.layers`, by position or by
    name, its states by name, (batch, units). `engine` is "fast" (compiled loops), "numpy" (the
    readable reference) or "keras" (real Keras cells, slower): the same Trace, array for array.
    Unless given, "fast" for layers whose loops are compiled, and NumPy for others, while they are
    compiled in the background. `interventions` put something in place of what the
    network would have computed (`core.Intervention`, or the same as plain data), and the run goes
    on from there; layers so changed are run by their equations.

    Raises EmptyText, MissingVocabulary, WrongInputs (also for a text of another length than a
    Flatten takes), TokenOutOfRange, ShapeMismatch, NonFiniteInput and UnknownName;
    WrongIntervention and OutOfRange for interventions.
    """
    prepared = Inputs.of(model, inputs, mask=mask, initial_states=initial_states)
    changes = interventions_of(interventions)
    if changes:
        if engine == "keras":
            raise WrongIntervention(why="Keras's cells cannot be changed within a step")
        return run_changed(model, prepared, changes)
    if engine == "fast" or (engine is None and fast_engine.wanted()):
        return fast_engine.run(model, prepared, wait=engine is not None)
    if engine in ("numpy", None):
        return run_numpy(model, prepared)
    if engine == "keras":
        from core.engines.keras_engine import run as run_keras

        return run_keras(model, prepared)
    raise UnknownName(kind="engine", found=engine, known="fast, numpy, keras")
