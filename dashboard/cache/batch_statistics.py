"""The statistics of a run's last recurrent layer over a batch of examples, step by step."""

from __future__ import annotations

import json

import numpy as np
import streamlit as st

from core.analysis.batch_statistics import BatchStatistics
from core.analysis.batch_statistics import batch_statistics as core_statistics
from core.analysis.context import padded
from core.engines import record
from core.model import Model
from core.training.run_folder import Run
from core.training.sources import SOURCES, prepare
from core.training.sources.drawn import DrawnOptions

BATCH = 64
"""Examples of the test side."""


def batch_statistics(run: Run) -> BatchStatistics | None:
    """Return them; None where the run has no model, or its data would have to be read from files.

    Raises CoreError.
    """
    source = SOURCES.get(run.config.data.source)
    if source is None or not issubclass(source.options, DrawnOptions) or not run.model_epochs:
        return None
    model = run.model()
    options = json.dumps(dict(run.config.data.options), sort_keys=True)
    return _statistics(model.digest, source.name, options, model)


@st.cache_resource(max_entries=64, show_spinner=False)
def _statistics(key: str, source: str, options: str, _model: Model) -> BatchStatistics:
    del key
    few = {"train_examples": 10, "test_examples": BATCH}
    test = prepare(source, json.loads(options) | few, seed=0, validation=0.0).test
    if _model.vocabulary is not None and test.texts is not None:
        read = [_model.encode(test.texts(at)).ids for at in range(len(test))]
        inputs = padded(read)
        trace = record(_model, inputs, mask=inputs != 0)
    else:
        trace = record(_model, np.asarray(test.alone))
    return core_statistics(trace.layers[-1])
