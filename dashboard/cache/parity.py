"""What Keras says of a trace, asked in a child process and kept."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import streamlit as st

from core.analysis.parity import Difference, largest_difference
from core.engines.keras_process import KerasProcess
from core.importers.keras.saver import COMMAND
from core.importers.original.check import Comparison, compare_with_original
from core.model import Model
from core.trace import Trace
from dashboard.cache.digest import digest


def parity(model: Model, run: Trace, *, again: bool = False) -> Future[Difference]:
    """Return how far Keras is from a trace, as soon as it says so: ask `done()`.

    Keras answers in a child process, which starts with the first question. With `again`, a
    question that failed is asked once more.
    """
    keys = (model.digest, digest(run.inputs))
    if again:
        _parity.clear(*keys, model, run)
    return _parity(*keys, model, run)


@st.cache_resource(max_entries=64, show_spinner=False)
def _parity(model_key: str, inputs_key: str, _model: Model, _run: Trace) -> Future[Difference]:
    del model_key, inputs_key
    return asking().submit(_compare, _model, _run)


def _compare(model: Model, run: Trace) -> Difference:
    begun = [layer.initial_states for layer in run.layers]
    other = keras_process().record(model, run.inputs, mask=run.mask, initial_states=begun)
    return largest_difference(run, other)


def original(
    model: Model, data: bytes, *, identifier: str, name: str, options: Mapping[str, Any]
) -> Future[Comparison]:
    """Return how far a file's own framework is from a model that was read from it.

    `identifier` names the file. Nothing is asked before this is called: the framework's own
    loader runs, in a child process. Asked again of the same model, the answer is the same.
    """
    return _original(identifier, model.digest, model, data, name, options)


@st.cache_resource(max_entries=16, show_spinner=False)
def _original(
    key: str, model_key: str, _model: Model, _data: bytes, _name: str, _options: Mapping[str, Any]
) -> Future[Comparison]:
    del key, model_key
    return asking().submit(compare_with_original, _model, _data, name=_name, options=_options)


@st.cache_resource(max_entries=1, show_spinner=False, on_release=lambda keras: keras.close())
def keras_process() -> KerasProcess:
    """Return the one child that knows Keras, for runs and for files; it starts when asked."""
    return KerasProcess(command=COMMAND)


@st.cache_resource(max_entries=1, show_spinner=False, on_release=lambda pool: pool.shutdown())
def asking() -> ThreadPoolExecutor:
    """Return the thread that asks the child, one question after another."""
    # One at a time, as the child does. The thread only waits for it and knows nothing of Streamlit.
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="parity")
