"""What costs time, kept; the only file that uses Streamlit's caches.

Everything is keyed on names, settings and digests, never on hashed arrays: from 500,000 numbers on
Streamlit hashes a sample and gives wrong results. Everything is shared between sessions and frozen
(models, traces and gradients are read-only arrays), so it is kept as a resource, which costs 0.3 ms
a look where a copy would cost 50 ms per 100 MB. Everything is bounded: the oldest goes.
Not chosen: caches inside `core`, because who keeps what for how long is the page's business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

import core
from core.analysis.answers import answers as core_answers
from core.analysis.jacobian import JacobianNorms
from core.analysis.jacobian import jacobian_norms as core_jacobian_norms
from core.analysis.parity import Difference, largest_difference
from core.bundled import bundled_model
from core.engines.keras_process import KerasProcess
from core.errors import MissingVocabulary
from core.gradients import Gradients
from core.model import Model
from core.text import PADDING, UNKNOWN, Encoded, Unit, Vocabulary, tokenize
from core.text.decode import Decoded, decode
from core.text.table import Table, read_table
from core.text.vocabulary import normal_form
from core.trace import Trace

ROWS = 4_096
"""Rows of an untrained model's embedding: a fixed number, so that a new word changes no weight."""


MOST_READ = 6_000_000
"""Characters: the works of Shakespeare, in seconds. A longer text gets a sentence at once."""


@st.cache_resource(max_entries=16, show_spinner=False)
def bundled(identifier: str) -> Model:
    """Return a model that ships with the project, such as "sentiment-lstm"."""
    return bundled_model(identifier)


def untrained(cell: str, *, words: str, split: Unit, **settings: Any) -> Model:
    """Return an untrained model that knows the tokens of a text, up to ROWS of them.

    `settings` are those of `core.new_model`. The ids follow the order of first appearance, so
    that what is typed at the end changes nothing before it.
    """
    return _untrained(digest(words), split, cell, words, **settings)


def precise(model: Model, *, readout: Any) -> Model:
    """Return a model in float64, answering at the "last" or at "every" step."""
    return _precise(model.digest, readout, model)


def encoded(words: str, model: Model) -> Encoded:
    """Return a text as the ids of a model's vocabulary. Raises as `Vocabulary.encode` does."""
    if model.vocabulary is None:
        raise MissingVocabulary
    return _encoded(digest(words), model.digest, words, model.vocabulary)


@st.cache_resource(max_entries=4, show_spinner=False)
def decoded(file: str, _data: bytes, *, encoding: str | None) -> Decoded:
    """Return an upload, named by its id, as text. Raises as `core.text.decode` does."""
    del file
    return decode(_data, encoding)


@st.cache_resource(max_entries=4, show_spinner=False)
def table(file: str, encoding: str, _words: str) -> Table:
    """Return an upload, read in some encoding, as a table. Raises as `read_table` does."""
    del file, encoding
    return read_table(_words)


def trace(model: Model, inputs: NDArray[Any], *, initial_states: Any = None) -> Trace:
    """Return the record of a model reading token ids (batch, time) or features."""
    return _trace(
        model.digest, digest(inputs), digest(initial_states), model, inputs, initial_states
    )


def answers(model: Model, run: Trace) -> NDArray[Any]:
    """Return what a model would answer if the text ended at each step, (time, outputs)."""
    return _answers(model.digest, digest(run.inputs), model, run)


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


def parity(model: Model, run: Trace, *, again: bool = False) -> Future[Difference]:
    """Return how far Keras is from a trace, as soon as it says so: ask `done()`.

    Keras answers in a child process, which starts with the first question. With `again`, a
    question that failed is asked once more.
    """
    keys = (model.digest, digest(run.inputs))
    if again:
        _parity.clear(*keys, model, run)
    return _parity(*keys, model, run)


def digest(value: Any) -> str:
    """Return a short name for a text, an array, or a nest of them: equal for equal contents."""
    found = hashlib.blake2b(digest_size=16)
    _feed(found, value)
    return found.hexdigest()


def _feed(found: Any, value: Any) -> None:
    if isinstance(value, np.ndarray):
        found.update(f"array{value.dtype}{value.shape}".encode())
        found.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, str):
        found.update(f"text{len(value)}".encode() + value.encode("utf-8", "surrogatepass"))
    elif isinstance(value, dict):
        _feed(found, [part for item in sorted(value.items()) for part in item])
    elif isinstance(value, list | tuple):
        found.update(f"list{len(value)}".encode())
        for part in value:
            _feed(found, part)
    else:
        found.update(f"{type(value).__name__}{value!r}".encode())


@st.cache_resource(max_entries=16, show_spinner=False)
def _drawn(cell: str, **settings: Any) -> Model:
    return core.new_model(cell, vocabulary=ROWS, **settings)


@st.cache_resource(max_entries=16, show_spinner=False)
def _untrained(key: str, split: Unit, cell: str, _words: str, **settings: Any) -> Model:
    del key
    split_up = tokenize(_words, split, limit=MOST_READ)
    seen = dict.fromkeys(normal_form(token, split) for token in dict.fromkeys(split_up))
    known = tuple(token for token in seen if token not in (PADDING, UNKNOWN))[: ROWS - 2]
    return replace(_drawn(cell, **settings), vocabulary=Vocabulary(known, split))


@st.cache_resource(max_entries=16, show_spinner=False)
def _precise(key: str, readout: Any, _model: Model) -> Model:
    del key
    return _model.astype(np.float64).with_readout(readout)


@st.cache_resource(max_entries=8, show_spinner=False)
def _encoded(key: str, model_key: str, _words: str, _vocabulary: Vocabulary) -> Encoded:
    del key, model_key
    found = _vocabulary.encode(_words, limit=MOST_READ)
    found.ids.flags.writeable = found.known.flags.writeable = False
    return found


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


@st.cache_resource(max_entries=64, show_spinner=False)
def _parity(model_key: str, inputs_key: str, _model: Model, _run: Trace) -> Future[Difference]:
    del model_key, inputs_key
    return _asking().submit(_compare, _model, _run)


def _compare(model: Model, run: Trace) -> Difference:
    begun = [layer.initial_states for layer in run.layers]
    other = _keras().record(model, run.inputs, mask=run.mask, initial_states=begun)
    return largest_difference(run, other)


@st.cache_resource(max_entries=1, show_spinner=False, on_release=lambda keras: keras.close())
def _keras() -> KerasProcess:
    return KerasProcess()


@st.cache_resource(max_entries=1, show_spinner=False, on_release=lambda pool: pool.shutdown())
def _asking() -> ThreadPoolExecutor:
    # One at a time, as the child does. The thread only waits for it and knows nothing of Streamlit.
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="parity")
